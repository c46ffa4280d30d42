"""Who calls, found inside the endpoint's one transaction, and the one way in which an endpoint runs a service.

A token is checked before the body is looked at and before any connection is taken. What it stands for is looked up in
the transaction that serves the call, so that a client or officer who was switched off a moment ago is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session

from app.core.ids import parse_public_id
from app.hosting.queries import HostRead, find_host
from app.identity.errors import InvalidToken, MissingScope, NoRole, OtherRoleNeeded, TokenMissing
from app.identity.machine_errors import PartnerStaffOnly
from app.identity.permissions import EVENTS_READ, HOST, OFFICER, RESIDENT, VOUCHERS_REDEEM
from app.identity.queries import Client, OfficerRead, StaffRead, find_client, find_officer, find_staff
from app.identity.tokens import Claims
from app.residents.queries import ResidentRead, find_resident_by_public_id
from app.web.addresses import find_address
from app.web.runtime import Runtime

T = TypeVar("T")
P = TypeVar("P")

BEARER = HTTPBearer(auto_error=False, scheme_name="bearer", bearerFormat="JWT", description="An access token of ours.")


@dataclass(frozen=True)
class Till:
    """Whoever redeems for a partner: its staff, or its till."""

    partner_id: int


@dataclass(frozen=True)
class Call:
    """One signed-in request: the running server, the instant it is judged by, and what its token says."""

    runtime: Runtime
    now: datetime
    claims: Claims

    def run(self, resolve: Callable[[Session, Claims], P], serve: Callable[[Session, P], T]) -> T:
        """Find the caller, serve, commit."""
        return self.runtime.database.in_transaction(lambda session: serve(session, resolve(session, self.claims)))


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


async def _read_call(request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]) -> Call:
    if sent is None or not sent.credentials:
        raise TokenMissing
    runtime = get_runtime(request)
    now = runtime.clock.now()
    return Call(runtime, now, runtime.issuer.read(sent.credentials.strip(), now))


SignedIn = Annotated[Call, Depends(_read_call)]
Anybody = Annotated[OpenCall, Depends(_read_open_call)]


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


def as_reader(session: Session, claims: Claims) -> Client | ResidentRead | OfficerRead:
    """Whoever may ask about an event; which ones they may see is asked of each."""
    if RESIDENT in claims.scopes:
        return as_resident(session, claims)
    if OFFICER in claims.scopes:
        return as_officer(session, claims)
    if EVENTS_READ not in claims.scopes:
        raise MissingScope(EVENTS_READ, RESIDENT, OFFICER)
    return as_machine(EVENTS_READ)(session, claims)
