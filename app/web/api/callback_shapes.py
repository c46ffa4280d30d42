"""Questions to residents as they are shown, and how an answer is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from sqlmodel import Session

from app.core.ids import parse_public_id, public_id
from app.ledger.commands import Answer
from app.redemption.callback_errors import CallbackUnknown
from app.redemption.callbacks import CallbackRead, answer_callback
from app.residents.queries import ResidentRead
from app.web.api.answers import Shape


class CallbackAnswer(msgspec.Struct, frozen=True):
    """Whether you got what the voucher was for. After a no a person looks; your points are not touched by it."""

    got: bool


class CallbackShape(Shape):
    """A question about one of your vouchers; `answer` is null, got or not_got."""

    id: str
    redemption: str
    reward: str
    partner: str
    redeemed_at: datetime | None
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


class CallbacksShape(Shape):
    """Newest first."""

    items: list[CallbackShape]


def answer_with(
    wanted: UUID, *, got: bool, told: Literal["resident", "desk"], now: datetime
) -> Callable[[Session, ResidentRead], Answer]:
    def serve(session: Session, me: ResidentRead) -> Answer:
        answered = answer_callback(session, resident_id=me.id, callback=wanted, got=got, told=told, now=now)
        return Answer(200, present_callback(answered).model_dump(mode="json"))

    return serve


def read_callback_id(written: str) -> UUID:
    """Raises CallbackUnknown."""
    uuid = parse_public_id("cbk", written)
    if uuid is None:
        raise CallbackUnknown
    return uuid


def present_callback(one: CallbackRead) -> CallbackShape:
    return CallbackShape(
        id=public_id("cbk", one.id),
        redemption=public_id("red", one.redemption),
        reward=one.reward,
        partner=one.partner,
        redeemed_at=one.redeemed_at,
        asked_at=one.asked_at,
        answer=one.answer,
        answered_at=one.answered_at,
    )
