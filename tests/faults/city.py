"""A small scheme for tests that kill: funded rules, a machine that may send everything, residents, a till, a reward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from app.core.clock import london_date
from app.core.database import Database
from app.core.ids import public_id
from app.core.secret_store import Secrets
from app.core.units import Pence, Points
from app.demo.seeding import pack_around
from app.identity.service import add_partner_staff, register_client, register_source
from app.identity.tokens import TokenIssuer, name_issuer
from app.ledger.service import fund_campaign, pay_into_pot
from app.offers.service import add_partner, add_reward
from app.residents.cards import CardKeys
from app.residents.queries import ResidentRead
from app.residents.service import enrol_resident, link_card
from app.rulebook.service import open_campaign, publish_rules

SCHEME = "leeds"
FUNDER = 1
BUDGET = 1_000_000
PRICE = 5
"""Points, and pence, of the one reward."""
SOURCES = {
    "transit.tap": ("urn:wymetro:taps", "verified"),
    "cycle.trip": ("urn:leeds:cycle-hire", "verified"),
    "checkin.scan": ("urn:leeds:check-in", "verified"),
    "litter.pick": ("urn:leeds:friends-of-groups", "registered_organisation"),
}
DATA: Mapping[str, Mapping[str, object]] = {
    "transit.tap": {"mode": "bus", "leg": "on", "stop": "450010441"},
    "cycle.trip": {"distance_m": 4200, "duration_seconds": 1200},
    "checkin.scan": {"place": "central-library"},
    "litter.pick": {"bags": 2},
}
LASTS = timedelta(hours=2)


@dataclass(frozen=True)
class City:
    """Bearer tokens of the machine, the till and each resident, whose card is `card:N`."""

    resident_ids: tuple[int, ...]
    reward: str
    machine_token: str
    till_token: str
    resident_tokens: tuple[str, ...]


def build_city(database: Database, secrets: Secrets, *, residents: int, now: datetime) -> City:
    """Seed and commit; everything is valid around `now`, and everybody joined a month before it."""
    joined_at = now - timedelta(days=30)

    def seed(session: Session) -> tuple[list[ResidentRead], str, str]:
        for source, evidence in SOURCES.values():
            register_source(session, name=source, title=source, evidence=evidence)
        register_client(
            session,
            client_id="everything",
            secret="a-secret-of-at-least-thirty-two-characters",
            title="Every source",
            scopes=["events:write"],
            sources=[source for source, _ in SOURCES.values()],
            event_types=list(SOURCES),
        )
        _open_campaigns(session, joined_at)
        cafe = add_partner(session, name="Kirkgate Café", kind="business", place="Leeds", now=joined_at)
        staff = add_partner_staff(session, partner_id=cafe.id, name="Till", now=joined_at)
        reward = add_reward(
            session,
            partner_id=cafe.id,
            title="Biscuit",
            description="One.",
            kind="food",
            adapter="voucher_code",
            points=Points(PRICE),
            cost_pence=Pence(PRICE),
            stock=None,
            voucher_days=30,
            now=joined_at,
        )
        made = [_join(session, CardKeys(secrets), number, joined_at) for number in range(residents)]
        return made, public_id("rew", reward.public_id), staff.public_id

    made, reward, staff = database.in_transaction(seed)
    issuer = TokenIssuer(secrets, name_issuer(SCHEME))
    tokens = [
        issuer.mint(subject, scope, "test", LASTS, now)
        for subject, scope in (
            ("everything", "events:write"),
            (staff, "vouchers:redeem"),
            *((public_id("res", one.public_id), "resident") for one in made),
        )
    ]
    return City(tuple(one.id for one in made), reward, tokens[0], tokens[1], tuple(tokens[2:]))


def _open_campaigns(session: Session, joined_at: datetime) -> None:
    rules = pack_around(joined_at)
    keys = sorted({rule.campaign for rule in rules})
    pay_into_pot(session, funder_id=FUNDER, pence=Pence(BUDGET * len(keys)), now=joined_at)
    today = london_date(joined_at)
    for key in keys:
        ends_on = today + timedelta(days=365)
        campaign = open_campaign(session, key=key, title=key, starts_on=today, ends_on=ends_on)
        fund_campaign(session, campaign_id=campaign, points=Points(BUDGET), funder_id=FUNDER, now=joined_at)
    publish_rules(session, rules=rules, in_force_from=joined_at, now=joined_at)


def _join(session: Session, keys: CardKeys, number: int, at: datetime) -> ResidentRead:
    resident = enrol_resident(
        session, name=f"Resident {number}", connection="live", ward="Armley", enrolled_at=at, now=at
    )
    subject = f"card:{number}"
    link_card(session, resident_id=resident.id, subject=subject, source_id=None, keys=keys, enrolled_at=at)
    return resident
