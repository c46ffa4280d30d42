"""Adjustments of a resident's points: proposed by one officer, approved or refused by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.audit import note_looks
from app.core.ids import parse_public_id, public_id
from app.core.units import MOST_AT_ONCE, Points
from app.earning.adjustment_errors import AdjustmentUnknown
from app.earning.adjustments import (
    AdjustmentRead,
    MintLimits,
    State,
    approve_adjustment,
    list_adjustments,
    propose_award,
    refuse_adjustment,
)
from app.identity.permissions import ADJUSTMENT_PROPOSERS, CORRECTION_ROLES
from app.identity.queries import OfficerRead, find_officers
from app.ledger.commands import Answer
from app.residents.errors import ResidentUnknown
from app.residents.queries import find_resident_by_public_id
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next, respond, takes
from app.web.api.draft_shapes import PersonShape
from app.web.api.drafts_shown import present_person
from app.web.api.reasons import Reasoned
from app.web.callers import Call, SignedIn, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["corrections"])

as_proposer = as_officer_with(*ADJUSTMENT_PROPOSERS)
as_decider = as_officer_with(*CORRECTION_ROLES)
as_reader = as_officer_with(*ADJUSTMENT_PROPOSERS, "auditor")


class AwardOrder(Reasoned, frozen=True):
    """Points for one resident out of a campaign's budget, and why; the reason names nobody."""

    resident: Annotated[str, msgspec.Meta(max_length=64)]
    campaign: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    points: Annotated[int, msgspec.Meta(ge=1, le=MOST_AT_ONCE)]


class AdjustmentShape(Shape):
    """`kind` is award, reversal or clawback; `decision` is null while it waits for a second officer.

    `taken` points went back to campaigns, `written_off` had been spent, and nobody has to pay them.
    """

    id: str
    kind: str
    resident: str
    source: str | None
    event_id: str | None
    campaign: str | None
    points: int | None
    reason: str
    proposed_by: PersonShape
    proposed_at: datetime
    decision: str | None
    decided_by: PersonShape | None
    decided_at: datetime | None
    taken: int | None
    written_off: int | None


class AdjustmentPage(Shape):
    """Newest first; `after` asks for the next page."""

    items: list[AdjustmentShape]
    after: str | None


@router.get("/v1/adjustments", responses=declines(*SIGNED_IN, 400))
def show_adjustments(
    call: SignedIn,
    response: Response,
    state: State | None = None,
    after: Annotated[str | None, Query(max_length=32)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AdjustmentPage:
    """What was proposed, and what became of it. For officers, role finance, approver, admin or auditor."""

    def find(session: Session, officer: OfficerRead) -> AdjustmentPage:
        page = list_adjustments(session, state=state, after=after, limit=limit)
        people = [one.resident for one in page.items]
        note_looks(session, actor=officer.actor, people=people, what="adjustments", now=call.now)
        return AdjustmentPage(items=[_present(session, one) for one in page.items], after=page.after)

    shown = call.run(as_reader, find)
    link_next(response, "/v1/adjustments", state=state, after=shown.after, limit=limit)
    return shown


@router.post(
    "/v1/adjustments",
    status_code=201,
    response_model=AdjustmentShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", AwardOrder)),
)
def propose(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Propose to give a resident points; nothing changes yet. For officers, role finance, approver or admin."""
    order = body.read(AwardOrder)
    uuid = parse_public_id("res", order.resident)

    def serve(session: Session, officer: OfficerRead) -> AdjustmentRead:
        resident = find_resident_by_public_id(session, public_id=uuid) if uuid else None
        if resident is None:
            raise ResidentUnknown
        return propose_award(
            session,
            resident=resident,
            campaign=order.campaign,
            points=Points(order.points),
            reason=order.reason,
            officer=officer,
            limits=read_limits(call),
            now=call.now,
        )

    return answer_adjustment(call, body, key, serve, resolve=as_proposer, status=201)


@router.post(
    "/v1/adjustments/{id}/approve",
    response_model=AdjustmentShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def approve(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Carry out what another officer proposed. For officers with the role approver or admin."""
    wanted, limits = _read_id(id), read_limits(call)
    return answer_adjustment(
        *(call, body, key),
        lambda session, officer: approve_adjustment(
            session, adjustment=wanted, officer=officer, limits=limits, now=call.now
        ),
        resolve=as_decider,
    )


@router.post(
    "/v1/adjustments/{id}/refuse",
    response_model=AdjustmentShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def refuse(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Leave things as they are; one may refuse one's own. For officers with the role approver or admin."""
    wanted = _read_id(id)
    return answer_adjustment(
        *(call, body, key),
        lambda session, officer: refuse_adjustment(session, adjustment=wanted, officer=officer, now=call.now),
        resolve=as_decider,
    )


def answer_adjustment(
    call: Call,
    sent: Sent,
    key: str | None,
    serve: Callable[[Session, OfficerRead], AdjustmentRead],
    *,
    resolve: Callable[..., OfficerRead],
    status: int = 200,
) -> Response:
    """Do it once, and show the adjustment as it stands then."""

    def answer(session: Session, officer: OfficerRead) -> Answer:
        return Answer(status, _present(session, serve(session, officer)).model_dump(mode="json"))

    return respond(run_once(call, resolve, answer, key=key, sent=sent))


def read_limits(call: Call) -> MintLimits:
    """As the settings say."""
    settings = call.runtime.settings
    return MintLimits(settings.adjustment_most_points, settings.adjustment_most_points_a_day)


def _read_id(written: str) -> UUID:
    uuid = parse_public_id("adj", written)
    if uuid is None:
        raise AdjustmentUnknown
    return uuid


def _present(session: Session, one: AdjustmentRead) -> AdjustmentShape:
    people = find_officers(session, ids={number for number in (one.proposed_by, one.decided_by) if number is not None})
    return AdjustmentShape(
        id=public_id("adj", one.id),
        kind=one.kind,
        resident=public_id("res", one.resident),
        source=one.source,
        event_id=one.event_id,
        campaign=one.campaign,
        points=one.points,
        reason=one.reason,
        proposed_by=present_person(people[one.proposed_by]),
        proposed_at=one.proposed_at,
        decision=one.decision,
        decided_by=None if one.decided_by is None else present_person(people[one.decided_by]),
        decided_at=one.decided_at,
        taken=one.taken,
        written_off=one.written_off,
    )
