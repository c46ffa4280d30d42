"""How far each source has come: complete to which day, and when its next file is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.clock import london_date
from app.earning.tables import SourceFreshness
from app.identity.sources import SourceRead, list_sources
from app.rulebook.queries import list_rules

Schedule = Literal["daily", "weekly"]

NOT_KNOWN = "It is not known yet up to which day this is complete."
DAYS: dict[str, int] = {"daily": 1, "weekly": 7}
"""How many days a file of each schedule covers. It is due on the day after the last of them."""


@dataclass(frozen=True)
class FreshnessRead:
    """`complete_to` is the newest day that we have everything of; None before the first. `late` is a file overdue.

    `next_expected_on` is None for a source that has no schedule, because it sends as things happen.
    """

    source: str
    title: str
    complete_to: date | None
    next_expected_on: date | None
    late: bool
    sentence: str


def declare_schedule(session: Session, *, source_id: int, schedule: Schedule | None, now: datetime) -> None:
    """Say how often the source's files come; None where nobody promised."""
    session.execute(
        text(
            "INSERT INTO source_freshness (source_id, schedule, declared_on) VALUES (:source, :schedule, :today)"
            " ON CONFLICT (source_id) DO UPDATE SET schedule = excluded.schedule, declared_on = CASE"
            " WHEN source_freshness.schedule IS NULL THEN excluded.declared_on ELSE source_freshness.declared_on END"
            " WHERE source_freshness.schedule IS DISTINCT FROM excluded.schedule"
        ),
        {"source": source_id, "schedule": schedule, "today": london_date(now)},
    )


def note_file(session: Session, *, source_id: int, last_on: date, received_at: datetime) -> None:
    """A whole file is in, and `last_on` is its newest day.

    The day on which the file came is not over in it, so it counts as complete to the day before at most.
    """
    complete_to = min(last_on, london_date(received_at) - timedelta(days=1))
    _advance(session, {source_id: complete_to}, received_at)


def note_events(session: Session, *, newest: Mapping[int, datetime], now: datetime) -> None:
    """Events came by themselves, the newest of each source (by id) at this instant: the day before is complete.

    For intake: it writes, and locks, only when a source reaches a new day. A source with a schedule sends files,
    and only those say how far it has come.
    """
    complete_to = {source: london_date(at) - timedelta(days=1) for source, at in newest.items()}
    _advance(session, complete_to, now, unscheduled_only=True)


def list_freshness(session: Session, *, now: datetime, feeding_only: bool = True) -> tuple[FreshnessRead, ...]:
    """The sources that feed rules in force, or all of them, by title."""
    today = london_date(now)
    feeding = {rule.source for rule in list_rules(session) if rule.in_force(today)} if feeding_only else None
    sources = [source for source in list_sources(session).values() if feeding is None or source.name in feeding]
    ids = [source.id for source in sources]
    rows = {
        row.source_id: row
        for row in session.exec(select(SourceFreshness).where(col(SourceFreshness.source_id).in_(ids)))
    }
    read = (_read(source, rows.get(source.id), today) for source in sources)
    return tuple(sorted(read, key=lambda one: one.title))


def _advance(
    session: Session, complete_to: Mapping[int, date], now: datetime, *, unscheduled_only: bool = False
) -> None:
    """Never backwards. The rows of sources that stay where they are are read and not locked."""
    if not complete_to:
        return
    known = session.execute(
        text("SELECT source_id, complete_to, schedule FROM source_freshness WHERE source_id = ANY(:ids)"),
        {"ids": list(complete_to)},
    )
    before = {row.source_id: row for row in known}
    for source_id, day in sorted(complete_to.items()):
        row = before.get(source_id)
        if row is not None and unscheduled_only and row.schedule is not None:
            continue
        if row is not None and row.complete_to is not None and row.complete_to >= day:
            continue
        session.execute(
            text(
                "INSERT INTO source_freshness (source_id, complete_to, declared_on) VALUES (:source, :day, :today)"
                " ON CONFLICT (source_id) DO UPDATE SET complete_to ="
                " greatest(source_freshness.complete_to, excluded.complete_to)"
            ),
            {"source": source_id, "day": day, "today": london_date(now)},
        )


def _read(source: SourceRead, row: SourceFreshness | None, today: date) -> FreshnessRead:
    complete_to = row.complete_to if row else None
    expected_on = _find_expected(row) if row else None
    late = expected_on is not None and expected_on < today
    return FreshnessRead(
        source=source.name,
        title=source.title,
        complete_to=complete_to,
        next_expected_on=expected_on,
        late=late,
        sentence=_tell(complete_to, expected_on, late=late),
    )


def _find_expected(row: SourceFreshness) -> date | None:
    """The next file covers the days after `complete_to`; before the first file they begin on the day of the promise."""
    if row.schedule is None:
        return None
    last_told_on = row.complete_to or row.declared_on - timedelta(days=1)
    return last_told_on + timedelta(days=DAYS[row.schedule] + 1)


def _tell(complete_to: date | None, expected_on: date | None, *, late: bool) -> str:
    told = f"Complete to {_written(complete_to)}." if complete_to else NOT_KNOWN
    if expected_on is None:
        return told
    if late:
        return f"{told} The file that we expected on {_written(expected_on)} is late."
    return f"{told} The next file is expected on {_written(expected_on)}."


def _written(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"
