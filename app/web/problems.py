"""How a refusal is told over HTTP: RFC 9457 problems, by one table from error class to status.

A problem has type, title, status, detail, instance, `code` and the facts of the refusal. `detail` is a sentence for
the person who gets it. It never holds a stack, SQL, a secret, or what was sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import structlog
from starlette.responses import JSONResponse

from app.core import errors as core
from app.core.paging import CursorUnknown
from app.earning import errors as earning
from app.identity import errors as identity
from app.offers.proposals.errors import RewardChanged
from app.rulebook.campaign_errors import CampaignChanged
from app.rulebook.drafting.errors import DraftChanged
from app.web.faults import (
    AddressTooLong,
    BodyEncoded,
    BodyMalformed,
    BodyTooLarge,
    BodyTypeUnsupported,
    HeadersTooLarge,
    MethodUnknown,
    ParameterInvalid,
)
from app.web.rates import TooManyTries

MEDIA_TYPE = "application/problem+json"
MENDED_SECONDS = 60
"""When it is worth asking again for what a person has to mend first."""

_SPELT = {"id": "ID", "json": "JSON"}

STATUSES: dict[type[core.Refusal], int] = {
    core.Invalid: 422,
    core.NotAllowed: 403,
    core.NotFound: 404,
    core.Conflict: 409,
    core.NotReady: 503,
    # More exact than their kind says
    identity.TokenMissing: 401,
    identity.InvalidToken: 401,
    CursorUnknown: 400,
    ParameterInvalid: 400,
    BodyMalformed: 400,
    earning.EventMalformed: 400,
    MethodUnknown: 405,
    CampaignChanged: 412,
    DraftChanged: 412,
    RewardChanged: 412,
    BodyTooLarge: 413,
    AddressTooLong: 414,
    BodyTypeUnsupported: 415,
    BodyEncoded: 415,
    TooManyTries: 429,
    HeadersTooLarge: 431,
}
"""Each refusal by the nearest of its classes that is named here; a test finds any that none of these tells."""


def status_of(refusal: type[core.Refusal]) -> int:
    """The HTTP status that tells this refusal."""
    return next((STATUSES[kind] for kind in refusal.__mro__ if kind in STATUSES), 400)


@dataclass(frozen=True)
class Problem:
    """One answer that declines; `facts` stand beside the five members of RFC 9457."""

    status: int
    code: str
    detail: str
    facts: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, refusal: core.Refusal) -> Problem:
        headers = {}
        facts = refusal.facts()
        if isinstance(refusal, (identity.TokenMissing, identity.InvalidToken)):
            fault = "" if isinstance(refusal, identity.TokenMissing) else ', error="invalid_token"'
            headers["WWW-Authenticate"] = f'Bearer realm="rewards"{fault}'
        elif isinstance(refusal, identity.MissingScope):
            headers["WWW-Authenticate"] = f'Bearer realm="rewards", error="insufficient_scope", scope="{refusal.scope}"'
        elif isinstance(refusal, TooManyTries):
            headers["Retry-After"] = str(refusal.retry_after_seconds)
        elif isinstance(refusal, core.NotReady):
            headers["Retry-After"] = str(MENDED_SECONDS)
        elif isinstance(refusal, MethodUnknown):
            headers["Allow"] = refusal.allow
        elif isinstance(refusal, BodyEncoded):
            headers["Accept-Encoding"] = "identity"
        return cls(status_of(type(refusal)), refusal.code, str(refusal), facts, headers)

    @classmethod
    def unexpected(cls) -> Problem:
        """Says nothing of the inside; the request id finds the log line."""
        detail = (
            "Something went wrong on our side. Nothing was changed. Try again, and if it stays, tell us the request id."
        )
        return cls(500, "unexpected", detail)

    @classmethod
    def busy(cls) -> Problem:
        detail = "The service is busy or being mended. Nothing was changed. Try again in a few seconds."
        return cls(503, "busy", detail, headers={"Retry-After": "5"})

    def to_data(self) -> dict[str, Any]:
        """As the JSON document."""
        fixed = {
            "type": f"/docs#{self.code}",
            "title": _write_title(self.code),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        return {**self.facts, **fixed}

    def to_response(self) -> JSONResponse:
        return tell_problem(self.to_data(), self.status, self.headers)


def _write_title(code: str) -> str:
    """The code as words: JSON malformed."""
    first, *others = (_SPELT.get(word, word) for word in code.split("-"))
    return " ".join([first[:1].upper() + first[1:], *others])


def tell_problem(data: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    """The answer, with the request's id as `instance`: a problem that was kept is told again by another request."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    instance = {"instance": f"urn:request:{request_id}"} if request_id else {}
    return JSONResponse(data | instance, status, headers, MEDIA_TYPE)
