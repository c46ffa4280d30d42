"""What may stand for a person in an event, and how it is kept: as a keyed hash and encrypted, never as sent.

A subject is `card:TOKEN` (an operator's or the scheme's card), `member:NUMBER` or `link:TOKEN`. A bank card number is
refused at the door: by issuer range, length and check digit. Transit smartcards (issuer 6335 97) are exempt.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet

from app.core.errors import Invalid
from app.core.secret_store import Secrets

KINDS = ("card", "member", "link")
_SUBJECT = re.compile(r"(card|member|link):([^\s/\x00-\x1f\x7f]{1,128})")
_PAN_SHAPE = re.compile(r"\d(?:[ ._\-]?\d){11,18}")
# Numbers in a text, of groups of digits as cards are printed: three or more, so that dates and times are not looked at.
_NUMBERS = re.compile(r"(?<!\d)\d{3,}(?:[ ._\-]\d{3,})*(?!\d)")
_PAN_IN_TEXT = 13
"""Digits at least: of 12 there are telephone numbers with a country code, and one in ten has a sound check digit."""

_PAN_LENGTHS = range(12, 20)
_WITHOUT_SEPARATORS = str.maketrans("", "", " ._-")
# ISO/IEC 7812 issuer ranges of the bank card networks: Visa, Mastercard, American Express, Diners, Discover, JCB,
# Maestro, UnionPay. First digits as a number range, compared on as many digits as the bounds have.
_BANK_RANGES = (
    ("4", "4"),
    ("51", "55"),
    ("2221", "2720"),
    ("34", "34"),
    ("37", "37"),
    ("300", "305"),
    ("36", "36"),
    ("38", "39"),
    ("6011", "6011"),
    ("644", "649"),
    ("65", "65"),
    ("3528", "3589"),
    ("50", "50"),
    ("56", "58"),
    ("60", "62"),
    ("64", "69"),
    ("81", "81"),
)
_RANGES_OF_DIGIT = {digit: [pair for pair in _BANK_RANGES if pair[0][0] == digit] for digit in "0123456789"}
_TRANSIT_PREFIXES = ("633597",)
_DIGIT_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


class SubjectMalformed(Invalid):
    """`subject` is not KIND:TOKEN."""

    code = "subject-malformed"

    def __init__(self) -> None:
        super().__init__(
            "The subject must be card:TOKEN, member:NUMBER or link:TOKEN; the token has 1 to 128 visible characters "
            "without spaces or slashes."
        )


class BankCardNumber(Invalid):
    """A payment card's number stands where a token belongs; it is neither kept nor repeated anywhere."""

    code = "bank-card-number"

    def __init__(self) -> None:
        super().__init__(
            "This looks like a bank card number. Never send one: send the operator's own token of the card instead. "
            "Nothing of it has been kept."
        )


def has_bank_card_number(written: str) -> bool:
    """Whether the whole of `written` (with spaces, dots, hyphens, underscores) is a number that a bank could issue."""
    if not written[:1].isdecimal():
        return False
    digits = written
    if not digits.isdecimal():
        if not _PAN_SHAPE.fullmatch(written):
            return False
        digits = written.translate(_WITHOUT_SEPARATORS)
    if not digits.isascii():
        digits = "".join(str(unicodedata.decimal(digit)) for digit in digits)
    if len(digits) not in _PAN_LENGTHS or digits.startswith(_TRANSIT_PREFIXES):
        return False
    if not any(low <= digits[: len(low)] <= high for low, high in _RANGES_OF_DIGIT[digits[0]]):
        return False
    odd = sum(map(int, digits[-1::-2]))
    even = sum(_DIGIT_DOUBLED[int(digit)] for digit in digits[-2::-2])
    return (odd + even) % 10 == 0


def mentions_bank_card_number(written: str) -> bool:
    """Whether one stands anywhere in a text of people's, between spaces, dots, hyphens or underscores too."""
    for found in _NUMBERS.finditer(written):
        groups = re.split(r"[ ._\-]", found[0])
        for first in range(len(groups)):
            number = ""
            for group in groups[first:]:
                number += group
                if len(number) > _PAN_LENGTHS[-1]:
                    break
                if len(number) >= _PAN_IN_TEXT and has_bank_card_number(number):
                    return True
    return False


def refuse_bank_card_number(written: str) -> None:
    """Raises BankCardNumber when one stands in what somebody wrote for people to read."""
    if mentions_bank_card_number(written):
        raise BankCardNumber


def parse_subject(written: object) -> str:
    """`written` in the one form that is hashed (NFC), or SubjectMalformed, or BankCardNumber."""
    if not isinstance(written, str):
        raise SubjectMalformed
    subject = unicodedata.normalize("NFC", written)
    shape = _SUBJECT.fullmatch(subject)
    if has_bank_card_number(subject.partition(":")[2]) or has_bank_card_number(subject):
        raise BankCardNumber
    if not shape or not subject.isprintable():
        raise SubjectMalformed
    return subject


class CardKeys:
    """Hashes and encrypts subjects with keys that are not in the database."""

    def __init__(self, secrets: Secrets) -> None:
        self._hash_key = secrets.key_for("card hash")
        self._cipher = Fernet(urlsafe_b64encode(secrets.key_for("card token")))

    def hash_subject(self, subject: str) -> bytes:
        """16 bytes that find the card again (HMAC-SHA256, truncated)."""
        return hmac.digest(self._hash_key, subject.encode(), hashlib.sha256)[:16]

    def encrypt_token(self, subject: str) -> bytes:
        """For the list that the card's operator fetches."""
        return self._cipher.encrypt(subject.encode())

    def decrypt_token(self, kept: bytes) -> str:
        """The subject as it was linked."""
        return self._cipher.decrypt(kept).decode()
