"""Files of payments for the bank: made by one officer, sent by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.audit import record_act
from app.core.ids import parse_public_id, public_id
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.settlement.bacs import BacsFileRead, drop_file, list_files, make_file, read_file, send_file
from app.settlement.errors import BacsFileUnknown
from app.settlement.payees import PayeeKeys, read_payer
from app.web.api.answers import SIGNED_IN, Shape, declines, respond
from app.web.api.payout_shapes import as_payer, as_reader_of_payments
from app.web.callers import SignedIn
from app.web.idempotency import run_once
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
    keys = PayeeKeys(call.runtime.secrets)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        payer = read_payer(call.runtime.settings.bacs_payer, demo=call.runtime.demo)
        made = make_file(session, payer=payer, keys=keys, officer_id=officer.id, now=call.now)
        return _answer(session, officer, made, call.now, status=201)

    return respond(run_once(call, as_payer, serve, key=key, sent=body))


@router.get(
    "/v1/payouts/files/{id}",
    response_class=Response,
    responses=declines(*SIGNED_IN, 400, 404) | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def download(call: SignedIn, id: str) -> Response:  # noqa: A002 - the path's own word
    """The file as the bank takes it (BACS Standard 18). For officers with the role finance or admin."""
    wanted, keys = _read_id(id), PayeeKeys(call.runtime.secrets)

    def find(session: Session, officer: OfficerRead) -> bytes:
        content = read_file(session, file=wanted, keys=keys)
        facts = {"what": "file of payments downloaded"}
        record_act(session, actor=officer.actor, act="statement.paid", subject=f"file:{id}", facts=facts, now=call.now)
        return content

    headers = {"Content-Disposition": f'attachment; filename="{public_id("bac", wanted)}.txt"'}
    return Response(call.run(as_payer, find), media_type=TEXT, headers=headers)


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
    wanted = _read_id(written)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        ended = end(session, file=wanted, officer_id=officer.id, now=call.now)
        return _answer(session, officer, ended, call.now, status=200)

    return respond(run_once(call, as_payer, serve, key=key, sent=body))


def _answer(session: Session, officer: OfficerRead, file: BacsFileRead, now: datetime, *, status: int) -> Answer:
    facts: dict[str, str | int | bool | None] = {"status": file.status, "payments": file.payments, "pence": file.pence}
    subject = f"file:{public_id('bac', file.public_id)}"
    record_act(session, actor=officer.actor, act="statement.paid", subject=subject, facts=facts, now=now)
    return Answer(status, _present(file).model_dump(mode="json"))


def _read_id(written: str) -> UUID:
    uuid = parse_public_id("bac", written)
    if uuid is None:
        raise BacsFileUnknown
    return uuid


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
