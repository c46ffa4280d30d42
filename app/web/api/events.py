"""Events in, what became of them, why, and taking one back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.audit import Actor, note_looks, record_act
from app.core.clock import london_date
from app.earning.errors import EventUnknown
from app.earning.explanation import EventExplanation, explain_event
from app.earning.intake import EventResult, IntakeOptions, record_events
from app.earning.queries import EventRead, get_event
from app.earning.void import VoidResult, void_event
from app.identity.permissions import EVENTS_WRITE
from app.identity.queries import Client, OfficerRead
from app.ledger.queries import TransferRead, list_event_transfers
from app.residents.cards import refuse_bank_card_number
from app.residents.queries import ResidentRead, find_public_id
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.api.content_modes import BINARY_TYPE, STRUCTURED_TYPE, read_events
from app.web.bodies import BATCH_TYPE
from app.web.callers import Call, SignedIn, as_machine, as_reader
from app.web.problems import Problem
from app.web.sent import Body

router = APIRouter(tags=["events"])

Reader = Client | ResidentRead | OfficerRead
HIDDEN = {"not_eligible": "conditions_not_met"}
"""Reasons that tell a machine something about the resident, and what it is told instead."""

_EVENT = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "time", "subject", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "minLength": 1, "maxLength": 128},
        "source": {"type": "string"},
        "type": {"type": "string"},
        "time": {"type": "string", "format": "date-time"},
        "subject": {"type": "string", "description": "card:TOKEN, member:NUMBER or link:TOKEN"},
        "data": {"type": "object", "description": "By the type's JSON Schema, see /v1/event-types."},
    },
}
_BATCH = {"type": "array", "maxItems": 1000, "items": _EVENT}
_DATA = {"type": "object", "description": "The event's data; its attributes are in ce- headers."}


class ResultShape(Shape):
    """What became of one event."""

    source: str | None
    id: str | None
    status: str
    points: int
    adjusted: int
    reasons: list[str]
    problem: dict[str, Any] | None = None


class ResultsShape(Shape):
    """One result for each event sent, in order."""

    results: list[ResultShape]


class TransferShape(Shape):
    """A movement of points that an event caused; `to_resident` is false for what went back. Times as of the event."""

    kind: str
    points: int
    to_resident: bool
    on: date
    effective_at: datetime | None
    recorded_at: datetime | None


class EventShape(Shape):
    """An event as it was kept and decided.

    `happened_at` and `recorded_at` are for the machine that sent it: people get the day (`on`), and null.
    """

    source: str
    id: str
    type: str
    on: date
    happened_at: datetime | None
    recorded_at: datetime | None
    status: str
    points: int
    adjusted: int
    reasons: list[str]
    lines: list[dict[str, Any]]
    transfers: list[TransferShape]
    voided_at: datetime | None
    void_reason: str | None


class ExplanationShape(Shape):
    """Why: the result first, then each rule that was in force with its checks.

    `happened_at` is for the machine that sent it: people get the day (`on`), and null.
    """

    source: str
    id: str
    type: str
    on: date
    happened_at: datetime | None
    points: int
    reasons: list[str]
    rules: list[dict[str, Any]]
    sentences: list[str]


class VoidOrder(msgspec.Struct, frozen=True):
    """Why the event is taken back; the resident reads it."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]

    def __post_init__(self) -> None:
        refuse_bank_card_number(self.reason)


class VoidShape(Shape):
    """What taking the event back changed."""

    source: str
    id: str
    points: int
    adjusted: int
    voided_at: datetime


@router.post(
    "/v1/events",
    response_model=ResultsShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes((STRUCTURED_TYPE, _EVENT), (BATCH_TYPE, _BATCH), (BINARY_TYPE, _DATA)),
)
def send_events(call: SignedIn, body: Body) -> Response:
    """Send one CloudEvent (structured or binary mode) or up to 1,000 (batched). Scope `events:write`.

    A single event that is refused gets the refusal as its answer; in a batch it is `rejected`, and the others count.
    """
    sent = read_events(body)
    results = call.run(
        as_machine(EVENTS_WRITE),
        lambda session, client: record_events(
            session,
            client=client,
            events=sent.events,
            keys=call.runtime.card_keys,
            options=IntakeOptions(
                late_window=timedelta(days=call.runtime.settings.late_window_days),
                bounds=call.runtime.settings.flag_bounds,
            ),
            now=call.now,
        ),
    )
    refusal = results[0].refusal if sent.alone else None
    if refusal is not None:
        return Problem.of(refusal).to_response()
    return Response(msgspec.json.encode({"results": [_result(one) for one in results]}), media_type="application/json")


@router.get("/v1/events/{source}/{id}", responses=declines(*SIGNED_IN, 400, 404))
def show_event(call: SignedIn, source: str, id: str) -> EventShape:  # noqa: A002 - the path's own word
    """What became of an event. For its source (scope `events:read`), its resident, and officers; to others, 404."""
    return call.run(as_reader, lambda session, reader: _show(session, reader, source, id, call.now))


@router.get("/v1/events/{source}/{id}/explanation", responses=declines(*SIGNED_IN, 400, 404))
def explain(call: SignedIn, source: str, id: str) -> ExplanationShape:  # noqa: A002 - the path's own word
    """Why an event earned what it did, as data and in sentences. A machine gets no fact of the resident."""
    explained, for_machine = call.run(
        as_reader, lambda session, reader: _explain(session, reader, source, id, call.now)
    )
    return ExplanationShape.model_validate(explained.to_data(for_machine=for_machine))


@router.post(
    "/v1/events/{source}/{id}/void",
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", VoidOrder)),
)
def void(call: SignedIn, source: str, id: str, body: Body) -> VoidShape:  # noqa: A002 - the path's own word
    """Take an event back, as if it had never happened. For its source, scope `events:write`. Twice changes nothing."""
    order = body.read(VoidOrder)
    done = call.run(as_machine(EVENTS_WRITE), lambda session, client: _void(session, client, source, id, order, call))
    return VoidShape(
        source=done.source, id=done.id, points=done.points, adjusted=done.adjusted, voided_at=done.voided_at
    )


def _result(result: EventResult) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "source": result.source,
        "id": result.id,
        "status": result.status,
        "points": result.points,
        "adjusted": result.adjusted,
        "reasons": [HIDDEN.get(reason, reason) for reason in result.reasons],
    }
    return shown if result.refusal is None else shown | {"problem": Problem.of(result.refusal).to_data()}


def _may_see(reader: Reader, event: EventRead) -> bool:
    match reader:
        case Client():
            return event.source in reader.sources
        case ResidentRead():
            return event.resident_id == reader.id
        case OfficerRead():
            return True


def _show(session: Session, reader: Reader, source: str, external_id: str, now: datetime) -> EventShape:
    event = _get_own(session, reader, source, external_id, now)
    transfers = list_event_transfers(session, event_id=event.id, wallet_id=event.resident_id)
    exact = isinstance(reader, Client)
    hidden = HIDDEN if exact else {}
    return EventShape(
        source=event.source,
        id=event.external_id,
        type=event.type,
        on=london_date(event.happened_at),
        happened_at=event.happened_at if exact else None,
        recorded_at=event.recorded_at if exact else None,
        status=event.status.word,
        points=event.points,
        adjusted=event.adjusted,
        reasons=[hidden.get(reason, reason) for reason in event.reasons],
        lines=list(event.lines),
        transfers=[_transfer(one, event.resident_id, exact=exact) for one in transfers],
        voided_at=event.voided_at,
        void_reason=event.void_reason,
    )


def _transfer(transfer: TransferRead, wallet_id: int, *, exact: bool) -> TransferShape:
    return TransferShape(
        kind=transfer.kind.name.lower(),
        points=transfer.points,
        to_resident=transfer.credit == wallet_id,
        on=london_date(transfer.effective_at),
        effective_at=transfer.effective_at if exact else None,
        recorded_at=transfer.recorded_at if exact else None,
    )


def _get_own(session: Session, reader: Reader, source: str, external_id: str, now: datetime) -> EventRead:
    """What the reader may see; an officer's look is kept. Raises EventUnknown."""
    event = get_event(session, source=source, external_id=external_id)
    if not _may_see(reader, event):
        raise EventUnknown
    if isinstance(reader, OfficerRead):
        person = find_public_id(session, resident_id=event.resident_id)
        people = [] if person is None else [person]
        note_looks(session, actor=reader.actor, people=people, what="an event", now=now)
    return event


def _explain(
    session: Session, reader: Reader, source: str, external_id: str, now: datetime
) -> tuple[EventExplanation, bool]:
    _get_own(session, reader, source, external_id, now)
    explained = explain_event(session, source=source, external_id=external_id)
    return explained, isinstance(reader, Client)


def _void(session: Session, client: Client, source: str, external_id: str, order: VoidOrder, call: Call) -> VoidResult:
    if source not in client.sources:
        raise EventUnknown
    done = void_event(session, source=source, external_id=external_id, reason=order.reason, now=call.now)
    who, facts = Actor("machine", client.id), {"points": done.points, "adjusted": done.adjusted}
    record_act(session, actor=who, act="event.voided", subject=f"source:{source}", facts=facts, now=call.now)
    return done
