"""Saying that a card is somebody's: the desk, which has it before it, and its operator, who knows its holder."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter
from sqlmodel import Session

from app.audit import Actor, record_act
from app.core.ids import parse_public_id, public_id
from app.identity.errors import SourceUnknown
from app.identity.permissions import CARD_CONFIRMERS, TOKENS_CONFIRM
from app.identity.queries import Client, OfficerRead
from app.identity.sources import list_sources
from app.residents.claim_errors import ClaimUnknown
from app.residents.claims import confirm_claim
from app.residents.desk import Desk, note_act
from app.residents.queries import get_resident
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.api.cards import Subject
from app.web.api.purposes import Purposed
from app.web.callers import SignedIn, as_machine, as_officer_with
from app.web.sent import Body

router = APIRouter(tags=["resident"])


class ConfirmOrder(msgspec.Struct, frozen=True):
    """`claim` is the id that the resident was given, `subject` the card as `card:TOKEN`."""

    claim: Annotated[str, msgspec.Meta(max_length=64)]
    subject: Subject


class DeskConfirmOrder(Purposed, frozen=True, kw_only=True):
    """The same, and why the officer acts."""

    claim: Annotated[str, msgspec.Meta(max_length=64)]
    subject: Subject


class ConfirmedShape(Shape):
    """The claim is proved, and the card stands for its resident from `confirmed_at` on."""

    id: str
    confirmed_at: datetime


@router.post(
    "/v1/sources/{source}/tokens/confirm",
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ConfirmOrder)),
)
def confirm_as_operator(call: SignedIn, source: str, body: Body) -> ConfirmedShape:
    """The operator knows that the holder of this card made this claim. Scope `tokens:confirm`."""
    order = body.read(ConfirmOrder)

    def serve(session: Session, client: Client) -> ConfirmedShape:
        known = list_sources(session).get(source)
        if known is None or source not in client.sources:
            raise SourceUnknown
        resident_id = confirm_claim(
            session,
            claim=_read_claim(order.claim),
            subject=order.subject,
            source_id=known.id,
            proof="operator",
            keys=call.runtime.card_keys,
            now=call.now,
        )
        _note(session, Actor("machine", client.id), resident_id, order.claim, call.now)
        return ConfirmedShape(id=order.claim, confirmed_at=call.now)

    return call.run(as_machine(TOKENS_CONFIRM), serve)


@router.post(
    "/v1/card-claims/confirm",
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", DeskConfirmOrder)),
)
def confirm_as_desk(call: SignedIn, body: Body) -> ConfirmedShape:
    """The card lies before you, and its holder made this claim. For officers with the role support."""
    order = body.read(DeskConfirmOrder)

    def serve(session: Session, officer: OfficerRead) -> ConfirmedShape:
        resident_id = confirm_claim(
            session,
            claim=_read_claim(order.claim),
            subject=order.subject,
            source_id=None,
            proof="desk",
            keys=call.runtime.card_keys,
            now=call.now,
        )
        holder, desk = get_resident(session, resident_id=resident_id), Desk(officer, order.stated())
        note_act(session, desk=desk, resident=holder, act="confirm_claim", facts={"card": order.claim}, now=call.now)
        return ConfirmedShape(id=order.claim, confirmed_at=call.now)

    return call.run(as_officer_with(*CARD_CONFIRMERS), serve)


def _note(session: Session, actor: Actor, resident_id: int, claim: str, now: datetime) -> None:
    holder = public_id("res", get_resident(session, resident_id=resident_id).public_id)
    facts = {"card": claim}
    record_act(session, actor=actor, act="person.card_linked", subject=f"resident:{holder}", facts=facts, now=now)


def _read_claim(written: str) -> UUID:
    uuid = parse_public_id("crd", written)
    if uuid is None:
        raise ClaimUnknown
    return uuid
