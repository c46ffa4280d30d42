"""Who is looking at a page: an access token of our own issuer in a cookie that scripts can't read.

Every form carries a token made from the session's own id (a keyed hash), so that no other site can send it for its
visitor. Somebody who is not signed in has a random id of the visit for that, in the demonstration only.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.core.ids import new_secret
from app.identity.errors import InvalidToken, TokenMissing
from app.identity.permissions import OFFICER, RESIDENT, VOUCHERS_REDEEM
from app.identity.tokens import Claims
from app.web.callers import Call, get_runtime
from app.web.faults import FormExpired, PageForOthers

CLIENT_ID = "pages"
SESSION_LASTS = timedelta(hours=8)
"""A working day; a till is not signed out in the middle of one."""


class Role(StrEnum):
    """Whose side of the scheme a signed-in person sees."""

    RESIDENT = "resident"
    PARTNER = "partner"
    OFFICER = "officer"


SCOPES = {Role.RESIDENT: RESIDENT, Role.PARTNER: VOUCHERS_REDEEM, Role.OFFICER: OFFICER}
PEOPLE = {Role.RESIDENT: "a resident", Role.PARTNER: "somebody at a partner's till", Role.OFFICER: "a council officer"}
HOMES = {Role.RESIDENT: "/you", Role.PARTNER: "/till", Role.OFFICER: "/officer/rules"}


@dataclass(frozen=True)
class Visitor:
    """What the cookie's token says; whether its holder is still known is asked in each transaction."""

    role: Role
    claims: Claims


def find_visitor(request: Request) -> Visitor | None:
    """None without a session, and with one that has ended."""
    runtime = get_runtime(request)
    token = request.cookies.get(_session_cookie(request))
    if not token:
        return None
    try:
        claims = runtime.issuer.read(token, runtime.clock.now())
    except InvalidToken:
        return None
    role = next((role for role, scope in SCOPES.items() if scope in claims.scopes), None)
    return Visitor(role, claims) if role and claims.client_id == CLIENT_ID else None


def sign_in_again(request: Request, role: Role) -> Call:
    """The signed-in request of somebody on `role`'s side. Raises TokenMissing or PageForOthers."""
    runtime = get_runtime(request)
    visitor = find_visitor(request)
    if visitor is None:
        raise TokenMissing
    if visitor.role is not role:
        raise PageForOthers(PEOPLE[role], PEOPLE[visitor.role])
    return Call(runtime, runtime.clock.now(), visitor.claims)


def form_token(request: Request) -> str | None:
    """What this session's forms must send back as `csrf`; None where there is no session to protect."""
    visitor = find_visitor(request)
    session = visitor.claims.id if visitor else request.cookies.get(_visit_cookie(request))
    return _token_of(request, session) if session else None


def check_form(request: Request, sent: str) -> None:
    """Raises FormExpired unless the form is one that this session was given."""
    wanted = form_token(request)
    if wanted is None or not hmac.compare_digest(wanted.encode(), sent.encode(errors="replace")):
        raise FormExpired


def begin_session(request: Request, *, role: Role, subject: str) -> Response:
    """Signed in, and on the way to the role's own start page."""
    runtime = get_runtime(request)
    token = runtime.issuer.mint(subject, SCOPES[role], CLIENT_ID, SESSION_LASTS, runtime.clock.now())
    response = RedirectResponse(HOMES[role], status_code=303)
    _set_cookie(request, response, _session_cookie(request), token, SESSION_LASTS)
    return response


def end_session(request: Request, response: Response) -> Response:
    """Forget the session on this device."""
    response.delete_cookie(_session_cookie(request), secure=_is_secure(request), httponly=True, samesite="lax")
    return response


def begin_visit(request: Request) -> str:
    """The id of this visit, a new one if it has just begun; the response must then `keep_visit` it."""
    return request.cookies.get(_visit_cookie(request)) or new_secret()


def keep_visit(request: Request, response: Response, visit: str) -> Response:
    """Let the visit last as long as a session."""
    _set_cookie(request, response, _visit_cookie(request), visit, SESSION_LASTS)
    return response


def visit_token(request: Request, visit: str) -> str:
    """The form token of somebody who is not signed in."""
    return form_token(request) or _token_of(request, visit)


def _token_of(request: Request, session: str) -> str:
    key = get_runtime(request).secrets.key_for("csrf")
    return hmac.digest(key, session.encode(errors="replace"), hashlib.sha256).hex()


def _set_cookie(request: Request, response: Response, name: str, value: str, lasts: timedelta) -> None:
    response.set_cookie(
        name, value, max_age=int(lasts.total_seconds()), secure=_is_secure(request), httponly=True, samesite="lax"
    )


def _is_secure(request: Request) -> bool:
    return (get_runtime(request).settings.base_url or "").startswith("https://")


def _session_cookie(request: Request) -> str:
    """Over https the name itself makes browsers refuse a cookie that another host or an http page has set."""
    return "__Host-slr_session" if _is_secure(request) else "slr_session"


def _visit_cookie(request: Request) -> str:
    return "__Host-slr_visit" if _is_secure(request) else "slr_visit"
