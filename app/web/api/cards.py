"""A resident's cards, and those that wait for their proof."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.audit import record_act
from app.core.ids import parse_public_id, public_id
from app.ledger.commands import Answer
from app.residents.claim_errors import CardUnknown
from app.residents.claims import CardRead, claim_card, list_cards, remove_card
from app.residents.queries import ResidentRead
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.callers import Call, SignedIn, as_resident
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
            resident=me,
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
