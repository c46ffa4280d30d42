"""What wallets and events show; nothing here locks or writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session

from app.ledger.chart import LOTS, AccountKind, TransferKind
from app.ledger.errors import WalletNotFound
from app.ledger.lots import LOT_COLUMNS, OLDEST_QUARTER, Lots, expires_on


@dataclass(frozen=True)
class Expiring:
    """Points that can no longer be spent from this date on."""

    points: int
    on: date


@dataclass(frozen=True)
class Balance:
    """What a resident may spend, what is reserved, and when the former expires, soonest first."""

    available: int
    held: int
    expiring: tuple[Expiring, ...]


@dataclass(frozen=True)
class TransferRead:
    """One transfer as it stands in the books."""

    id: int
    kind: TransferKind
    debit: int
    credit: int
    points: int
    quarter: int | None
    refold: int | None
    effective_at: datetime
    recorded_at: datetime


_WALLET = text(f"""
    SELECT held, {LOT_COLUMNS}, (SELECT value::int FROM scheme_facts WHERE key = '{OLDEST_QUARTER}')
    FROM ledger_accounts WHERE id = :wallet_id AND kind = {AccountKind.WALLET:d}
""")  # noqa: S608 - our own constants

# One branch for each index that serves it; what is written off, or given again, is in the resident's receivable.
_EVENT_TRANSFERS = text(f"""
    WITH receivable AS (
        SELECT id FROM ledger_accounts WHERE kind = {AccountKind.RECEIVABLE:d} AND owner = :wallet_id
    )
    SELECT t.id, t.kind, t.debit, t.credit, t.amount, t.quarter, t.refold, t.effective_at, t.recorded_at FROM (
        SELECT * FROM ledger_transfers WHERE credit = :wallet_id AND event_id = :event_id
        UNION ALL
        SELECT * FROM ledger_transfers WHERE debit = :wallet_id AND kind <> 1 AND event_id = :event_id
        UNION ALL
        SELECT * FROM ledger_transfers
        WHERE debit = (SELECT id FROM receivable) AND kind <> 1 AND kind = {TransferKind.WRITE_OFF:d}
          AND event_id = :event_id
        UNION ALL
        SELECT * FROM ledger_transfers
        WHERE credit = (SELECT id FROM receivable) AND kind = {TransferKind.WRITE_BACK:d} AND event_id = :event_id
    ) AS t ORDER BY t.id
""")  # noqa: S608 - our own constants


def get_balance(session: Session, *, wallet_id: int, now: datetime) -> Balance:
    """Read one wallet. Raises WalletNotFound."""
    row = session.execute(_WALLET, {"wallet_id": wallet_id}).one_or_none()
    if row is None:
        raise WalletNotFound
    held, *slots, oldest = row
    live = list(Lots(tuple(slots[:LOTS]), oldest or 0).live(now))
    expiring = tuple(Expiring(points, expires_on(quarter)) for quarter, points in live)
    return Balance(available=sum(points for _, points in live), held=held, expiring=expiring)


def list_event_transfers(session: Session, *, event_id: int, wallet_id: int) -> tuple[TransferRead, ...]:
    """List what one event moved for its resident, oldest first; a clawback by what left the wallet."""
    rows = session.execute(_EVENT_TRANSFERS, {"event_id": event_id, "wallet_id": wallet_id})
    return tuple(TransferRead(number, TransferKind(kind), *rest) for number, kind, *rest in rows)
