"""Operators' files as officers see them: how far each has come, and the rows that could not be kept."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.earning.importing.files import get_import, list_import_faults, list_imports
from app.web.api.imports import present_import, read_import_id, write_faults
from app.web.api.upload import CSV_TYPE
from app.web.callers import as_officer
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again

router = APIRouter(include_in_schema=False)

FIRST_FAULTS = 20


@router.get("/officer/imports")
def show_imports(request: Request, after: str | None = None) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    page = call.run(as_officer, lambda session, _: list_imports(session, sources=None, after=after, limit=30))
    return render(
        request, "council_imports.html", files=[present_import(file) for file in page.items], after=page.after
    )


@router.get("/officer/imports/{id}")
def show_import(request: Request, id: str) -> Response:  # noqa: A002 - the path's own word
    call, wanted = sign_in_again(request, Role.OFFICER), read_import_id(id)
    file = call.run(as_officer, lambda session, _: get_import(session, import_id=wanted))
    faults = call.run(as_officer, lambda session, _: list_import_faults(session, number=file.number))
    return render(
        request,
        "council_import.html",
        file=present_import(file),
        faults=faults[:FIRST_FAULTS],
        more=max(len(faults) - FIRST_FAULTS, 0),
    )


@router.get("/officer/imports/{id}/errors.csv")
def download(request: Request, id: str) -> Response:  # noqa: A002 - the path's own word
    """Lines, columns and reasons, never what a cell says."""
    call, wanted = sign_in_again(request, Role.OFFICER), read_import_id(id)
    file = call.run(as_officer, lambda session, _: get_import(session, import_id=wanted))
    faults = call.run(as_officer, lambda session, _: list_import_faults(session, number=file.number))
    headers = {"Content-Disposition": 'attachment; filename="errors.csv"', "Cache-Control": "no-store"}
    return Response(write_faults(faults), media_type=CSV_TYPE, headers=headers)
