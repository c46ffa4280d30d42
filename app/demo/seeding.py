"""Seeds the Leeds demonstration through the same services as everybody else, in one transaction: all of it or nothing.

Time passes as it did: every day's events are recorded on the evening of that day, so quarters, limits and balances
come out as they would have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import LONDON, london_date
from app.core.ids import public_id
from app.core.units import Pence, Points
from app.demo.agreeing import agree_contracts
from app.demo.chance import Chance, client_secret, fingerprint
from app.demo.city import SeededCity, find_city, state_city
from app.demo.history import History
from app.demo.plan import (
    CAFE,
    CAMPAIGNS,
    JOINED_DAYS_AGO,
    OFFICERS,
    PARTNERS,
    REFERRALS,
    REFERRED,
    RESIDENTS,
    REWARDS,
    SOURCES,
    TILL_CLIENT,
    WARDS,
    resident_name,
)
from app.demo.spending import Spending
from app.demo.waiting import leave_work
from app.earning.intake import LARGEST_BATCH, IntakeOptions, record_events
from app.earning.referrals import name_referrer, qualify_referrals
from app.identity.permissions import EVENTS_READ, EVENTS_WRITE, TOKENS_CONFIRM, TOKENS_READ, VOUCHERS_REDEEM
from app.identity.queries import Client
from app.identity.service import add_partner_staff, create_officer, register_client, register_source
from app.ledger.rate import keep_rate, pence_behind
from app.ledger.service import fund_campaign, pay_into_pot
from app.offers.queries import PartnerRead, RewardRead
from app.offers.service import add_partner, add_reward
from app.residents.places.synthetic import load_synthetic_places
from app.residents.queries import ResidentRead
from app.residents.referrals import InvitationKeys, give_invitation
from app.residents.service import enrol_resident, link_card
from app.residents.terms.book import LEEDS_TERMS
from app.rulebook.service import open_campaign, publish_rules
from app.web.runtime import Runtime
from rules.document import Rule, Validity
from rules.packs import LEEDS, load_pack
from rules.parts import Multiply

YEAR = timedelta(days=366)
STEPS = JOINED_DAYS_AGO
_SEED_LOCK = 0x5EED
_EVENING = time(23, 30)


@dataclass(frozen=True)
class _Offers:
    partners: tuple[PartnerRead, ...]
    staff: tuple[str, ...]
    rewards: tuple[RewardRead, ...]


def seed_city(session: Session, *, runtime: Runtime, now: datetime, passed: Callable[[int], None]) -> SeededCity:
    """Seed the demonstration unless it is there; `passed` hears how many of STEPS are done.

    Raises RealPeopleHere or OtherSecrets.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _SEED_LOCK})
    city = find_city(session, secrets=runtime.secrets)
    if city is not None:
        return city
    joined_at = now - timedelta(days=JOINED_DAYS_AGO)
    chance = Chance(runtime.secrets)
    history = History(chance, today_on=london_date(now))
    _open_sources(session, runtime)
    _open_campaigns(session, now=joined_at)
    publish_rules(session, rules=pack_around(now), in_force_from=joined_at - YEAR, now=joined_at)
    load_synthetic_places(session)
    officers = [
        create_officer(session, name=officer.name, email=officer.email, roles=[officer.role], now=joined_at)
        for officer in OFFICERS
    ]
    offers = _open_offers(session, runtime, now=joined_at)
    agree_contracts(session, partners=offers.partners, rewards=offers.rewards, officers=officers, now=joined_at)
    residents = [_enrol(session, runtime, history, number, joined_at) for number in range(RESIDENTS)]
    _refer(session, runtime, residents, now=joined_at)
    passed(1)
    _live(session, runtime, history, Spending(chance, runtime, residents, offers.partners, offers.rewards), passed)
    hosts = leave_work(session, staff=offers.staff, residents=residents, officers=officers, now=now)
    city = SeededCity(
        secrets=fingerprint(runtime.secrets),
        residents=tuple(public_id("res", resident.public_id) for resident in residents),
        partners=tuple(public_id("prt", partner.public_id) for partner in offers.partners),
        staff=offers.staff,
        officers=tuple(officer.public_id for officer in officers),
        rewards=tuple(public_id("rew", reward.public_id) for reward in offers.rewards),
        hosts=hosts,
    )
    state_city(session, city=city)
    return city


def pack_around(now: datetime) -> tuple[Rule, ...]:
    """The Leeds pack, valid from a year before `now` to a year after, so that the demonstration works on any day.

    What is for one month only, such as double points, stays in its month.
    """
    start_on, until_on = london_date(now - YEAR), london_date(now + YEAR)
    return tuple(
        rule
        if isinstance(rule.effect, Multiply)
        else rule.model_copy(
            update={
                "validity": Validity(start=min(start_on, rule.validity.start), until=max(until_on, rule.validity.until))
            }
        )
        for rule in load_pack(LEEDS)
    )


def _open_sources(session: Session, runtime: Runtime) -> None:
    for source in SOURCES:
        register_source(session, name=source.name, title=source.title, evidence=source.evidence)
        register_client(
            session,
            client_id=source.client_id,
            secret=client_secret(runtime.secrets, source.client_id),
            title=source.title,
            scopes=[EVENTS_WRITE, EVENTS_READ, TOKENS_READ, TOKENS_CONFIRM],
            sources=[source.name],
            event_types=[source.event_type],
        )
    register_source(session, name=REFERRALS, title="Referrals", evidence="verified")


def _open_campaigns(session: Session, *, now: datetime) -> None:
    """They run as long as any rule of the pack is valid, for a rule pays on days of its campaign only."""
    spans = [rule.validity for rule in pack_around(now)]
    for campaign in CAMPAIGNS:
        campaign_id = open_campaign(
            session,
            key=campaign.key,
            title=campaign.title,
            starts_on=min(span.start for span in spans),
            ends_on=max(span.until for span in spans),
        )
        pence = pence_behind(campaign.points, rate=keep_rate(session))
        pay_into_pot(session, funder_id=campaign.funder, pence=pence, now=now)
        fund_campaign(
            *(session,), campaign_id=campaign_id, points=Points(campaign.points), funder_id=campaign.funder, now=now
        )


def _open_offers(session: Session, runtime: Runtime, *, now: datetime) -> _Offers:
    partners = tuple(
        add_partner(session, name=partner.name, kind=partner.kind, place=partner.place, now=now) for partner in PARTNERS
    )
    staff = tuple(
        add_partner_staff(session, partner_id=partner.id, name=planned.staff, now=now, owner=True).public_id
        for partner, planned in zip(partners, PARTNERS, strict=True)
    )
    rewards = tuple(
        add_reward(
            session,
            partner_id=partners[reward.partner].id,
            title=reward.title,
            description=reward.description,
            kind=reward.kind,
            adapter=reward.adapter,
            points=Points(reward.points),
            cost_pence=Pence(reward.cost_pence),
            stock=reward.stock,
            voucher_days=30,
            now=now,
        )
        for reward in REWARDS
    )
    register_client(
        session,
        client_id=TILL_CLIENT,
        secret=client_secret(runtime.secrets, TILL_CLIENT),
        title=f"{PARTNERS[CAFE].name}, till",
        scopes=[VOUCHERS_REDEEM],
        partner_id=partners[CAFE].id,
    )
    return _Offers(partners, staff, rewards)


def _enrol(session: Session, runtime: Runtime, history: History, number: int, joined_at: datetime) -> ResidentRead:
    resident = enrol_resident(
        session,
        name=resident_name(number),
        connection=history.chance.pick(("live", "live", "live", "work", "visit"), "connection", number),
        ward=history.chance.pick(WARDS, "ward", number),
        pass_type=history.chance.pick(("adult", "adult", "adult", "young", "senior", "disabled"), "pass", number),
        enrolled_at=joined_at,
        now=joined_at,
        terms_version=LEEDS_TERMS.get_current(today=london_date(joined_at)).version,
    )
    link_card(
        session,
        resident_id=resident.id,
        subject=history.card(number),
        source_id=None,
        keys=runtime.card_keys,
        enrolled_at=joined_at,
    )
    return resident


def _refer(session: Session, runtime: Runtime, residents: list[ResidentRead], *, now: datetime) -> None:
    keys = InvitationKeys(runtime.secrets)
    for friend, asker in REFERRED:
        code = give_invitation(session, resident_id=residents[asker].id, keys=keys)
        name_referrer(session, resident=residents[friend], code=code, keys=keys, now=now)


def _live(
    session: Session, runtime: Runtime, history: History, spending: Spending, passed: Callable[[int], None]
) -> None:
    """Day after day from the first whole one of membership until yesterday."""
    everything = Client(
        id=0,
        client_id="demo",
        title="Demonstration",
        scopes=frozenset({EVENTS_WRITE}),
        sources=frozenset(source.name for source in SOURCES),
        event_types=frozenset(source.event_type for source in SOURCES),
        partner_id=None,
    )
    for days_ago in reversed(range(1, JOINED_DAYS_AGO)):
        on = history.today_on - timedelta(days=days_ago)
        evening_at = datetime.combine(on, _EVENING, LONDON).astimezone(UTC)
        events = history.events_on(on)
        for start in range(0, len(events), LARGEST_BATCH):
            record_events(
                session,
                client=everything,
                events=events[start : start + LARGEST_BATCH],
                keys=runtime.card_keys,
                options=IntakeOptions(late_window=None),
                now=evening_at,
            )
        qualify_referrals(session, now=evening_at)
        spending.spend(session, on=on, now=evening_at)
        passed(JOINED_DAYS_AGO - days_ago + 1)
