"""Operators' files as officers see them: how far each has come, and the rows that could not be kept."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response, StreamingResponse

from app.core.errors import Conflict, Invalid, NotFound
from app.core.paging import Page
from app.earning.importing.doors import Door, list_doors
from app.earning.importing.errors import FileAlreadyTaken
from app.earning.importing.files import ImportRead, get_import, list_import_faults, list_imports
from app.identity.permissions import IMPORTERS
from app.identity.queries import OfficerRead
from app.web.api.imports import present_import, read_import_id, write_faults
from app.web.api.upload import CSV_TYPE
from app.web.callers import Call, as_officer
from app.web.languages import mark
from app.web.pages.council.uploading import HandedIn, take_file
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again
from app.web.problems import status_of
from app.web.streams import MEDIA_TYPE, follow

router = APIRouter(include_in_schema=False)

PAGE = "/officer/imports"
FIRST_FAULTS = 20
TOO_LARGE = mark("The file has more than 10 MB. Hand it in as several files, or have the operator send it by the API")


@router.get(PAGE)
def show_imports(request: Request, after: str | None = None) -> Response:
    return _show_files(request, sign_in_again(request, Role.OFFICER), after=after)


@router.post(PAGE)
def hand_in(request: Request, handed: HandedIn) -> Response:
    """The same file again leads to what became of it the first time, and says so."""
    if handed.too_large:
        return _show_files(request, handed.call, wrong=TOO_LARGE, status=413)
    try:
        file = take_file(handed)
    except FileAlreadyTaken as refusal:
        return RedirectResponse(f"{PAGE}/{refusal.earlier_id}?done=same", status_code=303)
    except (Conflict, Invalid, NotFound) as refusal:
        chosen = handed.form.fields.get("door", "")
        return _show_files(request, handed.call, wrong=str(refusal), door=chosen, status=status_of(type(refusal)))
    return RedirectResponse(f"{PAGE}/{file.written_id}?done=file", status_code=303)


@router.get(PAGE + "/{id}")
def show_import(request: Request, id: str) -> Response:  # noqa: A002 - the path's own word
    call, wanted = sign_in_again(request, Role.OFFICER), read_import_id(id)
    file = call.run(as_officer, lambda session, _: get_import(session, import_id=wanted))
    faults = call.run(as_officer, lambda session, _: list_import_faults(session, number=file.number))
    return render(
        request,
        "council_import.html",
        file=present_import(file),
        known=_tell(file).decode(),
        faults=faults[:FIRST_FAULTS],
        more=max(len(faults) - FIRST_FAULTS, 0),
    )


@router.get(PAGE + "/{id}/stream")
def follow_import(request: Request, id: str) -> Response:  # noqa: A002 - the path's own word
    """How far it has come, whenever that changes."""
    call, wanted = sign_in_again(request, Role.OFFICER), read_import_id(id)

    def look(session: Session, _: object) -> bytes:
        return _tell(get_import(session, import_id=wanted))

    first = call.run(as_officer, look)
    return StreamingResponse(follow(call, event="changed", first=first, look=look), media_type=MEDIA_TYPE)


@router.get(PAGE + "/{id}/errors.csv")
def download(request: Request, id: str) -> Response:  # noqa: A002 - the path's own word
    """Lines, columns and reasons, never what a cell says."""
    call, wanted = sign_in_again(request, Role.OFFICER), read_import_id(id)
    file = call.run(as_officer, lambda session, _: get_import(session, import_id=wanted))
    faults = call.run(as_officer, lambda session, _: list_import_faults(session, number=file.number))
    headers = {"Content-Disposition": 'attachment; filename="errors.csv"', "Cache-Control": "no-store"}
    return Response(write_faults(faults), media_type=CSV_TYPE, headers=headers)


def _tell(file: ImportRead) -> bytes:
    return f"{file.status} {file.percent}".encode()


def _show_files(
    request: Request, call: Call, *, after: str | None = None, wrong: str = "", door: str = "", status: int = 200
) -> Response:
    def find(session: Session, officer: OfficerRead) -> tuple[Page[ImportRead], tuple[Door, ...], bool]:
        page = list_imports(session, sources=None, after=after, limit=30)
        return page, list_doors(session), not officer.roles.isdisjoint(IMPORTERS)

    page, doors, may_import = call.run(as_officer, find)
    return render(
        request,
        "council_imports.html",
        status=status,
        files=[present_import(file) for file in page.items],
        after=page.after,
        doors=doors,
        may_import=may_import,
        faults={"file": wrong} if wrong else {},
        door=door,
    )
