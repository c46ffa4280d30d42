"""Events in: one set-based transaction by the steps of docs/explanation/posting.md, with a result for every event.

(1) find the cards' holders, (2) lock their states in id order, (3) find which events are known, (4) judge the rest,
(5) fold each resident, and lock the budgets that may not have enough, (6) write states, events, points and wallets,
(7) when an event turns out to be there, somebody sent the same in between: roll back and run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import msgspec
from msgspec.structs import replace
from sqlmodel import Session

from app.core.arrays import loop_over_arrays
from app.core.clock import london_date
from app.core.errors import Refusal
from app.core.flag_bounds import USUAL_BOUNDS, FlagBounds
from app.core.ids import take_ids
from app.earning.envelope import Content, Envelope, read_content, read_envelope
from app.earning.errors import BatchTooLarge, EventChanged, SourceNotYours
from app.earning.folding import SETTLED_AFTER, Refold, decide_and_post
from app.earning.freshness import note_events
from app.earning.missing import close_missing
from app.earning.records import (
    KnownEvent,
    LockedState,
    NewEvent,
    count_not_enrolled,
    find_known,
    insert_events,
    lock_states,
)
from app.earning.review.cases import open_event_cases
from app.earning.suspicion import HELD_FOR_REVIEW, find_suspicion
from app.identity.queries import Client
from app.identity.sources import SourceRead, list_sources
from app.ledger.chart import quarter_of
from app.residents.cards import CardKeys
from app.residents.claims import Tap, note_taps
from app.residents.places.queries import find_stop_wards
from app.residents.queries import CardHolder, find_card_holders
from app.residents.thanks import declines
from app.rulebook.pauses import EARNING_PAUSED, Pause, Paused, find_pauses, is_paused
from rules.catalogue import STOP_WARD
from rules.event import Event

LARGEST_BATCH = 1000
CLOCK_SKEW = timedelta(minutes=5)
"""How far a sender's clock may run ahead of ours."""
BEFORE_SCHEME = "before_scheme"
DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """`late_window` None takes events of any age (seeding, imports of old files); `history` keeps them unpaid.

    `latest` is the last instant that an event may have, when it is not the clock's: a demonstration moves a file's
    dates onto today, whose evening has not come yet. `by_file`: how far the source has come is told by the file's end.
    """

    late_window: timedelta | None = timedelta(days=14)
    history: bool = False
    latest: datetime | None = None
    by_file: bool = False
    bounds: FlagBounds = USUAL_BOUNDS


class EventResult(msgspec.Struct, frozen=True):
    """What became of one event. `source` and `id` are None where they were not sound enough to repeat.

    `status`: awarded, recorded, duplicate, not_enrolled, held or rejected; `points` are the event's own, `adjusted`
    its effect on earlier ones; `refusal` says why it was rejected.
    """

    source: str | None
    id: str | None
    status: str
    points: int = 0
    adjusted: int = 0
    reasons: tuple[str, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Batch:
    """What was looked up for a batch, once; `strangers` are the events of cards that nobody has linked."""

    client: Client
    sources: dict[str, SourceRead]
    holders: dict[str, CardHolder]
    states: dict[int, LockedState]
    known: dict[tuple[int, str], KnownEvent]
    pauses: tuple[Pause, ...]
    options: IntakeOptions
    now: datetime
    hashes: dict[str, bytes]
    strangers: list[Tap] = field(default_factory=list)


def record_events(
    session: Session,
    *,
    client: Client,
    events: Sequence[object],
    keys: CardKeys,
    options: IntakeOptions,
    now: datetime,
) -> list[EventResult]:
    """Take in up to 1,000 CloudEvents (parsed JSON), in order; a bad one is rejected and does not sink the others.

    Raises BatchTooLarge. Raises TryAgain when another request kept one of the events in between.
    """
    if len(events) > LARGEST_BATCH:
        raise BatchTooLarge(events=len(events), most=LARGEST_BATCH)
    loop_over_arrays(session)
    sources = list_sources(session)
    envelopes = [_read_envelope(sent, client, sources) for sent in events]
    batch = _look_up(session, client, sources, envelopes, keys, options, now)
    results: list[EventResult | None] = []
    first: dict[tuple[str, str], int] = {}
    new: dict[int, NewEvent] = {}
    not_enrolled: Counter[tuple[int, date]] = Counter()
    for index, envelope in enumerate(envelopes):
        if isinstance(envelope, EventResult):
            results.append(envelope)
            continue
        earlier = first.get((envelope.source, envelope.id))
        if earlier is not None and earlier in new:
            results.append(_repeat_within(envelope, new[earlier]))
            continue
        first[envelope.source, envelope.id] = index
        judged = _judge(envelope, batch)
        if isinstance(judged, NewEvent):
            new[index] = judged
            results.append(None)
        else:
            results.append(judged)
            if judged.status == "not_enrolled":
                not_enrolled[batch.sources[envelope.source].id, london_date(now)] += 1
    _keep(session, list(new.values()), batch.states, now)
    _tell_arrival(session, batch, list(new.values()))
    count_not_enrolled(session, counts=not_enrolled)
    if batch.strangers:
        note_taps(session, taps=batch.strangers, now=now)
    return [
        result if result is not None and result.status != "repeat" else _result_of(new, first, result, index)
        for index, result in enumerate(results)
    ]


def _read_envelope(sent: object, client: Client, sources: dict[str, SourceRead]) -> Envelope | EventResult:
    try:
        envelope = read_envelope(sent)
    except Refusal as refusal:
        return EventResult(None, None, "rejected", refusal=refusal)
    if envelope.source not in client.sources or envelope.source not in sources:
        return EventResult(envelope.source, envelope.id, "rejected", refusal=SourceNotYours())
    return envelope


def _look_up(
    session: Session,
    client: Client,
    sources: dict[str, SourceRead],
    envelopes: list[Envelope | EventResult],
    keys: CardKeys,
    options: IntakeOptions,
    now: datetime,
) -> _Batch:
    sound = [envelope for envelope in envelopes if isinstance(envelope, Envelope)]
    subjects = {envelope.subject for envelope in sound if isinstance(envelope.subject, str)}
    hashes = {subject: keys.hash_subject(subject) for subject in subjects}
    by_hash = find_card_holders(session, hashes=list(hashes.values()))
    holders = {subject: by_hash[token_hash] for subject, token_hash in hashes.items() if token_hash in by_hash}
    states = lock_states(session, resident_ids=[holder.resident_id for holder in holders.values()])
    known = find_known(session, keys=[(sources[envelope.source].id, envelope.id) for envelope in sound])
    pauses = find_pauses(session, what=Paused.EARNING)
    return _Batch(client, sources, holders, states, known, pauses, options, now, hashes)


def _judge(envelope: Envelope, batch: _Batch) -> EventResult | NewEvent:
    """Known before; else checked, and only then its card looked up."""
    source = batch.sources[envelope.source]
    known = batch.known.get((source.id, envelope.id))
    if known is not None:
        if known.digest != envelope.digest:
            return EventResult(envelope.source, envelope.id, "rejected", refusal=EventChanged())
        return EventResult(envelope.source, envelope.id, "duplicate", known.points, known.adjusted, known.reasons)
    try:
        content = read_content(
            envelope,
            client=batch.client,
            now=batch.now,
            latest=batch.options.latest or batch.now + CLOCK_SKEW,
            late_window=batch.options.late_window,
        )
    except Refusal as refusal:
        return EventResult(envelope.source, envelope.id, "rejected", refusal=refusal)
    holder = batch.holders.get(content.subject)
    if holder is None:
        known_by = batch.hashes.get(content.subject)
        if known_by is not None:
            batch.strangers.append(Tap(known_by, source.id, content.happened_at))
    if holder is None or content.happened_at < holder.enrolled_at:
        return EventResult(envelope.source, envelope.id, "not_enrolled")
    uncounted: tuple[str, ...] = ()
    if batch.options.history:
        uncounted = (BEFORE_SCHEME,)
    elif batch.pauses and is_paused(batch.pauses, content.happened_at):
        uncounted = (EARNING_PAUSED,)
    return _new_event(envelope, content, holder, source, uncounted, batch.options.bounds)


def _new_event(
    envelope: Envelope,
    content: Content,
    holder: CardHolder,
    source: SourceRead,
    uncounted: tuple[str, ...],
    bounds: FlagBounds,
) -> NewEvent:
    """`uncounted` says why no rule is asked about it, empty where rules are: at once, or when a person has looked."""
    flag = None if uncounted else find_suspicion(content.type, content.data, bounds)
    event = Event(
        source=envelope.source,
        id=envelope.id,
        type=content.type,
        happened_at=content.happened_at,
        data=content.data,
        resident=holder.facts,
        evidence=source.evidence,
    )
    return NewEvent(
        id=0,
        resident_id=holder.resident_id,
        card_id=holder.card_id,
        source_id=source.id,
        digest=envelope.digest,
        event=event,
        counted=not uncounted and flag is None,
        reasons=(HELD_FOR_REVIEW,) if flag else uncounted,
        flag=flag,
    )


def _repeat_within(envelope: Envelope, first: NewEvent) -> EventResult:
    """The second of two in one batch; its numbers are known once the first has been decided."""
    if first.digest != envelope.digest:
        return EventResult(envelope.source, envelope.id, "rejected", refusal=EventChanged())
    return EventResult(envelope.source, envelope.id, "repeat")


def _name_stop_wards(session: Session, new: list[NewEvent]) -> None:
    """Tell each event in which ward its stop lies; it is kept with the event, so later tables change nothing."""
    stops = {str(event.event.data["stop"]) for event in new if "stop" in event.event.data}
    wards = find_stop_wards(session, stops=sorted(stops))
    if not wards:
        return
    for event in new:
        ward = wards.get(str(event.event.data.get("stop")))
        if ward is not None:
            event.event = replace(event.event, data={**event.event.data, STOP_WARD.name: ward})


def _only_thank(new: list[NewEvent]) -> None:
    """Whoever wants no points for such an event gets none, and nobody has to look at it."""
    for event in new:
        if (event.counted or event.flag) and declines(event.event.resident, event.event.type):
            event.counted, event.flag, event.reasons = False, None, (DECLINED,)


def record_derived(session: Session, *, events: list[NewEvent], now: datetime) -> None:
    """Take in events that the scheme itself derives from others', new ones: no sender can send their types.

    Raises TryAgain when somebody kept one of them in between.
    """
    loop_over_arrays(session)
    states = lock_states(session, resident_ids=[event.resident_id for event in events])
    _keep(session, events, states, now)


def _keep(session: Session, new: list[NewEvent], states: dict[int, LockedState], now: datetime) -> None:
    if not new:
        return
    _only_thank(new)
    _name_stop_wards(session, new)
    for event, event_id in zip(new, take_ids(session, len(new)), strict=True):
        event.id = event_id
    by_resident: dict[int, list[NewEvent]] = {}
    for event in new:
        if event.counted:
            by_resident.setdefault(event.resident_id, []).append(event)
    refolds = []
    settled_before = now - SETTLED_AFTER
    for resident_id in sorted(by_resident):
        events = sorted(by_resident[resident_id], key=lambda event: event.event.key)
        refolds.append(Refold(resident_id, states[resident_id], events, events[0].id, settled_before))

    def keep(decided: Sequence[NewEvent]) -> None:
        insert_events(session, events=decided, quarter=quarter_of(now), now=now)

    keep([event for event in new if not event.counted])
    flagged = [event for event in new if event.flag]
    if flagged:
        open_event_cases(session, events=flagged, now=now)
    if refolds:
        decide_and_post(session, refolds=refolds, keep=keep, now=now)


def _tell_arrival(session: Session, batch: _Batch, new: list[NewEvent]) -> None:
    """Those who wait for an event, and how far its source has come."""
    if not new:
        return
    close_missing(session, events=new, now=batch.now)
    if not batch.options.history and not batch.options.by_file:
        newest: dict[int, datetime] = {}
        for event in new:
            newest[event.source_id] = max(event.event.happened_at, newest.get(event.source_id, event.event.happened_at))
        note_events(session, newest=newest, now=batch.now)


def _result_of(
    new: dict[int, NewEvent], first: dict[tuple[str, str], int], repeat: EventResult | None, index: int
) -> EventResult:
    if repeat is not None:
        kept = new[first[str(repeat.source), str(repeat.id)]]
        status = "duplicate"
    else:
        kept = new[index]
        status = "held" if kept.flag else "awarded" if kept.points else "recorded"
    return EventResult(kept.event.source, kept.event.id, status, kept.points, kept.adjusted, kept.reasons)
