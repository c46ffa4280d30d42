"""A scheme with a leisure operator across the network, and residents who hold its card."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import SetClock
from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.units import Pence, Points
from app.identity.service import register_source
from app.offers.endpoints import EndpointKeys, connect_partner
from app.offers.queries import RewardRead
from app.offers.service import add_reward
from app.redemption.asking import QuestionKeys
from app.redemption.codes import VoucherCodes
from app.redemption.queries import VoucherRead
from app.redemption.tasks import Asking, ask_due_partners
from app.residents.cards import CardKeys
from app.residents.service import link_card
from partners.calling import Calls
from partners.leisure_pass import LeisurePass
from partners.registry import build_registry
from tests.fakes.leisure_operator import SECRET, LeisureBooks
from tests.redemption.scheme import Scheme

MEMBERS = "urn:leeds:leisure"
POINTS = 150


@dataclass
class Leisure:
    """`books` are the operator's; `transport` None calls `url` over the network."""

    scheme: Scheme
    secrets: Secrets
    books: LeisureBooks = field(default_factory=LeisureBooks)
    transport: httpx.BaseTransport | None = None
    url: str = "http://127.0.0.1:1"

    def __post_init__(self) -> None:
        self.clock = SetClock(self.scheme.now)
        client = httpx.Client(transport=self.transport)
        self.scheme.adapters = build_registry([LeisurePass(Calls(client, wait=lambda _: None))])
        self.asking = make_asking(self.scheme.database, self.secrets, self.clock, client)
        (self.resident,) = self.scheme.add_residents(1, points=POINTS)
        self.reward = self.scheme.run(self._open)

    def _open(self, session: Session) -> RewardRead:
        now = self.scheme.now
        source = register_source(session, name=MEMBERS, title="Leisure", evidence="verified")
        link_card(
            session,
            resident_id=self.resident,
            subject="card:L1234",
            source_id=source,
            enrolled_at=now,
            keys=CardKeys(self.secrets),
        )
        pool = self.scheme.cafe
        keys = EndpointKeys(self.secrets)
        connect_partner(
            session, partner_id=pool.id, adapter="leisure_pass", url=self.url, secret=SECRET, keys=keys, now=now
        )
        swim = add_reward(session, **_reward(pool.id, "A swim", now), adapter="voucher_code")
        return add_reward(
            session,
            **_reward(pool.id, "A week's pass", now),
            adapter="leisure_pass",
            pass_days=7,
            member_source=MEMBERS,
            instead=swim,
        )

    def take(self) -> VoucherRead:
        return self.scheme.take(self.resident, self.reward)

    def take_as_another(self, card: str = "L5678") -> tuple[int, VoucherRead]:
        """Another resident, with a card of their own, and their voucher."""
        (other,) = self.scheme.add_residents(1, points=POINTS)

        def link(session: Session) -> None:
            source = session.execute(text("SELECT id FROM sources WHERE name = :name"), {"name": MEMBERS}).scalar_one()
            keys, at = CardKeys(self.secrets), self.scheme.now
            link_card(session, resident_id=other, subject=f"card:{card}", source_id=source, enrolled_at=at, keys=keys)

        self.scheme.run(link)
        return other, self.scheme.take(other, self.reward)

    def work(self, *, after: timedelta = timedelta(0)) -> int:
        """Put what is due, so much later."""
        self.clock.at += after
        return ask_due_partners(self.asking)

    def read(self, voucher: VoucherRead) -> VoucherRead:
        return self.scheme.read(self.resident, voucher, at=self.clock.now())

    def points(self) -> tuple[int, int]:
        """Available and held."""
        balance = self.scheme.balance(self.resident)
        return balance.available, balance.held


def make_asking(database: Database, secrets: Secrets, clock: SetClock, client: httpx.Client) -> Asking:
    keys = QuestionKeys(VoucherCodes(secrets), EndpointKeys(secrets), CardKeys(secrets))
    adapters = build_registry([LeisurePass(Calls(client, wait=lambda _: None))])
    return Asking(database, clock, adapters, keys)


def _reward(partner_id: int, title: str, now: datetime) -> dict[str, Any]:
    return {
        "partner_id": partner_id,
        "title": title,
        "description": "At the pool.",
        "kind": "leisure",
        "points": Points(POINTS),
        "cost_pence": Pence(120),
        "stock": 5,
        "voucher_days": 30,
        "now": now,
    }
