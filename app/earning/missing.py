"""Something a resident did that has not arrived: reported, closed by the event when it comes, else looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.arrays import Bigints, statements
from app.core.clock import london_date
from app.core.ids import take_id, uuid7
from app.core.paging import Page, clamp_limit, parse_cursor
from app.earning.errors import (
    MissingAlreadyReported,
    MissingDayUnfit,
    MissingKindUnknown,
    TooManyMissingReports,
)
from app.earning.records import NewEvent, lock_states
from app.identity.sources import list_sources
from app.residents.queries import get_resident
from app.rulebook.queries import list_rules
from rules.catalogue import EVENT_TYPES

MOST_OPEN = 20
ARRIVES_AS = {"transit.trip": "transit.tap"}
"""What is made from other events, and what those are: a trip arrives as a tap."""


@dataclass(frozen=True)
class MissingRead:
    """`state` is open (we are waiting), review (its sources are complete past that day, so a person looks) or closed.

    `sources` are names. `type` is None when only the source was named.
    """

    id: UUID
    sources: tuple[str, ...]
    type: str | None
    on: date
    note: str | None
    state: str
    reported_at: datetime
    closed_at: datetime | None
    sentence: str


SENTENCES = {
    "open": "It has not arrived yet. We are waiting for it, and you need not do anything.",
    "review": "We have everything from that day, and it was not there. Somebody will look into it.",
    "closed": "It has arrived. See your activity.",
}

_READ = (
    "SELECT m.id, m.public_id, m.type, m.happened_on, m.note, m.reported_at, m.closed_at,"
    " ARRAY(SELECT s.name FROM sources s WHERE s.id = ANY(m.source_ids) ORDER BY s.name) AS names,"
    " CASE WHEN m.closed_at IS NOT NULL THEN 'closed' WHEN NOT EXISTS (SELECT FROM unnest(m.source_ids) AS wanted(id)"
    " LEFT JOIN source_freshness f ON f.source_id = wanted.id WHERE f.complete_to IS NULL"
    " OR f.complete_to < m.happened_on) THEN 'review' ELSE 'open' END AS state FROM missing_reports m"
)
"""The state is worked out when it is read, from how far the sources have come: there is nothing to keep in step."""


def report_missing(
    session: Session,
    *,
    resident_id: int,
    source: str | None,
    type_name: str | None,
    on: date,
    note: str | None,
    late_window: timedelta,
    now: datetime,
) -> MissingRead:
    """Keep a report about something of this type, or from this source, that happened on a Leeds date.

    Raises MissingKindUnknown, MissingDayUnfit, MissingAlreadyReported, TooManyMissingReports.
    """
    source_ids, arrives_as = _find_kind(session, source, type_name, london_date(now))
    joined_on = london_date(get_resident(session, resident_id=resident_id).enrolled_at)
    first_on = max(joined_on, london_date(now - late_window))
    if not first_on <= on <= london_date(now):
        raise MissingDayUnfit(first_on=first_on, last_on=london_date(now))
    lock_states(session, resident_ids=[resident_id])  # one report of a resident at a time, and none beside their events
    waiting = [one for one in _list(session, resident_id, after=None, limit=None) if one.state != "closed"]
    names = tuple(sorted(name for name, known in list_sources(session).items() if known.id in source_ids))
    if any((one.sources, one.type, one.on) == (names, arrives_as, on) for one in waiting):
        raise MissingAlreadyReported
    if sum(one.state == "open" for one in waiting) >= MOST_OPEN:
        raise TooManyMissingReports(most=MOST_OPEN)
    public_id = uuid7(now)
    session.execute(
        text(
            "INSERT INTO missing_reports (id, public_id, resident_id, source_ids, type, happened_on, note, reported_at)"
            " VALUES (:id, :public_id, :resident, CAST(:sources AS smallint[]), :type, :on, :note, :now)"
        ),
        {
            "id": take_id(session),
            "public_id": public_id,
            "resident": resident_id,
            "sources": source_ids,
            "type": arrives_as,
            "on": on,
            "note": note,
            "now": now,
        },
    )
    return next(one for one in _list(session, resident_id, after=None, limit=None) if one.id == public_id)


def close_missing(session: Session, *, events: Sequence[NewEvent], now: datetime) -> int:
    """Close what these newly kept events answer; the number. One look-up for a batch in which nobody waits.

    The residents' states are locked by the caller, so no report of theirs slips in between.
    """
    if not events:
        return 0
    with statements(session) as raw:
        waiting = raw.execute(
            "SELECT id, resident_id, source_ids, type, happened_on FROM missing_reports"
            " WHERE closed_at IS NULL AND resident_id = ANY(%s)",
            (Bigints({event.resident_id for event in events}),),
        ).fetchall()
    if not waiting:
        return 0
    by_resident: dict[int, list[NewEvent]] = {}
    for event in events:
        by_resident.setdefault(event.resident_id, []).append(event)
    answered = {}
    for report_id, resident_id, source_ids, type_name, on in waiting:
        for event in by_resident[resident_id]:
            fits = event.source_id in source_ids and type_name in {None, event.event.type}
            if fits and london_date(event.event.happened_at) == on:
                answered[report_id] = event.id
                break
    if answered:
        session.execute(
            text(
                "UPDATE missing_reports SET closed_at = :now, event_id = answered.event FROM"
                " unnest(CAST(:reports AS bigint[]), CAST(:events AS bigint[])) AS answered(report, event)"
                " WHERE id = answered.report"
            ),
            {"now": now, "reports": list(answered), "events": list(answered.values())},
        )
    return len(answered)


def list_missing(session: Session, *, resident_id: int, after: str | None, limit: int) -> Page[MissingRead]:
    """Newest first. Raises CursorUnknown."""
    limit = clamp_limit(limit)
    found = _list(session, resident_id, after=parse_cursor(after), limit=limit + 1)
    more = len(found) > limit
    return Page(found[:limit], found[limit - 1].id.hex if more else None)


def _list(session: Session, resident_id: int, *, after: UUID | None, limit: int | None) -> tuple[MissingRead, ...]:
    rows = session.execute(
        text(
            f"{_READ} WHERE m.resident_id = :resident AND (CAST(:after AS uuid) IS NULL OR m.public_id < :after)"
            " ORDER BY m.public_id DESC LIMIT :limit"
        ),
        {"resident": resident_id, "after": after, "limit": limit},
    )
    return tuple(
        MissingRead(
            id=row.public_id,
            sources=tuple(row.names),
            type=row.type,
            on=row.happened_on,
            note=row.note,
            state=row.state,
            reported_at=row.reported_at,
            closed_at=row.closed_at,
            sentence=SENTENCES[row.state],
        )
        for row in rows
    )


def _find_kind(
    session: Session, source: str | None, type_name: str | None, today: date
) -> tuple[list[int], str | None]:
    """Ids of the sources that could send it, and the type that it would arrive as."""
    sources = list_sources(session)
    if source is not None and source not in sources:
        raise MissingKindUnknown("source")
    arrives_as = None if type_name is None else ARRIVES_AS.get(type_name, type_name)
    if arrives_as is not None and (arrives_as not in EVENT_TYPES or EVENT_TYPES[arrives_as].derived):
        raise MissingKindUnknown("type")
    if source is not None:
        return [sources[source].id], arrives_as
    feeding = {
        rule.source
        for rule in list_rules(session)
        if rule.in_force(today) and ARRIVES_AS.get(rule.trigger, rule.trigger) == arrives_as
    }
    ids = sorted(sources[name].id for name in feeding if name in sources)
    if not ids:
        raise MissingKindUnknown("type")
    return ids, arrives_as
