"""A café that is paid by Stripe: its books, the fake's, and a worker between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import httpx
from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import SetClock, london_date
from app.core.database import Database
from app.ledger.chart import AccountKind
from app.settlement.connect.client import StripeConnect
from app.settlement.connect.comparing import Comparison, compare
from app.settlement.connect.tasks import Paying, pay_due
from app.settlement.periods import week_of
from app.settlement.service import close_week
from app.settlement.tables import Payee
from tests.databases import SCHEME
from tests.fakes.stripe_books import SECRET_KEY, StripeBooks
from tests.redemption.scheme import Scheme

T = TypeVar("T")
OWED = 120
"""Pence of one hot drink."""


class Killed(BaseException):
    """The worker is gone."""


def open_stripe(url: str, *, key: str = SECRET_KEY) -> StripeConnect:
    """The real SDK, at the fake."""
    http = httpx.Client(
        trust_env=False, transport=httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))
    )
    return StripeConnect(http, secret_key=key, url=url, scheme=SCHEME)


class Dying(Database):
    """Dies in its `at`th transaction: before the commit, or after it."""

    def __init__(self, real: Database, *, at: int, committed: bool) -> None:
        self._real, self._left, self._committed = real, at, committed

    def in_transaction(self, serve: Callable[[Session], T]) -> T:
        self._left -= 1
        if self._left:
            return self._real.in_transaction(serve)

        def serve_and_die(session: Session) -> T:
            serve(session)
            session.flush()
            raise Killed

        self._real.in_transaction(serve if self._committed else serve_and_die)
        raise Killed


class DyingStripe(StripeConnect):
    """Dies before anything is ordered, or when it is done and nobody has heard of it."""

    def __init__(self, real: StripeConnect, *, ordered: bool) -> None:
        self.scheme, self._client, self._ordered = real.scheme, real._client, ordered

    def transfer(self, order: Any) -> Any:  # noqa: ANN401 - as handed on
        if self._ordered:
            super().transfer(order)
        raise Killed

    def reverse(self, order: Any) -> Any:  # noqa: ANN401 - as handed on
        if self._ordered:
            super().reverse(order)
        raise Killed


@dataclass
class PaidByStripe:
    """`clock` is moved by hand. The café's account can be paid, and the platform's balance is empty."""

    scheme: Scheme
    books: StripeBooks
    stripe: StripeConnect
    url: str
    clock: SetClock = field(init=False)
    account: str = field(init=False)

    def __post_init__(self) -> None:
        self.clock = SetClock(self.scheme.now)
        self.account = self.books.add_account()
        self.scheme.run(self._connect)

    def _connect(self, session: Session) -> None:
        session.add(
            Payee(partner_id=self.scheme.cafe.id, method="stripe", stripe_account=self.account, stripe_ready=True)
        )

    def earn(self, *, drinks: int = 1, delay: timedelta = timedelta()) -> None:
        """The café earns the price of some drinks, and a week later that is lined up."""
        (resident,) = self.scheme.add_residents(1, points=150 * drinks)
        self.scheme.now = self.clock.now()
        reward = self.scheme.add_reward()
        for _ in range(drinks):
            self.scheme.redeem(self.scheme.take(resident, reward).code)
        week = week_of(london_date(self.clock.now()))
        self.pass_time(timedelta(days=7))
        closing = self.clock.now()
        self.scheme.run(lambda s: close_week(s, partner_id=self.scheme.cafe.id, week=week, delay=delay, now=closing))

    def pass_time(self, time: timedelta) -> None:
        self.clock.at += time

    def paying(self, *, database: Database | None = None, stripe: StripeConnect | None = None) -> Paying:
        return Paying(database or self.scheme.database, self.clock, stripe or self.stripe)

    def work(self, *, after: timedelta = timedelta(0)) -> None:
        """The worker's next round, so much later."""
        self.pass_time(after)
        pay_due(self.paying())

    def payouts(self) -> list[Any]:
        asked = text("SELECT * FROM payouts ORDER BY id")
        return list(self.scheme.run(lambda session: session.execute(asked).all()))

    def owed(self) -> int:
        return self.scheme.posted(AccountKind.PAYABLE, self.scheme.cafe.id)

    def had(self) -> int:
        """What the ledger says that the café has had."""
        return self.scheme.posted(AccountKind.SETTLED, self.scheme.cafe.id)

    def compare(self) -> Comparison:
        return compare(self.scheme.database, self.stripe)

    def kinds(self) -> list[str]:
        """Of all differences there are."""
        return [difference.kind for difference in self.compare().differences]
