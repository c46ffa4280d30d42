"""Who asked whom to join: invitation codes, naming one's referrer, and what came of it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.core.secret_store import Secrets
from app.residents.queries import ResidentRead
from app.residents.referral_errors import (
    InvitationNotForYou,
    InvitationUnknown,
    ReferrerNamedAlready,
    ReferrerTooLate,
)

NAMING_WINDOW = timedelta(days=28)
"""How long after joining somebody may tell who asked them to."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing in it is read as something else."""

_CHARACTERS = 12
"""60 bits: among a million residents, a million million guesses would find one code by chance."""

_MISREAD = str.maketrans("OIL", "011", "- ")
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('referrals/' || current_schema(), 0))"


class InvitationKeys:
    """Invitation codes, worked out from a secret that is not in the database, and the hashes that find them again."""

    def __init__(self, secrets: Secrets) -> None:
        self._code_key = secrets.key_for("invitation code")
        self._hash_key = secrets.key_for("invitation hash")

    def make_code(self, resident_id: int) -> str:
        """12 characters of Crockford's base 32 in groups of four, the same each time."""
        bits = int.from_bytes(hmac.digest(self._code_key, str(resident_id).encode(), hashlib.sha256)[:8])
        code = "".join(_ALPHABET[bits >> (5 * place) & 31] for place in range(_CHARACTERS))
        return "-".join(code[start : start + 4] for start in range(0, _CHARACTERS, 4))

    def hash_code(self, code: str) -> bytes:
        """16 bytes; the same however the code was typed: small letters, O for 0, without its hyphens."""
        plain = code.upper().translate(_MISREAD)
        return hmac.digest(self._hash_key, plain.encode(errors="replace"), hashlib.sha256)[:16]


def give_invitation(session: Session, *, resident_id: int, keys: InvitationKeys) -> str:
    """The resident's code, such as 7K2M-0QXW-9D4T; the same each time. From now on others can name them by it."""
    code = keys.make_code(resident_id)
    session.execute(
        text(
            "INSERT INTO invitations (resident_id, code_hash) VALUES (:resident, :hash)"
            " ON CONFLICT (resident_id) DO NOTHING"
        ),
        {"resident": resident_id, "hash": keys.hash_code(code)},
    )
    return code


def refuse_naming(session: Session, *, resident: ResidentRead, now: datetime) -> None:
    """Raises ReferrerNamedAlready or ReferrerTooLate. Until the transaction ends nobody else names a referrer."""
    # One at a time: two who name each other at once would each see no circle.
    session.execute(text(_LOCK))
    named = text("SELECT 1 FROM referrals WHERE resident_id = :resident")
    if session.execute(named, {"resident": resident.id}).first() is not None:
        raise ReferrerNamedAlready
    if now > resident.enrolled_at + NAMING_WINDOW:
        raise ReferrerTooLate(days=NAMING_WINDOW.days)


def record_referrer(session: Session, *, resident_id: int, code: str, keys: InvitationKeys, now: datetime) -> None:
    """Keep that the holder of `code` asked the resident to join; `refuse_naming` comes first.

    Raises InvitationUnknown or InvitationNotForYou.
    """
    referrer = _find_referrer(session, code_hash=keys.hash_code(code))
    if referrer is None:
        raise InvitationUnknown
    in_circle = resident_id in _list_chain(session, referrer)
    if in_circle or find_one_household(session, pairs=[(resident_id, referrer)]):
        raise InvitationNotForYou
    session.execute(
        text("INSERT INTO referrals (resident_id, referrer_id, named_at) VALUES (:resident, :referrer, :now)"),
        {"resident": resident_id, "referrer": referrer, "now": now},
    )


def find_one_household(session: Session, *, pairs: Collection[tuple[int, int]]) -> dict[int, int]:
    """Of these pairs of residents' ids those who live together, by the first of each."""
    rows = session.execute(
        text(
            "SELECT one.id AS one, other.id AS other FROM unnest(CAST(:ones AS bigint[]), CAST(:others AS bigint[]))"
            " AS pair (one, other) JOIN residents one ON one.id = pair.one JOIN residents other"
            " ON other.id = pair.other AND other.household = one.household"
        ),
        {"ones": [one for one, _ in pairs], "others": [other for _, other in pairs]},
    )
    return {row.one: row.other for row in rows}


def end_referrals(session: Session, *, resident_ids: Collection[int], outcome: str, now: datetime) -> None:
    """`outcome` is qualified, one_household or referrer_gone; a referral that has one keeps it."""
    session.execute(
        text(
            "UPDATE referrals SET outcome = :outcome, ended_at = :now"
            " WHERE resident_id = ANY(:residents) AND outcome IS NULL"
        ),
        {"outcome": outcome, "now": now, "residents": list(resident_ids)},
    )


def _find_referrer(session: Session, *, code_hash: bytes) -> int | None:
    found = session.execute(
        text(
            "SELECT r.id FROM invitations i JOIN residents r ON r.id = i.resident_id AND r.active"
            " WHERE i.code_hash = :hash"
        ),
        {"hash": code_hash},
    ).scalar()
    return None if found is None else int(found)


def _list_chain(session: Session, resident_id: int) -> set[int]:
    """The resident, whoever asked them to join, and so on upwards."""
    rows = session.execute(
        text(
            "WITH RECURSIVE chain (id) AS (SELECT CAST(:resident AS bigint) UNION"
            " SELECT r.referrer_id FROM referrals r JOIN chain ON r.resident_id = chain.id) SELECT id FROM chain"
        ),
        {"resident": resident_id},
    )
    return set(rows.scalars())
