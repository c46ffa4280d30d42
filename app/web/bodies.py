"""Bodies: how much is read, and how JSON is read, the same for every route."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import msgspec
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.faults import BodyEncoded, BodyMalformed, BodyTooLarge, BodyTypeUnsupported, BodyUnfit, PathUnknown
from app.web.problems import Problem
from app.web.words import say_member_fault

T = TypeVar("T")

BATCH_TYPE = "application/cloudevents-batch+json"
LIMIT_BYTES = 1 << 20
BATCH_LIMIT_BYTES = 2 << 20
DRAIN_BYTES = 16 << 20
"""How much of a body that is too large is read and thrown away, so that its sender gets to read the answer."""

UPLOADS = frozenset({"/v1/imports", "/officer/imports"})
"""Here the route reads the body, which may be large, itself, once it knows who sends it."""

_BYTE = re.compile(r" \(byte (\d+)\)$")
_NULL = b"\\u0000"
_WHERE = re.compile(r" - at `(.+)`$")
_GAPS = (b" :", b"\t:", b"\n:", b"\r:")


class BodyGate:
    """ASGI middleware that reads each body whole, up to its limit, before anything else runs.

    What Content-Length claims does not matter: bytes are counted as they come. A path with a NUL, which nothing can
    be called by, ends here as well.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if "\0" in scope["path"]:
            await Problem.of(PathUnknown()).to_response()(scope, receive, send)
            return
        if scope["path"] in UPLOADS and scope["method"] == "POST":
            upload = _Upload(scope, receive, send)
            await self.app(scope, upload.receive, upload.send)
            return
        kind = media_type(Headers(scope=scope).get("content-type", ""))
        limit = BATCH_LIMIT_BYTES if kind == BATCH_TYPE else LIMIT_BYTES
        body, seen = await read_limited(receive, limit)
        if body is None:
            return  # the client has gone
        if seen > limit:
            headers = {"Connection": "close"} if seen > DRAIN_BYTES else {}
            response = Problem.of(BodyTooLarge(limit_bytes=limit)).to_response()
            response.headers.update(headers)
            await response(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)


class _Upload:
    """A body that its route may leave unread: then it is read and dropped, so that its sender gets to read the answer.

    A sender who asks beforehand whether to send it gets the answer instead.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._unread = Headers(scope=scope).get("expect", "").lower() != "100-continue"

    async def receive(self) -> Message:
        message = await self._receive()
        self._unread = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._unread:
            await read_limited(self.receive, 0)
        await self._send(message)


async def read_limited(receive: Receive, limit: int) -> tuple[bytes | None, int]:
    """The body and its size; of a body beyond `limit` the rest is read and dropped, up to DRAIN_BYTES."""
    parts: list[bytes] = []
    seen = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None, seen
        chunk: bytes = message.get("body", b"")
        seen += len(chunk)
        if seen <= limit:
            parts.append(chunk)
        if not message.get("more_body", False) or seen > DRAIN_BYTES:
            return b"".join(parts), seen


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def media_type(written: str) -> str:
    """The type of a Content-Type header without its parameters, in lower case."""
    return written.partition(";")[0].strip().lower()


def require_type(written: str, *accepted: str) -> None:
    """Raises BodyTypeUnsupported unless the Content-Type is one of `accepted`."""
    if media_type(written) not in accepted:
        raise BodyTypeUnsupported(*accepted)


def refuse_encoded(headers: Headers) -> None:
    """Raises BodyEncoded unless the body came as it is."""
    if headers.get("content-encoding", "").strip().lower() not in {"", "identity"}:
        raise BodyEncoded


def read_json(body: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """The value, or BodyMalformed. Names of members may not repeat: readers would disagree about which one counts."""
    try:
        value = msgspec.json.decode(body)
    except UnicodeDecodeError as fault:
        raise BodyMalformed("it is not UTF-8", byte=fault.start) from None
    except msgspec.ValidationError:
        raise BodyMalformed("it holds a number beyond any use") from None
    except msgspec.DecodeError as fault:
        found = _BYTE.search(str(fault))
        said = _BYTE.sub("", str(fault)).removeprefix("JSON is malformed: ").lower()
        raise BodyMalformed(said, byte=int(found[1]) if found else None) from None
    except RecursionError:
        raise BodyMalformed("it is nested too deeply") from None
    if _may_repeat_names(body, value):
        _refuse_repeated_names(body)
    return value


def read_body(body: bytes, content_type: str, kind: type[T]) -> T:
    """A body of application/json as `kind` (a msgspec Struct); raises BodyUnfit where its content is wrong."""
    require_type(content_type, "application/json")
    value = read_json(body)
    _refuse_null_characters(body, value)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as fault:
        raise _say_unfit(fault) from None


def read_around(body: bytes, content_type: str, kind: type[T]) -> T:
    """The same, for a Struct with members of `msgspec.Raw`, whose bytes are left to whoever knows what they hold."""
    require_type(content_type, "application/json")
    if _NULL in body:
        _refuse_null_characters(body, read_json(body))
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as fault:
        raise _say_unfit(fault) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        read_json(body)  # tells what is wrong with it
        raise BodyMalformed("it cannot be read") from None


def _refuse_null_characters(body: bytes, value: object) -> None:
    """PostgreSQL's text can't hold one, so there is nothing that it could be part of. Raises BodyUnfit."""
    if _NULL in body and _holds_null(value):
        where = "$"
        raise BodyUnfit(where, "no text may hold the null character")


def _holds_null(value: object) -> bool:
    """In a text or in a name; the value was decoded, so it is not nested too deeply to walk."""
    if isinstance(value, dict):
        return any(_holds_null(part) for member in value.items() for part in member)
    if isinstance(value, list):
        return any(map(_holds_null, value))
    return isinstance(value, str) and "\0" in value


def _say_unfit(fault: msgspec.ValidationError) -> BodyUnfit:
    found = _WHERE.search(str(fault))
    return BodyUnfit(found[1] if found else "$", say_member_fault(_WHERE.sub("", str(fault))))


def _may_repeat_names(body: bytes, value: object) -> bool:
    """A cheap look that is never wrong when it says no: as many quotes before colons as there are members."""
    return any(gap in body for gap in _GAPS) or body.count(b'":') != _count_members(value)


def _count_members(value: object) -> int:
    """Members of all objects in `value`; it was decoded, so it is not nested too deeply to walk."""
    if isinstance(value, dict):
        return len(value) + sum(_count_members(one) for one in value.values() if isinstance(one, (dict, list)))
    return sum(_count_members(one) for one in value if isinstance(one, (dict, list))) if isinstance(value, list) else 0


def _refuse_repeated_names(body: bytes) -> None:
    def check(members: list[tuple[str, object]]) -> None:
        if len({name for name, _ in members}) != len(members):
            raise BodyMalformed("an object has two members of one name")

    json.loads(body, object_pairs_hook=check)
