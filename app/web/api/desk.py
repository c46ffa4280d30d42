"""The desk: opening an account for somebody without e-mail or phone, and giving or replacing their card."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import write_instant
from app.core.ids import parse_public_id, public_id
from app.identity.errors import SourceUnknown
from app.identity.permissions import DESK
from app.identity.queries import OfficerRead
from app.identity.sources import list_sources
from app.ledger.commands import Answer
from app.redemption.qr import draw_qr
from app.residents.cards import CardKeys
from app.residents.desk import Desk, look_up_member, open_account_at_desk
from app.residents.errors import ResidentUnknown
from app.residents.members import PREFIX, give_member_number, replace_member_number, write_member_number
from app.residents.queries import find_resident_by_public_id
from app.residents.service import link_card
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.purposes import Purposed
from app.web.api.voucher_shapes import write_data_url
from app.web.callers import Call, SignedIn, as_officer_with, as_resident
from app.web.faults import BodyUnfit
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["desk"])

as_desk = as_officer_with(*DESK)

CARD_TITLE = "QR code of your member number"


class AccountOrder(Purposed, frozen=True, kw_only=True):
    """Somebody who joins at the desk; the terms with `terms_version` have been read to them, and they accept them.

    `of_age`: they have said that they are 18 or over; nobody else joins.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    connection: Literal["live", "work", "visit"]
    terms_version: Annotated[str, msgspec.Meta(max_length=20)]
    of_age: bool
    postcode: Annotated[str, msgspec.Meta(max_length=12)] | None = None
    pass_type: Literal["adult", "young", "student", "senior", "disabled"] | None = None


class CardOrder(Purposed, frozen=True, kw_only=True):
    """A pass that the officer has seen in the person's hand: `card:` and the operator's token, and its source."""

    subject: Annotated[str, msgspec.Meta(max_length=140)]
    source: Annotated[str, msgspec.Meta(max_length=82)] | None = None


class MemberCardShape(Shape):
    """What is printed: the number as people read it, and a QR (an SVG data URL) that says `qr_text`."""

    number: str
    qr: str
    qr_text: str


class AccountShape(Shape):
    """The new account and its card."""

    id: str
    enrolled_at: datetime
    member: MemberCardShape


class LinkedShape(Shape):
    """The pass counts from `linked_at` on."""

    linked_at: datetime


@router.post(
    "/v1/desk/residents",
    status_code=201,
    response_model=AccountShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", AccountOrder)),
)
def open_account(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Open an account for somebody who is here, and give them a number on a card. For officers, role support."""
    order = body.read(AccountOrder)
    if not order.name.strip() or not order.name.isprintable():
        where = "$.name"
        raise BodyUnfit(where, "enter the person's name")

    def serve(session: Session, officer: OfficerRead) -> Answer:
        resident, _ = open_account_at_desk(
            session,
            desk=Desk(officer, order.stated()),
            name=order.name.strip(),
            connection=order.connection,
            postcode=order.postcode,
            pass_type=order.pass_type,
            terms_version=order.terms_version,
            of_age=order.of_age,
            keys=call.runtime.card_keys,
            now=call.now,
        )
        shown = {"id": public_id("res", resident.public_id), "enrolled_at": write_instant(resident.enrolled_at)}
        return Answer(201, shown)

    return respond(_with_card(call, run_once(call, as_desk, serve, key=key, sent=body)))


@router.post(
    "/v1/desk/residents/{member}/member-number",
    response_model=MemberCardShape,
    responses=declines(*SIGNED_IN, 400, 404, 413, 415, 422),
    openapi_extra=takes(("application/json", Purposed)),
)
def replace_number(call: SignedIn, member: str, body: Body) -> MemberCardShape:
    """A new number for a card that was lost; the old one stops. For officers with the role support."""
    order, keys = body.read(Purposed), call.runtime.card_keys

    def serve(session: Session, officer: OfficerRead) -> str:
        desk = Desk(officer, order.stated())
        found = look_up_member(session, desk=desk, number=member, act="replace_number", keys=keys, now=call.now)
        return replace_member_number(session, resident=found, keys=keys, now=call.now)

    return present_member_card(call.run(as_desk, serve))


@router.post(
    "/v1/desk/residents/{member}/cards",
    status_code=201,
    response_model=LinkedShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", CardOrder)),
)
def link_pass(call: SignedIn, member: str, body: Body, key: IdempotencyKey = None) -> Response:
    """Link a pass that you have seen in the person's hand, which proves it theirs. For officers, role support."""
    order, keys = body.read(CardOrder), call.runtime.card_keys

    def serve(session: Session, officer: OfficerRead) -> Answer:
        desk = Desk(officer, order.stated())
        found = look_up_member(session, desk=desk, number=member, act="link_card", keys=keys, now=call.now)
        source_id = _find_source(session, order.source)
        link_card(
            session,
            resident_id=found.id,
            subject=order.subject,
            source_id=source_id,
            keys=keys,
            enrolled_at=call.now,
        )
        return Answer(201, {"linked_at": write_instant(call.now)})

    return respond(run_once(call, as_desk, serve, key=key, sent=body))


@router.get("/v1/me/member", responses=declines(*SIGNED_IN))
def show_member(call: SignedIn) -> MemberCardShape:
    """Your own member number, for a host's register or a card of paper. Scope `resident`."""
    keys = call.runtime.card_keys
    number = call.run(as_resident, lambda session, me: give_member_number(session, resident=me, keys=keys))
    return present_member_card(number)


def _with_card(call: Call, answer: Answer) -> Answer:
    """The kept answer with the card, whose number nothing else may store."""
    uuid = parse_public_id("res", str(answer.body.get("id", "")))
    if uuid is None:
        return answer  # a refusal
    keys = call.runtime.card_keys
    number = call.run(as_desk, lambda session, _: _read_number(session, uuid, keys))
    return replace(answer, body=answer.body | {"member": present_member_card(number).model_dump()})


def _read_number(session: Session, resident: UUID, keys: CardKeys) -> str:
    found = find_resident_by_public_id(session, public_id=resident)
    if found is None:
        raise ResidentUnknown  # closed since then
    return give_member_number(session, resident=found, keys=keys)


def _find_source(session: Session, name: str | None) -> int | None:
    """None for the scheme's own cards, which every source may send."""
    if name is None:
        return None
    found = list_sources(session).get(name)
    if found is None:
        raise SourceUnknown
    return found.id


def present_member_card(number: str) -> MemberCardShape:
    """As it is printed."""
    said = PREFIX + number
    return MemberCardShape(
        number=write_member_number(number), qr=write_data_url(draw_qr(said, title=CARD_TITLE)), qr_text=said
    )
