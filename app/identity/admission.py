"""Who it is that has just proved something: the person whose login it is, an invited one, an officer by their address.

A resident who is new here is nobody yet, and may join.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.ids import public_id
from app.identity.logins import (
    LoginKeys,
    Proof,
    SealedProof,
    Side,
    bind_login,
    find_person,
    has_login,
    list_addresses,
)
from app.identity.sign_in_errors import NotInvited
from app.identity.staff_invitations import use_invitation
from app.identity.tables import Officer
from app.notify.interface import Channel, Template
from app.notify.service import MessageKeys, queue_message

NOTICE_LASTS = timedelta(days=2)
DEVICE_LASTS = timedelta(days=400)
"""As long as browsers keep a cookie."""

_KNOWN = text("SELECT device_hash = :device_hash FROM known_devices WHERE person = :person AND seen_at > :since")
_KNOW = text(
    "INSERT INTO known_devices (person, device_hash, seen_at) VALUES (:person, :device_hash, :now)"
    " ON CONFLICT (person, device_hash) DO UPDATE SET seen_at = :now"
)


def admit(
    session: Session, *, side: Side, proof: Proof, sealed: SealedProof, invitation_hash: bytes | None, now: datetime
) -> str | None:
    """The person's public id; None for a resident who has yet to join.

    Raises NotInvited, InvitationUsed or LoginTaken.
    """
    if invitation_hash is not None:
        return use_invitation(session, code_hash=invitation_hash, side=side, sealed=sealed, now=now)
    person = find_person(session, key_hash=sealed.key_hash)
    if person is not None or side is Side.RESIDENT:
        return person
    if side is Side.PARTNER:
        raise NotInvited
    return _bind_officer(session, proof=proof, sealed=sealed, now=now)


def note_device(
    session: Session,
    *,
    person: str,
    device: str,
    device_secret: str,
    keys: LoginKeys,
    message_keys: MessageKeys,
    now: datetime,
) -> bool:
    """Remember the browser; whether it is new for somebody who has used another, who is then told of it."""
    device_hash = sha256(device_secret.encode(errors="replace")).digest()
    facts = {"person": person, "device_hash": device_hash, "since": now - DEVICE_LASTS}
    known = session.execute(_KNOWN, facts).scalars().all()
    session.execute(_KNOW, {"person": person, "device_hash": device_hash, "now": now})
    if not known or any(known):
        return False
    for address in list_addresses(session, person=person, keys=keys)[:1]:
        queue_message(
            session,
            channel=address.channel,
            template=Template.NEW_DEVICE,
            to=address.written,
            values={"device": device},
            keys=message_keys,
            lasts=NOTICE_LASTS,
            now=now,
        )
    return True


def _bind_officer(session: Session, *, proof: Proof, sealed: SealedProof, now: datetime) -> str:
    """An officer's first sign-in: the directory says that the address of their row is theirs. Raises NotInvited."""
    if proof.address is None or proof.address.channel is not Channel.EMAIL:
        raise NotInvited
    wanted = select(Officer).where(Officer.email == proof.address.written, col(Officer.active)).with_for_update()
    row = session.exec(wanted).first()
    # A second subject with the same address is somebody who got it after the officer: that takes an invitation.
    if row is None or has_login(session, person=public_id("off", row.public_id)):
        raise NotInvited
    person = public_id("off", row.public_id)
    bind_login(session, side=Side.OFFICER, sealed=sealed, person=person, now=now)
    return person
