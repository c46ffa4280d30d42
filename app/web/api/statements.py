"""What a partner earned and was paid: for the partner itself, and for officers."""

from __future__ import annotations

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.identity.queries import OfficerRead, StaffRead
from app.offers.queries import PartnerRead, get_partner
from app.settlement.periods import read_period
from app.settlement.queries import StatementRead, get_statement
from app.web.api.answers import SIGNED_IN, declines
from app.web.api.payout_shapes import as_reader_of_payments, get_partner_by_id
from app.web.api.statement_shapes import FILES, Accept, StatementShape, respond_with
from app.web.callers import SignedIn, as_partner_staff

router = APIRouter(tags=["money"])


@router.get(
    "/v1/partner/statements/{period}",
    response_model=StatementShape,
    responses=declines(*SIGNED_IN, 400, 404) | FILES,
)
def show_own_statement(call: SignedIn, period: str, accept: Accept = "application/json") -> Response:
    """Your statement of a month (2026-11) or week (2026-W48), so far where it runs. For the partner's staff."""
    wanted = read_period(period)

    def find(session: Session, staff: StaffRead) -> tuple[PartnerRead, StatementRead]:
        return get_partner(session, partner_id=staff.partner_id), get_statement(
            session, partner_id=staff.partner_id, period=wanted, now=call.now
        )

    partner, statement = call.run(as_partner_staff, find)
    return respond_with(statement, accept=accept, partner=partner.name, now=call.now)


@router.get(
    "/v1/partners/{id}/statements/{period}",
    response_model=StatementShape,
    responses=declines(*SIGNED_IN, 400, 404) | FILES,
)
def show_statement(call: SignedIn, id: str, period: str, accept: Accept = "application/json") -> Response:  # noqa: A002 - the path's own word
    """A partner's statement. For officers with the role finance, auditor or admin."""
    wanted = read_period(period)

    def find(session: Session, _: OfficerRead) -> tuple[PartnerRead, StatementRead]:
        partner = get_partner_by_id(session, id)
        return partner, get_statement(session, partner_id=partner.id, period=wanted, now=call.now)

    partner, statement = call.run(as_reader_of_payments, find)
    return respond_with(statement, accept=accept, partner=partner.name, now=call.now)
