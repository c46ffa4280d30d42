"""What officers do about payments to partners, the same for the API and the pages: each act goes into the audit trail.

Each takes the session and the officer first, so that it runs in whatever transaction the edge has.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.audit import record_act
from app.core.ids import parse_public_id, public_id
from app.identity.queries import OfficerRead
from app.offers.queries import PartnerRead
from app.settlement.bacs import BacsFileRead, make_file, read_file
from app.settlement.connect.reversal_errors import ReversalUnknown
from app.settlement.connect.reversal_queries import ReversalRead
from app.settlement.errors import BacsFileUnknown, PayoutUnknown
from app.settlement.holding_back import release_payout
from app.settlement.payees import (
    BankDetails,
    PayeeKeys,
    PayeeRead,
    approve_bank_details,
    find_proposal,
    read_payer,
)
from app.settlement.payout_queries import PayoutRead
from app.settlement.service import return_payout
from app.web.callers import Call


def read_payout_id(written: str) -> UUID:
    """Raises PayoutUnknown."""
    uuid = parse_public_id("pay", written)
    if uuid is None:
        raise PayoutUnknown
    return uuid


def read_file_id(written: str) -> UUID:
    """Raises BacsFileUnknown."""
    uuid = parse_public_id("bac", written)
    if uuid is None:
        raise BacsFileUnknown
    return uuid


def read_reversal_id(written: str) -> UUID:
    """Raises ReversalUnknown."""
    uuid = parse_public_id("rvs", written)
    if uuid is None:
        raise ReversalUnknown
    return uuid


def make_bank_file(session: Session, officer: OfficerRead, *, call: Call) -> BacsFileRead:
    """Raises PayerUnknown, NothingToPay."""
    payer = read_payer(call.runtime.settings.bacs_payer, demo=call.runtime.demo)
    keys = PayeeKeys(call.runtime.secrets)
    made = make_file(session, payer=payer, keys=keys, officer_id=officer.id, now=call.now)
    _note_file(session, officer, made, call.now)
    return made


def end_bank_file(
    session: Session, officer: OfficerRead, *, file: UUID, end: Callable[..., BacsFileRead], now: datetime
) -> BacsFileRead:
    """`end` is send_file or drop_file. Raises what it raises."""
    ended = end(session, file=file, officer_id=officer.id, now=now)
    _note_file(session, officer, ended, now)
    return ended


def open_bank_file(session: Session, officer: OfficerRead, *, file: UUID, call: Call) -> bytes:
    """As the bank takes it. Raises BacsFileUnknown."""
    content = read_file(session, file=file, keys=PayeeKeys(call.runtime.secrets))
    facts: dict[str, str | int | bool | None] = {"what": "file of payments downloaded"}
    subject = f"file:{public_id('bac', file)}"
    record_act(session, actor=officer.actor, act="statement.paid", subject=subject, facts=facts, now=call.now)
    return content


def give_payment_back(
    session: Session, officer: OfficerRead, *, payout: UUID, reason: str, now: datetime
) -> PayoutRead:
    """Raises PayoutUnknown, PayoutNotPaid, PayoutByStripe."""
    read = return_payout(session, payout=payout, reason=reason, now=now)
    return _note_payout(session, officer, read, {"status": read.status}, now)


def release_payment(session: Session, officer: OfficerRead, *, payout: UUID, reason: str, now: datetime) -> PayoutRead:
    """Raises PayoutUnknown, NotHeldBack, CaseWaits, SecondOfficerNeeded."""
    read = release_payout(session, payout=payout, reason=reason, officer_id=officer.id, now=now)
    return _note_payout(session, officer, read, {"released": True}, now)


def change_payment(
    session: Session, officer: OfficerRead, *, payout: UUID, what: str, change: Callable[..., PayoutRead], now: datetime
) -> PayoutRead:
    """`what` tells in the audit trail what `change` does. Raises what it raises."""
    return _note_payout(session, officer, change(session, payout=payout), {"what": what}, now)


def change_reversal(
    session: Session, officer: OfficerRead, *, change: Callable[[Session, OfficerRead], ReversalRead], now: datetime
) -> ReversalRead:
    """`change` proposes or decides it. Raises what it raises."""
    read = change(session, officer)
    facts: dict[str, str | int | bool | None] = {
        "reversal": public_id("rvs", read.public_id),
        "status": read.status,
        "pence": read.pence,
    }
    subject = f"payout:{public_id('pay', read.payout)}"
    record_act(session, actor=officer.actor, act="statement.paid", subject=subject, facts=facts, now=now)
    return read


def look_at_bank_details(session: Session, officer: OfficerRead, partner: PartnerRead, *, call: Call) -> BankDetails:
    """Those that wait. Raises NoProposal."""
    found = find_proposal(session, partner_id=partner.id, keys=PayeeKeys(call.runtime.secrets))
    _note_partner(session, officer, partner, "partner.looked_at", "bank details", call.now)
    return found


def approve_bank(
    session: Session, officer: OfficerRead, partner: PartnerRead, *, read: BankDetails | None = None, call: Call
) -> PayeeRead:
    """`read` is what the officer has read, where that is known.

    Raises NoProposal, PayeeOfOwnGuest or BankDetailsChanged.
    """
    keys = PayeeKeys(call.runtime.secrets)
    payee = approve_bank_details(session, partner_id=partner.id, officer_id=officer.id, keys=keys, read=read)
    _note_partner(session, officer, partner, "partner.changed", "bank details approved", call.now)
    return payee


def _note_file(session: Session, officer: OfficerRead, file: BacsFileRead, now: datetime) -> None:
    facts: dict[str, str | int | bool | None] = {"status": file.status, "payments": file.payments, "pence": file.pence}
    subject = f"file:{public_id('bac', file.public_id)}"
    record_act(session, actor=officer.actor, act="statement.paid", subject=subject, facts=facts, now=now)


def _note_payout(
    session: Session,
    officer: OfficerRead,
    payout: PayoutRead,
    facts: dict[str, str | int | bool | None],
    now: datetime,
) -> PayoutRead:
    subject, told = f"payout:{public_id('pay', payout.public_id)}", facts | {"pence": payout.pence}
    record_act(session, actor=officer.actor, act="statement.paid", subject=subject, facts=told, now=now)
    return payout


def _note_partner(
    session: Session, officer: OfficerRead, partner: PartnerRead, act: str, what: str, now: datetime
) -> None:
    subject = f"partner:{public_id('prt', partner.public_id)}"
    record_act(session, actor=officer.actor, act=act, subject=subject, facts={"what": what}, now=now)
