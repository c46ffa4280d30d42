"""The general-ledger journal: every movement of money of a period, as two lines that a council's system imports.

An entry's id stays the same for good, so an import that is repeated, or a period that is exported again, is detectable.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.core.units import Pence
from app.ledger.chart import AccountKind, TransferKind, Unit
from app.settlement.account_codes import TITLES, AccountCodes
from app.settlement.papers import guard_text, write_pounds

COLUMNS: Final = ("entry", "date", "code", "account", "party", "debit", "credit", "what")

SENTENCES: Final = {
    TransferKind.FUND: "A funder set money aside",
    TransferKind.BACK: "Put behind points",
    TransferKind.PAYABLE: "A reward was used",
    TransferKind.REFUND: "A used reward was undone or refunded",
    TransferKind.SETTLE: "A partner was paid, or a payment came back",
    TransferKind.RETURN: "Points expired: back to who funded them",
}

_MOVED: Final = text(f"""
    SELECT t.id, t.kind, t.effective_at, t.amount, d.kind AS debit_kind, d.owner AS debit_owner,
           c.kind AS credit_kind, c.owner AS credit_owner, dp.name AS debit_partner, cp.name AS credit_partner
    FROM ledger_transfers t
    JOIN ledger_accounts d ON d.id = t.debit
    JOIN ledger_accounts c ON c.id = t.credit
    LEFT JOIN partners dp ON dp.id = d.owner AND d.kind IN ({AccountKind.PAYABLE:d}, {AccountKind.SETTLED:d})
    LEFT JOIN partners cp ON cp.id = c.owner AND c.kind IN ({AccountKind.PAYABLE:d}, {AccountKind.SETTLED:d})
    WHERE t.unit = {Unit.PENCE:d} AND t.kind <> 1 AND t.effective_at >= :from_at AND t.effective_at < :until_at
    ORDER BY t.effective_at, t.id
""")  # noqa: S608 - our own constants


@dataclass(frozen=True)
class JournalLine:
    """One half of an entry: `debit_pence` or `credit_pence` is more than 0, the other 0."""

    entry: str
    on: date
    code: str
    kind: AccountKind
    owner: int
    party: str
    debit_pence: Pence
    credit_pence: Pence
    what: str


def list_journal(
    session: Session, *, scheme: str, codes: AccountCodes, from_at: datetime, until_at: datetime
) -> tuple[JournalLine, ...]:
    """The debit and then the credit of every movement of money in [from_at, until_at), the earliest first."""
    lines: list[JournalLine] = []
    for row in session.execute(_MOVED, {"from_at": from_at, "until_at": until_at}):
        for side, kind, owner, partner in (
            ("debit", AccountKind(row.debit_kind), row.debit_owner, row.debit_partner),
            ("credit", AccountKind(row.credit_kind), row.credit_owner, row.credit_partner),
        ):
            lines.append(
                JournalLine(
                    entry=f"{scheme}-{row.id}",
                    on=london_date(row.effective_at),
                    code=codes.find(kind, owner),
                    kind=kind,
                    owner=owner,
                    party=f"Funder {owner}" if kind is AccountKind.POT else partner or "",
                    debit_pence=Pence(row.amount if side == "debit" else 0),
                    credit_pence=Pence(row.amount if side == "credit" else 0),
                    what=SENTENCES[TransferKind(row.kind)],
                )
            )
    return tuple(lines)


def write_journal(lines: Iterable[JournalLine]) -> str:
    """As a table for a spreadsheet or an import; pounds with two decimals, an empty cell for nothing."""
    page = io.StringIO()
    table = csv.writer(page, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for line in lines:
        table.writerow(
            [
                line.entry,
                line.on,
                guard_text(line.code),
                TITLES[line.kind],
                guard_text(line.party),
                write_pounds(line.debit_pence) if line.debit_pence else "",
                write_pounds(line.credit_pence) if line.credit_pence else "",
                line.what,
            ]
        )
    return page.getvalue()
