"""Where an officer begins to write a rule: from a template with its blanks, or as the next version of one in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict
from app.identity.queries import OfficerRead
from app.rulebook.drafting.beginning import write_draft, write_next_version
from app.rulebook.drafting.documents import fill_template
from app.rulebook.drafting.errors import DocumentUnfit, DraftExists, TemplateNotFound
from app.rulebook.queries import list_rules
from app.web.api.drafts import as_drafter
from app.web.api.rules import read_rule_key
from app.web.callers import Call
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.rulewriting.faults import Faults, find_faults
from app.web.pages.rulewriting.numbers import read_number, write_number
from app.web.pages.rulewriting.offered import list_offered
from app.web.pages.rulewriting.parts import FORM, NOT_A_NUMBER
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of
from rules.document import Rule
from rules.forms import Choice
from rules.templates import find_template, list_templates
from rules.templates.blanks import Answer, Blank, Template

router = APIRouter(include_in_schema=False)

NOTHING_CHOSEN = mark("Choose at least one")


def draft_page(key: str) -> str:
    return f"/officer/rules/{key}/draft"


@router.get("/officer/rules/write")
def choose(request: Request) -> Response:
    return _choose(request, sign_in_again(request, Role.OFFICER))


@router.post("/officer/rules/write")
def begin_next(request: Request, form: SentForm) -> Response:
    """The next version of a rule in the book."""
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))
    key = read_rule_key(form.one("next_of"))

    def serve(session: Session, officer: OfficerRead) -> None:
        write_next_version(session, key=key, officer=officer, now=call.now)

    try:
        call.run(as_drafter, serve)
    except DraftExists as refusal:
        return _choose(request, call, status=status_of(type(refusal)), chosen=key, problem=str(refusal))
    return RedirectResponse(draft_page(key), status_code=303)


def _choose(request: Request, call: Call, *, status: int = 200, chosen: str = "", problem: str = "") -> Response:
    """`chosen` is the rule whose next version is being written already."""
    rules = call.run(as_drafter, lambda session, _: list_rules(session, at=call.now))
    return render(
        request,
        "rule_write.html",
        status=status,
        templates=list_templates(),
        rules=rules,
        chosen=chosen,
        faults={"next_of": problem} if problem else {},
    )


@router.get("/officer/rules/write/{template}")
def show_blanks(request: Request, template: str) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    return _show(request, call, find_blanks(template), {}, {})


@router.post("/officer/rules/write/{template}")
def fill_in(request: Request, template: str, form: SentForm) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))
    found = find_blanks(template)
    answers, faults = read_answers(found, form)
    if faults:
        return _show(request, call, found, form.as_sent() | _lists(found, form), faults, status=422)

    def serve(session: Session, officer: OfficerRead) -> Rule:
        rule = fill_template(found.id, answers)
        write_draft(session, rule=rule, officer=officer, now=call.now)
        return rule

    try:
        rule = call.run(as_drafter, serve)
    except DocumentUnfit as refusal:
        named = {place.path: blank.name for blank in found.blanks for place in blank.places}
        sent = form.as_sent() | _lists(found, form)
        return _show(request, call, found, sent, find_faults(refusal.faults, named), status=422)
    except Conflict as refusal:
        return _show(
            request,
            call,
            found,
            form.as_sent() | _lists(found, form),
            {"": str(refusal)},
            status=status_of(type(refusal)),
        )
    return RedirectResponse(draft_page(rule.id), status_code=303)


def find_blanks(name: str) -> Template:
    """Raises TemplateNotFound."""
    found = find_template(name)
    if found is None:
        raise TemplateNotFound
    return found


def read_answers(template: Template, form: WholeForm) -> tuple[dict[str, Answer], Faults]:
    """Of each blank, and what is wrong with those that can't be read."""
    answers: dict[str, Answer] = {}
    faults: dict[str, str] = {}
    for blank in template.blanks:
        try:
            answers[blank.name] = _read_answer(blank, form)
        except ValueError:
            faults[blank.name] = NOTHING_CHOSEN if blank.kind == "words" else _say_misfit(blank)
    return answers, faults


def _read_answer(blank: Blank, form: WholeForm) -> Answer:
    """Raises ValueError."""
    if blank.kind == "words":
        words = [word for value in form.every(blank.name) for word in value.split(",") if word.strip()]
        if not words:
            raise ValueError
        return [word.strip() for word in words]
    written = form.one(blank.name)
    if blank.kind == "integer":
        number = read_number(written, blank.unit)
        if not (blank.minimum or 0) <= number <= (blank.maximum or number):
            raise ValueError
        return number
    if blank.kind == "date":
        return date.fromisoformat(written).isoformat()
    if not written:
        raise ValueError
    return written


def _say_misfit(blank: Blank) -> str:
    match blank.kind:
        case "integer" if blank.minimum is not None and blank.maximum is not None:
            least, most = write_number(blank.minimum, blank.unit), write_number(blank.maximum, blank.unit)
            return f"Enter something from {least} to {most}"
        case "integer":
            return NOT_A_NUMBER
        case "date":
            return mark("Enter a date")
        case _:
            return mark("Enter some words")


def _lists(template: Template, form: WholeForm) -> dict[str, list[str]]:
    return {blank.name: form.every(blank.name) for blank in template.blanks if blank.kind == "words"}


def _show(
    request: Request,
    call: Call,
    template: Template,
    sent: dict[str, str | list[str]],
    faults: Faults,
    *,
    status: int = 200,
) -> Response:
    offered = call.run(as_drafter, lambda session, _: list_offered(session, now=call.now))
    defaults = {blank.name: template.default_of(blank) for blank in template.blanks}
    units = {blank.name: blank.unit for blank in template.blanks}
    given = {name: write_number(value, units[name]) for name, value in defaults.items()} | sent
    choices = {blank.name: _list_choices(template, blank) for blank in template.blanks if blank.kind == "words"}
    return render(
        request,
        "rule_blanks.html",
        status=status,
        chosen=template,
        given=given,
        faults=faults,
        choices=choices,
        offered={"campaign": offered.campaigns, "source": offered.sources},
        named={blank.name: blank.label for blank in template.blanks},
    )


def _list_choices(template: Template, blank: Blank) -> Sequence[Choice]:
    """All that a list may have; empty where any word may stand."""
    (kind,) = (kind for kind in FORM.event_types if kind.name == template.document["trigger"])
    return next((fact.values for fact in (*kind.facts, *FORM.resident_facts) if fact.name == blank.fact), ())
