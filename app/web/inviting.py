"""Giving an officer, a host or a member of a partner's staff a way in, on record."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from app.audit import SYSTEM, Actor, record_act
from app.core.ids import public_id
from app.core.spoken_codes import draw_code
from app.identity.letting_in import note_let_in
from app.identity.logins import LoginKeys, has_login
from app.identity.role_errors import OwnCandidate, WayInThere
from app.identity.role_queries import find_proposer
from app.identity.sign_in_errors import PersonUnknown
from app.identity.staff_invitations import CODE_CHARACTERS, SIDES, InvitationRead, invite_person
from app.web.people import Somebody, find_somebody
from app.web.runtime import Runtime


def draw_invitation() -> str:
    """A code that nobody can guess."""
    return draw_code(CODE_CHARACTERS)


def link_invitation(runtime: Runtime, code: str) -> str:
    """What to hand to the person."""
    return f"{runtime.settings.public_url}/invitation/{code}"


def invite_somebody(
    session: Session, *, person: str, code: str, actor: Actor, keys: LoginKeys, now: datetime
) -> InvitationRead:
    """Whoever opens the link of `code` first signs in as `person` from then on.

    Raises PersonUnknown; WayInThere or OwnCandidate where one officer alone could act in another's name by it.
    """
    somebody = find_somebody(session, person=person) if person.partition("_")[0] in SIDES else None
    if somebody is None:
        raise PersonUnknown
    if actor != SYSTEM:
        _refuse_taking_over(session, somebody, by=actor)
    made_by = public_id("off", actor.public_id) if actor.public_id else actor.kind
    invited = invite_person(session, person=person, code=code, made_by=made_by, keys=keys, now=now)
    if somebody.actor.kind == "staff" and somebody.actor.id is not None:
        note_let_in(session, staff_id=somebody.actor.id, by=actor)
    record_act(session, actor=actor, act="role.given", subject=somebody.subject, facts={"invited": True}, now=now)
    return invited


def _refuse_taking_over(session: Session, somebody: Somebody, *, by: Actor) -> None:
    """Raises WayInThere or OwnCandidate."""
    if has_login(session, person=somebody.id):
        raise WayInThere
    officer = somebody.actor
    if officer.kind == "officer" and officer.id is not None and find_proposer(session, officer_id=officer.id) == by.id:
        raise OwnCandidate
