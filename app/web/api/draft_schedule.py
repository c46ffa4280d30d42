"""An approved draft, scheduled for a local midnight."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.identity.permissions import SCHEDULERS
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.rulebook.drafting.scheduling import schedule_draft
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.drafts import IfMatch
from app.web.api.rules import read_rule_key
from app.web.callers import SignedIn, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["rules"])

as_scheduler = as_officer_with(*SCHEDULERS)


class ScheduleOrder(msgspec.Struct, frozen=True):
    """The local date with whose midnight the rule begins.

    `progress` is needed when other events count than before: people carry theirs over, or all restart.
    """

    on: date
    progress: Literal["carry_over", "restart"] | None = None


class ScheduledShape(Shape):
    """In force from `from_at`, the local midnight that begins `on`; `progress` is what was chosen, if it had to be."""

    id: str
    version: int
    on: date
    from_at: datetime
    progress: str | None


@router.post(
    "/v1/rules/{id}/schedule",
    status_code=201,
    response_model=ScheduledShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 412, 413, 415, 422),
    openapi_extra=takes(("application/json", ScheduleOrder)),
)
def schedule(call: SignedIn, id: str, body: Body, if_match: IfMatch, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Say from which day an approved draft is in force. For officers with the role editor or approver."""
    order, rule, revision = body.read(ScheduleOrder), read_rule_key(id), if_match.strip('"')

    def serve(session: Session, officer: OfficerRead) -> Answer:
        made = schedule_draft(
            *(session,),
            key=rule,
            revision=revision,
            on=order.on,
            progress=order.progress,
            officer=officer,
            now=call.now,
        )
        shape = ScheduledShape(
            id=rule, version=made.version, on=made.on, from_at=made.from_at, progress=made.progress
        )  # fmt: skip
        return Answer(201, shape.model_dump(mode="json"))

    return respond(run_once(call, as_scheduler, serve, key=key, sent=body))
