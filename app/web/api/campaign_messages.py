"""Messages of campaigns to those who asked for them: written by one officer, approved by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import parse_public_id, public_id
from app.identity.permissions import CAMPAIGN_EDITORS, MESSAGE_APPROVERS
from app.identity.queries import OfficerRead
from app.identity.tokens import Claims
from app.ledger.commands import Answer
from app.residents.cards import refuse_bank_card_number
from app.rulebook.messages.errors import MessageNotFound
from app.rulebook.messages.queries import MessageRead, get_message, list_messages
from app.rulebook.messages.writing import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    approve_message,
    discard_message,
    write_message,
)
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.draft_shapes import PersonShape
from app.web.api.drafts_shown import present_person
from app.web.callers import Call, SignedIn, as_officer, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["campaigns"])

as_writer = as_officer_with(*CAMPAIGN_EDITORS)
as_approver = as_officer_with(*MESSAGE_APPROVERS)
as_either = as_officer_with(*CAMPAIGN_EDITORS, *MESSAGE_APPROVERS)


class MessageOrder(msgspec.Struct, frozen=True):
    """Plain text; the way out is put under it. Neither names anybody."""

    subject: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_SUBJECT)]
    body: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_BODY)]

    def __post_init__(self) -> None:
        refuse_bank_card_number(self.subject)
        refuse_bank_card_number(self.body)


class MessageShape(Shape):
    """`status`: written, approved (being sent), sent or discarded. `text` is what people get.

    `wanting` residents asked for the campaign's messages and have not taken it back, `reachable` of them have an
    address; that is as of now, and asked again when it is sent. `queued` got it, `no_address` could not.
    """

    id: str
    campaign: str
    campaign_title: str
    subject: str
    text: str
    status: str
    wanting: int
    reachable: int
    queued: int
    no_address: int
    written_by: PersonShape
    written_at: datetime
    approved_by: PersonShape | None
    approved_at: datetime | None
    sent_at: datetime | None


class MessagesShape(Shape):
    """Newest first, at most 100."""

    items: list[MessageShape]


@router.get("/v1/campaigns/{key}/messages", responses=declines(*SIGNED_IN, 404))
def show_messages(call: SignedIn, key: str) -> MessagesShape:
    """A campaign's messages, with how many would get one now. For officers with a role."""
    found = call.run(as_officer, lambda session, _: list_messages(session, key=key))
    return MessagesShape(items=[_present(one) for one in found])


@router.post(
    "/v1/campaigns/{key}/messages",
    status_code=201,
    response_model=MessageShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", MessageOrder)),
)
def write(call: SignedIn, key: str, body: Body, idempotency_key: IdempotencyKey = None) -> Response:
    """Write a message; nobody gets it before another officer has approved it. For the roles editor and admin."""
    order = body.read(MessageOrder)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        written = write_message(
            session, key=key, subject=order.subject, body=order.body, officer=officer, now=call.now
        )  # fmt: skip
        return Answer(201, _present(written).model_dump(mode="json"))

    return respond(run_once(call, as_writer, serve, key=idempotency_key, sent=body))


@router.get("/v1/campaign-messages/{id}", responses=declines(*SIGNED_IN, 404))
def show_message(call: SignedIn, id: str) -> MessageShape:  # noqa: A002 - the path's own word
    """A message as people get it, with how many would. For officers with a role."""
    wanted = read_message_id(id)
    return _present(call.run(as_officer, lambda session, _: get_message(session, message=wanted)))


@router.post(
    "/v1/campaign-messages/{id}/approve",
    response_model=MessageShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def approve(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Have a message sent that another officer wrote. For officers with the role approver."""
    return _decide(call, as_approver, id, body, key, approve_message)


@router.post(
    "/v1/campaign-messages/{id}/discard",
    response_model=MessageShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def discard(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Have a message sent to nobody. For officers with the role editor, approver or admin."""
    return _decide(call, as_either, id, body, key, discard_message)


def _decide(
    call: Call,
    resolve: Callable[[Session, Claims], OfficerRead],
    written: str,
    sent: Sent,
    key: str | None,
    decide: Callable[..., MessageRead],
) -> Response:
    wanted = read_message_id(written)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        decided = decide(session, message=wanted, officer=officer, now=call.now)
        return Answer(200, _present(decided).model_dump(mode="json"))

    return respond(run_once(call, resolve, serve, key=key, sent=sent))


def read_message_id(written: str) -> UUID:
    uuid = parse_public_id("cmm", written)
    if uuid is None:
        raise MessageNotFound
    return uuid


def _present(message: MessageRead) -> MessageShape:
    return MessageShape(
        id=public_id("cmm", message.public_id),
        campaign=message.campaign_key,
        campaign_title=message.campaign_title,
        subject=message.subject,
        text=message.text,
        status=message.status,
        wanting=message.audience.wanting,
        reachable=message.audience.reachable,
        queued=message.queued,
        no_address=message.no_address,
        written_by=present_person(message.written_by),
        written_at=message.written_at,
        approved_by=None if message.approved_by is None else present_person(message.approved_by),
        approved_at=message.approved_at,
        sent_at=message.sent_at,
    )
