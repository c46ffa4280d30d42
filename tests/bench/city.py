"""The measured city: 100,000 residents, the pilot's rules, and batches that every client makes alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.ids import take_ids, uuid7
from app.core.secret_store import Secrets
from app.core.units import Pence, Points
from app.earning.intake import IntakeOptions, record_events
from app.identity.queries import find_client
from app.identity.service import register_client, register_source
from app.ledger.service import fund_campaign, open_wallets, pay_into_pot
from app.residents.cards import CardKeys
from app.rulebook.queries import find_budgets
from app.rulebook.service import open_campaign, publish_rules
from rules.packs import LEEDS, load_pack
from tests.bench.clients import BATCH

RESIDENTS = 100_000
ALONE = 10_000
"""Further residents, whose events come one at a time: among the others, one way would make the other way late."""
STRIDE = RESIDENTS // BATCH
JOINED = datetime(2026, 7, 1, tzinfo=UTC)
FIRST_WEEK = datetime(2026, 7, 20, tzinfo=UTC)
FUNDER = 1
CLIENT_ID = "bench"
CLIENT_SECRET = "bench-secret-of-no-value-0123456789abcdef"
# Of ten events six are taps, two rides, one a check-in and one a litter pick: what the pilot's sources would send.
_MIX = ("transit.tap",) * 6 + ("cycle.trip",) * 2 + ("checkin.scan", "litter.pick")
_SOURCES = {
    "transit.tap": ("urn:wymetro:taps", "verified"),
    "cycle.trip": ("urn:leeds:cycle-hire", "verified"),
    "checkin.scan": ("urn:leeds:check-in", "verified"),
    "litter.pick": ("urn:leeds:friends-of-groups", "registered_organisation"),
}
_DATA: dict[str, dict[str, object]] = {
    "transit.tap": {"mode": "bus", "leg": "on", "stop": "450010441"},
    "cycle.trip": {"distance_m": 4200, "duration_seconds": 1200},
    "checkin.scan": {"place": "central-library"},
    "litter.pick": {"bags": 2},
}


def build_city(database: Database, secrets: Secrets) -> tuple[list[int], list[int]]:
    """Seed and commit; wallets and budgets by account id."""

    def seed(session: Session) -> tuple[list[int], list[int]]:
        for source, evidence in _SOURCES.values():
            register_source(session, name=source, title=source, evidence=evidence)
        register_client(
            session,
            client_id=CLIENT_ID,
            secret=CLIENT_SECRET,
            title="The bench",
            scopes=["events:write"],
            sources=[source for source, _ in _SOURCES.values()],
            event_types=list(_SOURCES),
        )
        rules = load_pack(LEEDS)
        pay_into_pot(session, funder_id=FUNDER, pence=Pence(10**14), now=JOINED)
        for key in sorted({rule.campaign for rule in rules}):
            campaign = open_campaign(session, key=key, title=key, starts_on=date(2026, 6, 1), ends_on=date(2028, 4, 1))
            fund_campaign(session, campaign_id=campaign, points=Points(10**12), funder_id=FUNDER, now=JOINED)
        publish_rules(session, rules=rules, in_force_from=datetime(2026, 6, 1, tzinfo=UTC), now=JOINED)
        wallets = _enrol_many(session, CardKeys(secrets))
        return wallets, [budget.account_id for budget in find_budgets(session).values()]

    wallets, budgets = database.in_transaction(seed)
    _live_a_while(database, CardKeys(secrets))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET ROLE NONE"))
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("SET ROLE rewards_app"))
    return wallets, budgets


def _live_a_while(database: Database, keys: CardKeys) -> None:
    """Give every resident a first event, in the week before: a city at work, not one on the morning it opens."""
    client = database.in_transaction(lambda session: find_client(session, client_id=CLIENT_ID))
    assert client
    options = IntakeOptions(late_window=None)
    for batch in range(STRIDE):
        events = msgspec.json.decode(events_body(batch, FIRST_WEEK, name="before"))
        database.in_transaction(
            partial(record_events, client=client, events=events, keys=keys, options=options, now=FIRST_WEEK)
        )


def _enrol_many(session: Session, keys: CardKeys) -> list[int]:
    residents, cards = take_ids(session, RESIDENTS + ALONE), take_ids(session, RESIDENTS + ALONE)
    session.execute(
        text(
            "INSERT INTO residents (id, public_id, name, connection, enrolled_at)"
            " SELECT id, public_id, 'Resident', 'live', :joined"
            " FROM unnest(CAST(:ids AS bigint[]), CAST(:public AS uuid[])) AS made(id, public_id)"
        ),
        {"ids": residents, "public": [uuid7(JOINED) for _ in residents], "joined": JOINED},
    )
    open_wallets(session, resident_ids=residents)
    session.execute(
        text(
            "INSERT INTO cards (id, resident_id, kind, token_hash, token_encrypted, enrolled_at)"
            " SELECT id, resident, 'card', hash, 'not asked for', :joined FROM unnest(CAST(:ids AS bigint[]),"
            " CAST(:residents AS bigint[]), CAST(:hashes AS bytea[])) AS made(id, resident, hash)"
        ),
        {
            "ids": cards,
            "residents": residents,
            "hashes": [keys.hash_subject(f"card:{number}") for number in range(RESIDENTS + ALONE)],
            "joined": JOINED,
        },
    )
    return residents


def members(batch: int) -> range:
    """Which residents a batch is about: each in turn, evenly spread, never one twice in a round."""
    return range(batch % STRIDE, RESIDENTS, STRIDE)


def events_body(batch: int, now: datetime, *, name: str = "batch") -> bytes:
    """A batch of CloudEvents as it goes over the wire. A resident's next event is an hour and a minute later."""
    happened_at = now - timedelta(days=13) + timedelta(minutes=61 * (batch // STRIDE))
    kinds = _MIX * (BATCH // len(_MIX))
    events = zip(members(batch), kinds, strict=True)
    return msgspec.json.encode(
        [_event(f"{name}-{batch}-{member}", member, kind, happened_at) for member, kind in events]
    )


def event_body(number: int, now: datetime) -> bytes:
    """One CloudEvent alone, each about the next resident of those."""
    happened_at = now - timedelta(days=13) + timedelta(minutes=61 * (number // ALONE))
    return msgspec.json.encode(
        _event(f"alone-{number}", RESIDENTS + number % ALONE, _MIX[number % len(_MIX)], happened_at)
    )


def _event(name: str, member: int, kind: str, happened_at: datetime) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": name,
        "source": _SOURCES[kind][0],
        "type": kind,
        "time": happened_at.isoformat().replace("+00:00", "Z"),
        "subject": f"card:{member}",
        "data": _DATA[kind],
    }
