"""Files of payments for the bank: made by one officer, sent by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import public_id
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.settlement.bacs import BacsFileRead, drop_file, list_files, send_file
from app.web.api.answers import SIGNED_IN, Shape, declines, respond
from app.web.api.payout_shapes import as_payer, as_reader_of_payments
from app.web.callers import SignedIn
from app.web.idempotency import run_once
from app.web.paying import end_bank_file, make_bank_file, open_bank_file, read_file_id
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["money"])

TEXT = "text/plain; charset=us-ascii"
MOST_FILES = 100


class FileShape(Shape):
    """`status`: made, sent or dropped. `left_out` counts payments whose partner has no approved bank details.

    `held_back` counts those that wait for their day, or for a person to decide about a case. Both are told once.
    """

    id: str
    status: Literal["made", "sent", "dropped"]
    payments: int
    pence: int
    left_out: int
    held_back: int
    made_at: datetime
    ended_at: datetime | None


class FilesShape(Shape):
    """Newest first."""

    items: list[FileShape]


@router.get("/v1/payouts/files", responses=declines(*SIGNED_IN))
def show_files(call: SignedIn) -> FilesShape:
    """Files for the bank. For officers with the role finance, auditor or admin."""
    found = call.run(as_reader_of_payments, lambda session, _: list_files(session, limit=MOST_FILES))
    return FilesShape(items=[_present(file) for file in found])


@router.post(
    "/v1/payouts/files",
    status_code=201,
    response_model=FileShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 422),
)
def make(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Put every payment that may go into one file. For officers with the role finance or admin."""

    def serve(session: Session, officer: OfficerRead) -> Answer:
        return Answer(201, _present(make_bank_file(session, officer, call=call)).model_dump(mode="json"))

    return respond(run_once(call, as_payer, serve, key=key, sent=body))


@router.get(
    "/v1/payouts/files/{id}",
    response_class=Response,
    responses=declines(*SIGNED_IN, 400, 404) | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def download(call: SignedIn, id: str) -> Response:  # noqa: A002 - the path's own word
    """The file as the bank takes it (BACS Standard 18). For officers with the role finance or admin."""
    wanted = read_file_id(id)
    content = call.run(as_payer, lambda session, officer: open_bank_file(session, officer, file=wanted, call=call))
    headers = {"Content-Disposition": f'attachment; filename="{public_id("bac", wanted)}.txt"'}
    return Response(content, media_type=TEXT, headers=headers)


@router.post(
    "/v1/payouts/files/{id}/send",
    response_model=FileShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def send(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """The bank has the file: its payments are made. For an officer who did not make it, role finance or admin."""
    return _end(call, id, body, key, send_file)


@router.post(
    "/v1/payouts/files/{id}/drop",
    response_model=FileShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def drop(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """The file will not be sent: its payments wait for the next. For officers with the role finance or admin."""
    return _end(call, id, body, key, drop_file)


def _end(call: SignedIn, written: str, body: Body, key: str | None, end: Callable[..., BacsFileRead]) -> Response:
    wanted = read_file_id(written)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        ended = end_bank_file(session, officer, file=wanted, end=end, now=call.now)
        return Answer(200, _present(ended).model_dump(mode="json"))

    return respond(run_once(call, as_payer, serve, key=key, sent=body))


def _present(file: BacsFileRead) -> FileShape:
    return FileShape(
        id=public_id("bac", file.public_id),
        status=file.status,
        payments=file.payments,
        pence=file.pence,
        left_out=file.left_out,
        held_back=file.held_back,
        made_at=file.made_at,
        ended_at=file.ended_at,
    )
