"""What a partner earned, is owed and was paid, how, and what it asked about."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import london_date
from app.identity.queries import StaffRead
from app.offers.contracts.queries import ContractRead, list_contracts
from app.offers.queries import get_partner
from app.redemption.dispute_queries import list_party_disputes
from app.redemption.newcomers import count_visits
from app.settlement.payees import PayeeKeys, get_payee
from app.settlement.payout_queries import list_payouts
from app.settlement.period_sums import list_sums
from app.settlement.periods import Period, read_period
from app.web.api.own_dispute_shapes import present_own
from app.web.callers import as_partner_staff
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again

router = APIRouter(include_in_schema=False)

MONEY = "/partner/money"
WEEKS, MONTHS, PAYOUTS, DISPUTES = 8, 6, 12, 50
FEWEST_NEW = 5
"""Below this a number of people is not told: it could be read together with who was seen at the counter."""


@router.get(MONEY)
def show_money(request: Request) -> Response:
    call = sign_in_again(request, Role.PARTNER)
    keys = PayeeKeys(call.runtime.secrets)

    def find(session: Session, staff: StaffRead) -> dict[str, object]:
        partner_id = staff.partner_id
        disputes = list_party_disputes(session, party="partner", party_id=partner_id, after=None, limit=DISPUTES)
        weeks = list_sums(session, partner_id=partner_id, unit="week", limit=WEEKS)
        return {
            "staff": staff,
            "partner": get_partner(session, partner_id=partner_id),
            "owed_pence": weeks[0].owed_pence if weeks else 0,
            "weeks": weeks,
            "months": list_sums(session, partner_id=partner_id, unit="month", limit=MONTHS),
            "payouts": list_payouts(session, partner_id=partner_id, limit=PAYOUTS),
            "payee": get_payee(session, partner_id=partner_id, keys=keys),
            "contract": _find_contract(session, partner_id, call.now),
            "came": [(period, _count(session, partner_id, period)) for period in _find_months(call.now)],
            "disputes": [present_own(one, "staff", call.now) for one in disputes.items],
        }

    today = london_date(call.now)
    facts = call.run(as_partner_staff, find) | {"today": today, "one_day": timedelta(days=1), "fewest": FEWEST_NEW}
    facts["stripe_offered"] = call.runtime.stripe is not None
    return render(request, "partner/money.html", status=200, **facts)


def _find_months(now: datetime) -> tuple[Period, Period]:
    """The running one and the one before."""
    this = read_period(f"{london_date(now):%Y-%m}")
    return this, read_period(f"{this.from_on - timedelta(days=1):%Y-%m}")


def _count(session: Session, partner_id: int, period: Period) -> tuple[int, int | None]:
    """Vouchers redeemed, and new people; None where these are too few to tell."""
    visits = count_visits(session, partner_id=partner_id, since=period.from_at, until=period.until_at)
    return visits.redeemed, visits.newcomers if visits.newcomers >= FEWEST_NEW else None


def _find_contract(session: Session, partner_id: int, now: datetime) -> ContractRead | None:
    """What holds today."""
    today = london_date(now)
    agreed = list_contracts(session, partner_ids=[partner_id])[partner_id]
    held = [one for one in agreed if one.decision == "approved" and one.starts_on <= today]
    return max(held, key=lambda one: (one.starts_on, one.version), default=None)
