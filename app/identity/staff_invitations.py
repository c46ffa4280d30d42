"""An officer, a host or a member of a partner's staff gets a way in: a code that binds whoever has it to them, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.spoken_codes import read_code
from app.identity.logins import LoginKeys, SealedProof, Side, bind_login, drop_logins
from app.identity.sessions import end_sessions
from app.identity.sign_in_errors import InvitationUsed
from app.identity.sign_in_tables import StaffInvitation

CODE_CHARACTERS = 16
"""80 bits: it stands in a link, and may be typed."""

INVITATION_LASTS = timedelta(days=7)
SIDES = {"off": Side.OFFICER, "stf": Side.PARTNER, "hst": Side.PARTNER}
"""By which door those come in who are invited, by the beginning of their public id."""

_USE = text("DELETE FROM staff_invitations WHERE code_hash = :code_hash AND expires_at > :now RETURNING person")


@dataclass(frozen=True)
class InvitationRead:
    """`person` is a public id."""

    person: str
    expires_at: datetime

    @property
    def side(self) -> Side:
        return side_of(self.person)


def side_of(person: str) -> Side:
    """The door of whoever has this public id."""
    return SIDES.get(person.partition("_")[0], Side.RESIDENT)


def hash_invitation(keys: LoginKeys, code: str) -> bytes:
    """What is kept of a code, however it was typed."""
    return keys.hash("staff invitation", read_code(code))


def invite_person(
    session: Session, *, person: str, code: str, made_by: str, keys: LoginKeys, now: datetime
) -> InvitationRead:
    """Let whoever has `code` sign in as `person` (a public id that the caller has found); earlier codes end."""
    earlier = session.exec(
        select(StaffInvitation).where(StaffInvitation.person == person).order_by(col(StaffInvitation.code_hash))
    )
    for row in earlier.all():
        session.delete(row)
    session.flush()
    expires_at = now + INVITATION_LASTS
    session.add(
        StaffInvitation(
            code_hash=hash_invitation(keys, code), person=person, made_by=made_by, made_at=now, expires_at=expires_at
        )
    )
    session.flush()
    return InvitationRead(person, expires_at)


def get_invitation(session: Session, *, code_hash: bytes, now: datetime) -> InvitationRead:
    """Raises InvitationUsed."""
    row = session.get(StaffInvitation, code_hash)
    if row is None or row.expires_at <= now:
        raise InvitationUsed
    return InvitationRead(row.person, row.expires_at)


def use_invitation(session: Session, *, code_hash: bytes, side: Side, sealed: SealedProof, now: datetime) -> str:
    """Bind the login to the invited person, whose earlier ways in and sessions end.

    Raises InvitationUsed or LoginTaken.
    """
    person = session.execute(_USE, {"code_hash": code_hash, "now": now}).scalar()
    if person is None or side_of(person) is not side:
        raise InvitationUsed
    drop_logins(session, person=person)
    end_sessions(session, person=person)
    bind_login(session, side=side, sealed=sealed, person=person, now=now)
    return str(person)
