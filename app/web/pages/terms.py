"""The page of the terms, and accepting them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from app.core.clock import london_date
from app.residents.terms.acceptance import accept_terms, get_terms_standing
from app.residents.terms.book import LEEDS_TERMS
from app.web.callers import as_resident, get_runtime
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, find_visitor, sign_in_again

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Block:
    """A part of a text: `kind` is heading, paragraph or list, of which only a list has more than one line."""

    kind: str
    lines: tuple[str, ...]


@router.get("/terms")
def terms(request: Request) -> Response:
    """For everybody; residents who have not accepted these terms can do so here."""
    current = LEEDS_TERMS.get_current(today=london_date(get_runtime(request).clock.now()))
    title, *blocks = split_blocks(current.text)
    waits = _waits_for_acceptance(request)
    return render(request, "terms.html", terms=current, title=title.lines[0], blocks=blocks, waits=waits)


@router.post("/terms")
def accept(request: Request, version: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = "") -> Response:
    """Accept the version that the page showed; a newer one that came meanwhile has to be read first."""
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)
    call.run(
        as_resident,
        lambda session, resident: accept_terms(session, resident_id=resident.id, version=version, now=call.now),
    )
    return RedirectResponse("/you", status_code=303)


def split_blocks(text: str) -> Iterator[Block]:
    """The parts of Markdown as plain as our terms are: headings, paragraphs and lists, an empty line after each."""
    for part in text.replace("**", "").strip().split("\n\n"):
        if part.startswith("#"):
            yield Block("heading", (part.lstrip("# "),))
        elif part.startswith("- "):
            yield Block("list", tuple(" ".join(item.split()) for item in part[2:].split("\n- ")))
        else:
            yield Block("paragraph", (" ".join(part.split()),))


def _waits_for_acceptance(request: Request) -> bool:
    visitor = find_visitor(request)
    if visitor is None or visitor.role is not Role.RESIDENT:
        return False
    call = sign_in_again(request, Role.RESIDENT)
    standing = call.run(
        as_resident, lambda session, resident: get_terms_standing(session, resident_id=resident.id, now=call.now)
    )
    return standing.waiting_version is not None
