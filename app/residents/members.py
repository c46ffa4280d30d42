"""Member numbers: what stands for a person who has no phone or pass, on a card, on paper, or read aloud.

Ten random digits and a check digit, so that one wrong digit or two that changed places are noticed at once, and a
guess meets somebody once in tens of thousands of tries. A number signs nobody in: it only says for whom something is.
It is kept like any card (a keyed hash, and encrypted), as the subject `member:NUMBER`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.errors import Invalid, NotFound
from app.core.ids import new_digits
from app.residents.cards import CardKeys
from app.residents.queries import CardHolder, ResidentRead, find_card_holders, get_resident
from app.residents.service import link_card, unlink_card

RANDOM_DIGITS = 10
PREFIX = "member:"
_SPACES = re.compile(r"[\s\-]+")
_WRITTEN = re.compile(rf"[1-9][0-9]{{{RANDOM_DIGITS}}}")
# H. Michael Damm's quasigroup of order 10 (2004): finds every wrong digit and every two neighbours that changed places.
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


class MemberNumberMalformed(Invalid):
    """Not a member number: the wrong length, or its check digit does not fit."""

    code = "member-number-malformed"

    def __init__(self) -> None:
        super().__init__(
            "This is not a member number. It has 11 digits. Look for a wrong one, or two that are swapped."
        )


class MemberUnknown(NotFound):
    """Nobody has this number, or not any longer."""

    code = "member-unknown"

    def __init__(self) -> None:
        super().__init__("Nobody has this member number. If the card was replaced, ask for the new one.")


def parse_member_number(written: str) -> str:
    """The 11 digits, with or without spaces, hyphens and `member:` in front. Raises MemberNumberMalformed."""
    digits = _SPACES.sub("", written.strip().removeprefix(PREFIX))
    if not _WRITTEN.fullmatch(digits) or _check_digit(digits) != "0":
        raise MemberNumberMalformed
    return digits


def write_member_number(number: str) -> str:
    """As people read it: 4821 093 7164."""
    return f"{number[:4]} {number[4:7]} {number[7:]}"


def give_member_number(session: Session, *, resident: ResidentRead, keys: CardKeys) -> str:
    """The resident's number: the one they have, else a new one, good for all that happened since they joined."""
    kept = _find_live(session, resident.id)
    if kept is not None:
        return keys.decrypt_token(kept[1]).removeprefix(PREFIX)
    digits = new_digits(RANDOM_DIGITS)
    number = digits + _check_digit(digits)
    link_card(
        session,
        resident_id=resident.id,
        subject=PREFIX + number,
        source_id=None,
        keys=keys,
        enrolled_at=resident.enrolled_at,
    )
    return number


def replace_member_number(session: Session, *, resident: ResidentRead, keys: CardKeys, now: datetime) -> str:
    """A new number for a card that was lost; the old one stands for nobody from `now` on."""
    kept = _find_live(session, resident.id)
    if kept is not None:
        unlink_card(session, resident_id=resident.id, card_id=kept[0], now=now)
    return give_member_number(session, resident=resident, keys=keys)


def find_member(session: Session, *, number: str, keys: CardKeys) -> ResidentRead:
    """Whose number it is, however it was written. Raises MemberNumberMalformed or MemberUnknown."""
    digits = parse_member_number(number)
    holder = find_members(session, numbers=[digits], keys=keys).get(digits)
    if holder is None:
        raise MemberUnknown
    return get_resident(session, resident_id=holder.resident_id)


def find_members(session: Session, *, numbers: Collection[str], keys: CardKeys) -> dict[str, CardHolder]:
    """Holders by number (11 digits); numbers that nobody has are left out."""
    hashes = {keys.hash_subject(PREFIX + number): number for number in numbers}
    return {hashes[found]: holder for found, holder in find_card_holders(session, hashes=list(hashes)).items()}


def _find_live(session: Session, resident_id: int) -> tuple[int, bytes] | None:
    """The number's card and its encrypted subject. The resident's row is locked: two at once give one number."""
    session.execute(text("SELECT id FROM residents WHERE id = :id FOR NO KEY UPDATE"), {"id": resident_id})
    row = session.execute(
        text(
            "SELECT id, token_encrypted FROM cards WHERE resident_id = :resident AND kind = 'member'"
            " AND removed_at IS NULL ORDER BY id DESC LIMIT 1"
        ),
        {"resident": resident_id},
    ).one_or_none()
    return (row.id, bytes(row.token_encrypted)) if row else None


def _check_digit(digits: str) -> str:
    """The digit that makes these a number; 0 when the last of them is that digit."""
    row = 0
    for digit in digits:
        row = int(_DAMM[row][int(digit)])
    return str(row)
