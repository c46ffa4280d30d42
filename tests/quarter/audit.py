"""Independent looks at the books when the quarter is over: what is stored against a replay and the script's record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import text
from sqlmodel import Session

from app.earning.records import KeptEvent, load_kept
from app.ledger.chart import AccountKind, TransferKind, Unit
from app.ledger.queries import get_balance
from app.rulebook.queries import load_timeline
from rules.artefact import Timeline
from rules.event import Event
from rules.fold import replay
from tests.quarter.record import Key

RESIDENTS_AT_ONCE = 50


@dataclass(frozen=True)
class Replayed:
    """How much was compared, and what differed, a sentence each."""

    events: int
    lines: int
    differences: tuple[str, ...]


def compare_with_replay(session: Session, *, resident_ids: Collection[int], pinned_types: frozenset[str]) -> Replayed:
    """Replay each resident's stored events from an empty state and compare line by line, and the state byte by byte.

    Only events of `pinned_types`, whose budget may have run dry, are told what it then still had; all others have to
    come to the same points by the rules alone.
    """
    timeline = load_timeline(session)
    states: dict[int, bytes] = {
        row.resident_id: bytes(row.state)
        for row in session.execute(text("SELECT resident_id, state FROM resident_states WHERE state IS NOT NULL"))
    }
    wanted = sorted(resident_ids)
    events = lines = 0
    differences: list[str] = []
    for start in range(0, len(wanted), RESIDENTS_AT_ONCE):
        batch = wanted[start : start + RESIDENTS_AT_ONCE]
        for resident_id, kept in load_kept(session, resident_ids=batch).items():
            events += len(kept)
            lines += sum(len(known.lines) for known in kept)
            differences += _compare(timeline, resident_id, kept, states.pop(resident_id, None), pinned_types)
    differences += [f"Resident {resident_id} has a state and is nobody's." for resident_id in states]
    return Replayed(events, lines, tuple(differences))


def _compare(
    timeline: Timeline, resident_id: int, kept: list[KeptEvent], state: bytes | None, pinned_types: frozenset[str]
) -> list[str]:
    folded = replay(timeline, [_as_it_was(known, pinned_types) for known in kept], None)
    outcomes = {outcome.key: outcome for outcome in folded.outcomes}
    differences = []
    for known in kept:
        outcome = outcomes[known.event.key]
        stored = (known.lines, known.reasons, known.points)
        replayed = (outcome.lines, outcome.reasons, outcome.points)
        if stored != replayed:
            differences.append(f"Resident {resident_id}, {known.event.key}: stored {stored}, replayed {replayed}.")
    if kept and state != folded.state.to_bytes():
        differences.append(f"Resident {resident_id}: the stored state is not the replayed one, {folded.state}.")
    return differences


def _as_it_was(known: KeptEvent, pinned_types: frozenset[str]) -> Event:
    return known.as_decided() if known.event.type in pinned_types else replace(known.event, shared=known.shared)


def read_keys(session: Session, where: str = "true") -> set[Key]:
    """Source and id of the stored events of which `where` holds."""
    rows = session.execute(
        text(f"SELECT s.name, e.external_id FROM events e JOIN sources s ON s.id = e.source_id WHERE {where}")  # noqa: S608 - the tests' own words
    )
    keys = [(row.name, row.external_id) for row in rows]
    assert len(keys) == len(set(keys)), "an event is stored once"
    return set(keys)


def read_accounts(session: Session, kind: AccountKind, *, unit: Unit = Unit.POINTS) -> dict[int, int]:
    """What stands in the accounts of a kind, by owner."""
    rows = session.execute(
        text("SELECT owner, posted FROM ledger_accounts WHERE kind = :kind AND unit = :unit"),
        {"kind": int(kind), "unit": int(unit)},
    )
    return {row.owner: row.posted for row in rows}


def read_expired(session: Session) -> Counter[int]:
    """Points that expired, by wallet."""
    rows = session.execute(
        text("SELECT debit, sum(amount)::bigint AS points FROM ledger_transfers WHERE kind = :kind GROUP BY debit"),
        {"kind": int(TransferKind.EXPIRY)},
    )
    return Counter({row.debit: row.points for row in rows})


def read_wallet(session: Session, *, resident_id: int, now: datetime) -> tuple[int, int]:
    """What a resident may spend and what is held, as they are shown it."""
    balance = get_balance(session, wallet_id=resident_id, now=now)
    return balance.available, balance.held
