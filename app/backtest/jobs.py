"""Back-tests as jobs: asked for, looked at, called off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from app.backtest.errors import BacktestEnded, BacktestUnknown, SpanUpsideDown, TooManyBacktests
from app.backtest.tables import Backtest
from app.core.clock import london_date
from app.core.ids import take_id, uuid7
from rules.document import Rule

OPEN = ("waiting", "running")
MOST_OPEN: Final = 20


@dataclass(frozen=True)
class BacktestRead:
    """`status`: waiting, running, done, failed or cancelled. `result` is the report, None until it is done."""

    public_id: UUID
    rule_key: str
    revision: int
    from_on: date
    to_on: date
    status: str
    residents: int
    percent: int
    reason: str | None
    asked_at: datetime
    ended_at: datetime | None
    result: dict[str, Any] | None


def ask_backtest(
    session: Session, *, draft: Rule, revision: int, from_on: date, to_on: date, officer_id: int, now: datetime
) -> BacktestRead:
    """Over the events from `from_on` to `to_on`, both included. Raises SpanUpsideDown or TooManyBacktests."""
    if from_on > to_on or to_on > london_date(now):
        raise SpanUpsideDown
    waiting = session.exec(select(func.count()).select_from(Backtest).where(col(Backtest.status).in_(OPEN))).one()
    if waiting >= MOST_OPEN:
        raise TooManyBacktests(most=MOST_OPEN)
    row = Backtest(
        id=take_id(session),
        public_id=uuid7(now),
        rule_key=draft.id,
        revision=revision,
        document=msgspec.json.decode(draft.model_dump_json(by_alias=True)),
        from_on=from_on,
        to_on=to_on,
        status="waiting",
        asked_by=officer_id,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    return read_row(row)


def get_backtest(session: Session, *, backtest: UUID) -> BacktestRead:
    """Raises BacktestUnknown."""
    return read_row(_get_row(session, backtest))


def list_backtests(session: Session, *, key: str, limit: int) -> tuple[BacktestRead, ...]:
    """Those of a rule's drafts, newest first."""
    wanted = select(Backtest).where(Backtest.rule_key == key).order_by(col(Backtest.id).desc()).limit(limit)
    return tuple(read_row(row) for row in session.exec(wanted))


def cancel_backtest(session: Session, *, backtest: UUID, now: datetime) -> BacktestRead:
    """Call it off; whoever works on it stops at the next chunk. Raises BacktestUnknown or BacktestEnded."""
    row = _get_row(session, backtest, lock=True)
    if row.status not in OPEN:
        raise BacktestEnded(status=row.status)
    row.status, row.ended_at, row.heartbeat_at = "cancelled", now, None
    session.flush()
    return read_row(row)


def _get_row(session: Session, backtest: UUID, *, lock: bool = False) -> Backtest:
    wanted = select(Backtest).where(col(Backtest.public_id) == backtest)
    row = session.exec(wanted.with_for_update() if lock else wanted).first()
    if row is None:
        raise BacktestUnknown
    return row


def read_row(row: Backtest) -> BacktestRead:
    return BacktestRead(
        public_id=row.public_id,
        rule_key=row.rule_key,
        revision=row.revision,
        from_on=row.from_on,
        to_on=row.to_on,
        status=row.status,
        residents=row.residents,
        percent=row.percent,
        reason=row.reason,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
        result=row.result,
    )
