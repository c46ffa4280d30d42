"""Giving a campaign points, against the money that a funder has set aside: once for each form, however often sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, Invalid, Refusal
from app.core.ids import new_secret
from app.core.units import Points
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer, answer_once
from app.ledger.decisions import Decision
from app.ledger.errors import PotTooSmall
from app.ledger.funding import record_funding
from app.ledger.money import list_pots
from app.ledger.rate import pence_behind, read_rate
from app.residents.cards import BankCardNumber
from app.rulebook.campaigns import get_campaign
from app.rulebook.queries import find_campaign
from app.web.api.funding import as_treasurer
from app.web.api.reasons import LONGEST_REASON
from app.web.callers import Call
from app.web.faults import FormExpired
from app.web.languages import mark
from app.web.pages.own_words import WordsUnfit, read_words
from app.web.pages.rendering import render
from app.web.pages.support.adjustments import PointsNotSaid, read_points
from app.web.pages.support.papers import FORM_KEY
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

FUND: Final = "/officer/campaigns/{campaign}/fund"
NO_FUNDER: Final = mark("Choose whose money it is")
NO_REASON: Final = mark("Say what shows it: an agreement, a decision, a payment reference")
LONG_REASON: Final = mark("Say it in at most 500 characters")
TOO_LITTLE: Final = mark(
    "This funder has set aside less than these points need. Choose fewer points, or have money paid in first"
)


@router.get(FUND)
def ask(request: Request, campaign: str) -> Response:
    return _show(request, sign_in_again(request, Role.OFFICER), campaign)


@router.post(FUND)
def fund(request: Request, campaign: str, form: SentForm) -> Response:
    """`once` is the form's own key: sent twice, it gives the points once."""
    call = sign_in_again(request, Role.OFFICER, as_treasurer)
    check_form(request, form.one("csrf"))
    if not FORM_KEY.fullmatch(form.one("once")):
        raise FormExpired
    points, reason, faults = _read(form)
    if points is None or faults:
        return _show(request, call, campaign, form=form, faults=faults)
    try:
        answer = call.run(as_treasurer, partial(_fund, call=call, key=campaign, form=form, points=points, why=reason))
    except (Conflict, Invalid) as refusal:
        return _show(request, call, campaign, form=form, faults={"": str(refusal)}, status=status_of(type(refusal)))
    if answer.body:
        return _show(request, call, campaign, form=form, faults=answer.body, status=answer.status)
    return RedirectResponse(f"/officer/campaigns/{campaign}?done=campaign_funded", status_code=303)


def _fund(
    session: Session, officer: OfficerRead, *, call: Call, key: str, form: WholeForm, points: Points, why: str
) -> Answer:
    def serve() -> Answer:
        record_funding(
            session,
            campaign_id=find_campaign(session, key),
            points=points,
            funder_id=int(form.one("funder")),
            decision=Decision(officer.id, why, officer.uuid),
            now=call.now,
        )
        return Answer(201, {})

    return answer_once(
        session,
        caller=f"pages/{officer.public_id}",
        key=form.one("once"),
        digest=hashlib.sha256(f"{key} {form.one('funder')} {points} {why}".encode()).digest(),
        now=call.now,
        serve=serve,
        refuse=_refuse,
    )


def _refuse(refusal: Refusal) -> Answer:
    if isinstance(refusal, PotTooSmall):
        return Answer(status_of(type(refusal)), {"points": TOO_LITTLE})
    return Answer(status_of(type(refusal)), {"": str(refusal)})


def _read(form: WholeForm) -> tuple[Points | None, str, dict[str, str]]:
    """Points and reason, and what is wrong by field."""
    points, reason, faults = None, "", {}
    if not (form.one("funder").isascii() and form.one("funder").isdecimal() and len(form.one("funder")) < 19):  # noqa: PLR2004 - digits of a bigint
        faults["funder"] = NO_FUNDER
    try:
        points = read_points(form.one("points").replace(",", "").replace(" ", ""))
    except PointsNotSaid as refusal:
        faults["points"] = str(refusal)
    try:
        reason = read_words(form.one("reason"), missing=NO_REASON, too_long=LONG_REASON, most=LONGEST_REASON)
    except (WordsUnfit, BankCardNumber) as refusal:
        faults["reason"] = str(refusal)
    return points, reason, faults


def _show(
    request: Request,
    call: Call,
    key: str,
    *,
    form: WholeForm | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 422,
) -> Response:
    """The status is of a form that is wrong."""
    campaign, pots, rate = call.run(
        as_treasurer,
        lambda session, _: (get_campaign(session, key=key, now=call.now), list_pots(session), read_rate(session)),
    )
    return render(
        request,
        "council/campaign_fund.html",
        status=status if faults else 200,
        campaign=campaign,
        pots=pots,
        thousand_pence=pence_behind(1000, rate=rate),
        once=new_secret(),
        values=form.as_sent() if form else {},
        faults=faults or {},
    )
