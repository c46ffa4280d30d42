"""What proves a person, and whose it is: an issuer and its subject, or an address that a code was sent to."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.ids import take_id
from app.core.secret_store import Secrets
from app.identity.sign_in_errors import AddressUnusable, LoginTaken
from app.identity.sign_in_tables import Login
from app.notify.interface import Channel

LONGEST_EMAIL = 254
LONGEST_SUBJECT = 255
"""OpenID Connect Core, section 2."""

_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}")
_MOBILE = re.compile(r"(?:\+44|0044|0)(7\d{9})")
_BETWEEN_DIGITS = re.compile(r"[\s().-]")


class Side(StrEnum):
    """Whose door somebody comes in by. Hosts come in by the partners'."""

    RESIDENT = "resident"
    PARTNER = "partner"
    OFFICER = "officer"


@dataclass(frozen=True)
class Address:
    """Where codes and notices go; in the one form that is hashed and sent to."""

    channel: Channel
    written: str


@dataclass(frozen=True)
class Proof:
    """Who somebody is, as an issuer says; `address` is one that is known to be theirs.

    `proved_at` is when they showed it to the issuer, which may be long before they came to us.
    """

    issuer: str
    subject: str
    address: Address | None
    proved_at: datetime


@dataclass(frozen=True)
class SealedProof:
    """The same, as it may be kept."""

    key_hash: bytes
    channel: Channel | None
    address_encrypted: bytes | None


class LoginKeys:
    """Hashes and encrypts with keys that are not in the database."""

    def __init__(self, secrets: Secrets) -> None:
        self._hash_key = secrets.key_for("login hash")
        self._cipher = Fernet(urlsafe_b64encode(secrets.key_for("login address")))

    def hash(self, *parts: str) -> bytes:
        """Finds something again without saying what it is; the parts can't run into each other."""
        written = "\0".join(parts)
        return hmac.digest(self._hash_key, written.encode(errors="replace"), hashlib.sha256)

    def seal(self, side: Side, proof: Proof) -> SealedProof:
        """One person may come in by several doors, each with a login of its own."""
        key_hash = self.hash("login", side, proof.issuer, proof.subject)
        if proof.address is None:
            return SealedProof(key_hash, None, None)
        return SealedProof(key_hash, proof.address.channel, self.encrypt(proof.address.written))

    def encrypt(self, written: str) -> bytes:
        return self._cipher.encrypt(written.encode())

    def decrypt(self, kept: bytes) -> str:
        """The address as it was sealed."""
        return self._cipher.decrypt(kept).decode()


def read_address(written: str) -> Address:
    """An e-mail address in lower case or a UK mobile number as +447700900123. Raises AddressUnusable.

    Texts go to UK mobiles only: elsewhere somebody could make us pay for premium numbers.
    """
    typed = written.strip()
    email = typed.lower()
    if len(email) <= LONGEST_EMAIL and _EMAIL.fullmatch(email):
        return Address(Channel.EMAIL, email)
    mobile = _MOBILE.fullmatch(_BETWEEN_DIGITS.sub("", typed)) if typed.isascii() else None
    if mobile is None:
        raise AddressUnusable
    return Address(Channel.TEXT, f"+44{mobile[1]}")


def prove_by_code(address: Address, *, now: datetime) -> Proof:
    """Whoever could read what was sent there has the address, and is known by it."""
    return Proof(issuer=address.channel, subject=address.written, address=address, proved_at=now)


def find_person(session: Session, *, key_hash: bytes) -> str | None:
    """The public id of whoever signs in like this."""
    return session.exec(select(Login.person).where(Login.key_hash == key_hash)).first()


def has_login(session: Session, *, person: str) -> bool:
    """Whether the person has any way in."""
    return session.exec(select(Login.id).where(Login.person == person).limit(1)).first() is not None


def bind_login(session: Session, *, side: Side, sealed: SealedProof, person: str, now: datetime) -> None:
    """From now on this is a way in of `person`; again changes nothing. Raises LoginTaken."""
    known = find_person(session, key_hash=sealed.key_hash)
    if known is not None:
        if known != person:
            raise LoginTaken
        return
    session.add(
        Login(
            id=take_id(session),
            side=side,
            key_hash=sealed.key_hash,
            person=person,
            channel=sealed.channel,
            address_encrypted=sealed.address_encrypted,
            made_at=now,
        )
    )
    session.flush()


def drop_logins(session: Session, *, person: str) -> None:
    """The person has no way in any more."""
    session.execute(text("DELETE FROM logins WHERE person = :person"), {"person": person})


def choose_address(addresses: Sequence[Address], way: str | None) -> Address | None:
    """`way` is email, text, desk, or None for the latest; None where the desk has to tell them."""
    return next((one for one in addresses if way in {None, one.channel}), None)


def list_addresses(session: Session, *, person: str, keys: LoginKeys) -> tuple[Address, ...]:
    """Where notices to the person go, the latest login first."""
    rows = session.exec(
        select(Login).where(Login.person == person, col(Login.channel).is_not(None)).order_by(col(Login.id).desc())
    )
    return tuple(
        Address(Channel(row.channel), keys.decrypt(row.address_encrypted))
        for row in rows
        if row.channel and row.address_encrypted
    )
