"""A partner's owner proposes a new reward, or that one is to be otherwise; an officer decides."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.clock import london_date
from app.core.errors import Conflict
from app.identity.queries import StaffRead
from app.offers.proposals.errors import RewardUnfit
from app.offers.proposals.queries import OwnReward, get_own_reward
from app.offers.proposals.service import find_wanted, propose_change, propose_reward
from app.offers.queries import get_partner, list_kinds
from app.web.api.reward_orders import RewardChange, RewardOrder
from app.web.api.reward_shapes import read_reward_id
from app.web.callers import Call, as_partner_owner
from app.web.pages.partner.offer_forms import fill_in, read_offer
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

PROPOSED = "/partner/offers?done=proposed"
AT_FIRST = {"voucher_days": "30", "given": "yes"}


@router.get("/partner/offers/new")
def begin(request: Request) -> Response:
    return _show_new(request, sign_in_again(request, Role.PARTNER), AT_FIRST)


@router.post("/partner/offers/new")
def propose(request: Request, form: SentForm) -> Response:
    call = sign_in_again(request, Role.PARTNER)
    check_form(request, form.one("csrf"))
    offer = read_offer(form)
    if offer.faults:
        return _show_new(request, call, form.as_sent(), faults=offer.faults, status=422)
    terms, adapters = RewardOrder(**offer.facts).to_terms(), call.runtime.adapters
    try:
        call.run(
            as_partner_owner,
            lambda session, staff: propose_reward(session, terms=terms, adapters=adapters, staff=staff, now=call.now),
        )
    except (RewardUnfit, Conflict) as refusal:
        status = status_of(type(refusal))
        return _show_new(request, call, form.as_sent(), faults=_tell(refusal), status=status)
    return RedirectResponse(PROPOSED, status_code=303)


@router.get("/partner/offers/{reward}/change")
def begin_change(request: Request, reward: str) -> Response:
    return _show_change(request, sign_in_again(request, Role.PARTNER), reward)


@router.post("/partner/offers/{reward}/change")
def change(request: Request, reward: str, form: SentForm) -> Response:
    """`revision` is that of the reward as the form showed it: a change in between is not overwritten unseen."""
    call, wanted = sign_in_again(request, Role.PARTNER), read_reward_id(reward)
    check_form(request, form.one("csrf"))
    offer = read_offer(form)
    if offer.faults:
        return _show_change(request, call, reward, form.as_sent(), faults=offer.faults, status=422)

    def serve(session: Session, staff: StaffRead) -> OwnReward:
        before = find_wanted(session, reward=wanted, partner_id=staff.partner_id)
        return propose_change(
            session,
            reward=wanted,
            revision=form.one("revision"),
            terms=RewardChange(**offer.facts).change(before),
            adapters=call.runtime.adapters,
            staff=staff,
            now=call.now,
        )

    try:
        call.run(as_partner_owner, serve)
    except (RewardUnfit, Conflict) as refusal:
        status = status_of(type(refusal))
        return _show_change(request, call, reward, form.as_sent(), faults=_tell(refusal), status=status)
    return RedirectResponse(PROPOSED, status_code=303)


def _tell(refusal: RewardUnfit | Conflict) -> dict[str, str]:
    """Beside the field that it is about; at the top of the page if it is about none."""
    return {refusal.field if isinstance(refusal, RewardUnfit) else "": str(refusal)}


def _show_new(
    request: Request, call: Call, values: dict[str, str], *, faults: dict[str, str] | None = None, status: int = 200
) -> Response:
    def find(session: Session, staff: StaffRead) -> dict[str, object]:
        return {"partner": get_partner(session, partner_id=staff.partner_id), "kinds": list_kinds(session)}

    facts = call.run(as_partner_owner, find) | {"values": values, "faults": faults or {}}
    return render(request, "partner/offer.html", status=status, own=None, action="/partner/offers/new", **facts)


def _show_change(
    request: Request,
    call: Call,
    reward: str,
    values: dict[str, str] | None = None,
    *,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """With what was filled in, or else with what the partner last wanted."""
    wanted, today = read_reward_id(reward), london_date(call.now)

    def find(session: Session, staff: StaffRead) -> dict[str, object]:
        terms = find_wanted(session, reward=wanted, partner_id=staff.partner_id)
        return {
            "partner": get_partner(session, partner_id=staff.partner_id),
            "kinds": list_kinds(session),
            "own": get_own_reward(session, partner_id=staff.partner_id, reward=wanted),
            "values": values or fill_in(terms, today=today),
        }

    facts = call.run(as_partner_owner, find) | {"faults": faults or {}, "action": f"/partner/offers/{reward}/change"}
    return render(request, "partner/offer.html", status=status, **facts)
