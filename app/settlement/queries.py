"""What a partner earned, gave back and was paid, from the ledger itself; to the penny."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.units import Pence
from app.ledger.chart import AccountKind, TransferKind, Unit
from app.settlement.periods import Period
from app.settlement.vat import VatLine, sum_vat

LineKind = Literal["redemption", "correction", "payment"]

# Both sides of the partner's one payable account; a voucher is found by the hold that it has, or had before an undo.
_LINES: Final = text(f"""
    WITH mine AS (
        SELECT id FROM ledger_accounts
        WHERE kind = {AccountKind.PAYABLE:d} AND unit = {Unit.PENCE:d} AND owner = :partner
    ), moved AS (
        SELECT t.id, t.kind, t.effective_at, t.amount AS pence, t.hold_id FROM ledger_transfers t
        WHERE t.credit = (SELECT id FROM mine)
        UNION ALL
        SELECT t.id, t.kind, t.effective_at, -t.amount, t.hold_id FROM ledger_transfers t
        WHERE t.debit = (SELECT id FROM mine) AND t.kind <> 1
    )
    SELECT m.id, m.kind, m.effective_at, m.pence, r.public_id, w.title, r.vat_percent, r.vat_treatment
    FROM moved m
    LEFT JOIN LATERAL (
        SELECT coalesce((SELECT n.id FROM redemptions n WHERE n.hold_id = m.hold_id),
                        (SELECT u.redemption_id FROM redemption_refunds u WHERE u.hold_id = m.hold_id LIMIT 1)) AS id
    ) AS voucher ON m.hold_id IS NOT NULL
    LEFT JOIN redemptions r ON r.id = voucher.id
    LEFT JOIN rewards w ON w.id = r.reward_id
    WHERE {{which}}
    ORDER BY m.effective_at, m.id
""")  # noqa: S608 - our own constants

_BEFORE: Final = text(f"""
    WITH mine AS (
        SELECT id FROM ledger_accounts
        WHERE kind = {AccountKind.PAYABLE:d} AND unit = {Unit.PENCE:d} AND owner = :partner
    )
    SELECT (SELECT coalesce(sum(amount), 0) FROM ledger_transfers
            WHERE credit = (SELECT id FROM mine) AND effective_at < :at)
         - (SELECT coalesce(sum(amount), 0) FROM ledger_transfers
            WHERE debit = (SELECT id FROM mine) AND kind <> 1 AND effective_at < :at)
""")  # noqa: S608 - our own constants


@dataclass(frozen=True)
class Line:
    """`pence` is more than 0 for what the partner earned, less for what it gave back or was paid.

    `voucher`, `title` and VAT are None for a payment. VAT is contained in the pence.
    """

    transfer_id: int
    kind: LineKind
    at: datetime
    pence: Pence
    voucher: UUID | None
    title: str | None
    vat_percent: int | None
    vat_treatment: str | None


@dataclass(frozen=True)
class StatementRead:
    """`closed` once nothing more can be added. What is owed at the end is what was owed before and all lines."""

    period: str
    from_on: date
    until_on: date
    closed: bool
    opening_pence: Pence
    lines: tuple[Line, ...]
    vat: tuple[VatLine, ...]
    closing_pence: Pence

    def sum_of(self, kind: LineKind) -> Pence:
        return Pence(sum(line.pence for line in self.lines if line.kind == kind))


def get_statement(session: Session, *, partner_id: int, period: Period, now: datetime) -> StatementRead:
    """The statement of a month or week, so far where it has not ended."""
    opening = _sum_before(session, partner_id, period.from_at)
    lines = _list_lines(
        session,
        "m.effective_at >= :from_at AND m.effective_at < :until_at",
        partner=partner_id,
        from_at=period.from_at,
        until_at=period.until_at,
    )
    return write_statement_read(period, opening, lines, closed=period.until_at <= now)


def write_statement_read(period: Period, opening: Pence, lines: tuple[Line, ...], *, closed: bool) -> StatementRead:
    closing = Pence(opening + sum(line.pence for line in lines))
    return StatementRead(period.name, period.from_on, period.until_on, closed, opening, lines, sum_vat(lines), closing)


def list_unclaimed(session: Session, *, partner_id: int, until_at: datetime | None) -> tuple[Line, ...]:
    """Lines before an instant, or all, that stand on no closed statement yet."""
    before = "CAST(:until_at AS timestamptz) IS NULL OR m.effective_at < :until_at"
    which = f"({before}) AND NOT EXISTS (SELECT FROM statement_lines s WHERE s.transfer_id = m.id)"
    return _list_lines(session, which, partner=partner_id, until_at=until_at)


def _sum_before(session: Session, partner_id: int, at: datetime) -> Pence:
    return Pence(int(session.execute(_BEFORE, {"partner": partner_id, "at": at}).scalar_one()))


def _list_lines(session: Session, which: str, **given: object) -> tuple[Line, ...]:
    asked = text(_LINES.text.replace("{which}", which))
    return tuple(
        Line(
            row.id,
            _KINDS[TransferKind(row.kind)],
            row.effective_at,
            Pence(row.pence),
            row.public_id,
            row.title,
            row.vat_percent,
            row.vat_treatment,
        )
        for row in session.execute(asked, given)
    )


_KINDS: Final[dict[TransferKind, LineKind]] = {
    TransferKind.PAYABLE: "redemption",
    TransferKind.REFUND: "correction",
    TransferKind.SETTLE: "payment",
}
