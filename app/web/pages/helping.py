"""Help, and what the council says about the scheme: for everybody, signed in or not."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.residents.purposes import PURPOSES
from app.web.faults import PathUnknown
from app.web.pages.own_choices import BASES
from app.web.pages.rendering import render

STATEMENTS = ("accessibility", "cookies", "privacy", "promises")

router = APIRouter(include_in_schema=False)


@router.get("/help")
def show_help(request: Request) -> Response:
    return render(request, "help/help.html")


@router.get("/help/{statement}")
def show_statement(request: Request, statement: str) -> Response:
    if statement not in STATEMENTS:
        raise PathUnknown
    return render(request, f"help/{statement}.html", purposes=PURPOSES.values(), bases=BASES)
