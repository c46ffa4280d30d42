"""What a route reads of a request besides its parameters: the whole body, its type and the headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request
from starlette.datastructures import Headers

from app.web.bodies import read_around, read_body, refuse_encoded

T = TypeVar("T")


@dataclass(frozen=True)
class Sent:
    """A body that was read whole already, within its limit."""

    path: str
    body: bytes
    headers: Headers

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    def read(self, kind: type[T]) -> T:
        """The JSON body as `kind`; raises BodyEncoded, BodyTypeUnsupported, BodyMalformed or BodyUnfit."""
        refuse_encoded(self.headers)
        return read_body(self.body, self.content_type, kind)

    def read_around(self, kind: type[T]) -> T:
        """The same, leaving members of `msgspec.Raw` as they were sent."""
        refuse_encoded(self.headers)
        return read_around(self.body, self.content_type, kind)


async def _read_sent(request: Request) -> Sent:
    return Sent(request.url.path, await request.body(), request.headers)


Body = Annotated[Sent, Depends(_read_sent)]

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Send the same key again to get the first answer again instead of doing it twice: "
        "1 to 255 visible ASCII characters, new for each thing you want done.",
        pattern=r"^[\x21-\x7e]{1,255}$",
    ),
]
