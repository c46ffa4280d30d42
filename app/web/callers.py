"""Who calls, found inside the endpoint's one transaction, and the one way in which an endpoint runs a service.

A token is checked before the body is looked at and before any connection is taken; of a session's cookie its CSRF
token is. What either stands for is looked up in the transaction that serves the call, so that a client, an officer or
a session that was ended a moment ago is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session

from app.core.ids import parse_public_id
from app.hosting.queries import HostRead, find_host
from app.identity.errors import InvalidToken, MissingScope, NoRole, OtherRoleNeeded, TokenMissing
from app.identity.machine_errors import PartnerOwnerOnly, PartnerStaffOnly
from app.identity.permissions import EVENTS_READ, HOST, OFFICER, PEOPLE_SCOPES, RESIDENT, VOUCHERS_REDEEM
from app.identity.queries import Client, OfficerRead, StaffRead, find_client, find_officer, find_staff
from app.identity.sessions import find_session, hash_session_secret
from app.identity.sign_in_errors import CsrfRefused, SessionEnded
from app.identity.tokens import Claims
from app.residents.queries import ResidentRead, find_resident_by_public_id
from app.web.addresses import find_address
from app.web.runtime import Runtime
from app.web.session_cookies import is_csrf_token, read_session_cookie

T = TypeVar("T")
P = TypeVar("P")

BEARER = HTTPBearer(auto_error=False, scheme_name="bearer", bearerFormat="JWT", description="An access token of ours.")
COOKIE = APIKeyCookie(
    name="__Host-slr_session",
    auto_error=False,
    scheme_name="session",
    description="A person's session, from signing in on the pages; what changes something needs X-CSRF-Token as well.",
)
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SESSION_CLIENT = "session"
"""In place of a client's id, where a person came with a session."""


@dataclass(frozen=True)
class Till:
    """Whoever redeems for a partner: its staff, or its till."""

    partner_id: int


@dataclass(frozen=True)
class Call:
    """One signed-in request: the running server, the instant it is judged by, and what it came with.

    `token` is what an access token says; without one, `session_hash` is that of the cookie's secret.
    """

    runtime: Runtime
    now: datetime
    token: Claims | None = None
    session_hash: bytes = b""

    @property
    def caller(self) -> str:
        """The same for the same caller, for limits that are looked at before the database is."""
        return self.token.subject if self.token else f"session/{self.session_hash.hex()}"

    def find_claims(self, session: Session) -> Claims:
        """What the caller may do. Raises SessionEnded."""
        return self.token or find_session_claims(session, secret_hash=self.session_hash, now=self.now)

    def run(self, resolve: Callable[[Session, Claims], P], serve: Callable[[Session, P], T]) -> T:
        """Find the caller, serve, commit."""
        return self.runtime.database.in_transaction(
            lambda session: serve(session, resolve(session, self.find_claims(session)))
        )


@dataclass(frozen=True)
class OpenCall:
    """A request that anybody may make; `address` is where it comes from, for limits and for nothing else."""

    runtime: Runtime
    now: datetime
    address: str

    def run(self, serve: Callable[[Session], T]) -> T:
        """Serve and commit."""
        return self.runtime.database.in_transaction(serve)


def get_runtime(request: Request) -> Runtime:
    """The one that `create_app` was given."""
    runtime: Runtime = request.app.state.runtime
    return runtime


async def _read_open_call(request: Request) -> OpenCall:
    runtime = get_runtime(request)
    return OpenCall(runtime, runtime.clock.now(), find_address(request))


async def _read_call(
    request: Request,
    sent: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
    cookie: Annotated[str | None, Depends(COOKIE)],  # noqa: ARG001 - for the description; its name depends on https
) -> Call:
    runtime = get_runtime(request)
    now = runtime.clock.now()
    if sent is not None and sent.credentials:
        return Call(runtime, now, runtime.issuer.read(sent.credentials.strip(), now))
    secret = read_session_cookie(request)
    if secret is None:
        raise TokenMissing
    if request.method not in SAFE_METHODS and not is_csrf_token(runtime, secret, request.headers.get(CSRF_HEADER, "")):
        raise CsrfRefused
    return Call(runtime, now, session_hash=hash_session_secret(secret))


SignedIn = Annotated[Call, Depends(_read_call)]
Anybody = Annotated[OpenCall, Depends(_read_open_call)]


def find_session_claims(session: Session, *, secret_hash: bytes, now: datetime) -> Claims:
    """What the person of a session may do. Raises SessionEnded, also for somebody who has yet to join."""
    found = find_session(session, secret_hash=secret_hash, now=now)
    if found is None or found.person is None:
        raise SessionEnded
    scope = PEOPLE_SCOPES[found.person.partition("_")[0]]
    return Claims(
        found.person, SESSION_CLIENT, frozenset({scope}), found.uuid.hex, found.ends_at, proved_at=found.proved_at
    )


def as_person(session: Session, claims: Claims) -> str:
    """The public id of any person who is signed in, whatever they may do. A machine is refused."""
    for resolve, scope in ((as_resident, RESIDENT), (as_officer, OFFICER), (as_host, HOST)):
        if scope in claims.scopes:
            resolve(session, claims)
            return claims.subject
    return as_partner_staff(session, claims).public_id


def as_machine(scope: str) -> Callable[[Session, Claims], Client]:
    """The resolver of a machine that holds `scope`, in its token and still in its registration."""

    def resolve(session: Session, claims: Claims) -> Client:
        if scope not in claims.scopes:
            raise MissingScope(scope)
        client = find_client(session, client_id=claims.subject, token_id=claims.id)
        if client is None:
            raise InvalidToken
        if scope not in client.scopes:
            raise MissingScope(scope)
        return client

    return resolve


def as_resident(session: Session, claims: Claims) -> ResidentRead:
    if RESIDENT not in claims.scopes:
        raise MissingScope(RESIDENT)
    uuid = parse_public_id("res", claims.subject)
    resident = find_resident_by_public_id(session, public_id=uuid) if uuid else None
    if resident is None:
        raise InvalidToken
    return resident


def as_officer(session: Session, claims: Claims) -> OfficerRead:
    """An officer with at least one role."""
    if OFFICER not in claims.scopes:
        raise MissingScope(OFFICER)
    officer = find_officer(session, written=claims.subject)
    if officer is None:
        raise InvalidToken
    if not officer.roles:
        raise NoRole
    return officer


def as_officer_with(*roles: str) -> Callable[[Session, Claims], OfficerRead]:
    """The resolver of an officer who has one of `roles`."""

    def resolve(session: Session, claims: Claims) -> OfficerRead:
        officer = as_officer(session, claims)
        if officer.roles.isdisjoint(roles):
            raise OtherRoleNeeded(*roles)
        return officer

    return resolve


def as_host(session: Session, claims: Claims) -> HostRead:
    """A person who hosts for an organisation that is registered."""
    if HOST not in claims.scopes:
        raise MissingScope(HOST)
    host = find_host(session, written=claims.subject)
    if host is None:
        raise InvalidToken
    return host


def as_till(session: Session, claims: Claims) -> Till:
    """A partner's staff or till. A machine that is bound to no partner may not redeem."""
    if claims.subject.startswith("stf_"):
        return Till(as_partner_staff(session, claims).partner_id)
    client = as_machine(VOUCHERS_REDEEM)(session, claims)
    if client.partner_id is None:
        raise MissingScope(VOUCHERS_REDEEM)
    return Till(client.partner_id)


def as_partner_staff(session: Session, claims: Claims) -> StaffRead:
    """A person of a partner: what they may do and no machine of theirs may, such as pairing a till."""
    if VOUCHERS_REDEEM not in claims.scopes:
        raise MissingScope(VOUCHERS_REDEEM)
    if not claims.subject.startswith("stf_"):
        raise PartnerStaffOnly
    staff = find_staff(session, written=claims.subject)
    if staff is None:
        raise InvalidToken
    return staff


def as_partner_owner(session: Session, claims: Claims) -> StaffRead:
    """Somebody who speaks for the partner. Raises PartnerOwnerOnly for the others of its people."""
    staff = as_partner_staff(session, claims)
    if not staff.owner:
        raise PartnerOwnerOnly
    return staff


def as_reader(session: Session, claims: Claims) -> Client | ResidentRead | OfficerRead:
    """Whoever may ask about an event; which ones they may see is asked of each."""
    if RESIDENT in claims.scopes:
        return as_resident(session, claims)
    if OFFICER in claims.scopes:
        return as_officer(session, claims)
    if EVENTS_READ not in claims.scopes:
        raise MissingScope(EVENTS_READ, RESIDENT, OFFICER)
    return as_machine(EVENTS_READ)(session, claims)
