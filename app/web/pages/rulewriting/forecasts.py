"""A forecast for a draft: what an officer assumes, low, central and high, and what that comes to."""

from __future__ import annotations

from typing import Any, Final, get_args

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.backtest.history import count_history_days
from app.identity.queries import OfficerRead
from app.residents.cards import BankCardNumber, refuse_bank_card_number
from app.rulebook.drafting.evidence import FEWEST_DAYS
from app.rulebook.drafting.queries import get_draft
from app.rulebook.drafting.read_models import DraftRead
from app.rulebook.forecast.assumptions import LEVELS, LONGEST_BASIS, Assumptions, Estimate, Stretch
from app.rulebook.forecast.errors import ForecastUnfit
from app.rulebook.forecast.forecasting import make_forecast
from app.web.api.drafts import as_drafter
from app.web.api.rules import read_rule_key
from app.web.callers import Call
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.rulewriting.faults import Faults, find_faults
from app.web.pages.rulewriting.numbers import read_number
from app.web.pages.rulewriting.parts import FORM, NOT_A_NUMBER, NOT_CHOSEN
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from rules.document import Rule
from rules.forms import FactForm
from rules.parts import Multiply, Rate
from rules.wording import WINDOWS

router = APIRouter(include_in_schema=False)


ESTIMATES: Final = ("people", "share_percent", "times", "amount")
NO_BASIS: Final = mark("Say where the numbers come from")
_FIELDS: Final = {f"{name}.{level}": f"{name}-{level}" for name in ESTIMATES for level in LEVELS} | {
    "amount": "amount-low",
    "basis": "basis",
}


@router.get("/officer/rules/{key}/forecast")
def ask(request: Request, key: str) -> Response:
    """With what the last forecast that still holds assumed, and what it says."""
    call, rule = sign_in_again(request, Role.OFFICER), read_rule_key(key)
    return _show(request, call, rule)


@router.post("/officer/rules/{key}/forecast")
def forecast(request: Request, key: str, form: SentForm) -> Response:
    call, rule = sign_in_again(request, Role.OFFICER), read_rule_key(key)
    check_form(request, form.one("csrf"))
    faults: Faults = {}

    def serve(session: Session, officer: OfficerRead) -> None:
        said = _read(form, get_draft(session, key=rule).rule, faults)
        if said is not None:
            make_forecast(session, key=rule, said=said, officer=officer, now=call.now)

    try:
        call.run(as_drafter, serve)
    except ForecastUnfit as refusal:
        faults |= find_faults(refusal.faults, _FIELDS)
    if faults:
        return _show(request, call, rule, form=form, faults=faults, status=422)
    return RedirectResponse(f"/officer/rules/{rule}/forecast#result", status_code=303)


def _read(form: WholeForm, rule: Rule, faults: Faults) -> Assumptions | None:
    """None with what is wrong in `faults`."""
    estimates = {name: _read_estimate(form, name, faults) for name in ESTIMATES if name != "amount" or _pays_by(rule)}
    basis = form.one("basis")
    try:
        refuse_bank_card_number(basis)
    except BankCardNumber as refusal:
        faults["basis"] = str(refusal)
    if not 0 < len(basis) <= LONGEST_BASIS:
        faults["basis"] = NO_BASIS
    per = next((one for one in get_args(Stretch) if one == form.one("per")), None)
    if per is None:
        faults["per"] = NOT_CHOSEN
    if faults or per is None:
        return None
    return Assumptions(
        people=estimates["people"],
        share_percent=estimates["share_percent"],
        times=estimates["times"],
        per=per,
        amount=estimates.get("amount"),
        basis=basis,
    )


def _read_estimate(form: WholeForm, name: str, faults: Faults) -> Estimate:
    read = []
    for level in LEVELS:
        try:
            read.append(read_number(form.one(f"{name}-{level}"), None))
        except ValueError:
            faults[f"{name}-{level}"] = NOT_A_NUMBER
            read.append(0)
    return Estimate(*read)


def _pays_by(rule: Rule) -> bool:
    """Whether what it pays depends on how much there is each time."""
    return isinstance(rule.effect, Rate | Multiply)


def _find_fact(rule: Rule) -> FactForm | None:
    """What a rate pays for."""
    if not isinstance(rule.effect, Rate):
        return None
    kind = next(kind for kind in FORM.event_types if kind.name == rule.trigger)
    return next(fact for fact in kind.facts if fact.name == rule.effect.fact)


def _fill(draft: DraftRead) -> dict[str, str]:
    """What the last forecast assumed."""
    result = _find_result(draft)
    if result is None:
        return {"per": "week"}
    said = result["assumptions"]
    numbers = {
        f"{name}-{level}": str(said[name][level]) for name in ESTIMATES if said[name] is not None for level in LEVELS
    }
    return numbers | {"per": said["per"], "basis": said["basis"]}


def _find_result(draft: DraftRead) -> dict[str, Any] | None:
    return next((one.result for one in reversed(draft.evidence) if one.kind == "forecast"), None)


def _show(
    request: Request,
    call: Call,
    key: str,
    *,
    form: WholeForm | None = None,
    faults: Faults | None = None,
    status: int = 200,
) -> Response:
    def serve(session: Session, _: OfficerRead) -> tuple[DraftRead, int]:
        draft = get_draft(session, key=key)
        return draft, count_history_days(session, draft.rule)

    draft, days = call.run(as_drafter, serve)
    return render(
        request,
        "rule_forecast.html",
        status=status,
        draft=draft,
        result=_find_result(draft),
        given=form.as_sent() if form else _fill(draft),
        faults=faults or {},
        levels=LEVELS,
        pays_by=_pays_by(draft.rule),
        fact=_find_fact(draft.rule),
        stretches=[(one, WINDOWS[one]) for one in get_args(Stretch)],
        days=days,
        enough_days=FEWEST_DAYS,
    )
