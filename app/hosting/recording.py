"""From attendance to events: the scheme derives them itself, from its own source, and its rules judge them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.core.flag_bounds import FlagBounds
from app.core.ids import public_id
from app.earning.errors import EventChanged
from app.earning.intake import record_derived
from app.earning.missing import close_missing
from app.earning.records import NewEvent, find_known
from app.earning.suspicion import HELD_FOR_REVIEW, find_suspicion
from app.hosting.hosted_source import find_hosted_source
from app.hosting.organisation_errors import HostingNotReady
from app.hosting.session_queries import SessionRead
from app.identity.sources import SourceRead
from app.residents.errors import ResidentUnknown
from app.residents.queries import get_resident, list_facts
from app.rulebook.pauses import EARNING_PAUSED, Paused, find_pauses, is_paused
from rules.event import Event

NO_CARD = 0
"""What an event has in the place of a card when a person was told of by a host."""


@dataclass(frozen=True)
class Presence:
    """One resident was there: when it counts for, and what is known of it. `flag` holds it for a person."""

    resident_id: int
    happened_at: datetime
    minutes: int | None = None
    bags: int | None = None
    flag: str | None = None


@dataclass(frozen=True)
class Recorded:
    """What became of it: awarded, recorded or held."""

    status: str
    points: int
    reasons: tuple[str, ...]


def record_presences(
    session: Session, *, hosted: SessionRead, presences: Sequence[Presence], bounds: FlagBounds, now: datetime
) -> dict[int, Recorded]:
    """Take in an event for each, by resident. Raises HostingNotReady, ResidentUnknown, EventChanged or TryAgain."""
    if not presences:
        return {}
    source = find_hosted_source(session, event_type=hosted.event_type)
    if source is None:
        raise HostingNotReady
    facts = list_facts(session, resident_ids=[one.resident_id for one in presences])
    if len(facts) < len({one.resident_id for one in presences}):
        raise ResidentUnknown  # an account was closed a moment ago
    pauses = find_pauses(session, what=Paused.EARNING)
    events = [
        _derive(session, hosted, source, one, facts[one.resident_id], bounds, paused=is_paused(pauses, one.happened_at))
        for one in presences
    ]
    if find_known(session, keys=[(source.id, event.event.id) for event in events]):
        raise EventChanged
    record_derived(session, events=events, now=now)
    close_missing(session, events=events, now=now)
    return {event.resident_id: _read(event) for event in events}


def event_id_of(session: Session, *, hosted: SessionRead, resident_id: int) -> str:
    """The same for the same person and session, whenever it is worked out; it tells nobody who the person is."""
    person = get_resident(session, resident_id=resident_id).public_id
    told = hashlib.sha256(hosted.uuid.bytes + person.bytes).hexdigest()[:24]
    return f"{public_id('ses', hosted.uuid)}.{told}"


def _derive(
    session: Session,
    hosted: SessionRead,
    source: SourceRead,
    presence: Presence,
    facts: Mapping[str, str],
    bounds: FlagBounds,
    *,
    paused: bool,
) -> NewEvent:
    data = _say(hosted, presence)
    event_id = event_id_of(session, hosted=hosted, resident_id=presence.resident_id)
    flag = None if paused else presence.flag or find_suspicion(hosted.event_type, data, bounds)
    event = Event(
        source=source.name,
        id=event_id,
        type=hosted.event_type,
        happened_at=presence.happened_at,
        data=data,
        resident=facts,
        evidence=source.evidence,
    )
    return NewEvent(
        id=0,
        resident_id=presence.resident_id,
        card_id=NO_CARD,
        source_id=source.id,
        digest=hashlib.sha256(f"{hosted.event_type}/{event_id}".encode()).digest()[:16],
        event=event,
        counted=not paused and flag is None,
        reasons=(EARNING_PAUSED,) if paused else (HELD_FOR_REVIEW,) if flag else (),
        flag=flag,
    )


def _say(hosted: SessionRead, presence: Presence) -> dict[str, str | int | bool]:
    """The event's data, by its type."""
    length: dict[str, str | int | bool] = {"minutes": presence.minutes or hosted.length_minutes}
    organisation: dict[str, str | int | bool] = {"organisation": hosted.organisation}
    site: dict[str, str | int | bool] = {"site": hosted.place} if hosted.place else {}
    match hosted.event_type:
        case "volunteer.session":
            return {**length, **organisation}
        case "litter.pick":
            return {"bags": presence.bags or 0, **organisation, **site}
        case "checkin.scan":
            assert hosted.place is not None, "such a session has a place"
            return {"place": hosted.place}
        case "recycle.drop":
            return site
        case _:
            return length


def _read(event: NewEvent) -> Recorded:
    status = "held" if event.flag else "awarded" if event.points else "recorded"
    return Recorded(status, event.points, event.reasons)
