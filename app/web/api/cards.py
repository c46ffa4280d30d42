"""A resident's cards, and the proof that one is theirs: by the desk, by its operator, or by a micro-check."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.audit import Actor, record_act
from app.core.ids import parse_public_id, public_id
from app.identity.errors import SourceUnknown
from app.identity.permissions import CARD_CONFIRMERS, TOKENS_CONFIRM
from app.identity.queries import Client, OfficerRead
from app.identity.sources import list_sources
from app.ledger.commands import Answer
from app.residents.claim_errors import CardUnknown, ClaimUnknown
from app.residents.claims import CardRead, claim_card, confirm_claim, list_cards, remove_card
from app.residents.queries import ResidentRead
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.callers import Call, SignedIn, as_machine, as_officer_with, as_resident
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["resident"])

SENTENCES = {
    "linked": "This card stands for you.",
    "waiting": "Nothing that this card does counts before somebody has confirmed that it is yours: {how}",
    "lapsed": "Nobody has confirmed in time that this card is yours. You can begin again.",
}
BY_PERSON = "show it at the help desk, or give its operator the id of this claim."
BY_TAPS = "tap it once in each of the two windows, or show it at the help desk."

Subject = Annotated[str, msgspec.Meta(max_length=140)]


class CardOrder(msgspec.Struct, frozen=True):
    """The card as `card:TOKEN`, by the operator's own token of it, and the `source` that issued it, if you know.

    `proof` is how you want to show that it is yours: `confirmed` by the help desk or its operator, or a `micro_check`,
    for which we name two windows of ten minutes to tap it in.
    """

    subject: Subject
    source: Annotated[str, msgspec.Meta(max_length=240)] | None = None
    proof: Literal["confirmed", "micro_check"] = "confirmed"


class ConfirmOrder(msgspec.Struct, frozen=True):
    """`claim` is the id that the resident was given, `subject` the card as `card:TOKEN`."""

    claim: Annotated[str, msgspec.Meta(max_length=64)]
    subject: Subject


class WindowShape(Shape):
    """Ten minutes in which the card is to be tapped."""

    from_at: datetime
    until_at: datetime


class CardShape(Shape):
    """One card: `state` is waiting, linked or lapsed; `ending` is the end of its token.

    Whether it stands for somebody else, and whether it was tapped, is told to nobody.
    """

    id: str
    state: str
    ending: str
    source: str | None
    since_at: datetime
    windows: list[WindowShape]
    ends_at: datetime | None
    sentence: str


class CardList(Shape):
    """Newest first; there are few, so there are no pages."""

    items: list[CardShape]


class ConfirmedShape(Shape):
    """The claim is proved, and the card stands for its resident from `confirmed_at` on."""

    id: str
    confirmed_at: datetime


@router.get("/v1/me/cards", responses=declines(*SIGNED_IN))
def show_cards(call: SignedIn) -> CardList:
    """Your cards, and those that wait for their proof. Scope `resident`."""
    return _list(call)


@router.post(
    "/v1/me/cards",
    status_code=201,
    response_model=CardShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", CardOrder)),
)
def claim(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Say that a card is yours. It counts for nothing until that is proved. Scope `resident`."""
    order = body.read(CardOrder)

    def serve(session: Session, me: ResidentRead) -> Answer:
        made = claim_card(
            session,
            resident_id=me.id,
            subject=order.subject,
            source=order.source,
            micro_check=order.proof == "micro_check",
            keys=call.runtime.card_keys,
            now=call.now,
        )
        return Answer(201, _present(made).model_dump(mode="json"))

    return respond(run_once(call, as_resident, serve, key=key, sent=body))


@router.delete("/v1/me/cards/{id}", responses=declines(*SIGNED_IN, 404))
def remove(call: SignedIn, id: str) -> CardList:  # noqa: A002 - the path's own word
    """Unlink a card, or withdraw what waits; gives the cards that are left. What it earned stays. Scope `resident`."""
    card = parse_public_id("crd", id)
    if card is None:
        raise CardUnknown

    def serve(session: Session, me: ResidentRead) -> None:
        remove_card(session, resident_id=me.id, card=card, now=call.now)
        subject, facts = f"resident:{public_id('res', me.public_id)}", {"card": public_id("crd", card)}
        record_act(session, actor=me.actor, act="person.card_removed", subject=subject, facts=facts, now=call.now)

    call.run(as_resident, serve)
    return _list(call)


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
        confirm_claim(
            session,
            claim=_read_claim(order.claim),
            subject=order.subject,
            source_id=known.id,
            proof="operator",
            keys=call.runtime.card_keys,
            now=call.now,
        )
        _note(session, Actor("machine", client.id), order.claim, call.now)
        return ConfirmedShape(id=order.claim, confirmed_at=call.now)

    return call.run(as_machine(TOKENS_CONFIRM), serve)


@router.post(
    "/v1/card-claims/confirm",
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ConfirmOrder)),
)
def confirm_as_desk(call: SignedIn, body: Body) -> ConfirmedShape:
    """The card lies before you, and its holder made this claim. For officers with the role support."""
    order = body.read(ConfirmOrder)

    def serve(session: Session, officer: OfficerRead) -> ConfirmedShape:
        confirm_claim(
            session,
            claim=_read_claim(order.claim),
            subject=order.subject,
            source_id=None,
            proof="desk",
            keys=call.runtime.card_keys,
            now=call.now,
        )
        _note(session, officer.actor, order.claim, call.now)
        return ConfirmedShape(id=order.claim, confirmed_at=call.now)

    return call.run(as_officer_with(*CARD_CONFIRMERS), serve)


def _note(session: Session, actor: Actor, claim: str, now: datetime) -> None:
    record_act(session, actor=actor, act="person.card_linked", subject=f"card:{claim}", now=now)


def _read_claim(written: str) -> UUID:
    uuid = parse_public_id("crd", written)
    if uuid is None:
        raise ClaimUnknown
    return uuid


def _list(call: Call) -> CardList:
    keys = call.runtime.card_keys
    cards = call.run(as_resident, lambda session, me: list_cards(session, resident_id=me.id, keys=keys, now=call.now))
    return CardList(items=[_present(one) for one in cards])


def _present(card: CardRead) -> CardShape:
    return CardShape(
        id=public_id("crd", card.id),
        state=card.state,
        ending=card.ending,
        source=card.source,
        since_at=card.since_at,
        windows=[WindowShape(from_at=opens_at, until_at=closes_at) for opens_at, closes_at in card.windows],
        ends_at=card.ends_at,
        sentence=SENTENCES[card.state].format(how=BY_TAPS if card.windows else BY_PERSON),
    )
