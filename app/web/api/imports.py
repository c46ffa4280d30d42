"""Operators' files: sending one, how far it has come, and which of its rows could not be kept."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.audit import Actor
from app.core.ids import parse_public_id
from app.earning.errors import TypeNotYours
from app.earning.importing.doors import get_door
from app.earning.importing.errors import DoorUnknown, ImportUnknown
from app.earning.importing.faults import COLUMNS
from app.earning.importing.files import ImportRead, get_import, list_import_faults, list_imports, receive_file
from app.earning.importing.run import STATUSES, FaultRow
from app.earning.importing.vault import PIECE_BYTES, Vault
from app.identity.errors import MissingScope
from app.identity.permissions import EVENTS_READ, EVENTS_WRITE, OFFICER
from app.identity.queries import Client, OfficerRead
from app.identity.tokens import Claims
from app.ledger.commands import Answer
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next, respond, takes
from app.web.api.upload import CSV_TYPE, FORM_TYPE, PART, Upload, Uploaded
from app.web.callers import Call, SignedIn, as_machine, as_officer
from app.web.idempotency import run_once
from app.web.sent import IdempotencyKey

router = APIRouter(tags=["imports"])

_FORM = {"type": "object", "required": [PART], "properties": {PART: {"type": "string", "format": "binary"}}}
_CSV = {"type": "string", "format": "binary"}


class RowsShape(Shape):
    """How the rows ended, each in one way: `read` is the sum of the others."""

    read: int
    awarded: int
    recorded: int
    duplicate: int
    rejected: int
    not_enrolled: int
    held: int


class ReasonShape(Shape):
    """Why a file was refused; `line` is null where it has no line, such as a wrong checksum."""

    code: str
    detail: str
    line: int | None


class ImportShape(Shape):
    """A file on its way in. `status`: waiting, checking, importing, done, quarantined (nothing was kept) or failed.

    `percent` is how much of it is imported. `first_on` and `last_on` are the days of the rows that were understood.
    """

    id: str
    source: str
    door: str
    name: str
    size_bytes: int
    status: str
    percent: int
    rows: RowsShape
    reason: ReasonShape | None
    first_on: date | None
    last_on: date | None
    received_at: datetime
    ended_at: datetime | None


class ImportPage(Shape):
    """Newest first; `after` asks for the next page."""

    items: list[ImportShape]
    after: str | None


class CsvResponse(Response):
    """Lines of a table."""

    media_type = CSV_TYPE


def as_sender(session: Session, claims: Claims) -> Client | OfficerRead:
    """A machine that may read what became of what it sent, or an officer."""
    if OFFICER in claims.scopes:
        return as_officer(session, claims)
    if EVENTS_READ not in claims.scopes:
        raise MissingScope(EVENTS_READ, OFFICER)
    return as_machine(EVENTS_READ)(session, claims)


@router.post(
    "/v1/imports",
    status_code=202,
    response_model=ImportShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes((CSV_TYPE, _CSV), (FORM_TYPE, _FORM)),
)
def send_file(call: SignedIn, upload: Uploaded, key: IdempotencyKey = None) -> Response:
    """Send a file through a door of your own source, as the body or as the part `file` of a form. Scope `events:write`.

    It is worked on behind the scenes: ask for it by its id. The same content is taken once, under whatever name.
    """
    answer = run_once(
        call,
        as_machine(EVENTS_WRITE),
        lambda session, client: _receive(session, client, upload, call),
        key=key,
        sent=upload.sent,
    )
    return respond(answer)


@router.get("/v1/imports", responses=declines(*SIGNED_IN, 400))
def show_imports(
    call: SignedIn,
    response: Response,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ImportPage:
    """Files, by whichever way they came. For their source (scope `events:read`) and officers."""
    page = call.run(
        as_sender,
        lambda session, who: list_imports(
            session, sources=who.sources if isinstance(who, Client) else None, after=after, limit=limit
        ),
    )
    link_next(response, "/v1/imports", after=page.after, limit=limit)
    return ImportPage(items=[present_import(file) for file in page.items], after=page.after)


@router.get("/v1/imports/{id}", responses=declines(*SIGNED_IN, 400, 404))
def show_import(call: SignedIn, id: str) -> ImportShape:  # noqa: A002 - the path's own word
    """How far a file has come. For its source (scope `events:read`) and officers."""
    wanted = read_import_id(id)
    return present_import(call.run(as_sender, lambda session, who: find_import_of(session, who, wanted)))


@router.get("/v1/imports/{id}/errors", response_class=CsvResponse, responses=declines(*SIGNED_IN, 400, 404))
def show_errors(call: SignedIn, id: str) -> Response:  # noqa: A002 - the path's own word
    """The rows that could not be kept: line, column, reason and code, never what a cell says. At most 10,000."""
    wanted = read_import_id(id)
    faults = call.run(
        as_sender,
        lambda session, who: list_import_faults(session, number=find_import_of(session, who, wanted).number),
    )
    return CsvResponse(write_faults(faults))


def _receive(session: Session, client: Client, upload: Upload, call: Call) -> Answer:
    door = get_door(session, name=upload.door)
    if door.declared.source not in client.sources:
        raise DoorUnknown
    if door.declared.type not in client.event_types:
        raise TypeNotYours
    content = upload.content
    received = receive_file(
        session,
        door=door,
        way="api",
        name=upload.name,
        sha256=upload.sha256,
        size_bytes=len(content),
        pieces=(content[start : start + PIECE_BYTES] for start in range(0, len(content), PIECE_BYTES)),
        vault=Vault(call.runtime.secrets),
        now=call.now,
        actor=Actor("machine", client.id),
    )
    return Answer(202, present_import(received).model_dump(mode="json"))


def find_import_of(session: Session, who: Client | OfficerRead, import_id: UUID) -> ImportRead:
    file = get_import(session, import_id=import_id)
    if isinstance(who, Client) and file.source not in who.sources:
        raise ImportUnknown
    return file


def read_import_id(written: str) -> UUID:
    uuid = parse_public_id("imp", written)
    if uuid is None:
        raise ImportUnknown
    return uuid


def write_faults(faults: tuple[FaultRow, ...]) -> str:
    written = io.StringIO()
    rows = ((fault.line or "", fault.column, fault.reason, fault.code) for fault in faults)
    csv.writer(written).writerows([COLUMNS, *rows])
    return written.getvalue()


def present_import(file: ImportRead) -> ImportShape:
    reason = None
    if file.reason is not None:
        reason = ReasonShape(code=file.reason_code or "", detail=file.reason, line=file.reason_line)
    return ImportShape(
        id=file.written_id,
        source=file.source,
        door=file.door,
        name=file.name,
        size_bytes=file.size_bytes,
        status=file.status,
        percent=file.percent,
        rows=RowsShape(**{name: file.counts.get(name, 0) for name in ("read", *STATUSES)}),
        reason=reason,
        first_on=file.first_on,
        last_on=file.last_on,
        received_at=file.received_at,
        ended_at=file.ended_at,
    )
