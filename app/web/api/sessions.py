"""The sessions of whoever is signed in, and inviting those who can't join by themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import parse_public_id
from app.identity.logins import LoginKeys
from app.identity.sessions import end_one_session, list_sessions
from app.identity.tokens import Claims
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.callers import SignedIn, as_officer_with, as_person
from app.web.inviting import draw_invitation, invite_somebody, link_invitation
from app.web.sent import Body
from app.web.session_cookies import make_csrf_token, read_session_cookie
from app.web.signing_out import sign_out_everywhere

INVITERS = ("admin",)
"""Who may give officers, hosts and partners' staff a way in."""

router = APIRouter(tags=["sign-in"])


class SessionShape(Shape):
    """Who is signed in. `csrf_token` goes into X-CSRF-Token; it is null for an access token, which needs none."""

    person: str
    scopes: list[str]
    proved_at: datetime | None
    ends_at: datetime
    csrf_token: str | None


class SessionLineShape(Shape):
    """One browser; `seen_at` is exact to a minute, `current` the one that asks."""

    id: str
    device: str
    signed_in_at: datetime
    seen_at: datetime
    current: bool


class SessionsShape(Shape):
    """The latest first."""

    items: list[SessionLineShape]


class EndedShape(Shape):
    """How many sessions have ended."""

    ended: int


class StaffInvitationOrder(msgspec.Struct, frozen=True):
    """Whom: an officer (`off_...`), a host (`hst_...`) or a member of a partner's staff (`stf_...`)."""

    person: Annotated[str, msgspec.Meta(max_length=64)]


class StaffInvitationShape(Shape):
    """Shown once: hand it to the person and to nobody else. Whoever opens the link first is bound to them."""

    person: str
    code: str
    link: str
    expires_at: datetime


@router.get("/v1/session", responses=declines(*SIGNED_IN))
def show_session(call: SignedIn, request: Request) -> SessionShape:
    """Who is signed in, and the token that a session needs to change something. For people."""
    claims = call.run(_as_present, lambda _, claims: claims)
    secret = read_session_cookie(request) if call.token is None else None
    return SessionShape(
        person=claims.subject,
        scopes=sorted(claims.scopes),
        proved_at=claims.proved_at,
        ends_at=claims.expires_at,
        csrf_token=make_csrf_token(call.runtime, secret) if secret else None,
    )


@router.get("/v1/sessions", responses=declines(*SIGNED_IN))
def show_sessions(call: SignedIn) -> SessionsShape:
    """Where you are signed in. For people."""
    claims, lines = call.run(
        _as_present,
        lambda session, claims: (
            claims,
            list_sessions(session, person=claims.subject, now=call.now),
        ),
    )
    items = [
        SessionLineShape(
            id=line.public_id,
            device=line.device,
            signed_in_at=line.signed_in_at,
            seen_at=line.seen_at,
            current=line.uuid.hex == claims.id,
        )
        for line in lines
    ]
    return SessionsShape(items=items)


@router.delete("/v1/sessions", responses=declines(*SIGNED_IN))
def end_all_sessions(call: SignedIn) -> EndedShape:
    """Sign out everywhere, here too. For people."""
    return EndedShape(
        ended=call.run(as_person, lambda session, person: sign_out_everywhere(session, person=person, now=call.now))
    )


@router.delete("/v1/sessions/{id}", status_code=204, responses=declines(*SIGNED_IN, 404))
def end_session_elsewhere(call: SignedIn, id: str) -> Response:  # noqa: A002 - the path's own word
    """Sign out in one browser. For people."""
    ended = parse_public_id("sis", id)
    call.run(as_person, lambda session, person: end_one_session(session, person=person, public=ended))
    return Response(status_code=204)


@router.post(
    "/v1/staff-invitations",
    status_code=201,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", StaffInvitationOrder)),
)
def invite(call: SignedIn, body: Body) -> StaffInvitationShape:
    """Give somebody a way in, or a new one: their earlier ways in and sessions end once it is used. Role admin."""
    person, code = body.read(StaffInvitationOrder).person, draw_invitation()
    keys = LoginKeys(call.runtime.secrets)
    invited = call.run(
        as_officer_with(*INVITERS),
        lambda session, officer: invite_somebody(
            session, person=person, code=code, actor=officer.actor, keys=keys, now=call.now
        ),
    )
    return StaffInvitationShape(
        person=invited.person,
        code=code,
        link=link_invitation(call.runtime, code),
        expires_at=invited.expires_at,
    )


def _as_present(session: Session, claims: Claims) -> Claims:
    """A person who is signed in, and still known."""
    as_person(session, claims)
    return claims
