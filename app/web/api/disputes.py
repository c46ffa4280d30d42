"""Disputes about used vouchers: opened and followed by the resident, the partner's staff, or an officer for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.audit import note_looks
from app.identity.permissions import DISPUTE_OPENERS
from app.identity.queries import OfficerRead, StaffRead
from app.ledger.commands import Answer
from app.redemption.dispute_queries import DisputeRead, list_disputes, list_party_disputes
from app.redemption.disputes import open_dispute
from app.residents.queries import ResidentRead
from app.web.api.answers import SIGNED_IN, declines, link_next, respond, takes
from app.web.api.complaints import After, Limit, State
from app.web.api.dispute_orders import DisputeOrder
from app.web.api.dispute_shapes import DisputePage, DisputeShape, present
from app.web.api.own_dispute_shapes import OwnDisputePage, OwnDisputeShape, present_own
from app.web.api.voucher_shapes import read_redemption_id
from app.web.callers import Call, SignedIn, as_officer_with, as_partner_staff, as_resident
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["disputes"])

as_opener = as_officer_with(*DISPUTE_OPENERS)
as_looker = as_officer_with(*DISPUTE_OPENERS, "auditor")


_ORDER: dict[str, Any] = {
    "status_code": 201,
    "responses": declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    "openapi_extra": takes(("application/json", DisputeOrder)),
}


@router.post("/v1/me/disputes", response_model=OwnDisputeShape, **_ORDER)
def open_own(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Say that something was wrong with a reward that you used. Scope `resident`."""

    def serve(session: Session, me: ResidentRead, redemption: UUID, reason: str) -> DisputeRead:
        return open_dispute(session, redemption=redemption, reason=reason, by=me.actor, resident_id=me.id, now=call.now)

    return _open(call, body, key, as_resident, serve, lambda _, made: present_own(made, "resident", call.now))


@router.get("/v1/me/disputes", responses=declines(*SIGNED_IN, 400))
def show_own(call: SignedIn, response: Response, after: After = None, limit: Limit = 50) -> OwnDisputePage:
    """What became of disputes about your vouchers, the oldest first. Scope `resident`."""
    page = call.run(
        as_resident,
        lambda session, me: list_party_disputes(session, party="resident", party_id=me.id, after=after, limit=limit),
    )
    link_next(response, "/v1/me/disputes", after=page.after, limit=limit)
    return OwnDisputePage(items=[present_own(one, "resident", call.now) for one in page.items], after=page.after)


@router.post("/v1/partner/disputes", response_model=OwnDisputeShape, **_ORDER)
def open_partners(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Say that a voucher that you took should not have been. Scope `vouchers:redeem`, for the partner's people."""

    def serve(session: Session, staff: StaffRead, redemption: UUID, reason: str) -> DisputeRead:
        return open_dispute(
            session, redemption=redemption, reason=reason, by=staff.actor, partner_id=staff.partner_id, now=call.now
        )

    return _open(call, body, key, as_partner_staff, serve, lambda _, made: present_own(made, "staff", call.now))


@router.get("/v1/partner/disputes", responses=declines(*SIGNED_IN, 400))
def show_partners(call: SignedIn, response: Response, after: After = None, limit: Limit = 50) -> OwnDisputePage:
    """Disputes about vouchers that you took, the oldest first. Scope `vouchers:redeem`, for the partner's people."""
    page = call.run(
        as_partner_staff,
        lambda session, staff: list_party_disputes(
            session, party="partner", party_id=staff.partner_id, after=after, limit=limit
        ),
    )
    link_next(response, "/v1/partner/disputes", after=page.after, limit=limit)
    return OwnDisputePage(items=[present_own(one, "staff", call.now) for one in page.items], after=page.after)


@router.post("/v1/disputes", response_model=DisputeShape, **_ORDER)
def open_for_somebody(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Open a dispute for a resident or a partner. For officers, role support, finance, approver or admin."""

    def serve(session: Session, officer: OfficerRead, redemption: UUID, reason: str) -> DisputeRead:
        return open_dispute(session, redemption=redemption, reason=reason, by=officer.actor, now=call.now)

    return _open(call, body, key, as_opener, serve, lambda session, made: present(session, made, call.now))


@router.get("/v1/disputes", responses=declines(*SIGNED_IN, 400))
def show_all(
    call: SignedIn, response: Response, state: State = "waiting", after: After = None, limit: Limit = 50
) -> DisputePage:
    """Disputes by when they are due. For officers, role support, finance, approver, admin or auditor."""

    def find(session: Session, officer: OfficerRead) -> DisputePage:
        page = list_disputes(session, decided=state == "done", after=after, limit=limit)
        people = [one.resident for one in page.items]
        note_looks(session, actor=officer.actor, people=people, what="disputes", now=call.now)
        return DisputePage(items=[present(session, one, call.now) for one in page.items], after=page.after)

    shown = call.run(as_looker, find)
    link_next(response, "/v1/disputes", after=shown.after, limit=limit, state=state)
    return shown


def _open(
    call: Call,
    body: Sent,
    key: str | None,
    resolve: Callable[..., Any],
    serve: Callable[[Session, Any, UUID, str], DisputeRead],
    show: Callable[[Session, DisputeRead], OwnDisputeShape | DisputeShape],
) -> Response:
    order = body.read(DisputeOrder)
    redemption = read_redemption_id(order.redemption)

    def answer(session: Session, who: object) -> Answer:
        made = serve(session, who, redemption, order.reason)
        return Answer(201, show(session, made).model_dump(mode="json"))

    return respond(run_once(call, resolve, answer, key=key, sent=body))
