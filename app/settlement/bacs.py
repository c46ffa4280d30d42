"""The weekly file of payments for the bank: BACS Standard 18, made by one officer and sent by another.

A payment is in one file that was not dropped. Sending a file is what records it as paid; a file that was dropped gives
its payments back to the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.ids import public_id, take_id, uuid7
from app.core.units import Pence
from app.earning.review.doubts import find_doubts
from app.settlement.errors import BacsFileEnded, BacsFileUnknown, NothingToPay, PaymentsInDoubt, SecondOfficerNeeded
from app.settlement.holding_back import lock_ready_payouts
from app.settlement.payees import BankDetails, PayeeKeys
from app.settlement.payout_queries import is_doubted
from app.settlement.service import record_paid
from app.settlement.tables import BacsFile, Payee, Payout

CREDIT: Final = "99"
CONTRA: Final = "17"
"""Transaction codes: money to a partner, and the one debit of the council's account that pays for all of them."""


@dataclass(frozen=True)
class BacsFileRead:
    """`status`: made, sent or dropped. `left_out` counts payments to partners whose bank details nobody approved.

    `held_back` counts those that wait for their day or for a person. `made_by` is an officer's internal id.
    """

    public_id: UUID
    status: str
    payments: int
    pence: Pence
    made_at: datetime
    ended_at: datetime | None
    left_out: int = 0
    held_back: int = 0
    made_by: int = 0


def make_file(session: Session, *, payer: BankDetails, keys: PayeeKeys, officer_id: int, now: datetime) -> BacsFileRead:
    """Every payment that may go, in one file. Raises NothingToPay."""
    found = lock_ready_payouts(session, method="bacs", now=now)
    waiting = found.payouts
    payees = session.exec(select(Payee).where(col(Payee.partner_id).in_({payout.partner_id for payout in waiting})))
    details = {row.partner_id: keys.open_details(row.bank_sealed) for row in payees if row.bank_sealed is not None}
    ready = [payout for payout in waiting if payout.partner_id in details]
    if not ready:
        raise NothingToPay
    total = sum(payout.pence for payout in ready)
    lines = [_write_line(details[payout.partner_id], payer, CREDIT, payout.pence, _refer(payout)) for payout in ready]
    lines.append(_write_line(payer, payer, CONTRA, total, "CONTRA"))
    row = BacsFile(
        id=take_id(session),
        public_id=uuid7(now),
        status="made",
        payments=len(ready),
        pence=total,
        content_sealed=keys.seal("".join(f"{line}\r\n" for line in lines).encode("ascii")),
        made_by=officer_id,
        made_at=now,
    )
    session.add(row)
    for payout in ready:
        payout.status, payout.file_id = "ordered", row.id
    session.flush()
    return _read(row, left_out=len(waiting) - len(ready), held_back=found.held_back)


def read_file(session: Session, *, file: UUID, keys: PayeeKeys) -> bytes:
    """The file as the bank takes it. Raises BacsFileUnknown."""
    return keys.open(_get(session, file).content_sealed)


def list_files(session: Session, *, limit: int) -> tuple[BacsFileRead, ...]:
    """Newest first."""
    rows = session.exec(select(BacsFile).order_by(col(BacsFile.id).desc()).limit(limit))
    return tuple(_read(row) for row in rows)


def send_file(session: Session, *, file: UUID, officer_id: int, now: datetime) -> BacsFileRead:
    """An officer has handed it to the bank: its payments are made.

    Raises BacsFileUnknown, BacsFileEnded, SecondOfficerNeeded or PaymentsInDoubt.
    """
    row = _lock_made(session, file)
    if row.made_by == officer_id:
        raise SecondOfficerNeeded
    payouts = _list_payouts(session, row)
    doubts = find_doubts(session, partner_ids={payout.partner_id for payout in payouts})
    if doubted := sum(is_doubted(payout, doubts) for payout in payouts):
        raise PaymentsInDoubt(payments=doubted)
    for payout in payouts:
        record_paid(session, payout, reference=None, now=now)
    row.status, row.ended_by, row.ended_at = "sent", officer_id, now
    session.flush()
    return _read(row)


def drop_file(session: Session, *, file: UUID, officer_id: int, now: datetime) -> BacsFileRead:
    """It will not be sent: its payments wait for the next one. Raises BacsFileUnknown, BacsFileEnded."""
    row = _lock_made(session, file)
    for payout in _list_payouts(session, row):
        payout.status, payout.file_id = "waiting", None
    row.status, row.ended_by, row.ended_at = "dropped", officer_id, now
    session.flush()
    return _read(row)


def _write_line(to: BankDetails, payer: BankDetails, code: str, pence: int, reference: str) -> str:
    """100 characters: destination, codes, originator, pence, names and our reference."""
    line = (
        f"{to.sort_code}{to.account}0{code}{payer.sort_code}{payer.account}0000{pence:011d}"
        f"{payer.name:<18}{reference[:18]:<18}{to.name:<18}"
    )
    assert len(line) == 100, "a payment instruction has a fixed length"  # noqa: PLR2004 - as the standard has it
    return line


def _refer(payout: Payout) -> str:
    return public_id("pay", payout.public_id)[-18:].upper()


def _get(session: Session, file: UUID, *, lock: bool = False) -> BacsFile:
    wanted = select(BacsFile).where(BacsFile.public_id == file)
    row = session.exec(wanted.with_for_update() if lock else wanted).first()
    if row is None:
        raise BacsFileUnknown
    return row


def _lock_made(session: Session, file: UUID) -> BacsFile:
    row = _get(session, file, lock=True)
    if row.status != "made":
        raise BacsFileEnded(status=row.status)
    return row


def _list_payouts(session: Session, row: BacsFile) -> list[Payout]:
    wanted = select(Payout).where(Payout.file_id == row.id).order_by(col(Payout.partner_id), col(Payout.id))
    return list(session.exec(wanted.with_for_update()))


def _read(row: BacsFile, *, left_out: int = 0, held_back: int = 0) -> BacsFileRead:
    return BacsFileRead(
        row.public_id,
        row.status,
        row.payments,
        Pence(row.pence),
        row.made_at,
        row.ended_at,
        left_out,
        held_back,
        row.made_by,
    )
