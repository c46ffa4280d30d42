"""Adjustments of somebody's points: one officer proposes, another approves or refuses, and every step is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.audit import note_looks
from app.core.clock import london_date
from app.core.errors import Conflict, Invalid, NotFound
from app.core.ids import parse_public_id
from app.core.units import MOST_AT_ONCE, Points
from app.earning.adjustment_errors import AdjustmentUnknown
from app.earning.adjustments import (
    AdjustmentRead,
    approve_adjustment,
    list_adjustments,
    propose_award,
    refuse_adjustment,
)
from app.identity.permissions import ADJUSTMENT_PROPOSERS, CORRECTION_ROLES
from app.identity.queries import OfficerRead, find_officers
from app.ledger.errors import ReasonUnfit
from app.residents.cards import BankCardNumber, refuse_bank_card_number
from app.residents.errors import ResidentUnknown
from app.residents.members import MemberNumberMalformed, MemberUnknown, find_member
from app.residents.queries import ResidentRead, find_resident_by_public_id
from app.rulebook.campaigns import list_campaigns
from app.rulebook.errors import CampaignNotFound
from app.web.api.adjustments import as_decider, as_proposer, as_reader, read_limits
from app.web.callers import Call
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of

ADJUSTMENTS = "/officer/adjustments"
A_PAGE = 25
MOST_WAITING = 50


class PointsNotSaid(Invalid):
    """What was written is no number of points."""

    code = "points-not-said"

    def __init__(self) -> None:
        super().__init__(mark("Enter a whole number of points, at least 1."))


FIELDS = (
    ((MemberNumberMalformed, MemberUnknown, ResidentUnknown), "reference"),
    (CampaignNotFound, "campaign"),
    ((ReasonUnfit, BankCardNumber), "reason"),
)
"""Which field a refusal is about; the others are about the points."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Shown:
    """Officers by name; `own` is what the officer who looks has proposed."""

    one: AdjustmentRead
    proposed_by: str
    decided_by: str | None
    own: bool


@router.get(ADJUSTMENTS)
def show(request: Request, after: str | None = None) -> Response:
    return _show(request, sign_in_again(request, Role.OFFICER), after=after)


@router.post(ADJUSTMENTS)
def propose(request: Request, form: SentForm) -> Response:
    """Nothing changes until another officer has approved it."""
    call = sign_in_again(request, Role.OFFICER, as_proposer)
    check_form(request, form.one("csrf"))
    try:
        points = read_points(form.one("points"))
        call.run(as_proposer, lambda session, officer: _propose(session, officer, call, form, points))
    except (Invalid, Conflict, NotFound) as refusal:
        where = next((name for kinds, name in FIELDS if isinstance(refusal, kinds)), "points")
        faults, status = {where: str(refusal)}, status_of(type(refusal))
        return _show(request, call, form=form, faults=faults, status=status)
    return RedirectResponse(f"{ADJUSTMENTS}?done=proposed", status_code=303)


@router.post(f"{ADJUSTMENTS}/approve")
def approve(request: Request, form: SentForm) -> Response:
    """Another officer than the one who proposed it."""

    def serve(session: Session, officer: OfficerRead, call: Call, wanted: UUID) -> None:
        approve_adjustment(session, adjustment=wanted, officer=officer, limits=read_limits(call), now=call.now)

    return _decide(request, form, serve, done="approved")


@router.post(f"{ADJUSTMENTS}/refuse")
def refuse(request: Request, form: SentForm) -> Response:
    """One may refuse one's own."""

    def serve(session: Session, officer: OfficerRead, call: Call, wanted: UUID) -> None:
        refuse_adjustment(session, adjustment=wanted, officer=officer, now=call.now)

    return _decide(request, form, serve, done="refused")


def _decide(
    request: Request, form: WholeForm, serve: Callable[[Session, OfficerRead, Call, UUID], None], *, done: str
) -> Response:
    call = sign_in_again(request, Role.OFFICER, as_decider)
    check_form(request, form.one("csrf"))
    wanted = parse_public_id("adj", form.one("id"))
    if wanted is None:
        raise AdjustmentUnknown
    try:
        call.run(as_decider, lambda session, officer: serve(session, officer, call, wanted))
    except (Invalid, Conflict) as refusal:
        return _show(request, call, refused=str(refusal), status=status_of(type(refusal)))
    return RedirectResponse(f"{ADJUSTMENTS}?done={done}", status_code=303)


def read_points(written: str) -> Points:
    """Raises PointsNotSaid."""
    if not written.isascii() or not written.isdigit() or not 0 < int(written[:20]) <= MOST_AT_ONCE:
        raise PointsNotSaid
    return Points(int(written))


def _propose(session: Session, officer: OfficerRead, call: Call, form: WholeForm, points: Points) -> None:
    reason = form.one("reason")
    refuse_bank_card_number(reason)
    propose_award(
        session,
        resident=_find(session, form.one("reference"), call),
        campaign=form.one("campaign"),
        points=points,
        reason=reason,
        officer=officer,
        limits=read_limits(call),
        now=call.now,
    )


def _find(session: Session, reference: str, call: Call) -> ResidentRead:
    """By public id or member number."""
    if not reference.startswith("res_"):
        return find_member(session, number=reference, keys=call.runtime.card_keys)
    wanted = parse_public_id("res", reference)
    found = find_resident_by_public_id(session, public_id=wanted) if wanted else None
    if found is None:
        raise ResidentUnknown
    return found


def _show(
    request: Request,
    call: Call,
    *,
    after: str | None = None,
    form: WholeForm | None = None,
    faults: Mapping[str, str] | None = None,
    refused: str | None = None,
    status: int = 200,
) -> Response:
    def find(session: Session, officer: OfficerRead) -> dict[str, object]:
        waiting = list_adjustments(session, state="open", after=None, limit=MOST_WAITING).items
        page = list_adjustments(session, state=None, after=after, limit=A_PAGE)
        shown = _name(session, officer, [*waiting, *(one for one in page.items if one.decision is not None)])
        people = [each.one.resident for each in shown]
        note_looks(session, actor=officer.actor, people=people, what="adjustments", now=call.now)
        today, campaigns = london_date(call.now), list_campaigns(session, now=call.now)
        return {
            "waiting": shown[: len(waiting)],
            "decided": shown[len(waiting) :],
            "after": page.after,
            "campaigns": [one for one in campaigns if one.status(today) == "running"],
            "may_propose": not officer.roles.isdisjoint(ADJUSTMENT_PROPOSERS),
            "may_decide": not officer.roles.isdisjoint(CORRECTION_ROLES),
        }

    return render(
        request,
        "support/adjustments.html",
        status=status,
        sent=form.as_sent() if form else {},
        faults=faults or {},
        refused=refused,
        limits=read_limits(call),
        **call.run(as_reader, find),
    )


def _name(session: Session, officer: OfficerRead, found: list[AdjustmentRead]) -> list[Shown]:
    ids = {number for one in found for number in (one.proposed_by, one.decided_by) if number is not None}
    people = find_officers(session, ids=ids)
    return [
        Shown(
            one,
            people[one.proposed_by].name,
            people[one.decided_by].name if one.decided_by is not None else None,
            one.proposed_by == officer.id,
        )
        for one in found
    ]
