"""The figures that an officer sees first: who takes part, what was given and redeemed, and what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.core.units import Points
from app.ledger.chart import AccountKind, TransferKind, Unit
from app.settlement.periods import midnight

DAYS: Final = 28

_SO_FAR: Final = text(f"""
    SELECT count(*) AS people, count(*) FILTER (WHERE enrolled_at >= :since) AS new_people,
           (SELECT count(*) FROM events WHERE recorded_at >= :since AND voided_at IS NULL) AS events,
           (SELECT coalesce(sum(posted), 0)::bigint FROM ledger_accounts WHERE kind = {AccountKind.WALLET:d}) AS points
    FROM residents WHERE erased_at IS NULL
""")  # noqa: S608 - our own constant

# From a budget to a wallet, less what went back; and spent, less what came back: each on the day on which it moved.
_MOVED: Final = text(f"""
    SELECT (t.effective_at AT TIME ZONE 'Europe/London')::date,
           sum(CASE WHEN d.kind = {AccountKind.BUDGET:d} AND c.kind = {AccountKind.WALLET:d} THEN t.amount
                    WHEN d.kind = {AccountKind.WALLET:d} AND c.kind = {AccountKind.BUDGET:d} THEN -t.amount
                    ELSE 0 END),
           sum(CASE t.kind WHEN {TransferKind.CAPTURE:d} THEN t.amount WHEN {TransferKind.REFUND:d} THEN -t.amount
                    ELSE 0 END)
    FROM ledger_transfers t JOIN ledger_accounts d ON d.id = t.debit JOIN ledger_accounts c ON c.id = t.credit
    WHERE t.effective_at >= :since AND t.unit = {Unit.POINTS:d} GROUP BY 1
""")  # noqa: S608 - our own constants

_WAITING: Final = text("""
    SELECT (SELECT count(*) FROM review_cases WHERE decided_at IS NULL),
           (SELECT count(*) FROM review_cases WHERE decided_at IS NULL AND due_at < :now),
           (SELECT count(*) FROM appeals WHERE decision IS NULL),
           (SELECT count(*) FROM appeals WHERE decision IS NULL AND due_at < :now),
           (SELECT count(*) FROM complaints WHERE answered_at IS NULL),
           (SELECT count(*) FROM complaints WHERE acknowledged_at IS NULL AND due_at < :now)
""")


@dataclass(frozen=True)
class DayRead:
    """Points given and redeemed on a local date, each net of what came back on it."""

    on: date
    given: int
    redeemed: int


@dataclass(frozen=True)
class WaitingRead:
    """What residents wait for, the late ones among them. What waits for a second person is in `approvals`."""

    cases: int
    late_cases: int
    appeals: int
    late_appeals: int
    complaints: int
    late_complaints: int


@dataclass(frozen=True)
class Overview:
    """`new_people`, `events` and `days` are of the last 28 days, today among them; the days stand in order, each once.

    `outstanding_points` are in residents' wallets, held ones too.
    """

    people: int
    new_people: int
    events: int
    days: tuple[DayRead, ...]
    outstanding_points: Points
    waiting: WaitingRead

    @property
    def given_points(self) -> int:
        return sum(day.given for day in self.days)

    @property
    def redeemed_points(self) -> int:
        return sum(day.redeemed for day in self.days)


def read_overview(session: Session, *, now: datetime) -> Overview:
    first_on = london_date(now) - timedelta(days=DAYS - 1)
    since = midnight(first_on)
    so_far = session.execute(_SO_FAR, {"since": since}).one()
    moved = {on: (given, redeemed) for on, given, redeemed in session.execute(_MOVED, {"since": since})}
    dates = [first_on + timedelta(days=day) for day in range(DAYS)]
    return Overview(
        people=so_far.people,
        new_people=so_far.new_people,
        events=so_far.events,
        days=tuple(DayRead(on, *map(int, moved.get(on, (0, 0)))) for on in dates),
        outstanding_points=Points(so_far.points),
        waiting=WaitingRead(*session.execute(_WAITING, {"now": now}).one()),
    )
