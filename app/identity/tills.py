"""Till devices: paired once by a short code from the partner's page, each with a secret of its own, each revocable."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from app.audit import Actor, record_act
from app.core.ids import parse_public_id, public_id, take_id, uuid7
from app.core.secret_store import Secrets
from app.core.spoken_codes import read_code
from app.identity.errors import RegistrationInvalid
from app.identity.machine_errors import PairingCodeUnknown, TillUnknown, TooManyTills
from app.identity.machine_tables import TillDevice, TillPairing
from app.identity.queries import StaffRead, hash_client_secret
from app.identity.sessions import end_sessions

CODE_CHARACTERS = 8
"""40 bits: enough for ten minutes behind a lockout, and short enough to type on a till."""

CODE_LASTS = timedelta(minutes=10)
MOST_TILLS = 50
LONGEST_TITLE = 60
_NOTED_AFTER = timedelta(minutes=5)
_USE = text(
    "UPDATE till_pairings SET used_at = :now WHERE code_hash = :code_hash AND used_at IS NULL AND expires_at > :now"
    " RETURNING partner_id, title, made_by"
)
_NOTE = text(
    "UPDATE till_devices SET signed_in_at = :now"
    " WHERE public_id = :public_id AND coalesce(signed_in_at, '-infinity') < :stale_at"
)


class PairingCodes:
    """Recognises pairing codes with a key that is not in the database, where 40 bits alone could be tried out."""

    def __init__(self, secrets: Secrets) -> None:
        self._key = secrets.key_for("pairing code")

    def hash(self, code: str) -> bytes:
        """What is kept of a code, however it was typed; anything at all may be given."""
        return hmac.digest(self._key, read_code(code).encode(errors="replace"), hashlib.sha256)


@dataclass(frozen=True)
class TillRead:
    """A device. `signed_in_at` is when it was last there, to within five minutes."""

    uuid: UUID
    partner_id: int
    title: str
    paired_at: datetime
    signed_in_at: datetime | None
    revoked_at: datetime | None

    @property
    def public_id(self) -> str:
        return public_id("til", self.uuid)


def offer_pairing(
    session: Session, *, staff: StaffRead, title: str, code: str, codes: PairingCodes, now: datetime
) -> datetime:
    """Let a device that shows `code` become a till of the partner; until when. The partner's codes before it end.

    Raises RegistrationInvalid or TooManyTills.
    """
    name = title.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_TITLE:
        raise RegistrationInvalid("title", f"Give the till a name of at most {LONGEST_TITLE} characters.")
    if _count_live(session, partner_id=staff.partner_id) >= MOST_TILLS:
        raise TooManyTills(MOST_TILLS)
    open_ones = select(TillPairing).where(
        TillPairing.partner_id == staff.partner_id, col(TillPairing.used_at).is_(None)
    )
    for earlier in session.exec(open_ones.with_for_update()):
        session.delete(earlier)
    ends_at = now + CODE_LASTS
    session.add(
        TillPairing(
            id=take_id(session),
            partner_id=staff.partner_id,
            title=name,
            code_hash=codes.hash(code),
            made_by=staff.uuid,
            expires_at=ends_at,
        )
    )
    session.flush()
    return ends_at


def pair_till(session: Session, *, code: str, secret: str, codes: PairingCodes, now: datetime) -> TillRead:
    """Make a till of the device that shows `code`; the code is used up. Raises PairingCodeUnknown or TooManyTills."""
    used = session.execute(_USE, {"code_hash": codes.hash(code), "now": now}).one_or_none()
    if used is None:
        raise PairingCodeUnknown
    if _count_live(session, partner_id=used.partner_id) >= MOST_TILLS:
        raise TooManyTills(MOST_TILLS)
    row = TillDevice(
        id=take_id(session),
        public_id=uuid7(now),
        partner_id=used.partner_id,
        title=used.title,
        secret_hash=hash_client_secret(secret),
        made_by=used.made_by,
        paired_at=now,
    )
    session.add(row)
    session.flush()
    till = _read(row)
    record_act(
        session,
        actor=Actor("device", row.id, row.public_id),
        act="device.paired",
        subject=f"till:{till.public_id}",
        facts={"offered_by": public_id("stf", row.made_by)},
        now=now,
    )
    return till


def list_tills(session: Session, *, partner_id: int) -> tuple[TillRead, ...]:
    """The partner's devices, those that were removed too, the latest first; 200 at most, so there are no pages."""
    rows = session.exec(
        select(TillDevice).where(TillDevice.partner_id == partner_id).order_by(col(TillDevice.id).desc()).limit(200)
    )
    return tuple(_read(row) for row in rows)


def revoke_till(session: Session, *, staff: StaffRead, till: UUID | None, now: datetime) -> TillRead:
    """The device is refused from its next request on. Again changes nothing. Raises TillUnknown."""
    wanted = select(TillDevice).where(TillDevice.public_id == till, TillDevice.partner_id == staff.partner_id)
    row = session.exec(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if row is None:
        raise TillUnknown
    if row.revoked_at is None:
        row.revoked_at = now
        session.flush()
        till_id = public_id("til", row.public_id)
        end_sessions(session, person=till_id)
        subject = f"till:{till_id}"
        record_act(session, actor=staff.actor, act="device.removed", subject=subject, now=now)
    return _read(row)


def note_till_sign_in(session: Session, *, client_id: str, now: datetime) -> None:
    """Remember when a device was last there; of another machine nothing is noted."""
    uuid = parse_public_id("til", client_id)
    if uuid is not None:
        session.execute(_NOTE, {"public_id": uuid, "now": now, "stale_at": now - _NOTED_AFTER})


def _count_live(session: Session, *, partner_id: int) -> int:
    live = select(func.count()).where(TillDevice.partner_id == partner_id, col(TillDevice.revoked_at).is_(None))
    return int(session.exec(live).one())


def _read(row: TillDevice) -> TillRead:
    return TillRead(row.public_id, row.partner_id, row.title, row.paired_at, row.signed_in_at, row.revoked_at)
