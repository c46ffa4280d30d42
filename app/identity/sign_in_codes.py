"""Codes by e-mail or text: six digits, good for ten minutes, once, and in the browser that asked only.

Nothing tells whether somebody has an account: a code is sent to whatever address was asked for, and whoever proves one
that is new here may join with it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from app.identity.logins import Address, LoginKeys, Proof, Side, prove_by_code
from app.identity.sign_in_tables import SignInCode
from app.notify.interface import Channel, Template
from app.notify.service import MessageKeys, queue_message

CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=10)
MOST_WRONG = 5
"""With ten wrong tries an hour for each address (app.web.sign_in_limits) one guess in 100,000 an hour succeeds."""


@dataclass(frozen=True)
class Asked:
    """What somebody asked a code for. `back`, `keep` and the invitation are for after it."""

    side: Side
    address: Address
    back: str
    keep: bool = False
    invitation_hash: bytes | None = None


@dataclass(frozen=True)
class Answered:
    """`proof` is None for a wrong code; `over` when there is nothing (left) to try."""

    asked: Asked | None
    proof: Proof | None
    over: bool


def ask_for_code(
    session: Session,
    *,
    asked: Asked,
    code: str,
    visit_hash: bytes,
    keys: LoginKeys,
    message_keys: MessageKeys,
    now: datetime,
) -> None:
    """Keep a hash of `code` and have it sent; the browser's code before it ends."""
    earlier = session.get(SignInCode, visit_hash, with_for_update=True)
    if earlier is not None:
        session.delete(earlier)
        session.flush()
    session.add(
        SignInCode(
            visit_hash=visit_hash,
            side=asked.side,
            channel=asked.address.channel,
            address_encrypted=keys.encrypt(asked.address.written),
            code_hash=_hash(keys, visit_hash, code),
            back=asked.back,
            keep=asked.keep,
            invitation_hash=asked.invitation_hash,
            expires_at=now + CODE_LASTS,
        )
    )
    queue_message(
        session,
        channel=asked.address.channel,
        template=Template.SIGN_IN_CODE,
        to=asked.address.written,
        values={"code": code, "minutes": str(int(CODE_LASTS.total_seconds()) // 60)},
        keys=message_keys,
        lasts=CODE_LASTS,
        now=now,
    )


def find_asked(session: Session, *, visit_hash: bytes, keys: LoginKeys, now: datetime) -> Asked | None:
    """What this browser waits for a code for."""
    row = session.get(SignInCode, visit_hash)
    return _read(row, keys) if row is not None and row.expires_at > now else None


def answer_code(session: Session, *, code: str, visit_hash: bytes, keys: LoginKeys, now: datetime) -> Answered:
    """Try a code. A wrong one is counted, so the caller must commit whatever comes out."""
    found = select(SignInCode).where(SignInCode.visit_hash == visit_hash).with_for_update()
    row = session.exec(found.execution_options(populate_existing=True)).first()
    if row is None or row.expires_at <= now or row.wrong >= MOST_WRONG:
        return Answered(None, None, over=True)
    asked = _read(row, keys)
    if not hmac.compare_digest(row.code_hash, _hash(keys, visit_hash, code)):
        row.wrong += 1
        session.flush()
        return Answered(asked, None, over=row.wrong >= MOST_WRONG)
    session.delete(row)
    session.flush()
    return Answered(asked, prove_by_code(asked.address, now=now), over=False)


def _read(row: SignInCode, keys: LoginKeys) -> Asked:
    address = Address(Channel(row.channel), keys.decrypt(row.address_encrypted))
    return Asked(Side(row.side), address, row.back, row.keep, row.invitation_hash)


def _hash(keys: LoginKeys, visit_hash: bytes, code: str) -> bytes:
    """Six digits are tried out in no time, so the hash has a key that is not in the database."""
    digits = "".join(digit for digit in code if digit.isdecimal())
    return keys.hash("code", visit_hash.hex(), digits)
