"""How people sign in: what proves them, tries that are under way, and their sessions. No secret is kept as it is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, Integer, LargeBinary, SmallInteger, Text
from sqlalchemy import Uuid as UuidType
from sqlmodel import Field

from app.core.columns import Row


class Login(Row, table=True):
    """One way in of one person: an issuer and its subject, or an address that codes are sent to.

    `key_hash` (keyed) finds it again; `person` is a public id such as `res_...`. The address, where one is known, is
    encrypted, for notices.
    """

    __tablename__ = "logins"
    __table_args__ = (
        CheckConstraint("side IN ('resident', 'partner', 'officer')", name="ck_logins_side"),
        CheckConstraint("channel IN ('email', 'text')", name="ck_logins_channel"),
        CheckConstraint("(channel IS NULL) = (address_encrypted IS NULL)", name="ck_logins_address"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    side: str = Field(sa_column=Column(Text, nullable=False))
    key_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    person: str = Field(sa_column=Column(Text, nullable=False, index=True))
    channel: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    address_encrypted: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class SignInSession(Row, table=True):
    """A person at one browser. `secret_hash` is the SHA-256 of the cookie's 256 random bits.

    Somebody who proved who they are and has not joined yet has no `person` but what will prove them, `key_hash`.
    `proved_at` is when the person themselves last proved who they are, for step-up. `provider` is by whose they
    came, None for a code.
    """

    __tablename__ = "sign_in_sessions"
    __table_args__ = (
        CheckConstraint("(person IS NULL) = (key_hash IS NOT NULL)", name="ck_sign_in_sessions_person"),
        CheckConstraint("channel IN ('email', 'text')", name="ck_sign_in_sessions_channel"),
        CheckConstraint("idle_seconds > 0", name="ck_sign_in_sessions_idle"),
        CheckConstraint("ends_at > signed_in_at", name="ck_sign_in_sessions_ends"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(UuidType, nullable=False, unique=True))
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    person: str | None = Field(default=None, sa_column=Column(Text, nullable=True, index=True))
    key_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    channel: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    address_encrypted: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    provider: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    device: str = Field(sa_column=Column(Text, nullable=False))
    keep: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    signed_in_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    proved_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    seen_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    idle_seconds: int = Field(sa_column=Column(Integer, nullable=False))
    ends_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class SignInTry(Row, table=True):
    """Somebody who was sent to a provider and is expected back: once, in the same browser, within minutes."""

    __tablename__ = "sign_in_tries"

    state_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    visit_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    side: str = Field(sa_column=Column(Text, nullable=False))
    provider: str = Field(sa_column=Column(Text, nullable=False))
    nonce: str = Field(sa_column=Column(Text, nullable=False))
    code_verifier: str = Field(sa_column=Column(Text, nullable=False))
    back: str = Field(sa_column=Column(Text, nullable=False))
    again: bool = Field(sa_column=Column(Boolean, nullable=False))
    invitation_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    begun_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class SignInCode(Row, table=True):
    """A code that was sent; one for each browser. `wrong` counts the tries that failed."""

    __tablename__ = "sign_in_codes"
    __table_args__ = (
        CheckConstraint("channel IN ('email', 'text')", name="ck_sign_in_codes_channel"),
        CheckConstraint("wrong >= 0", name="ck_sign_in_codes_wrong"),
    )

    visit_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    side: str = Field(sa_column=Column(Text, nullable=False))
    channel: str = Field(sa_column=Column(Text, nullable=False))
    address_encrypted: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    code_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    wrong: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False))
    back: str = Field(sa_column=Column(Text, nullable=False))
    keep: bool = Field(sa_column=Column(Boolean, nullable=False))
    invitation_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class KnownDevice(Row, table=True):
    """A browser in which a person has signed in before, by the hash of its long-lived cookie."""

    __tablename__ = "known_devices"

    person: str = Field(sa_column=Column(Text, primary_key=True))
    device_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    seen_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class StaffInvitation(Row, table=True):
    """Lets whoever has the code become the way in of one officer, host or member of a partner's staff, once."""

    __tablename__ = "staff_invitations"

    code_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    person: str = Field(sa_column=Column(Text, nullable=False, index=True))
    made_by: str = Field(sa_column=Column(Text, nullable=False))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
