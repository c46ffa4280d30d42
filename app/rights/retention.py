"""How long each kind of record is kept, and purging what is over: the nightly job and `rewards purge`.

Nothing that still decides points is purged. A word that no rule has ever asked for goes from sensitive events; a stop's
code turns into a word that means nothing, the same for the taps of one purge, so that a replay still pairs them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.audit import record_act
from app.core.database import Database
from app.core.ids import new_secret
from app.identity.queries import OfficerRead
from app.rights.stewardship_errors import RetentionKindUnknown, RetentionUnfit
from rules.catalogue import EVENT_TYPES

BATCH = 1000
MOST_DAYS = 3650

_SENSITIVE: Final = tuple(sorted(name for name, kind in EVENT_TYPES.items() if kind.sensitive))
_WORDS: Final = frozenset(fact.name for name in _SENSITIVE for fact in EVENT_TYPES[name].facts)
_STOP: Final = "stop"


@dataclass(frozen=True)
class Kind:
    """Rows of `table` (called t) where `over` holds, given :cutoff, are deleted, or have `empties` set."""

    key: str
    title: str
    days: int
    least_days: int
    table: str
    over: str
    empties: str | None = None


_EMPTIED: Final = "data = '{}', resident_facts = NULL, void_reason = NULL"
_KINDS: Final = (
    Kind("stops", "Which stop somebody tapped at", 100, 100, "events",
         "t.happened_at < :cutoff AND t.data ?| CAST(:stop AS text[]) AND left(t.data->>'stop', 2) <> '~ '",
         "data = jsonb_set(t.data, '{stop}', to_jsonb('~ ' || md5(:salt || (t.data->>'stop'))))"),
    Kind("sensitive", "Details of health and home that no rule asks for", 100, 100, "events",
         "t.happened_at < :cutoff AND t.type = ANY(:sensitive) AND t.data ?| CAST(:unasked AS text[])",
         "data = t.data - CAST(:unasked AS text[])"),
    Kind("uncounted", "Details of events that count for nothing", 180, 100, "events",
         "t.happened_at < :cutoff AND t.data <> '{}' AND t.status = 2 AND (NOT t.counted OR t.voided_at IS NOT NULL)",
         _EMPTIED),
    Kind("card_claims", "Claims of cards that have ended", 90, 30, "card_claims", "t.ended_at < :cutoff"),
    Kind("removed_cards", "Cards that were unlinked", 90, 30, "cards", "t.removed_at < :cutoff"),
    Kind("missing_reports", "Reports of what was missing, closed", 400, 30, "missing_reports",
         "t.closed_at < :cutoff"),
    Kind("notices", "Notices", 400, 90, "notices", "t.queued_at < :cutoff"),
    Kind("campaign_messages", "To whom messages of campaigns went", 400, 30, "campaign_message_recipients",
         "t.queued_at < :cutoff"),
    Kind("attendances", "Who was at a session", 400, 100, "attendances",
         "t.state IN ('counted', 'withdrawn', 'here') AND EXISTS (SELECT FROM host_sessions s"
         " WHERE s.id = t.session_id AND s.ends_at < :cutoff)"),
    Kind("commands", "Answers to requests that may be sent again", 60, 30, "commands", "t.answered_at < :cutoff"),
    Kind("callbacks", "Questions whether a reward was got", 400, 100, "callbacks", "t.asked_at < :cutoff"),
    Kind("reviews", "Decided flags", 730, 365, "review_cases",
         "t.decided_at < :cutoff AND t.event_id IS NOT NULL"),
    Kind("personal_notices", "What we wrote to one person", 400, 90, "personal_notices", "t.queued_at < :cutoff"),
    Kind("desk_notes", "Notes of the desk on why it looked", 730, 365, "desk_acts",
         "t.acted_at < :cutoff AND t.note <> ''", "note = ''"),
    Kind("disputes", "Decided disputes", 730, 365, "disputes", "t.decided_at < :cutoff"),
    Kind("appeals", "Decided appeals", 730, 365, "appeals", "t.decided_at < :cutoff"),
    Kind("complaints", "Answered complaints", 730, 365, "complaints", "t.answered_at < :cutoff"),
)  # fmt: skip
KINDS: Final[Mapping[str, Kind]] = {kind.key: kind for kind in _KINDS}


@dataclass(frozen=True)
class RetentionRead:
    """`days` is this scheme's, `usual_days` what applies where nobody has chosen; `due` is how many rows are over."""

    key: str
    title: str
    days: int
    usual_days: int
    due: int


def list_retention(session: Session, *, now: datetime) -> tuple[RetentionRead, ...]:
    """Every kind, and what a purge would take now: a dry run."""
    days, unasked = _read_days(session), _find_unasked(session)
    return tuple(
        RetentionRead(
            kind.key, kind.title, days[kind.key], kind.days, _count(session, kind, days[kind.key], unasked, now)
        )
        for kind in _KINDS
    )


def set_retention(session: Session, *, key: str, days: int, officer: OfficerRead, now: datetime) -> None:
    """From now on keep this kind for so many days. Raises RetentionKindUnknown or RetentionUnfit."""
    kind = KINDS.get(key)
    if kind is None:
        raise RetentionKindUnknown
    if not kind.least_days <= days <= MOST_DAYS:
        raise RetentionUnfit(least_days=kind.least_days, most_days=MOST_DAYS)
    session.execute(
        text(
            "INSERT INTO retention_periods (kind, days, changed_by, changed_at) VALUES (:kind, :days, :officer, :now)"
            " ON CONFLICT (kind) DO UPDATE SET days = :days, changed_by = :officer, changed_at = :now"
        ),
        {"kind": key, "days": days, "officer": officer.id, "now": now},
    )
    record_act(
        session,
        actor=officer.actor,
        act="scheme.setting_changed",
        subject=f"retention:{key}",
        facts={"days": days},
        now=now,
    )


def purge_due(database: Database, *, now: datetime, batch: int = BATCH) -> dict[str, int]:
    """Purge all that is over, in transactions of up to `batch` rows; how many of each kind.

    Stopped at any point, the next run goes on from there.
    """
    days, unasked = database.in_transaction(lambda session: (_read_days(session), _find_unasked(session)))
    salt = new_secret()
    done = dict.fromkeys(KINDS, 0)
    for kind in _KINDS:
        while taken := database.in_transaction(
            lambda session, kind=kind: _purge(
                session, kind, _facts(days[kind.key], unasked, now) | {"batch": batch, "salt": salt}
            )  # type: ignore[misc] # mypy can't infer defaults
        ):
            done[kind.key] += taken
    return done


def _purge(session: Session, kind: Kind, facts: Mapping[str, object]) -> int:
    what = f"UPDATE {kind.table} t SET {kind.empties}" if kind.empties else f"DELETE FROM {kind.table} t"  # noqa: S608 - our own words
    chosen = f"SELECT t.ctid FROM {kind.table} t WHERE {kind.over} LIMIT :batch"  # noqa: S608 - our own words
    return len(session.execute(text(f"{what} WHERE t.ctid = ANY(ARRAY({chosen})) RETURNING 1"), facts).all())


def _count(session: Session, kind: Kind, days: int, unasked: frozenset[str], now: datetime) -> int:
    counted = text(f"SELECT count(*) FROM {kind.table} t WHERE {kind.over}")  # noqa: S608 - our own words
    return int(session.execute(counted, _facts(days, unasked, now)).scalar_one())


def _facts(days: int, unasked: frozenset[str], now: datetime) -> dict[str, object]:
    return {
        "cutoff": now - timedelta(days=days),
        "sensitive": list(_SENSITIVE),
        "unasked": sorted(unasked & _WORDS),
        "stop": sorted(unasked & {_STOP}),
    }


def _find_unasked(session: Session) -> frozenset[str]:
    """Of the words that may go those that no rule of any rule set names, but in its examples."""
    bodies = session.execute(text("SELECT body FROM rule_artefacts")).scalars()
    rules = [rule for body in bodies for rule in json.loads(bytes(body))["rules"]]
    told = json.dumps([{name: part for name, part in rule.items() if name != "examples"} for rule in rules])
    return frozenset(word for word in _WORDS | {_STOP} if f'"{word}"' not in told)


def _read_days(session: Session) -> dict[str, int]:
    chosen = {kind: days for kind, days in session.execute(text("SELECT kind, days FROM retention_periods"))}  # noqa: C416 - dict() of the result would not be typed
    return {kind.key: int(chosen.get(kind.key, kind.days)) for kind in _KINDS}
