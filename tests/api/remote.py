"""The API tests' city with a partner across the network, which answers only when a test lets the worker ask."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlmodel import Session

from app.core.ids import public_id
from app.core.units import Pence, Points
from app.offers.service import add_partner, add_reward
from app.redemption.asking import QuestionKeys
from app.redemption.tasks import Asking, ask_due_partners
from app.web.runtime import Runtime
from partners.in_memory import InMemory
from tests.api.city import City


@dataclass(frozen=True)
class Remote:
    """`reward` costs 100 points; `runtime` knows the partner."""

    runtime: Runtime
    twin: InMemory
    reward: str

    def ask(self) -> int:
        """What a worker does."""
        keys = QuestionKeys(self.runtime.voucher_codes, self.runtime.endpoint_keys, self.runtime.card_keys)
        return ask_due_partners(Asking(self.runtime.database, self.runtime.clock, self.runtime.adapters, keys))


def add_remote(city: City) -> Remote:
    """Aireborough Pool, and a swim there."""
    twin, now = InMemory(local=False), city.clock.now()
    runtime = replace(city.runtime, adapters={**city.runtime.adapters, twin.name: twin})

    def seed(session: Session) -> str:
        pool = add_partner(session, name="Aireborough Pool", kind="business", place="Guiseley", now=now)
        swim = add_reward(
            session,
            partner_id=pool.id,
            title="A swim",
            description="Once.",
            kind="leisure",
            adapter=twin.name,
            points=Points(100),
            cost_pence=Pence(80),
            stock=5,
            voucher_days=30,
            now=now,
        )
        return public_id("rew", swim.public_id)

    return Remote(runtime, twin, runtime.database.in_transaction(seed))
