"""The API tests' city in demo mode, with a donation to give and browsers for its people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core.ids import public_id
from app.core.scheme_facts import state_fact
from app.core.units import Pence, Points
from app.main import create_app
from app.offers.service import add_partner, add_reward
from app.web.pages.visits import Role
from app.web.runtime import Runtime
from app.wiring import build_ways_in
from tests.api.city import City
from tests.pages.browser import Browser


@dataclass(frozen=True)
class Town:
    """`app` is in demo mode, `real` is the same scheme outside it; `gift` is a donation for 50 points."""

    city: City
    app: FastAPI
    real: FastAPI
    gift: str
    officers: list[str]

    def browser(self, role: Role | None = None, *, number: int = 0, app: FastAPI | None = None) -> Browser:
        """Of somebody signed in, or of nobody."""
        browser = Browser(TestClient(app or self.app))
        return browser.sign_in(self.list_people(role)[number]) if role else browser

    def list_people(self, role: Role) -> list[str]:
        """Public ids."""
        return {
            Role.RESIDENT: self.city.residents,
            Role.PARTNER: [self.city.staff["cafe"], self.city.staff["shop"]],
            Role.OFFICER: self.officers,
            Role.HOST: list(self.city.hosts.values()),
        }[role]


def in_demo_mode(runtime: Runtime) -> Runtime:
    """The same, with the demonstration's own provider."""
    ways_in = build_ways_in(runtime.settings, demo=True, clock=runtime.clock)
    return replace(runtime, demo=True, ways_in=ways_in)


def open_town(city: City, *, officers: list[str] | None = None) -> Town:
    """Seed what the city lacks and commit."""
    known = officers or [city.officer]
    cast = {
        "residents": city.residents,
        "staff": list(city.staff.values()),
        "officers": known,
        "hosts": list(city.hosts.values()),
    }

    def seed(session: Session) -> str:
        state_fact(session, key="demo", value=msgspec.json.encode(cast).decode())
        now = city.clock.now()
        group = add_partner(session, name="Friends of the Beck", kind="community_group", place="Meanwood", now=now)
        gift = add_reward(
            session,
            partner_id=group.id,
            title="Seeds for the beck",
            description="For the group.",
            kind="donation",
            adapter="donation",
            points=Points(50),
            cost_pence=Pence(50),
            stock=None,
            voucher_days=30,
            now=now,
        )
        return public_id("rew", gift.public_id)

    gift = city.runtime.database.in_transaction(seed)
    return Town(city, create_app(in_demo_mode(city.runtime)), city.app, gift, known)
