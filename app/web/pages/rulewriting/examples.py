"""Worked examples of a draft, each on its own page: what happens, what it should earn, and what it does earn."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.identity.queries import OfficerRead
from app.rulebook.drafting.documents import dump_rule
from app.rulebook.drafting.errors import DocumentUnfit, DraftChanged
from app.rulebook.drafting.examining import ExampleTried, try_example
from app.rulebook.drafting.queries import get_draft
from app.rulebook.drafting.read_models import DraftRead
from app.web.api.drafts import as_drafter
from app.web.api.rules import read_rule_key
from app.web.callers import Call
from app.web.faults import PathUnknown
from app.web.pages.rendering import render
from app.web.pages.rulewriting.beginning import draft_page
from app.web.pages.rulewriting.editing import check_document, save_document
from app.web.pages.rulewriting.example_forms import (
    count_rows,
    draw_example,
    fill_example,
    name_faults,
    read_example,
)
from app.web.pages.rulewriting.faults import Faults, find_faults
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from rules.catalogue import EVENT_TYPES, RESIDENT_FACTS
from rules.errors import RuleSetRefused
from rules.forms import name_choices

router = APIRouter(include_in_schema=False)

NEW = "new"


@router.get("/officer/rules/{key}/draft/examples/{at}")
def ask(request: Request, key: str, at: str) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    draft = _get_draft(call, read_rule_key(key))
    place = _find_place(draft, at)
    if place == len(draft.rule.examples):
        return _show(request, draft, at, {}, {}, revision=str(draft.revision))
    given = fill_example(dump_rule(draft.rule)["examples"][place])
    return _show(request, draft, at, given, {}, revision=str(draft.revision), tried=_try(call, draft, place))


@router.post("/officer/rules/{key}/draft/examples/{at}")
def change(request: Request, key: str, at: str, form: SentForm) -> Response:
    """Saved, or with `do=try` only run."""
    call, rule = sign_in_again(request, Role.OFFICER), read_rule_key(key)
    check_form(request, form.one("csrf"))
    draft, revision = _get_draft(call, rule), form.one("revision")
    place, faults = _find_place(draft, at), dict[str, str]()
    document = dump_rule(draft.rule)
    examples: list[dict[str, Any]] = document["examples"]
    before = examples[place] if place < len(examples) else {}
    examples[place : place + 1] = [read_example(form, draw_example(document), before, faults)]
    tried: ExampleTried | None = None
    if not faults:
        try:
            if form.one("do") == "try":
                tried = call.run(
                    as_drafter,
                    lambda session, _: try_example(
                        session, draft.rule, check_document(document).examples[place], now=call.now
                    ),
                )
                return _show(request, draft, at, form.as_sent(), {}, revision=revision, tried=tried)
            call.run(
                as_drafter, lambda session, officer: save_document(session, officer, call, rule, revision, document)
            )
        except DocumentUnfit as refusal:
            faults = find_faults(refusal.faults, name_faults(place))
        except RuleSetRefused as refusal:
            faults = {"": refusal.told}
        except DraftChanged as refusal:
            told = {"": str(refusal)}
            return _show(request, draft, at, form.as_sent(), told, revision=str(refusal.revision), status=412)
        else:
            return RedirectResponse(f"{draft_page(rule)}#examples", status_code=303)
    return _show(request, draft, at, form.as_sent(), faults, revision=revision, status=422)


@router.post("/officer/rules/{key}/draft/examples/{at}/remove")
def remove(request: Request, key: str, at: str, form: SentForm) -> Response:
    call, rule = sign_in_again(request, Role.OFFICER), read_rule_key(key)
    check_form(request, form.one("csrf"))
    draft, revision = _get_draft(call, rule), form.one("revision")
    document, place = dump_rule(draft.rule), _find_place(draft, at)
    gone = document["examples"].pop(place) if place < len(document["examples"]) else None
    try:
        call.run(as_drafter, lambda session, officer: save_document(session, officer, call, rule, revision, document))
    except DraftChanged as refusal:
        given = fill_example(gone) if gone else {}
        told = {"": str(refusal)}
        return _show(request, draft, at, given, told, revision=str(refusal.revision), status=412)
    return RedirectResponse(f"{draft_page(rule)}#examples", status_code=303)


def _get_draft(call: Call, key: str) -> DraftRead:
    def serve(session: Session, _: OfficerRead) -> DraftRead:
        return get_draft(session, key=key)

    return call.run(as_drafter, serve)


def _find_place(draft: DraftRead, at: str) -> int:
    """The index of the example; of a new one that behind the last. Raises PathUnknown."""
    count = len(draft.rule.examples)
    if at == NEW:
        return count
    if not at.isascii() or not at.isdigit() or int(at) not in range(1, count + 1):
        raise PathUnknown
    return int(at) - 1


def _try(call: Call, draft: DraftRead, place: int) -> ExampleTried | None:
    """None where the draft can't stand beside the rules it meets; its page says that."""
    try:
        return call.run(
            as_drafter,
            lambda session, _: try_example(session, draft.rule, draft.rule.examples[place], now=call.now),
        )
    except RuleSetRefused:
        return None


def _show(
    request: Request,
    draft: DraftRead,
    at: str,
    given: dict[str, str],
    faults: Faults,
    *,
    revision: str,
    tried: ExampleTried | None = None,
    status: int = 200,
) -> Response:
    drawn = draw_example(dump_rule(draft.rule))
    return render(
        request,
        "rule_example.html",
        status=status,
        draft=draft,
        at=at,
        types=[EVENT_TYPES[kind] for kind in drawn.types],
        facts=drawn.facts,
        choices=name_choices,
        resident_facts=RESIDENT_FACTS.values(),
        rows=range(count_rows(given)),
        revision=revision,
        given=given,
        faults=faults,
        tried=tried,
    )
