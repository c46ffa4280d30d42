"""A small city for tests of earning: the real pack, funded campaigns, a client for every source, some residents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.units import Pence, Points
from app.earning.explanation import EventExplanation, explain_event
from app.earning.intake import EventResult, IntakeOptions, record_events
from app.earning.void import VoidResult, void_event
from app.identity.queries import Client
from app.identity.service import register_source
from app.ledger.service import fund_campaign, pay_into_pot
from app.residents.cards import CardKeys
from app.residents.service import enrol_resident, link_card
from app.rulebook.service import open_campaign, publish_rules
from rules.catalogue import EVENT_TYPES
from rules.document import Rule
from rules.packs import LEEDS, load_pack

TAPS = "urn:wymetro:taps"
RIDES = "urn:leeds:cycle-hire"
HUB = "urn:leeds:volunteer-hub"
CHECK_IN = "urn:leeds:check-in"
LITTER = "urn:leeds:friends-of-groups"
SOURCES = {
    TAPS: "verified",
    RIDES: "verified",
    HUB: "registered_organisation",
    LITTER: "registered_organisation",
    CHECK_IN: "verified",
}
START = datetime(2026, 7, 1, tzinfo=UTC)
FUNDER = 1


@dataclass
class World:
    """`residents` are ids; resident n holds `card:n`."""

    database: Database
    keys: CardKeys
    client: Client
    residents: list[int] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def send(self, events: Sequence[object], *, at: datetime | None = None, history: bool = False) -> list[EventResult]:
        """Post a batch in a transaction of its own."""
        options = IntakeOptions(late_window=timedelta(days=14), history=history)
        return self.database.in_transaction(
            lambda session: record_events(
                session, client=self.client, events=events, keys=self.keys, options=options, now=at or self.now
            )
        )

    def void(self, source: str, event_id: str) -> VoidResult:
        """Void an event in a transaction of its own."""
        return self.database.in_transaction(
            lambda session: void_event(session, source=source, external_id=event_id, reason="wrong rider", now=self.now)
        )

    def explain(self, source: str, event_id: str) -> EventExplanation:
        """Why an event earned what it earned."""
        return self.database.in_transaction(lambda session: explain_event(session, source=source, external_id=event_id))


def build_world(
    database: Database,
    secrets: Secrets,
    *,
    residents: int = 3,
    budget: int = 1_000_000,
    rules: Sequence[Rule] | None = None,
) -> World:
    """Seed and commit."""
    keys = CardKeys(secrets)
    pack = load_pack(LEEDS) if rules is None else rules

    def seed(session: Session) -> list[int]:
        for name, evidence in SOURCES.items():
            register_source(session, name=name, title=name, evidence=evidence)
        pay_into_pot(session, funder_id=FUNDER, pence=Pence(100_000_000), now=START)
        for key in sorted({rule.campaign for rule in pack}):
            spans = [rule.validity for rule in pack if rule.campaign == key]
            campaign = open_campaign(
                session,
                key=key,
                title=key,
                starts_on=min(date(2026, 6, 1), *(span.start for span in spans)),
                ends_on=max(date(2028, 4, 1), *(span.until for span in spans)),
            )
            if budget:
                fund_campaign(session, campaign_id=campaign, points=Points(budget), funder_id=FUNDER, now=START)
        publish_rules(session, rules=pack, in_force_from=datetime(2026, 6, 1, tzinfo=UTC), now=START)
        made = []
        for number in range(residents):
            resident = enrol_resident(
                session, name=f"Resident {number}", connection="live", ward="Armley", enrolled_at=START, now=START
            )
            link_card(
                session,
                resident_id=resident.id,
                subject=f"card:{number}",
                source_id=None,
                keys=keys,
                enrolled_at=START,
            )
            made.append(resident.id)
        return made

    types = frozenset(name for name, kind in EVENT_TYPES.items() if not kind.derived)
    client = Client(1, "all", "Every source", frozenset({"events:write"}), frozenset(SOURCES), types, None)
    return World(database, keys, client, database.in_transaction(seed))


def tap(number: int, at: datetime, *, card: int = 0, leg: str = "on", stop: str = "450010441") -> dict[str, object]:
    """A bus tap with a unique id per `number`."""
    return event(TAPS, f"T-{number}", "transit.tap", at, card=card, data={"mode": "bus", "leg": leg, "stop": stop})


def ride(number: int, at: datetime, metres: int, *, card: int = 0, seconds: int = 1200) -> dict[str, object]:
    """A bike ride."""
    data = {"distance_m": metres, "duration_seconds": seconds}
    return event(RIDES, f"R-{number}", "cycle.trip", at, card=card, data=data)


def event(
    source: str, event_id: str, kind: str, at: datetime, *, card: int, data: Mapping[str, object]
) -> dict[str, object]:
    """A CloudEvent."""
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": kind,
        "time": at.isoformat().replace("+00:00", "Z"),
        "subject": f"card:{card}",
        "data": data,
    }
