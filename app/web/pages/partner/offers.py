"""What a partner offers, what waits for an officer about it, and taking that back."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.clock import london_date
from app.core.errors import Conflict
from app.identity.queries import StaffRead
from app.offers.proposals.errors import ProposalUnknown
from app.offers.proposals.queries import list_own_rewards, list_proposals
from app.offers.proposals.service import withdraw_proposal
from app.offers.queries import get_partner
from app.web.api.reward_shapes import present_own_reward, present_proposal, read_proposal_id
from app.web.callers import Call, as_partner_owner, as_partner_staff
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

OFFERS = "/partner/offers"
MOST_DECIDED = 10


@router.get(OFFERS)
def show_offers(request: Request) -> Response:
    return _show(request, sign_in_again(request, Role.PARTNER))


@router.post("/partner/offers/withdraw")
def withdraw(request: Request, form: SentForm) -> Response:
    """What is `id` no longer waits."""
    call = sign_in_again(request, Role.PARTNER, as_partner_owner)
    check_form(request, form.one("csrf"))
    wanted = read_proposal_id(form.one("id"))
    try:
        call.run(
            as_partner_owner,
            lambda session, staff: withdraw_proposal(session, proposal=wanted, staff=staff, now=call.now),
        )
    except (Conflict, ProposalUnknown) as refusal:
        return _show(request, call, refused=str(refusal), status=status_of(type(refusal)))
    return RedirectResponse(f"{OFFERS}?done=withdrawn", status_code=303)


def _show(request: Request, call: Call, *, refused: str | None = None, status: int = 200) -> Response:
    def find(session: Session, staff: StaffRead) -> dict[str, object]:
        partner_id = staff.partner_id
        waiting = list_proposals(session, partner_id=partner_id, is_open=True).items
        decided = list_proposals(session, partner_id=partner_id, is_open=False, limit=MOST_DECIDED).items
        rewards = list_own_rewards(session, partner_id=partner_id)
        return {
            "staff": staff,
            "partner": get_partner(session, partner_id=partner_id),
            "rewards": [present_own_reward(one) for one in rewards],
            "new": [present_proposal(one) for one in waiting if one.reward is None],
            "decided": [present_proposal(one) for one in decided],
        }

    facts = call.run(as_partner_staff, find)
    today = london_date(call.now)
    return render(request, "partner/offers.html", status=status, refused=refused, today=today, **facts)
