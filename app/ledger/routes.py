"""Which way each kind of transfer may go; `verify` holds every transfer to it, the reference page is checked by it."""

from __future__ import annotations

from dataclasses import dataclass

from app.ledger.chart import AccountKind, TransferKind, Unit


@dataclass(frozen=True)
class Route:
    """`lot` says whether the transfer names a quarter; `cause` what it must name: an event, a hold, or nothing."""

    kind: TransferKind
    unit: Unit
    debit: AccountKind
    credit: AccountKind
    lot: bool
    cause: str


ROUTES = (
    Route(TransferKind.AWARD, Unit.POINTS, AccountKind.BUDGET, AccountKind.WALLET, lot=True, cause="event"),
    Route(TransferKind.CORRECTION, Unit.POINTS, AccountKind.BUDGET, AccountKind.WALLET, lot=True, cause="event"),
    Route(TransferKind.CORRECTION, Unit.POINTS, AccountKind.WALLET, AccountKind.BUDGET, lot=True, cause="event"),
    Route(TransferKind.WRITE_OFF, Unit.POINTS, AccountKind.RECEIVABLE, AccountKind.BUDGET, lot=False, cause="event"),
    Route(TransferKind.WRITE_BACK, Unit.POINTS, AccountKind.BUDGET, AccountKind.RECEIVABLE, lot=False, cause="event"),
    Route(TransferKind.REVERSAL, Unit.POINTS, AccountKind.WALLET, AccountKind.BUDGET, lot=True, cause="event"),
    Route(TransferKind.CLAWBACK, Unit.POINTS, AccountKind.WALLET, AccountKind.BUDGET, lot=True, cause="event"),
    Route(TransferKind.CLAWBACK, Unit.POINTS, AccountKind.BUDGET, AccountKind.RECEIVABLE, lot=False, cause="event"),
    Route(TransferKind.CAPTURE, Unit.POINTS, AccountKind.WALLET, AccountKind.REDEEMED, lot=True, cause="hold"),
    Route(TransferKind.CAPTURE, Unit.POINTS, AccountKind.WALLET, AccountKind.COMMUNITY_GROUP, lot=True, cause="hold"),
    Route(TransferKind.PAYABLE, Unit.PENCE, AccountKind.BACKING, AccountKind.PAYABLE, lot=False, cause="hold"),
    Route(TransferKind.REFUND, Unit.POINTS, AccountKind.REDEEMED, AccountKind.WALLET, lot=True, cause="hold"),
    Route(TransferKind.REFUND, Unit.PENCE, AccountKind.PAYABLE, AccountKind.BACKING, lot=False, cause="hold"),
    Route(TransferKind.SETTLE, Unit.PENCE, AccountKind.PAYABLE, AccountKind.SETTLED, lot=False, cause="nothing"),
    Route(TransferKind.SETTLE, Unit.PENCE, AccountKind.SETTLED, AccountKind.PAYABLE, lot=False, cause="nothing"),
    Route(TransferKind.ISSUE, Unit.POINTS, AccountKind.ISSUANCE, AccountKind.BUDGET, lot=False, cause="nothing"),
    Route(TransferKind.FUND, Unit.PENCE, AccountKind.ISSUANCE, AccountKind.POT, lot=False, cause="nothing"),
    Route(TransferKind.BACK, Unit.PENCE, AccountKind.POT, AccountKind.BACKING, lot=False, cause="nothing"),
    Route(TransferKind.ADJUSTMENT, Unit.POINTS, AccountKind.BUDGET, AccountKind.WALLET, lot=True, cause="nothing"),
    Route(TransferKind.EXPIRY, Unit.POINTS, AccountKind.WALLET, AccountKind.BREAKAGE, lot=True, cause="nothing"),
    Route(TransferKind.RETURN, Unit.PENCE, AccountKind.BACKING, AccountKind.POT, lot=False, cause="nothing"),
)
