"""The page of a draft: what it says, what lint and the examples say, what it costs, and the step that comes next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.backtest.history import count_history_days
from app.backtest.jobs import BacktestRead, ask_backtest, list_backtests
from app.core.clock import london_date
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.ids import public_id
from app.identity.permissions import DRAFTERS
from app.identity.queries import OfficerRead
from app.rulebook.drafting.approving import approve_draft, return_draft
from app.rulebook.drafting.checking import check_draft, submit_draft
from app.rulebook.drafting.evidence import FEWEST_DAYS
from app.rulebook.drafting.queries import get_draft
from app.rulebook.drafting.saving import discard_draft
from app.rulebook.drafting.scheduling import schedule_draft
from app.rulebook.titles import list_titles
from app.web.api.draft_life import as_approver_at
from app.web.api.draft_schedule import as_scheduler
from app.web.api.draft_shapes import DraftShape
from app.web.api.drafts import as_drafter
from app.web.api.drafts_shown import find_surroundings, show_whole
from app.web.api.rules import read_rule_key
from app.web.callers import Call, as_officer
from app.web.faults import ParameterInvalid, PathUnknown
from app.web.languages import load_language
from app.web.pages.council.role_words import ROLE_WORDS
from app.web.pages.rendering import render
from app.web.pages.rulewriting.beginning import draft_page
from app.web.pages.rulewriting.differences import Group, tell_parts
from app.web.pages.rulewriting.parts import find_part
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

BOOK = "/officer/rules"


@dataclass(frozen=True)
class _Sheet:
    """What the page shows."""

    officer: OfficerRead
    draft: DraftShape
    backtests: tuple[BacktestRead, ...]
    today: date
    history_days: int
    says: tuple[Group, ...]
    starts_on: date

    @property
    def may_write(self) -> bool:
        """Whether this officer writes rules; others read them."""
        return not self.officer.roles.isdisjoint(DRAFTERS)


@router.get("/officer/rules/{key}/draft")
def show_draft(request: Request, key: str) -> Response:
    return _show(request, sign_in_again(request, Role.OFFICER), read_rule_key(key))


@router.post("/officer/rules/{key}/draft/{step}")
def take_step(request: Request, key: str, step: str, form: SentForm) -> Response:
    """One of STEPS. A refusal is told on the page, beside what can be done instead."""
    call, rule = sign_in_again(request, Role.OFFICER), read_rule_key(key)
    check_form(request, form.one("csrf"))
    take = STEPS.get(step)
    if take is None:
        raise PathUnknown
    try:
        take(call, rule, form)
    except (Conflict, Invalid, NotAllowed) as refusal:
        return _show(request, call, rule, status=status_of(type(refusal)), refused=str(refusal))
    return RedirectResponse(BOOK if step in LAST_STEPS else draft_page(rule), status_code=303)


def _check(call: Call, key: str, _: WholeForm) -> None:
    def serve(session: Session, officer: OfficerRead) -> None:
        around, count_days = find_surroundings(session), partial(count_history_days, session)
        check_draft(session, key=key, around=around, count_days=count_days, officer=officer, now=call.now)

    call.run(as_drafter, serve)


def _submit(call: Call, key: str, form: WholeForm) -> None:
    call.run(
        as_drafter,
        lambda session, officer: submit_draft(
            session, key=key, revision=form.one("revision"), officer=officer, now=call.now
        ),
    )


def _approve(call: Call, key: str, form: WholeForm) -> None:
    call.run(
        as_approver_at(call.now),
        lambda session, officer: approve_draft(
            session, key=key, revision=form.one("revision"), officer=officer, now=call.now
        ),
    )


def _send_back(call: Call, key: str, form: WholeForm) -> None:
    call.run(
        as_approver_at(call.now),
        lambda session, officer: return_draft(
            *(session,),
            key=key,
            revision=form.one("revision"),
            reason=form.one("reason"),
            officer=officer,
            now=call.now,
        ),
    )


def _schedule(call: Call, key: str, form: WholeForm) -> None:
    on = _read_date(form, "on")
    chosen = form.one("progress")
    progress = chosen if chosen in ("carry_over", "restart") else None
    call.run(
        as_scheduler,
        lambda session, officer: schedule_draft(
            *(session,),
            key=key,
            revision=form.one("revision"),
            on=on,
            progress=progress,  # type: ignore[arg-type] # one of the two, or None
            officer=officer,
            now=call.now,
        ),
    )


def _discard(call: Call, key: str, form: WholeForm) -> None:
    call.run(
        as_drafter,
        lambda session, officer: discard_draft(
            session, key=key, revision=form.one("revision"), officer=officer, now=call.now
        ),
    )


def _ask_backtest(call: Call, key: str, form: WholeForm) -> None:
    from_on, to_on = _read_date(form, "from_on"), _read_date(form, "to_on")

    def serve(session: Session, officer: OfficerRead) -> None:
        draft = get_draft(session, key=key)
        ask_backtest(
            session,
            draft=draft.rule,
            revision=draft.revision,
            from_on=from_on,
            to_on=to_on,
            officer_id=officer.id,
            now=call.now,
        )

    call.run(as_drafter, serve)


STEPS: Mapping[str, Callable[[Call, str, WholeForm], None]] = {
    "check": _check,
    "submit": _submit,
    "approve": _approve,
    "return": _send_back,
    "schedule": _schedule,
    "discard": _discard,
    "backtest": _ask_backtest,
}
LAST_STEPS = ("schedule", "discard")
"""After these there is no open draft any more."""


def _read_date(form: WholeForm, name: str) -> date:
    try:
        return date.fromisoformat(form.one(name))
    except ValueError:
        raise ParameterInvalid(name, "enter a date") from None


def _show(request: Request, call: Call, key: str, *, status: int = 200, refused: str | None = None) -> Response:
    def serve(session: Session, officer: OfficerRead) -> _Sheet:
        found = get_draft(session, key=key)
        return _Sheet(
            officer,
            show_whole(session, found, call.now),
            list_backtests(session, key=key, limit=10),
            london_date(call.now),
            count_history_days(session, found.rule),
            tell_parts(found.rule, list_titles(session)),
            found.rule.validity.start,
        )

    sheet = call.run(as_officer, serve)
    return render(
        request,
        "rule_draft.html",
        status=status,
        refused=refused,
        sheet=sheet,
        first_on=max(sheet.today + timedelta(days=1), sheet.starts_on),
        month_ago=sheet.today - timedelta(days=FEWEST_DAYS),
        draft=sheet.draft,
        enough_days=FEWEST_DAYS,
        part_of=find_part,
        missing_roles=", ".join(
            load_language(call.runtime.settings.pages_language).say(ROLE_WORDS[role][0])
            for role in sheet.draft.missing_approvals
        ),
        reference=lambda backtest: public_id("bkt", backtest.public_id),
    )
