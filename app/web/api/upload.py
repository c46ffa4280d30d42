"""Reads an uploaded file: once its sender is known, within a limit, and never onto a disk."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from app.earning.importing.errors import ContentDiffers
from app.earning.importing.files import LONGEST_NAME, clean_name
from app.identity.errors import MissingScope
from app.identity.permissions import EVENTS_WRITE
from app.web.bodies import media_type, read_limited, refuse_encoded
from app.web.callers import SignedIn
from app.web.faults import BodyTooLarge, BodyTypeUnsupported, BodyUnfit, ParameterInvalid
from app.web.sent import Sent

CSV_TYPE, FORM_TYPE = "text/csv", "multipart/form-data"
LIMIT_BYTES = 10 << 20
FORM_BYTES = 4 << 10
"""What the parts of a form may add to the file."""
PART = "file"
FORM_ADVICE = "the form has one part, the file, which is called file"

_SHA256 = re.compile(r"sha-256=:([A-Za-z0-9+/=]{44}):")


@dataclass(frozen=True)
class Upload:
    """A file as it came; `sent` stands for the request: the same door, name and content are the same one."""

    door: str
    name: str
    content: bytes
    sent: Sent

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.content).digest()


@dataclass(frozen=True)
class PostedForm:
    """A form's one file, by the name that its sender gives it, and its other fields; `name` is empty without a file."""

    name: str
    content: bytes
    fields: Mapping[str, str]


class _InMemory(MultiPartParser):
    """Files hold people's card tokens, and temporary files are not encrypted."""

    spool_max_size = LIMIT_BYTES + FORM_BYTES


async def _read_upload(
    request: Request,
    call: SignedIn,
    door: Annotated[str, Query(max_length=64, description="The door that the file comes through.")],
    name: Annotated[
        str, Query(max_length=LONGEST_NAME, description="What the file is called, when it is the body itself.")
    ] = "upload.csv",
    content_digest: Annotated[
        str | None, Header(max_length=300, description="RFC 9530; with `sha-256=:...:` the body is compared with it.")
    ] = None,
) -> Upload:
    """Raises MissingScope, BodyTooLarge, BodyTypeUnsupported, BodyUnfit, ParameterInvalid or ContentDiffers."""
    if call.token is None or EVENTS_WRITE not in call.token.scopes:
        raise MissingScope(EVENTS_WRITE)
    kind, body = await read_body(request, CSV_TYPE, FORM_TYPE)
    _compare(content_digest, body, name)
    if kind == FORM_TYPE:
        form = await read_form(request, body)
        name, content = form.name or "upload.csv", form.content
    else:
        content = body
    shown = clean_name(name)
    return Upload(door, shown, content, Sent(f"{request.url.path}?{door}&{shown}", content, request.headers))


Uploaded = Annotated[Upload, Depends(_read_upload)]


def _compare(written: str | None, body: bytes, name: str) -> None:
    if written is None or "sha-256=" not in written:
        return
    found = _SHA256.search(written)
    try:
        promised = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        promised = b""
    if len(promised) != hashlib.sha256().digest_size:
        where = "Content-Digest"
        raise ParameterInvalid(where, "write the digest as sha-256=:BASE64:")
    if promised != hashlib.sha256(body).digest():
        raise ContentDiffers(name=clean_name(name))


async def read_body(request: Request, *kinds: str) -> tuple[str, bytes]:
    """Its type, one of `kinds`, and the body. Raises BodyEncoded, BodyTypeUnsupported or BodyTooLarge."""
    refuse_encoded(request.headers)
    kind = media_type(request.headers.get("content-type", ""))
    if kind not in kinds:
        raise BodyTypeUnsupported(*kinds)
    limit = LIMIT_BYTES + (FORM_BYTES if kind == FORM_TYPE else 0)
    body, seen = await read_limited(request.receive, limit)
    if seen > limit:
        raise BodyTooLarge(limit_bytes=LIMIT_BYTES)
    if body is None:
        raise ClientDisconnect  # nobody is there to be answered
    return kind, body


async def read_form(request: Request, body: bytes, *, most_fields: int = 0) -> PostedForm:
    """Raises BodyUnfit for a form of another make."""

    async def stream() -> AsyncIterator[bytes]:
        yield body

    try:
        form = await _InMemory(request.headers, stream(), max_files=1, max_fields=most_fields).parse()  # type: ignore[arg-type]  # any stream of bytes will do
    except (MultiPartException, KeyError, UnicodeError):
        raise BodyUnfit(PART, FORM_ADVICE) from None
    part = form.get(PART)
    content = await part.read() if isinstance(part, UploadFile) else None
    await form.close()
    if not isinstance(part, UploadFile) or content is None:
        raise BodyUnfit(PART, FORM_ADVICE)
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    return PostedForm(part.filename or "", content, fields)
