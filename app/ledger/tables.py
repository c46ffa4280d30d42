"""Rows of the ledger. Only app.ledger.service and the set-based poster write them; triggers keep them append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.core.columns import Row, Xid8

LOT_SUM = "lot_0 + lot_1 + lot_2 + lot_3 + lot_4 + lot_5 + lot_6 + lot_7"


class LedgerAccount(Row, table=True):
    """`posted` counts all, `held` the part reserved by holds; a wallet's lots are its spendable points by quarter."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        CheckConstraint("held >= 0", name="ck_ledger_accounts_held"),
        CheckConstraint("posted - held >= floor", name="ck_ledger_accounts_floor"),
        CheckConstraint(
            f"posted * (kind = 1)::int - held * (kind = 1)::int = {LOT_SUM}", name="ck_ledger_accounts_lots_add_up"
        ),
        *(CheckConstraint(f"lot_{n} >= 0", name=f"ck_ledger_accounts_lot_{n}") for n in range(8)),
        Index("uq_ledger_accounts_kind_unit_owner", "kind", "unit", "owner", unique=True, postgresql_where="kind <> 1"),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: int = Field(sa_column=Column(SmallInteger, nullable=False))
    unit: int = Field(sa_column=Column(SmallInteger, nullable=False))
    owner: int = Field(sa_column=Column(BigInteger, nullable=False))
    posted: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    held: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    floor: int | None = Field(default=0, sa_column=Column(BigInteger, nullable=True))
    closed: bool = Field(default=False, nullable=False, sa_column_kwargs={"server_default": "false"})
    lot_0: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    lot_1: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    lot_2: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    lot_3: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    lot_4: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    lot_5: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    lot_6: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    lot_7: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class LedgerTransfer(Row, table=True):
    """One debit and one credit of the same amount: balanced by construction, never changed, never removed."""

    __tablename__ = "ledger_transfers"
    __table_args__ = (
        CheckConstraint("amount > 0", name="ck_ledger_transfers_amount"),
        CheckConstraint("debit <> credit", name="ck_ledger_transfers_two_accounts"),
        Index("ix_ledger_transfers_credit", "credit", "id"),
        Index("ix_ledger_transfers_debit", "debit", "id", postgresql_where="kind <> 1"),
        # What a sealer has not seen yet lies at the end: a few pages say where, and no row costs more log.
        Index("ix_ledger_transfers_xid", text("((xid::text)::bigint)"), postgresql_using="brin"),
        Index("ix_ledger_transfers_effective", "effective_at", postgresql_using="brin"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    debit: int = Field(sa_column=Column(BigInteger, nullable=False))
    credit: int = Field(sa_column=Column(BigInteger, nullable=False))
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    event_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    hold_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    reversal_of: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    effective_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    recorded_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    )
    xid: str = Field(sa_column=Column(Xid8, nullable=False, server_default=text("pg_current_xact_id()")))
    refold: int | None = Field(default=None, nullable=True)
    quarter: int | None = Field(default=None, sa_column=Column(SmallInteger, nullable=True))
    unit: int = Field(sa_column=Column(SmallInteger, nullable=False))
    kind: int = Field(sa_column=Column(SmallInteger, nullable=False))
    generation: int = Field(default=1, sa_column=Column(SmallInteger, nullable=False, server_default="1"))


class LedgerHold(Row, table=True):
    """Points reserved in a wallet: open, then captured or released, once. `state`: 1 open, 2 captured, 3 released."""

    __tablename__ = "ledger_holds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="ck_ledger_holds_amount"),
        CheckConstraint("state IN (1, 2, 3)", name="ck_ledger_holds_state"),
        CheckConstraint("(state = 1) = (resolved_at IS NULL)", name="ck_ledger_holds_resolved_at"),
        Index("ix_ledger_holds_wallet_open", "wallet_id", postgresql_where="state = 1"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    wallet_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    state: int = Field(default=1, sa_column=Column(SmallInteger, nullable=False))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    resolved_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


class LedgerHoldLot(Row, table=True):
    """Which quarter held points came from, and, when another, which one a release gave them back to."""

    __tablename__ = "ledger_hold_lots"
    __table_args__ = (CheckConstraint("amount > 0", name="ck_ledger_hold_lots_amount"),)

    hold_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    quarter: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    released_quarter: int | None = Field(default=None, sa_column=Column(SmallInteger, nullable=True))


class LedgerDraw(Row, table=True):
    """Whose money stood behind the points of a captured hold; less than 0 where points came back. Appended only.

    `drawn_pence` is the sum of the funder's rows up to this one, so that the last says it without a look at the others.
    """

    __tablename__ = "ledger_drawdowns"
    __table_args__ = (
        CheckConstraint("pence <> 0", name="ck_ledger_drawdowns_pence"),
        CheckConstraint("drawn_pence >= 0", name="ck_ledger_drawdowns_drawn"),
        Index("ix_ledger_drawdowns_hold", "hold_id"),
    )

    funder_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    place: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hold_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    drawn_pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    drawn_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class LedgerReversal(Row, table=True):
    """Keeps a transfer from being reversed twice."""

    __tablename__ = "ledger_reversals"

    original_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    transfer_id: int = Field(sa_column=Column(BigInteger, nullable=False))


class LedgerDecision(Row, table=True):
    """What an officer decided about points or money, with the reason; appended, never changed.

    `amount` is pence for pay_in, points for fund, reversal, clawback and adjustment, and pence per 100 points for rate.
    `account_id` is the pot, budget or wallet concerned.
    """

    __tablename__ = "ledger_decisions"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('pay_in', 'fund', 'rate', 'reversal', 'clawback', 'adjustment')", name="ck_ledger_decisions_kind"
        ),
        CheckConstraint("amount >= 0 AND written_off >= 0", name="ck_ledger_decisions_amounts"),
        CheckConstraint(
            "(kind IN ('reversal', 'clawback')) = (event_id IS NOT NULL)", name="ck_ledger_decisions_event"
        ),
        CheckConstraint("reason <> ''", name="ck_ledger_decisions_reason"),
        Index("ix_ledger_decisions_event", "event_id", postgresql_where="event_id IS NOT NULL"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    account_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    event_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    written_off: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class LedgerSeal(Row, table=True):
    """All transfers and audit acts before (`generation`, `below_xid`), `entries` in all; see app.ledger.seals."""

    __tablename__ = "ledger_seals"
    __table_args__ = (CheckConstraint("number > 0 AND entries >= number", name="ck_ledger_seals_numbers"),)

    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    generation: int = Field(sa_column=Column(SmallInteger, nullable=False))
    below_xid: int = Field(sa_column=Column(BigInteger, nullable=False))
    entries: int = Field(sa_column=Column(BigInteger, nullable=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    head: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    signature: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Command(Row, table=True):
    """An answered request under its Idempotency-Key: the same key and body get the same answer, refusals too."""

    __tablename__ = "commands"

    caller: str = Field(sa_column=Column(Text, primary_key=True))
    key: str = Field(sa_column=Column(Text, primary_key=True))
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    status: int = Field(sa_column=Column(SmallInteger, nullable=False))
    answer: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    answered_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
