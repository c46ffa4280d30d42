"""While an officer changes a form, what the rule would be: the part of the page that says so, made anew. Saves nothing.

Asked for by htmx (`parts/rule_ahead.html`); without scripts the draft's page says the same after each save.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.identity.queries import OfficerRead
from app.rulebook.drafting.documents import dump_rule, fill_template
from app.rulebook.drafting.errors import DocumentUnfit
from app.rulebook.drafting.queries import get_draft
from app.web.api.drafts import as_drafter
from app.web.api.rules import read_rule_key
from app.web.pages.rendering import render
from app.web.pages.rulewriting.ahead import Ahead, look_ahead
from app.web.pages.rulewriting.beginning import find_blanks, read_answers
from app.web.pages.rulewriting.editing import check_document, find_page
from app.web.pages.rulewriting.faults import Faults, find_faults
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm

router = APIRouter(include_in_schema=False)


@router.post("/officer/rules/{key}/draft/change/{part}/ahead")
def tell_change(request: Request, key: str, part: str, form: SentForm) -> Response:
    """Of a draft, with the part that is in the form."""
    call, page, key = sign_in_again(request, Role.OFFICER), find_page(part), read_rule_key(key)
    check_form(request, form.one("csrf"))
    faults: Faults = {}

    def serve(session: Session, _: OfficerRead) -> Ahead:
        document = dump_rule(get_draft(session, key=key).rule)
        document |= page.read(form, document, faults)
        return Ahead() if faults else look_ahead(session, check_document(document), now=call.now)

    try:
        ahead = call.run(as_drafter, serve)
    except DocumentUnfit as refusal:
        faults |= find_faults(refusal.faults, page.paths)
        ahead = Ahead()
    return _show(request, ahead, faults)


@router.post("/officer/rules/write/{template}/ahead")
def tell_beginning(request: Request, template: str, form: SentForm) -> Response:
    """Of a template, with the blanks filled as they are in the form."""
    call, found = sign_in_again(request, Role.OFFICER), find_blanks(template)
    check_form(request, form.one("csrf"))
    answers, faults = read_answers(found, form)

    def serve(session: Session, _: OfficerRead) -> Ahead:
        return Ahead() if faults else look_ahead(session, fill_template(found.id, answers), now=call.now)

    try:
        ahead = call.run(as_drafter, serve)
    except DocumentUnfit as refusal:
        faults |= find_faults(refusal.faults, {place.path: one.name for one in found.blanks for place in one.places})
        ahead = Ahead()
    return _show(request, ahead, faults)


def _show(request: Request, ahead: Ahead, faults: Faults) -> Response:
    """An entry that does not fit yet is no error: somebody is in the middle of a word."""
    return render(request, "parts/rule_ahead.html", ahead=ahead, unfit=tuple(faults.values()), entered=True)
