"""An operator's file as an officer hands it in: read once they are known, and taken as if its operator had sent it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Request
from sqlmodel import Session

from app.core.errors import Invalid
from app.earning.importing.doors import get_door
from app.earning.importing.files import ImportRead, receive_file
from app.earning.importing.finding import find_door
from app.earning.importing.vault import PIECE_BYTES, Vault
from app.identity.permissions import IMPORTERS
from app.identity.queries import OfficerRead
from app.web.api.upload import FORM_TYPE, PostedForm, read_body, read_form
from app.web.callers import Call, as_officer_with
from app.web.faults import BodyTooLarge
from app.web.languages import mark
from app.web.pages.visits import Role, check_form, sign_in_again

FIELDS = 2
as_importer = as_officer_with(*IMPORTERS)


class NoFile(Invalid):
    """The form came without a file, or with an empty one."""

    code = "no-file"

    def __init__(self) -> None:
        super().__init__(mark("Choose the file that the operator sent"))


@dataclass(frozen=True)
class Handed:
    """The signed-in request, with its form; `too_large` where the file was not read."""

    call: Call
    form: PostedForm
    too_large: bool = False


async def _read(request: Request) -> Handed:
    """The officer first, the file then. Raises what signing in does, FormExpired and OtherRoleNeeded."""
    call = await to_thread.run_sync(_know_officer, request)
    try:
        _, body = await read_body(request, FORM_TYPE)
    except BodyTooLarge:
        return Handed(call, PostedForm("", b"", {}), too_large=True)
    form = await read_form(request, body, most_fields=FIELDS)
    await to_thread.run_sync(check_form, request, form.fields.get("csrf", ""))
    return Handed(call, form)


HandedIn = Annotated[Handed, Depends(_read)]


def _know_officer(request: Request) -> Call:
    return sign_in_again(request, Role.OFFICER, as_importer)


def take_file(handed: Handed) -> ImportRead:
    """Through the door that was chosen, or the one that its header fits.

    Raises NoFile, DoorUnclear, DoorUnknown, FileAlreadyTaken or TooManyFilesWaiting.
    """
    call, content, wanted = handed.call, handed.form.content, handed.form.fields.get("door", "").replace("\0", "")
    if not content:
        raise NoFile

    def serve(session: Session, officer: OfficerRead) -> ImportRead:
        return receive_file(
            session,
            door=get_door(session, name=wanted) if wanted else find_door(session, content=content),
            way="api",
            name=handed.form.name,
            sha256=hashlib.sha256(content).digest(),
            size_bytes=len(content),
            pieces=(content[start : start + PIECE_BYTES] for start in range(0, len(content), PIECE_BYTES)),
            vault=Vault(call.runtime.secrets),
            now=call.now,
            actor=officer.actor,
        )

    return call.run(as_importer, serve)
