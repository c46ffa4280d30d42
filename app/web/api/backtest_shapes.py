"""What officers are shown of back-tests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from app.backtest.jobs import BacktestRead
from app.core.ids import public_id
from app.web.api.answers import Shape


class BacktestSummaryShape(Shape):
    """`status`: waiting, running, done, failed (with a `reason`) or cancelled. `percent` is how far it has come."""

    id: str
    rule: str
    revision: int
    from_on: date
    to_on: date
    status: str
    percent: int
    residents: int
    reason: str | None
    asked_at: datetime
    ended_at: datetime | None


class BacktestShape(BacktestSummaryShape):
    """And the report, null until it is done."""

    result: dict[str, Any] | None


class BacktestsShape(Shape):
    """Newest first, at most 50, without their reports."""

    items: list[BacktestSummaryShape]


def present_backtest(backtest: BacktestRead) -> BacktestShape:
    return BacktestShape(**summarise_backtest(backtest), result=backtest.result)


def summarise_backtest(backtest: BacktestRead) -> dict[str, Any]:
    return {
        "id": public_id("bkt", backtest.public_id),
        "rule": backtest.rule_key,
        "revision": backtest.revision,
        "from_on": backtest.from_on,
        "to_on": backtest.to_on,
        "status": backtest.status,
        "percent": backtest.percent,
        "residents": backtest.residents,
        "reason": backtest.reason,
        "asked_at": backtest.asked_at,
        "ended_at": backtest.ended_at,
    }
