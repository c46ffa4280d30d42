"""A small city behind the real application: machines, residents, a café with staff, officers, and rewards."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core.clock import SetClock
from app.core.database import Database
from app.core.ids import public_id
from app.core.outbound import UrlGuard, open_client
from app.core.secret_store import Secrets
from app.core.settings import Settings
from app.core.units import Pence, Points
from app.hosting.kinds import HOSTED
from app.hosting.organisations import add_host, register_organisation
from app.identity.permissions import ROLES
from app.identity.queries import OfficerRead
from app.identity.service import add_partner_staff, create_officer, register_client
from app.identity.tokens import TokenIssuer, name_issuer
from app.ledger.chart import AccountKind, Unit
from app.ledger.posting import Award, post_awards
from app.ledger.service import fund_campaign, open_account, pay_into_pot
from app.main import create_app
from app.offers.endpoints import EndpointKeys
from app.offers.service import add_partner, add_reward
from app.redemption.codes import VoucherCodes
from app.residents.cards import CardKeys
from app.residents.queries import get_resident
from app.rulebook.service import open_campaign
from app.web.lockout import Lockout
from app.web.runtime import Runtime
from partners.donation import Donation
from partners.voucher_code import VoucherCode
from rules.catalogue import EVENT_TYPES
from tests.api.documented import check_documented
from tests.earning.world import CHECK_IN, SOURCES, TAPS, World, build_world

SECRET = "a-secret-of-at-least-thirty-two-characters"
LASTS = timedelta(hours=1)


@dataclass
class City:
    """`residents` and, by name, `staff`, `hosts` and `officers` are public ids; `tokens` has one for each caller."""

    runtime: Runtime
    app: FastAPI
    http: TestClient
    clock: SetClock
    world: World
    residents: list[str]
    staff: dict[str, str]
    officer: str
    officers: dict[str, str]
    hosts: dict[str, str]
    rewards: dict[str, str]
    tokens: dict[str, str]

    def token(self, subject: str, scope: str, *, lasts: timedelta = LASTS) -> str:
        return self.runtime.issuer.mint(subject, scope, "test", lasts, self.clock.now())

    def resident(self, number: int) -> dict[str, str]:
        """Headers of one resident."""
        return bearer(self.token(self.residents[number], "resident"))

    def by(self, who: str) -> dict[str, str]:
        """Headers of `who`: taps, check_in, till, resident, (other_)staff, (other_)owner, officer, a role, a host."""
        return bearer(self.tokens[who])

    def take(self, reward: str, *, resident: int = 0, key: str | None = None) -> httpx2.Response:
        headers = self.resident(resident) | ({"Idempotency-Key": key} if key else {})
        return self.http.post("/v1/redemptions", json={"reward_id": self.rewards[reward]}, headers=headers)

    def redeem(self, code: str, *, who: str = "staff", key: str | None = None) -> httpx2.Response:
        headers = self.by(who) | ({"Idempotency-Key": key} if key else {})
        return self.http.post("/v1/vouchers/redeem", json={"code": code}, headers=headers)

    def send(self, event: object, *, who: str = "taps") -> httpx2.Response:
        """One event in structured mode."""
        return self.http.post(
            "/v1/events", json=event, headers=self.by(who) | {"Content-Type": "application/cloudevents+json"}
        )

    def balance(self, resident: int = 0) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.get("/v1/me/balance", headers=self.resident(resident)).json()
        return answer


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def build_runtime_for(database: Database, secrets: Secrets, clock: SetClock) -> Runtime:
    """A runtime around a test's own database, with a clock that stands still."""
    adapters = (VoucherCode(), Donation())
    guard = UrlGuard(demo=False, resolve=lambda _host, _port: ["8.8.8.8"])
    settings = Settings(pool_size=20)
    return Runtime(
        settings=settings,
        database=database,
        secrets=secrets,
        clock=clock,
        issuer=TokenIssuer(secrets, name_issuer(settings.scheme)),
        card_keys=CardKeys(secrets),
        voucher_codes=VoucherCodes(secrets),
        adapters={adapter.name: adapter for adapter in adapters},
        endpoint_keys=EndpointKeys(secrets),
        url_guard=guard,
        outbound=open_client(guard),
        limiter=Lockout(),
        demo=False,
    )


def build_city(database: Database, secrets: Secrets, now: datetime, *, residents: int = 3, points: int = 500) -> City:
    """Seed and commit. Every resident has `points` and holds `card:N`; the hot drink costs 100, the cake has 2 left."""
    return open_city(database, secrets, now, seed_city(database, secrets, now, residents=residents, points=points))


def seed_city(database: Database, secrets: Secrets, now: datetime, *, residents: int, points: int) -> dict[str, Any]:
    """What `open_city` needs to know of it."""
    world = build_world(database, secrets, residents=residents)
    return {"world": world, **database.in_transaction(lambda session: _seed(session, world, points, now))}


def open_city(database: Database, secrets: Secrets, now: datetime, seeded: dict[str, Any]) -> City:
    """The application around a database that holds what was seeded, or a copy of it."""
    runtime = build_runtime_for(database, secrets, SetClock(now))
    assert isinstance(runtime.clock, SetClock)
    app = create_app(runtime)
    http = TestClient(app)
    http.event_hooks = {"response": [check_documented]}
    world = replace(seeded["world"], database=database)
    people = {key: copy(one) for key, one in seeded.items() if key != "world"}
    city = City(runtime, app, http, runtime.clock, world, tokens={}, **people)
    city.tokens |= {
        "taps": city.token("leeds-buses", "events:read events:write tokens:confirm tokens:read"),
        "check_in": city.token("check-in", "events:read events:write tokens:read"),
        "till": city.token("cafe-till", "vouchers:redeem"),
        "resident": city.token(city.residents[0], "resident"),
        "staff": city.token(city.staff["cafe"], "vouchers:redeem"),
        "other_staff": city.token(city.staff["shop"], "vouchers:redeem"),
        "owner": city.token(city.staff["owner"], "vouchers:redeem"),
        "other_owner": city.token(city.staff["other_owner"], "vouchers:redeem"),
        "officer": city.token(city.officer, "officer"),
    }
    city.tokens |= {who: city.token(public_id, "host") for who, public_id in city.hosts.items()}
    city.tokens |= {role: city.token(public_id, "officer") for role, public_id in city.officers.items()}
    return city


def _seed(session: Session, world: World, points: int, now: datetime) -> dict[str, Any]:
    types = sorted(name for name, kind in EVENT_TYPES.items() if not kind.derived)
    cafe = add_partner(session, name="Kirkgate Café", kind="business", place="Leeds", now=now)
    shop = add_partner(session, name="Aire Books", kind="business", place="Leeds", now=now)
    for client_id, source in (("leeds-buses", TAPS), ("check-in", CHECK_IN)):
        register_client(
            session,
            client_id=client_id,
            secret=SECRET,
            title=client_id,
            scopes=["events:write", "events:read", "tokens:read", "tokens:confirm"],
            sources=[source],
            event_types=[one for one in types if one != "litter.pick"],
        )
    register_client(
        session, client_id="cafe-till", secret=SECRET, title="Till", scopes=["vouchers:redeem"], partner_id=cafe.id
    )
    assert TAPS in SOURCES
    officer = create_officer(session, name="An Officer", email="Officer@Example.org", roles=["auditor"], now=now)
    officers = {
        role: create_officer(session, name=role, email=f"{role}@city.example.org", roles=[role], now=now).public_id
        for role in sorted(ROLES)
    }
    staff = {
        name: add_partner_staff(session, partner_id=partner.id, name=name, now=now).public_id
        for name, partner in (("cafe", cafe), ("shop", shop))
    }
    for name, partner in (("owner", cafe), ("other_owner", shop)):
        staff[name] = add_partner_staff(session, partner_id=partner.id, name=name, now=now, owner=True).public_id
    _give_points(session, world, points, now)
    rewards = {
        name: add_reward(
            session,
            partner_id=cafe.id,
            title=name.title(),
            description="Any size.",
            kind="food",
            adapter="voucher_code",
            points=Points(100),
            cost_pence=Pence(80),
            stock=stock,
            voucher_days=30,
            now=now,
        ).public_id
        for name, stock in (("drink", None), ("cake", 2), ("breakfast", 10))
    }
    return {
        "residents": [public_id("res", get_resident(session, resident_id=one).public_id) for one in world.residents],
        "staff": staff,
        "officer": officer.public_id,
        "officers": officers,
        "hosts": _seed_hosts(session, officer, now),
        "rewards": {name: public_id("rew", uuid) for name, uuid in rewards.items()},
    }


def _seed_hosts(session: Session, officer: OfficerRead, now: datetime) -> dict[str, str]:
    """Two hosts of a farm, who may stand for each other, and one of the friends of a park."""
    hosts = {}
    for name, people in (("Kirkstall Valley Farm", ("host", "second_host")), ("Friends of a Park", ("other_host",))):
        organisation = register_organisation(session, name=name, event_types=HOSTED, officer=officer, now=now)
        for who in people:
            hosts[who] = add_host(session, organisation=organisation.uuid, name=who, officer=officer, now=now).public_id
    return hosts


def _give_points(session: Session, world: World, points: int, now: datetime) -> None:
    campaign = open_campaign(
        session, key="welcome", title="Welcome", starts_on=date(2026, 6, 1), ends_on=date(2028, 4, 1)
    )
    total = points * len(world.residents)
    if not total:
        return
    pay_into_pot(session, funder_id=9, pence=Pence(total), now=now)
    fund_campaign(session, campaign_id=campaign, points=Points(total), funder_id=9, now=now)
    budget = open_account(session, kind=AccountKind.BUDGET, unit=Unit.POINTS, owner=campaign)
    started = datetime(2026, 11, 1, tzinfo=UTC)
    post_awards(
        session,
        awards=[Award(number, budget, wallet, points, started) for number, wallet in enumerate(world.residents, 1)],
        now=now,
    )
