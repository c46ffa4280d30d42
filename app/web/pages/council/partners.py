"""Partners and their rewards: what waits for a second officer, what is agreed and redeemed, and the stop switch."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.identity.permissions import PARTNER_KEEPERS
from app.identity.queries import OfficerRead
from app.offers.connecting import list_proposed_endpoints
from app.offers.partner_list import list_waiting_and_others
from app.offers.proposals.deciding import approve_proposal, refuse_proposal
from app.offers.proposals.queries import list_proposals
from app.offers.registering import approve_partner, refuse_partner
from app.offers.stopping import start_partner
from app.redemption.releasing import stop_giving
from app.web.api.partner_contracts import as_keeper
from app.web.api.partner_files import present_partners
from app.web.api.partner_shapes import read_partner_id
from app.web.api.reward_shapes import present_proposal, read_proposal_id
from app.web.callers import Call, as_officer
from app.web.faults import PathUnknown
from app.web.pages.council.agreements import (
    approve_address,
    approve_next,
    read_reason,
    refuse_address,
    refuse_next,
)
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

PAGE = "/officer/partners"


@router.get(PAGE)
def show_partners(request: Request, after: str | None = None) -> Response:
    return _show(request, sign_in_again(request, Role.OFFICER), after=after)


@router.post(PAGE + "/{act}")
def act_on(request: Request, act: str, form: SentForm) -> Response:
    """One of ACTS, about `id`. A refusal is told on the page."""
    call = sign_in_again(request, Role.OFFICER, as_keeper)
    check_form(request, form.one("csrf"))
    do = ACTS.get(act)
    if do is None:
        raise PathUnknown
    try:
        do(call, form)
    except (Conflict, Invalid, NotAllowed, NotFound) as refusal:
        return _show(request, call, refused=str(refusal), status=status_of(type(refusal)))
    return RedirectResponse(f"{PAGE}?done=partner-{act}", status_code=303)


def _run(call: Call, serve: Callable[[Session, OfficerRead], object]) -> None:
    call.run(as_keeper, serve)


def _approve(call: Call, form: WholeForm) -> None:
    partner = read_partner_id(form.one("id"))
    _run(call, lambda session, officer: approve_partner(session, partner=partner, officer=officer, now=call.now))


def _refuse(call: Call, form: WholeForm) -> None:
    partner, reason = read_partner_id(form.one("id")), read_reason(form)
    _run(
        call,
        lambda session, officer: refuse_partner(session, partner=partner, reason=reason, officer=officer, now=call.now),
    )


def _stop(call: Call, form: WholeForm) -> None:
    partner, reason, honour = read_partner_id(form.one("id")), read_reason(form), form.one("honour") != "no"
    _run(
        call,
        lambda session, officer: stop_giving(
            session, partner=partner, reason=reason, honour=honour, officer=officer, now=call.now
        ),
    )


def _start(call: Call, form: WholeForm) -> None:
    partner = read_partner_id(form.one("id"))
    _run(call, lambda session, officer: start_partner(session, partner=partner, officer=officer, now=call.now))


def _approve_reward(call: Call, form: WholeForm) -> None:
    proposal = read_proposal_id(form.one("id"))
    _run(call, lambda session, officer: approve_proposal(session, proposal=proposal, officer=officer, now=call.now))


def _refuse_reward(call: Call, form: WholeForm) -> None:
    proposal, reason = read_proposal_id(form.one("id")), read_reason(form)
    _run(
        call,
        lambda session, officer: refuse_proposal(
            session, proposal=proposal, reason=reason, officer=officer, now=call.now
        ),
    )


ACTS: Mapping[str, Callable[[Call, WholeForm], None]] = {
    "approve": _approve,
    "refuse": _refuse,
    "stop": _stop,
    "start": _start,
    "approve-reward": _approve_reward,
    "refuse-reward": _refuse_reward,
    "approve-contract": approve_next,
    "refuse-contract": refuse_next,
    "approve-address": approve_address,
    "refuse-address": refuse_address,
}


def _show(
    request: Request, call: Call, *, after: str | None = None, refused: str | None = None, status: int = 200
) -> Response:
    def find(session: Session, officer: OfficerRead) -> dict[str, object]:
        waiting, page = list_waiting_and_others(session, after=after, limit=30)
        shown = present_partners(session, [*waiting, *page.items], call)
        proposals = list_proposals(session, is_open=True, after=None, limit=50)
        return {
            "waiting": shown[: len(waiting)],
            "partners": shown[len(waiting) :],
            "after": page.after,
            "proposals": [present_proposal(one) for one in proposals.items],
            "addresses": list_proposed_endpoints(session),
            "may_keep": not officer.roles.isdisjoint(PARTNER_KEEPERS),
            "me": officer.public_id,
        }

    return render(request, "council_partners.html", status=status, refused=refused, **call.run(as_officer, find))
