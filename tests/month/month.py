"""A month of five partners, lived day by day by the real services and the real worker, with what goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlmodel import Session

from app.core.clock import SetClock
from app.core.units import Pence, Points
from app.identity.queries import OfficerRead
from app.identity.service import add_partner_staff, create_officer, register_source
from app.ledger.adjusting import give_points
from app.ledger.chart import AccountKind, Unit
from app.ledger.decisions import Decision
from app.ledger.service import fund_campaign, open_account, pay_into_pot
from app.offers.endpoints import connect_partner
from app.offers.queries import PartnerRead, RewardRead
from app.offers.service import add_partner, add_reward
from app.offers.webhooks.service import add_webhook
from app.redemption.disputes import approve_refund, open_dispute, propose_refund
from app.redemption.queries import VoucherRead, VoucherStatus
from app.residents.service import enrol_resident, link_card
from app.settlement.bacs import make_file, send_file
from app.settlement.errors import NothingToPay
from app.settlement.payees import PayeeKeys, approve_bank_details, propose_bank_details, read_bank_details, read_payer
from app.settlement.tables import Payee
from app.web.runtime import Runtime
from app.worker import SCHEDULES
from tests.fakes.leisure_operator import SECRET as POOL_SECRET
from tests.fakes.leisure_operator import LeisureBooks
from tests.fakes.stripe_books import StripeBooks
from tests.fakes.till import SECRET as TILL_SECRET
from tests.fakes.till import Till
from tests.month.servers import Answer, Receiver
from tests.redemption.scheme import CAMPAIGN, FUNDER, Scheme

T = TypeVar("T")
ROOT: Final = Path(__file__).parents[2]
START: Final = datetime.fromisoformat("2026-11-02T08:00:00+00:00")
DAYS: Final = 30
POINTS: Final = 150
COST_PENCE: Final = 120
OTHER_FUNDER: Final = FUNDER + 1
"""Pays for four fifths of the points."""
GIVEN_POINTS: Final = 50 * POINTS
MEMBERS: Final = "urn:leeds:leisure"
BY_STRIPE: Final = ("cafe", "pool", "till")
BY_BANK: Final = ("group", "gate")
ADAPTERS: Final = {
    "group": "donation",
    "cafe": "voucher_code",
    "pool": "leisure_pass",
    "till": "webhook",
    "gate": "leisure_file",
}
"""The five partners, in the order in which residents go to them."""
CANCELLED: Final = frozenset({7, 41, 83})
"""Of every hundred redemptions these are given back: one at the pool, one at the café, one at the till."""
DAILY: Final = ("redemptions.ask_partners", "webhooks.send_due", "payouts.pay_due")
WEEKLY: Final = ("statements.close", "vouchers.end", "points.expire", "notices.tell", "budgets.alarm", "ledger.seal")
DOWN_ON, LATE_ON, FILLED_ON = 10, 15, 16
"""The pool is away for a day; the till does what it is asked and is not heard for a day; Stripe gets money late."""
KILLED_FROM: Final = (5, 20)


@dataclass
class Taken:
    """One redemption, by its number in the month."""

    number: int
    partner: str
    resident: int
    voucher: VoucherRead


@dataclass
class Month:
    """`answers` are what the partners' servers serve, at `url`; the pool's own is at `pool_url`."""

    scheme: Scheme
    runtime: Runtime
    clock: SetClock
    redemptions: int
    answers: dict[str, Answer]
    url: str
    pool: LeisureBooks
    pool_url: str
    stripe: StripeBooks
    environment: dict[str, str]
    till: Till = field(init=False)
    partners: dict[str, PartnerRead] = field(init=False)
    rewards: dict[str, RewardRead] = field(init=False)
    residents: list[int] = field(init=False)
    officers: list[OfficerRead] = field(init=False)
    receivers: dict[str, Receiver] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    waiting: list[Taken] = field(default_factory=list)
    ended: dict[str, list[Taken]] = field(default_factory=lambda: {"redeemed": [], "cancelled": []})
    refund: tuple[UUID, int] | None = None
    killed: int = 0
    till_is_late: bool = False

    def __post_init__(self) -> None:
        self.till = Till(clock=self.clock.now)
        self.answers["/till"] = self._answer_at_till
        self.run(self._enrol)
        self.run(self._open)

    def run(self, serve: Callable[[Session], T]) -> T:
        return self.scheme.run(serve)

    def _enrol(self, session: Session) -> None:
        """Residents with points that an officer gave them out of a campaign that is funded."""
        now = self.clock.now()
        self.officers = [
            create_officer(session, name=one, email=f"{one}@example.org", roles=["finance"], now=now)
            for one in ("eve", "fay")
        ]
        self.residents = [
            enrol_resident(session, name="A", connection="live", ward=None, enrolled_at=now, now=now).id
            for _ in range(max(10, self.redemptions // 40))
        ]
        total = GIVEN_POINTS * len(self.residents)
        budget = open_account(session, kind=AccountKind.BUDGET, unit=Unit.POINTS, owner=CAMPAIGN)
        for funder, points in ((FUNDER, total // 5), (OTHER_FUNDER, total - total // 5)):
            pay_into_pot(session, funder_id=funder, pence=Pence(points), now=now)
            fund_campaign(session, campaign_id=CAMPAIGN, points=Points(points), funder_id=funder, now=now)
        decision = Decision(self.officers[0].id, "For the month", self.officers[0].uuid)
        for number in self.residents:
            give_points(
                session,
                wallet_id=number,
                budget_account=budget,
                points=Points(GIVEN_POINTS),
                decision=decision,
                now=now,
            )

    def _open(self, session: Session) -> None:
        now, keys = self.clock.now(), self.runtime.endpoint_keys
        source = register_source(session, name=MEMBERS, title="Leisure", evidence="verified")
        for number in self.residents:
            link_card(
                session,
                resident_id=number,
                subject=f"card:L{number}",
                source_id=source,
                enrolled_at=now,
                keys=self.runtime.card_keys,
            )
        self.partners = {"cafe": self.scheme.cafe, "group": self.scheme.group} | {
            name: add_partner(session, name=name.title(), kind="business", place="Leeds", now=now)
            for name in ("pool", "till", "gate")
        }
        for name, url, secret in (("pool", self.pool_url, POOL_SECRET), ("till", f"{self.url}/till", TILL_SECRET)):
            connect_partner(
                session,
                partner_id=self.partners[name].id,
                adapter=ADAPTERS[name],
                url=url,
                secret=secret,
                keys=keys,
                now=now,
            )
        self.rewards = {name: self._add_reward(session, name) for name in ADAPTERS}
        for name in ADAPTERS:
            receiver = self.receivers[name] = Receiver()
            made = add_webhook(
                session, partner_id=self.partners[name].id, url=f"{self.url}/hooks/{name}", keys=keys, now=now
            )
            receiver.secret = made.secret
            self.answers[f"/hooks/{name}"] = receiver.answer
        self._open_accounts(session)

    def _add_reward(self, session: Session, name: str) -> RewardRead:
        of_pool: dict[str, Any] = {"member_source": MEMBERS, "pass_days": 7} if name in {"pool", "gate"} else {}
        return add_reward(
            session,
            partner_id=self.partners[name].id,
            title=f"Something of the {name}",
            description="Any.",
            kind="food",
            adapter=ADAPTERS[name],
            points=Points(POINTS),
            cost_pence=Pence(COST_PENCE),
            stock=self.redemptions,
            voucher_days=60,
            now=self.clock.now(),
            **of_pool,
        )

    def _open_accounts(self, session: Session) -> None:
        keys, now = PayeeKeys(self.runtime.secrets), self.clock.now()
        for name in BY_STRIPE:
            self.accounts[name] = self.stripe.add_account()
            session.add(
                Payee(
                    partner_id=self.partners[name].id,
                    method="stripe",
                    stripe_account=self.accounts[name],
                    stripe_ready=True,
                )
            )
        details = read_bank_details(sort_code="20-00-00", account="1234 5678", name="Partner")
        for name in BY_BANK:
            partner_id = self.partners[name].id
            owner = add_partner_staff(session, partner_id=partner_id, name="Owner", now=now, owner=True)
            propose_bank_details(session, partner_id=partner_id, details=details, staff_id=owner.id, keys=keys, now=now)
            approve_bank_details(session, partner_id=partner_id, officer_id=self.officers[0].id, keys=keys)

    def _answer_at_till(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        status, said = self.till.answer(body, headers)
        return (-1, {}) if self.till_is_late else (status, said)

    def live(self) -> None:
        """All of it, and the days until everything has come to its end."""
        for day in range(DAYS):
            self.clock.at = self.scheme.now = START + timedelta(days=day)
            self.pool.mood = "broken" if day == DOWN_ON else "well"
            self.receivers["pool"].broken, self.till_is_late = day == DOWN_ON, day == LATE_ON
            if day == FILLED_ON:
                self.stripe.top_up(self.redemptions * COST_PENCE)
            self._take(day)
            self._work()
            self._pass(timedelta(hours=4))
            self._finish()
            self._refund()
            self._work()
            self._pay()
        for day in range(DAYS, DAYS + 17):
            self.clock.at = self.scheme.now = START + timedelta(days=day)
            self._work()
            self._finish()
            self._pay()

    def _pass(self, time_: timedelta) -> None:
        self.clock.at += time_
        self.scheme.now = self.clock.at

    def _take(self, day: int) -> None:
        names = list(ADAPTERS)
        first, last = (self.redemptions * one // DAYS for one in (day, day + 1))
        for number in range(first, last):
            name, resident = names[number % len(names)], self.residents[number % len(self.residents)]
            voucher = self.scheme.take(resident, self.rewards[name])
            self.taken.append(one := Taken(number, name, resident, voucher))
            self.waiting.append(one)
        due = self.killed < len(KILLED_FROM) and day >= KILLED_FROM[self.killed]
        if due and self.killed == 0 and any(one.partner == "pool" for one in self.waiting):
            self._kill_while_asking()
        elif due and self.killed == 1 and any(one.partner == "cafe" for one in self.waiting):
            self._kill_while_telling()

    def _finish(self) -> None:
        """Residents use what is ready, or give it back; what is not ready waits for another day."""
        left = []
        for one in self.waiting:
            shown = self.scheme.read(one.resident, one.voucher)
            if shown.status is VoucherStatus.ISSUED:
                if one.number % 100 in CANCELLED:
                    self.scheme.cancel(one.resident, shown)
                else:
                    self.scheme.redeem(shown.code, partner=self.partners[one.partner])
                shown = self.scheme.read(one.resident, one.voucher)
            if shown.status in {VoucherStatus.REDEEMED, VoucherStatus.CANCELLED}:
                self.ended[shown.status.value].append(one)
            else:
                left.append(one)
        self.waiting = left

    def _refund(self) -> None:
        """Once, of the first coffee: two officers give 50 of its points back."""
        used = next((one for one in self.ended["redeemed"] if one.partner == "cafe"), None)
        if used is None or self.refund is not None:
            return
        eve, fay, now = *self.officers, self.clock.now()
        opened = self.run(
            partial(open_dispute, redemption=used.voucher.id, reason="It was cold", by=eve.actor, now=now)
        )
        self.run(partial(propose_refund, dispute=opened.id, points=Points(50), answer="It was", officer=eve, now=now))
        done = self.run(partial(approve_refund, dispute=opened.id, points=Points(50), officer=fay, now=now))
        assert done.pence is not None, "it was carried out"
        self.refund = opened.id, done.pence

    def _work(self) -> None:
        """What the clock asks for, as often as it takes for what can be finished today."""
        run = {schedule.name: schedule.run for schedule in SCHEDULES}
        for name in (*DAILY, "passes.write_file"):
            run[name](self.runtime)
            self._pass(timedelta(minutes=1))
        for name in WEEKLY if self.clock.at.weekday() == 0 else ():
            run[name](self.runtime)

    def _pay(self) -> None:
        """On Thursdays, when the delay is over: one officer makes the file, the other sends it."""
        if self.clock.at.weekday() != 3:
            return
        eve, fay = self.officers
        keys, payer, now = PayeeKeys(self.runtime.secrets), read_payer(None, demo=True), self.clock.now()
        try:
            made = self.run(partial(make_file, payer=payer, keys=keys, officer_id=eve.id, now=now))
        except NothingToPay:
            return
        self.run(partial(send_file, file=made.public_id, officer_id=fay.id, now=now))

    def _kill_while_asking(self) -> None:
        asked, self.pool.slow_seconds = len(self.pool.asked), 0.3
        self._kill_worker(lambda: len(self.pool.asked) > asked)
        self.pool.slow_seconds = 0.0

    def _kill_while_telling(self) -> None:
        """Some have been told when the worker dies, and of the last it is not known."""
        for one in self.receivers.values():
            one.slow_seconds = 0.3
        self._finish()
        taken = self._count_taken()
        self._kill_worker(lambda: self._count_taken() > taken)
        for one in self.receivers.values():
            one.slow_seconds = 0.0

    def _count_taken(self) -> int:
        return sum(len(one.taken) for one in self.receivers.values())

    def _kill_worker(self, is_at_it: Callable[[], bool]) -> None:
        environment = self.environment | {"NOW": self.clock.now().isoformat(), "PATH": os.environ["PATH"]}
        process = subprocess.Popen([sys.executable, "-m", "tests.month.worker"], cwd=ROOT, env=environment)
        until = time.monotonic() + 90
        while not is_at_it():
            assert process.poll() is None, "it had something to do"
            assert time.monotonic() < until, "it came to it in time"
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
        self.killed += 1
