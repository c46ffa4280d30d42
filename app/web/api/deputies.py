"""Deputies of approvers: who stands in for whom, and for how long."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import parse_public_id, public_id
from app.identity.permissions import APPROVER
from app.identity.queries import OfficerRead, find_officers
from app.ledger.commands import Answer
from app.rulebook.drafting.deputies import DeputyRead, end_deputy, list_deputies, name_deputy
from app.rulebook.drafting.deputy_errors import DeputyUnknown
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.draft_shapes import PersonShape
from app.web.api.drafts_shown import present_person
from app.web.callers import SignedIn, as_officer, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["rules"])

as_approver = as_officer_with(APPROVER)
as_ender = as_officer_with(APPROVER, "admin")


class DeputyOrder(msgspec.Struct, frozen=True):
    """`deputy` is an officer's id, `until_on` the first date on which they stand in no longer."""

    deputy: Annotated[str, msgspec.Meta(max_length=64)]
    from_on: date
    until_on: date


class DeputyShape(Shape):
    """`deputy` may approve on behalf of `approver` from `from_on` until the day before `until_on`."""

    id: str
    approver: PersonShape
    deputy: PersonShape
    from_on: date
    until_on: date
    ended_at: datetime | None


class DeputiesShape(Shape):
    """By first day."""

    items: list[DeputyShape]


@router.get("/v1/deputies", responses=declines(*SIGNED_IN))
def show_deputies(call: SignedIn) -> DeputiesShape:
    """Who stands in for an approver, now or later. For officers with a role."""

    def find(session: Session) -> DeputiesShape:
        return DeputiesShape(items=_present(session, list_deputies(session, now=call.now)))

    return call.run(as_officer, lambda session, _: find(session))


@router.post(
    "/v1/deputies",
    status_code=201,
    response_model=DeputyShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", DeputyOrder)),
)
def name(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Name another officer to approve in your place for a time. For officers with the role approver."""
    order = body.read(DeputyOrder)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        named = name_deputy(session, approver=officer, **msgspec.structs.asdict(order), now=call.now)
        return Answer(201, _present(session, (named,))[0].model_dump(mode="json"))

    return respond(run_once(call, as_approver, serve, key=key, sent=body))


@router.post(
    "/v1/deputies/{id}/end",
    response_model=DeputyShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def end(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """End a deputy's time now: an approver one of their own, somebody with the role admin any."""
    deputy = parse_public_id("dep", id)
    if deputy is None:
        raise DeputyUnknown

    def serve(session: Session, officer: OfficerRead) -> Answer:
        own = None if "admin" in officer.roles else officer.id
        ended = end_deputy(session, deputy=deputy, approver_id=own, officer=officer, now=call.now)
        return Answer(200, _present(session, (ended,))[0].model_dump(mode="json"))

    return respond(run_once(call, as_ender, serve, key=key, sent=body))


def _present(session: Session, deputies: tuple[DeputyRead, ...]) -> list[DeputyShape]:
    people = find_officers(session, ids={one for each in deputies for one in (each.approver_id, each.deputy_id)})
    return [
        DeputyShape(
            id=public_id("dep", one.public_id),
            approver=present_person(people[one.approver_id]),
            deputy=present_person(people[one.deputy_id]),
            from_on=one.from_on,
            until_on=one.until_on,
            ended_at=one.ended_at,
        )
        for one in deputies
    ]
