"""Who is looking at a page, and what protects its forms.

Every form carries a token made from the session's own secret (a keyed hash), so that no other site can send it for its
visitor. Somebody who is not signed in has a random visit for that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request
from sqlmodel import Session

from app.identity.errors import TokenMissing
from app.identity.logins import SealedProof
from app.identity.queries import find_officer
from app.identity.sessions import SessionRead, find_session, hash_session_secret
from app.identity.tokens import Claims
from app.web.callers import Call, get_runtime
from app.web.faults import FormExpired, PageForOthers
from app.web.session_cookies import is_csrf_token, make_csrf_token, read_session_cookie, read_visit


class Role(StrEnum):
    """Whose side of the scheme a signed-in person sees."""

    RESIDENT = "resident"
    PARTNER = "partner"
    OFFICER = "officer"
    HOST = "host"


ROLES = {"res": Role.RESIDENT, "stf": Role.PARTNER, "til": Role.PARTNER, "off": Role.OFFICER, "hst": Role.HOST}
"""By the beginning of the public id of a person, or of a till device."""

PEOPLE = {
    Role.RESIDENT: "a resident",
    Role.PARTNER: "somebody at a partner's till",
    Role.OFFICER: "a council officer",
    Role.HOST: "a host of a community organisation",
}
HOMES = {Role.RESIDENT: "/you", Role.PARTNER: "/partner", Role.OFFICER: "/officer", Role.HOST: "/host"}

TILL = "/till"


@dataclass(frozen=True)
class Visitor:
    """Whether they are still known is asked in each transaction. `roles` are an officer's."""

    role: Role
    session: SessionRead
    roles: frozenset[str] = frozenset()

    @property
    def is_till(self) -> bool:
        """A device that redeems vouchers, and nobody who is signed in."""
        return (self.session.person or "").startswith("til_")

    @property
    def home(self) -> str:
        return TILL if self.is_till else HOMES[self.role]


def role_of(person: str) -> Role:
    return ROLES[person.partition("_")[0]]


def find_visitor(request: Request) -> Visitor | None:
    """None without a session, with one that has ended, and for somebody who has yet to join."""
    found = _find_session(request)
    if found is None or found.person is None:
        return None
    return Visitor(role_of(found.person), found, _find_roles(request, found.person))


def find_joining(request: Request) -> SealedProof | None:
    """What somebody has proved who has yet to join."""
    found = _find_session(request)
    return found.pending if found is not None else None


def find_provider(request: Request) -> str | None:
    """By which provider the person of this session came; None for a code and for nobody."""
    found = _find_session(request)
    return found.provider if found is not None else None


def show_as_nobody(request: Request) -> None:
    """For pages that tell that the database is away: they must not ask it who is looking."""
    if not hasattr(request.state, "session"):
        request.state.session = None
    if not hasattr(request.state, "roles"):
        request.state.roles = frozenset()


def sign_in_again(request: Request, role: Role, may: Callable[[Session, Claims], object] | None = None) -> Call:
    """The signed-in request of somebody on `role`'s side. Raises TokenMissing or PageForOthers.

    Where a form may be wrong before a service is asked, `may` is who may send it: nobody else is told how to fill it
    in. It raises what it raises for them.
    """
    visitor = find_visitor(request)
    if visitor is None:
        raise TokenMissing
    if visitor.role is not role:
        raise PageForOthers(PEOPLE[role], PEOPLE[visitor.role])
    call = make_call(request)
    if may is not None:
        call.run(may, lambda *_: None)
    return call


def make_call(request: Request) -> Call:
    """The request of whoever is signed in, on whatever side. Raises TokenMissing."""
    runtime, secret = get_runtime(request), read_session_cookie(request)
    if secret is None:
        raise TokenMissing
    return Call(runtime, runtime.clock.now(), session_hash=hash_session_secret(secret))


def form_token(request: Request) -> str | None:
    """What this session's forms must send back as `csrf`; None where there is no session to protect."""
    secret = read_session_cookie(request) if _find_session(request) else read_visit(request)
    return make_csrf_token(get_runtime(request), secret) if secret else None


def visit_token(request: Request, visit: str) -> str:
    """The same for the forms of a page that begins a visit."""
    return form_token(request) or make_csrf_token(get_runtime(request), visit)


def check_form(request: Request, sent: str) -> None:
    """Raises FormExpired unless the form is one that this session was given."""
    secret = read_session_cookie(request) if _find_session(request) else read_visit(request)
    if secret is None or not is_csrf_token(get_runtime(request), secret, sent):
        raise FormExpired


def _find_session(request: Request) -> SessionRead | None:
    """Looked up once for each request."""
    if not hasattr(request.state, "session"):
        runtime, secret = get_runtime(request), read_session_cookie(request)
        request.state.session = (
            runtime.database.in_transaction(
                lambda session: find_session(session, secret_hash=hash_session_secret(secret), now=runtime.clock.now())
            )
            if secret
            else None
        )
    found: SessionRead | None = request.state.session
    return found


def _find_roles(request: Request, person: str) -> frozenset[str]:
    """Of an officer, for what their menu shows; looked up once for each request."""
    if role_of(person) is not Role.OFFICER:
        return frozenset()
    if not hasattr(request.state, "roles"):
        officer = get_runtime(request).database.in_transaction(lambda session: find_officer(session, written=person))
        request.state.roles = officer.roles if officer else frozenset()
    found: frozenset[str] = request.state.roles
    return found
