"""A resident's rights at the desk: what others do themselves, an officer does for them, each time for a purpose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, TypeAlias, TypeVar

import msgspec
from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response, StreamingResponse

from app.earning.missing import report_missing
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.residents.cards import refuse_bank_card_number
from app.residents.consents import say_consent
from app.residents.desk import Desk, Purpose, look_up_member
from app.residents.profile import correct_profile
from app.residents.queries import ResidentRead
from app.residents.thanks import KINDS, decline_points
from app.rights.appeals import make_appeal
from app.rights.complaints import make_complaint
from app.rights.erasure import erase_resident
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.appeals import AppealShape, present_appeal
from app.web.api.choices import ConsentShape, ProfileChange, ThanksShape, present_consent, read_correction
from app.web.api.complaints import ComplaintShape, Words, present_complaint
from app.web.api.desk import as_desk
from app.web.api.missing import MissingShape, present_missing
from app.web.api.own_data import PAGE_ANSWER, PAGE_TYPE, ErasedShape, write_export
from app.web.api.purposes import Purposed, Stated
from app.web.callers import Call, SignedIn
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["desk"])

T = TypeVar("T")
Serve: TypeAlias = Callable[[Session, ResidentRead, OfficerRead], T]

RESIDENT = "/v1/desk/residents/{member}"


class DeskWords(Purposed, frozen=True, kw_only=True):
    """What the person says is wrong, in their own words."""

    text: Words

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse_bank_card_number(self.text)


class DeskAppeal(DeskWords, frozen=True, kw_only=True):
    """Which event of theirs, and why it should count."""

    source: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class DeskMissing(Purposed, frozen=True, kw_only=True):
    """The day, and the type of event or the source, or both; `text` is what the person says about it."""

    on: date
    type: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    source: Annotated[str, msgspec.Meta(max_length=240)] | None = None
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse_bank_card_number(self.text or "")


class DeskConsent(Purposed, frozen=True, kw_only=True):
    """Yes or no to the text that was read to the person, from now on."""

    given: bool


class DeskThanks(Purposed, frozen=True, kw_only=True):
    """The kinds of action for which the person wants thanks and no points; the others earn points again."""

    declined: Annotated[list[str], msgspec.Meta(max_length=20)]


class DeskCorrection(Purposed, frozen=True, kw_only=True):
    """What is wrong, as it should be, in the form of `PATCH /v1/me`."""

    correction: ProfileChange


class CorrectedShape(Shape):
    """What we hold now."""

    name: str
    connection: str
    ward: str | None
    pass_type: str | None


def _keeps(order: type[msgspec.Struct]) -> dict[str, object]:
    return {
        "responses": declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
        "openapi_extra": takes(("application/json", order)),
    }


@router.get(
    f"{RESIDENT}/export", response_model=None, responses={**declines(*SIGNED_IN, 400, 404, 422), 200: PAGE_ANSWER}
)
def export(call: SignedIn, member: str, purpose: Stated, request: Request) -> StreamingResponse:
    """Everything that is held about the person, to print for them. For officers with the role support."""
    found = _act(call, member, purpose, "export", lambda _, resident, __: resident)
    return write_export(call, found, readable=PAGE_TYPE in request.headers.get("accept", ""))


@router.post(f"{RESIDENT}/complaints", status_code=201, response_model=ComplaintShape, **_keeps(DeskWords))  # type: ignore[arg-type]
def complain(call: SignedIn, member: str, body: Body, key: IdempotencyKey = None) -> Response:
    """Keep a complaint of the person's. For officers with the role support."""
    order = body.read(DeskWords)
    return _once(
        *(call, member, body, key, order, "complain"),
        lambda session, found, _: present_complaint(
            make_complaint(session, resident_id=found.id, words=order.text, now=call.now), call.now
        ),
    )


@router.post(f"{RESIDENT}/appeals", status_code=201, response_model=AppealShape, **_keeps(DeskAppeal))  # type: ignore[arg-type]
def appeal(call: SignedIn, member: str, body: Body, key: IdempotencyKey = None) -> Response:
    """Ask for somebody to look again at an event of the person's. For officers with the role support."""
    order = body.read(DeskAppeal)
    return _once(
        *(call, member, body, key, order, "appeal"),
        lambda session, found, _: present_appeal(
            make_appeal(
                session, resident_id=found.id, source=order.source, event_id=order.id, words=order.text, now=call.now
            ),
            call.now,
        ),
    )


@router.post(f"{RESIDENT}/missing", status_code=201, response_model=MissingShape, **_keeps(DeskMissing))  # type: ignore[arg-type]
def report(call: SignedIn, member: str, body: Body, key: IdempotencyKey = None) -> Response:
    """Say for the person that something they did has not arrived. For officers with the role support."""
    order = body.read(DeskMissing)
    window = timedelta(days=call.runtime.settings.late_window_days)
    return _once(
        *(call, member, body, key, order, "missing"),
        lambda session, found, _: present_missing(
            report_missing(
                session,
                resident_id=found.id,
                source=order.source,
                type_name=order.type,
                on=order.on,
                note=order.text,
                late_window=window,
                now=call.now,
            )
        ),
    )


@router.put(f"{RESIDENT}/consents/{{consent}}", **_keeps(DeskConsent))  # type: ignore[arg-type]
def say(call: SignedIn, member: str, consent: str, body: Body) -> ConsentShape:
    """Give or withdraw a consent for the person. For officers with the role support."""
    order = body.read(DeskConsent)
    said = _act(
        *(call, member, order.stated(), "consent"),
        lambda session, found, officer: say_consent(
            session, resident=found, purpose=consent, given=order.given, by=officer.actor, now=call.now
        ),
    )
    return present_consent(said)


@router.put(f"{RESIDENT}/thanks", **_keeps(DeskThanks))  # type: ignore[arg-type]
def choose_thanks(call: SignedIn, member: str, body: Body) -> ThanksShape:
    """Decline points for the person, and keep the thanks. For officers with the role support."""
    order = body.read(DeskThanks)
    declined = _act(
        *(call, member, order.stated(), "thanks"),
        lambda session, found, _: decline_points(session, resident_id=found.id, kinds=order.declined),
    )
    return ThanksShape(declined=list(declined), kinds=list(KINDS))


@router.patch(RESIDENT, **_keeps(DeskCorrection))  # type: ignore[arg-type]
def correct(call: SignedIn, member: str, body: Body) -> CorrectedShape:
    """Correct what we hold about the person. For officers with the role support."""
    order = body.read(DeskCorrection)
    wanted = read_correction(order.correction)
    now = _act(
        *(call, member, order.stated(), "correct"),
        lambda session, found, _: correct_profile(session, resident_id=found.id, correction=wanted),
    )
    return CorrectedShape(name=now.name, connection=now.connection, ward=now.ward, pass_type=now.pass_type)


@router.delete(RESIDENT, responses=declines(*SIGNED_IN, 400, 404, 409, 422))
def leave(
    call: SignedIn,
    member: str,
    purpose: Stated,
    forfeit_points: Annotated[int | None, Query(ge=0, description="How many points they know that they lose.")] = None,
) -> ErasedShape:
    """Erase the person, who was told what they lose: 409 says it. It can't be undone. For officers, role support."""
    # First by itself, because a refusal that tells what they have is a look, and is kept.
    _act(call, member, purpose, "leave", lambda _, found, __: found)
    erased = _act(
        *(call, member, purpose, "leave"),
        lambda session, found, officer: erase_resident(
            session, resident=found, forfeit=forfeit_points, actor=officer.actor, now=call.now
        ),
    )
    return ErasedShape(points=erased.points, vouchers=erased.vouchers, erased_at=erased.erased_at)


def _act(call: Call, member: str, purpose: Purpose, act: str, serve: Serve[T]) -> T:
    """Keep who acts and why, and do it, or neither."""

    def run(session: Session, officer: OfficerRead) -> T:
        desk, keys = Desk(officer, purpose), call.runtime.card_keys
        found = look_up_member(session, desk=desk, number=member, act=act, keys=keys, now=call.now)
        return serve(session, found, officer)

    return call.run(as_desk, run)


def _once(
    call: Call, member: str, sent: Sent, key: str | None, order: Purposed, act: str, serve: Serve[Shape]
) -> Response:
    """The same, under a key once."""

    def run(session: Session, officer: OfficerRead) -> Answer:
        desk, keys = Desk(officer, order.stated()), call.runtime.card_keys
        found = look_up_member(session, desk=desk, number=member, act=act, keys=keys, now=call.now)
        return Answer(201, serve(session, found, officer).model_dump(mode="json"))

    return respond(run_once(call, as_desk, run, key=key, sent=sent))
