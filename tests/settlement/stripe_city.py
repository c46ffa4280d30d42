"""The city, with Stripe behind it: everything over HTTP, as people and as Stripe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from pydantic import SecretStr
from sqlalchemy import text

from app.core.clock import SetClock
from app.core.database import Database
from app.core.secret_store import Secrets
from app.ledger.chart import AccountKind
from app.settlement.connect.comparing import compare
from app.settlement.connect.reversal_tasks import reverse_due
from app.settlement.connect.tasks import Paying, pay_due
from app.settlement.tasks import close_last_week
from tests.api.city import City, build_city
from tests.fakes.stripe_books import WEBHOOK_SECRET, StripeBooks, sign_event
from tests.fakes.stripe_server import serving
from tests.settlement.stripe_scheme import open_stripe

Json: TypeAlias = Any
OWED = 80
"""Pence of the one hot drink."""


@dataclass
class StripeCity:
    """`partner` is the café's id. Stripe's clock is the city's."""

    city: City
    books: StripeBooks
    paying: Paying
    partner: str = ""
    told: int = 0

    def ask(self, who: str, verb: str, path: str, /, **sent: object) -> Json:
        answer = self.city.http.request(verb, path, headers=self.city.by(who), json=sent if verb != "GET" else None)
        assert answer.is_success, answer.text
        return answer.json()

    def refused(self, who: str, verb: str, path: str, /, **sent: object) -> tuple[int, str]:
        """Status and code."""
        answer = self.city.http.request(verb, path, headers=self.city.by(who), json=sent if verb != "GET" else None)
        assert answer.is_error, answer.text
        return answer.status_code, answer.json()["code"]

    def tell(self, event: Json, *, at: datetime | None = None, secret: str = WEBHOOK_SECRET) -> Json:
        """Stripe's request, answered."""
        body, headers = sign_event(event, at or self.city.clock.now(), secret=secret)
        return self.city.http.post("/v1/stripe/events", content=body, headers=headers)

    def tell_all(self) -> None:
        """Whatever happened since, in order."""
        for event in self.books.events[self.told :]:
            assert self.tell(event).is_success
        self.told = len(self.books.events)

    def connect(self) -> str:
        """The café's account, connected, told of and approved."""
        self.ask("owner", "POST", "/v1/partner/payee/stripe")
        (account,) = self.books.accounts
        self.books.enable(account)
        self.tell_all()
        self.ask("owner", "PUT", "/v1/partner/payee/method", method="stripe")
        self.ask("finance", "POST", f"/v1/partners/{self.partner}/payee/stripe/approve")
        return account

    def earn(self) -> None:
        """The week in which somebody had a hot drink is closed."""
        assert self.city.redeem(self.city.take("drink").json()["code"]).is_success
        close_last_week(self.city.runtime.database, now=self.city.clock.now() + timedelta(weeks=1))

    def work(self, *, after: timedelta = timedelta(0)) -> None:
        """A round of the worker; people's tokens outlive an hour only, so the city's clock stays."""
        at = self.paying.clock.now() + after
        paying = replace(self.paying, clock=SetClock(at))
        pay_due(paying)
        reverse_due(paying)

    def payout(self) -> Json:
        (found,) = self.ask("finance", "GET", "/v1/payouts")["items"]
        return found

    def posted(self, kind: AccountKind) -> int:
        """What all partners' accounts of this kind have."""
        asked = text("SELECT coalesce(sum(posted), 0)::bigint FROM ledger_accounts WHERE kind = :kind")
        return self.paying.database.in_transaction(lambda s: int(s.execute(asked, {"kind": int(kind)}).scalar_one()))

    def kinds(self) -> list[str]:
        return [one.kind for one in compare(self.paying.database, self.paying.stripe).differences]


@contextmanager
def built(database: Database, secrets: Secrets, now: datetime) -> Iterator[StripeCity]:
    city = build_city(database, secrets, now)
    books = StripeBooks(clock=city.clock.now)
    with serving(books) as url:
        stripe = open_stripe(url)
        settings = city.runtime.settings.model_copy(
            update={"stripe_webhook_secret": SecretStr(f"old, {WEBHOOK_SECRET}")}
        )
        city.runtime = replace(city.runtime, stripe=stripe, settings=settings)
        city.app.state.runtime = city.runtime
        # Weeks pass at the worker's: it is eight days ahead of people who are signed in.
        ahead = SetClock(city.clock.now() + timedelta(days=8))
        made = StripeCity(city, books, Paying(database, ahead, stripe))
        (made.partner,) = {item["partner"]["id"] for item in made.ask("finance", "GET", "/v1/rewards")["items"]}
        yield made
