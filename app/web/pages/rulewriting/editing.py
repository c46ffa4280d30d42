"""A part of a draft, changed on its own question page. What was typed is never lost, whoever saved meanwhile."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.identity.queries import OfficerRead
from app.rulebook.drafting.documents import dump_rule, read_document
from app.rulebook.drafting.errors import DocumentUnfit, DraftChanged
from app.rulebook.drafting.queries import get_draft
from app.rulebook.drafting.read_models import DraftRead
from app.rulebook.drafting.saving import save_draft
from app.web.api.drafts import as_drafter
from app.web.api.rules import read_rule_key
from app.web.callers import Call
from app.web.faults import PathUnknown
from app.web.pages.rendering import render
from app.web.pages.rulewriting.ahead import Ahead, look_ahead
from app.web.pages.rulewriting.beginning import draft_page
from app.web.pages.rulewriting.conditions import MOST_ROWS, write_rows
from app.web.pages.rulewriting.faults import Faults, find_faults
from app.web.pages.rulewriting.offered import Offered, list_offered
from app.web.pages.rulewriting.parts import FORM, MOST_LIMITS, PAGES, Page
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from rules.document import Rule
from rules.forms import Choice

router = APIRouter(include_in_schema=False)

EMPTY_ROWS = 2


@dataclass(frozen=True)
class _Around:
    """The draft, and what may be chosen for it."""

    draft: DraftRead
    offered: Offered


@router.get("/officer/rules/{key}/draft/change/{part}")
def ask(request: Request, key: str, part: str) -> Response:
    call, page = sign_in_again(request, Role.OFFICER), find_page(part)
    around = _look_around(call, read_rule_key(key))
    rule = around.draft.rule
    ahead = call.run(as_drafter, lambda session, _: look_ahead(session, rule, now=call.now))
    return _show(request, page, around, dump_rule(rule), {}, revision=str(around.draft.revision), ahead=ahead)


@router.post("/officer/rules/{key}/draft/change/{part}")
def change(request: Request, key: str, part: str, form: SentForm) -> Response:
    call, page, rule = sign_in_again(request, Role.OFFICER), find_page(part), read_rule_key(key)
    check_form(request, form.one("csrf"))
    around = _look_around(call, rule)
    faults: Faults = {}
    document = dump_rule(around.draft.rule)
    document |= page.read(form, document, faults)
    revision = form.one("revision")
    if not faults:
        try:
            call.run(
                as_drafter, lambda session, officer: save_document(session, officer, call, rule, revision, document)
            )
        except DocumentUnfit as refusal:
            faults = find_faults(refusal.faults, page.paths)
        except DraftChanged as refusal:
            # What was typed stays on the page, and the next save is into the draft as it is now.
            told = {"": str(refusal)}
            return _show(request, page, around, document, told, form=form, revision=str(refusal.revision), status=412)
        else:
            return RedirectResponse(draft_page(rule), status_code=303)
    return _show(request, page, around, document, faults, form=form, revision=revision, status=422)


def save_document(
    session: Session, officer: OfficerRead, call: Call, key: str, revision: str, document: dict[str, Any]
) -> DraftRead:
    """The whole document in the place of what the draft was. Raises DocumentUnfit and all of `save_draft`."""
    rule = check_document(document)
    return save_draft(session, key=key, revision=revision, rule=rule, officer=officer, now=call.now)


def check_document(document: dict[str, Any]) -> Rule:
    """Raises DocumentUnfit."""
    return read_document(json.dumps(document).encode())


def find_page(name: str) -> Page:
    """Raises PathUnknown."""
    page = PAGES.get(name)
    if page is None:
        raise PathUnknown
    return page


def _look_around(call: Call, key: str) -> _Around:
    def serve(session: Session, _: OfficerRead) -> _Around:
        return _Around(get_draft(session, key=key), list_offered(session, now=call.now))

    return call.run(as_drafter, serve)


def _show(
    request: Request,
    page: Page,
    around: _Around,
    document: dict[str, Any],
    faults: Faults,
    *,
    revision: str,
    form: WholeForm | None = None,
    ahead: Ahead | None = None,
    status: int = 200,
) -> Response:
    kind = next((kind for kind in FORM.event_types if kind.name == document["trigger"]), FORM.event_types[0])
    facts = FORM.resident_facts if page.name == "who" else kind.facts
    given = form.as_sent() if form else _fill(page, document, facts)
    return render(
        request,
        "rule_change.html",
        status=status,
        draft=around.draft,
        page=page,
        pages=PAGES,
        form=FORM,
        kind=kind,
        facts=facts,
        campaigns=around.offered.campaigns,
        sources=around.offered.sources,
        revision=revision,
        given=given,
        rows=range(_count_rows(page, given)),
        faults=faults,
        pairs=_pair,
        ahead=ahead,
        entered=form is not None,
    )


def _pair(choices: tuple[Choice, ...]) -> list[tuple[str, str]]:
    return [(choice.value, choice.label) for choice in choices]


def _count_rows(page: Page, given: dict[str, str]) -> int:
    most, member = (MOST_LIMITS, "scope") if page.name == "limits" else (MOST_ROWS, "fact")
    held = max((row for row in range(most) if given.get(f"{page.name}-{row}-{member}")), default=-1)
    return min(held + 1 + EMPTY_ROWS, most)


def _fill(page: Page, document: dict[str, Any], facts: tuple[Any, ...]) -> dict[str, str]:
    """What the fields hold, by name."""
    match page.name:
        case "about":
            own = {name: str(document[name]) for name in ("basis", "campaign")}
            dates = {name: str(on) for name, on in document["validity"].items()}
            return own | dates | {"title": document["title"]["en"]}
        case "event":
            return {name: document[name] for name in ("trigger", "source", "evidence")}
        case "when" | "who":
            rows = write_rows(document[page.name], facts)
            return {f"{page.name}-{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}
        case "progress":
            usual = {f"progress-{part.kind}-per": "week" for part in FORM.progress}
            return usual | _fill_kind("progress", document["progress"] or {"kind": "none"})
        case "award":
            stacking = document["stacking"] or {}
            return _fill_kind("effect", document["effect"]) | {f"stacking-{name}": stacking[name] for name in stacking}
        case _:
            return {
                f"limits-{at}-{name}": str(value)
                for at, limit in enumerate(document["limits"])
                for name, value in limit.items()
                if value is not None
            }


def _fill_kind(name: str, part: dict[str, Any]) -> dict[str, str]:
    front = f"{name}-{part['kind']}"
    fields = {
        f"{front}-{field}": "yes" if value is True else str(value)
        for field, value in part.items()
        if field != "kind" and value not in (None, False)
    }
    return {name: part["kind"]} | fields
