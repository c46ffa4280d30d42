"""A statement of a week or month: a page to read, a table for a spreadsheet, and a sheet to print."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.identity.queries import StaffRead
from app.offers.queries import PartnerRead, get_partner
from app.settlement.periods import Period, read_period
from app.settlement.queries import StatementRead, get_statement
from app.web.api.statement_shapes import CSV_TYPE, PDF_TYPE, respond_with
from app.web.callers import Call, as_partner_staff
from app.web.faults import PathUnknown
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again

router = APIRouter(include_in_schema=False)

FILES = {"csv": CSV_TYPE, "pdf": PDF_TYPE}


@router.get("/partner/money/statements/{period}")
def show_statement(request: Request, period: str) -> Response:
    """The same with .csv or .pdf behind it is a file to keep."""
    call = sign_in_again(request, Role.PARTNER)
    name, _, kind = period.partition(".")
    wanted = read_period(name)
    partner, statement = _find(call, wanted)
    if not kind:
        facts = {"period": wanted, "statement": statement, "partner": partner}
        return render(request, "partner/statement.html", status=200, **facts)
    if kind not in FILES:
        raise PathUnknown
    return respond_with(statement, accept=FILES[kind], partner=partner.name, now=call.now)


def _find(call: Call, period: Period) -> tuple[PartnerRead, StatementRead]:
    def find(session: Session, staff: StaffRead) -> tuple[PartnerRead, StatementRead]:
        return get_partner(session, partner_id=staff.partner_id), get_statement(
            session, partner_id=staff.partner_id, period=period, now=call.now
        )

    return call.run(as_partner_staff, find)
