"""Where a partner's people begin: what was redeemed today, what is owed, what is left."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import london_date
from app.identity.queries import StaffRead
from app.offers.queries import get_partner
from app.redemption.newcomers import count_visits
from app.redemption.partner_day import list_reward_days
from app.settlement.payees import PayeeKeys, get_payee
from app.settlement.periods import midnight, week_of
from app.settlement.queries import get_statement
from app.web.callers import as_partner_staff
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again

router = APIRouter(include_in_schema=False)


@router.get("/partner")
def show_today(request: Request) -> Response:
    call = sign_in_again(request, Role.PARTNER)
    keys = PayeeKeys(call.runtime.secrets)
    today = london_date(call.now)
    since, until = midnight(today), midnight(today + timedelta(days=1))

    def find(session: Session, staff: StaffRead) -> dict[str, object]:
        partner_id = staff.partner_id
        return {
            "staff": staff,
            "partner": get_partner(session, partner_id=partner_id),
            "days": list_reward_days(session, partner_id=partner_id, on=today, since=since, until=until),
            "visits": count_visits(session, partner_id=partner_id, since=since, until=until),
            "payee": get_payee(session, partner_id=partner_id, keys=keys),
            "owed_pence": get_statement(
                session, partner_id=partner_id, period=week_of(today), now=call.now
            ).closing_pence,
        }

    return render(request, "partner/today.html", status=200, today=today, **call.run(as_partner_staff, find))
