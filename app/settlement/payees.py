"""Where partners are paid: proposed by the partner, approved by an officer, kept encrypted."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlmodel import Session, col, select

from app.core.secret_store import Secrets
from app.identity.letting_in import has_let_in
from app.settlement.errors import BankDetailsChanged, BankDetailsUnfit, NoProposal, PayeeOfOwnGuest, PayerUnknown
from app.settlement.tables import Payee

_NAME: Final = re.compile(r"[A-Z0-9 .&/\-]{1,18}")


@dataclass(frozen=True)
class BankDetails:
    """Six digits, eight digits, and the holder's name in the letters that BACS knows."""

    sort_code: str = field(repr=False)
    account: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True)
class PayeeRead:
    """`ends_in` are the last two digits of the bank account that is paid, None while there is none.

    `waits` until an officer approves new bank details, `stripe_waits` until one approves payment by Stripe.
    """

    method: str
    ends_in: str | None
    waits: bool
    stripe_ready: bool
    stripe_waits: bool


class PayeeKeys:
    """Seals and opens bank details and files of payments."""

    def __init__(self, secrets: Secrets) -> None:
        self._cipher = Fernet(urlsafe_b64encode(secrets.key_for("bank details")))

    def seal(self, content: bytes) -> bytes:
        return self._cipher.encrypt(content)

    def open(self, sealed: bytes) -> bytes:
        """As it was sealed."""
        return self._cipher.decrypt(sealed)

    def open_details(self, sealed: bytes) -> BankDetails:
        return msgspec.json.decode(self.open(sealed), type=BankDetails)


def read_bank_details(*, sort_code: str, account: str, name: str) -> BankDetails:
    """However it was typed. Raises BankDetailsUnfit."""
    digits = re.sub(r"[ \-]", "", sort_code), re.sub(r" ", "", account)
    said = " ".join(name.upper().split())
    if not (re.fullmatch(r"[0-9]{6}", digits[0]) and re.fullmatch(r"[0-9]{8}", digits[1]) and _NAME.fullmatch(said)):
        raise BankDetailsUnfit
    return BankDetails(*digits, said)


def read_payer(written: SecretStr | None, *, demo: bool) -> BankDetails:
    """The council's own account; an invented one in a demonstration. Raises PayerUnknown."""
    if written is None:
        if not demo:
            raise PayerUnknown
        return BankDetails("000000", "00000000", "DEMONSTRATION")
    parts = [part.strip() for part in written.get_secret_value().split(",")]
    try:
        sort_code, account, name = parts
        return read_bank_details(sort_code=sort_code, account=account, name=name)
    except (ValueError, BankDetailsUnfit):
        raise PayerUnknown from None


def propose_bank_details(
    session: Session, *, partner_id: int, details: BankDetails, staff_id: int, keys: PayeeKeys, now: datetime
) -> PayeeRead:
    """Payments go on to where they went until an officer approves it."""
    row = _get_or_make(session, partner_id)
    row.proposed_sealed, row.proposed_at = keys.seal(msgspec.json.encode(details)), now
    row.proposed_by = staff_id
    session.flush()
    return _read(row, keys)


def find_proposal(session: Session, *, partner_id: int, keys: PayeeKeys) -> BankDetails:
    """For the officer who compares them with the letter they came with. Raises NoProposal."""
    row = session.get(Payee, partner_id)
    if row is None or row.proposed_sealed is None:
        raise NoProposal
    return keys.open_details(row.proposed_sealed)


def approve_bank_details(
    session: Session, *, partner_id: int, officer_id: int, keys: PayeeKeys, read: BankDetails | None = None
) -> PayeeRead:
    """Payments that are made from now on go there; `read` is what the officer has read, where that is known.

    Raises NoProposal, PayeeOfOwnGuest or BankDetailsChanged.
    """
    row = session.get(Payee, partner_id, with_for_update=True, populate_existing=True)
    if row is None or row.proposed_sealed is None:
        raise NoProposal
    if has_let_in(session, officer_id=officer_id, staff_id=row.proposed_by):
        raise PayeeOfOwnGuest
    if read is not None and keys.open_details(row.proposed_sealed) != read:
        raise BankDetailsChanged
    row.bank_sealed, row.proposed_sealed, row.proposed_at = row.proposed_sealed, None, None
    row.proposed_by = None
    row.method, row.stripe_chosen_at, row.stripe_chosen_by = "bacs", None, None
    session.flush()
    return _read(row, keys)


def list_waiting_payees(session: Session) -> tuple[tuple[int, datetime], ...]:
    """Partners by internal id whose new bank details wait, and since when, the oldest first."""
    wanted = select(Payee.partner_id, Payee.proposed_at).where(col(Payee.proposed_at).is_not(None))
    rows = session.exec(wanted.order_by(col(Payee.proposed_at))).all()
    return tuple((partner_id, proposed_at) for partner_id, proposed_at in rows if proposed_at is not None)


def get_payee(session: Session, *, partner_id: int, keys: PayeeKeys) -> PayeeRead:
    """How the partner is paid; by BACS, to nowhere, while nothing was said."""
    row = session.get(Payee, partner_id, populate_existing=True)
    return _read(row, keys) if row else PayeeRead("bacs", None, waits=False, stripe_ready=False, stripe_waits=False)


def _get_or_make(session: Session, partner_id: int) -> Payee:
    row = session.get(Payee, partner_id, with_for_update=True, populate_existing=True)
    if row is None:
        row = Payee(partner_id=partner_id)
        session.add(row)
    return row


def _read(row: Payee, keys: PayeeKeys) -> PayeeRead:
    ends_in = keys.open_details(row.bank_sealed).account[-2:] if row.bank_sealed else None
    return PayeeRead(
        row.method,
        ends_in,
        waits=row.proposed_sealed is not None,
        stripe_ready=row.stripe_ready,
        stripe_waits=row.stripe_chosen_at is not None,
    )
