"""Refusals of the HTTP layer itself: about paths, parameters and bodies. None repeats what was sent."""

from __future__ import annotations

from app.core.errors import Invalid, NotAllowed, NotFound, Refusal


class PathUnknown(NotFound):
    """No route has this path."""

    code = "path-unknown"

    def __init__(self) -> None:
        super().__init__("There is nothing at this address. /openapi.json lists what there is.")


class MethodUnknown(Refusal):
    """The path exists, for other methods."""

    code = "method-not-allowed"

    def __init__(self, allow: str) -> None:
        super().__init__(f"This address can't be used like this. It takes {allow or 'another method'}.")
        self.allow = allow


class ParameterInvalid(Invalid):
    """A parameter in the query, the path or a header; `where` names it, `problem` says what it should be."""

    code = "parameter-invalid"

    def __init__(self, where: str, advice: str) -> None:
        super().__init__(f"{where} is wrong: {advice}.")
        self.where = where


class BodyMalformed(Invalid):
    """Not JSON; `where` is a byte of the body or a reason."""

    code = "json-malformed"

    def __init__(self, advice: str, *, byte: int | None = None) -> None:
        super().__init__(f"The body is not good JSON: {advice}.")
        if byte is not None:
            self.byte = byte


class BodyTooLarge(Invalid):
    """More bytes than this route reads; `limit_bytes` says how many it does."""

    code = "body-too-large"

    def __init__(self, *, limit_bytes: int) -> None:
        super().__init__(f"The body is too large. Send at most {limit_bytes:,} bytes, in several requests if need be.")
        self.limit_bytes = limit_bytes


class AddressTooLong(Invalid):
    """The path and the query are longer than any of ours; `limit_bytes` says how long they may be."""

    code = "address-too-long"

    def __init__(self, *, limit_bytes: int) -> None:
        super().__init__(f"The address is too long. Send at most {limit_bytes:,} bytes as path and query.")
        self.limit_bytes = limit_bytes


class HeadersTooLarge(Invalid):
    """More or longer headers than are read; `limit_bytes` counts names and values of all `most` together."""

    code = "headers-too-large"

    def __init__(self, *, limit_bytes: int, most: int) -> None:
        super().__init__(f"The headers are too large. Send at most {most} of them, {limit_bytes:,} bytes in all.")
        self.limit_bytes = limit_bytes
        self.most = most


class BodyTypeUnsupported(Invalid):
    """The Content-Type is not one that this route reads; `accepts` lists those."""

    code = "content-type-unsupported"

    def __init__(self, *accepts: str) -> None:
        super().__init__(f"Send the body with the header Content-Type: {' or '.join(accepts)}.")
        self.accepts = list(accepts)


class BodyEncoded(Invalid):
    """The body is compressed, or encoded in another way that this server does not undo."""

    code = "content-encoding-unsupported"

    def __init__(self) -> None:
        super().__init__("Send the body as it is, without compression: leave out the header Content-Encoding.")


class BodyUnfit(Invalid):
    """Good JSON with the wrong content; `where` is a path such as $.reward_id."""

    code = "body-invalid"

    def __init__(self, where: str, advice: str) -> None:
        super().__init__(f"{where.removeprefix('$').removeprefix('.') or 'The body'} is wrong: {advice}.")
        self.where = where


class FormExpired(NotAllowed):
    """A form's token is not of this session: it stood open since before signing in, or another site sent it."""

    code = "form-expired"

    def __init__(self) -> None:
        super().__init__(
            "This page was open for too long, or you have signed in again since. Nothing was changed. Open the page "
            "again and try once more."
        )


class PageForOthers(NotAllowed):
    """Signed in, but the page is for another side of the scheme; both are named as in "a resident"."""

    code = "page-for-others"

    def __init__(self, wanted: str, signed_in: str) -> None:
        super().__init__(f"To see this page, sign in as {wanted}. You are signed in as {signed_in}.")
