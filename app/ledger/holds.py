"""Rows of holds: points reserved in a wallet until they are captured or released, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.ledger.errors import HoldNotFound, HoldResolved

OPEN, CAPTURED, RELEASED = 1, 2, 3
_STATES = {CAPTURED: "captured", RELEASED: "released"}

_INSERT = text("""
    WITH hold AS (
        INSERT INTO ledger_holds (id, wallet_id, amount, state, made_at)
        VALUES (:hold_id, :wallet_id, :amount, 1, :now)
    )
    INSERT INTO ledger_hold_lots (hold_id, quarter, amount)
    SELECT :hold_id, * FROM unnest(CAST(:quarters AS smallint[]), CAST(:amounts AS bigint[]))
""")

_LOCK = text("SELECT id, wallet_id, amount, state FROM ledger_holds WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")

_LOTS = text(
    "SELECT hold_id, quarter, amount FROM ledger_hold_lots WHERE hold_id = ANY(:ids) ORDER BY hold_id, quarter"
)

_RESOLVE = text("UPDATE ledger_holds SET state = :state, resolved_at = :now WHERE id = ANY(:ids)")

_MOVE = text("""
    UPDATE ledger_hold_lots l SET released_quarter = m.landing
    FROM unnest(CAST(:ids AS bigint[]), CAST(:quarters AS smallint[]), CAST(:landings AS smallint[]))
        AS m (hold_id, quarter, landing)
    WHERE l.hold_id = m.hold_id AND l.quarter = m.quarter
""")


@dataclass(frozen=True)
class OpenHold:
    """A hold under lock; `lots` are its points by the quarter they came from."""

    id: int
    wallet_id: int
    points: int
    lots: Mapping[int, int]


def insert_hold(session: Session, *, hold_id: int, wallet_id: int, lots: Mapping[int, int], now: datetime) -> None:
    """Write down an open hold and where its points came from."""
    session.execute(
        _INSERT,
        {
            "hold_id": hold_id,
            "wallet_id": wallet_id,
            "amount": sum(lots.values()),
            "now": now,
            "quarters": list(lots),
            "amounts": list(lots.values()),
        },
    )


def lock_holds(session: Session, hold_ids: Sequence[int]) -> list[OpenHold]:
    """Lock open holds in id order. Raises HoldNotFound or HoldResolved when one of them is not there or not open."""
    ids = sorted(set(hold_ids))
    rows = session.execute(_LOCK, {"ids": ids}).all()
    if len(rows) != len(ids):
        raise HoldNotFound
    for row in rows:
        if row.state != OPEN:
            raise HoldResolved(state=_STATES[row.state])
    lots: dict[int, dict[int, int]] = {number: {} for number in ids}
    for lot in session.execute(_LOTS, {"ids": ids}):
        lots[lot.hold_id][lot.quarter] = lot.amount
    return [OpenHold(row.id, row.wallet_id, row.amount, lots[row.id]) for row in rows]


def mark_captured(session: Session, *, hold_id: int, now: datetime) -> None:
    """The points were spent."""
    session.execute(_RESOLVE, {"ids": [hold_id], "state": CAPTURED, "now": now})


def mark_released(
    session: Session, *, hold_ids: Sequence[int], moved: Sequence[tuple[int, int, int]], now: datetime
) -> None:
    """The points went back; `moved` names hold, quarter and the other quarter where it was another one."""
    session.execute(_RESOLVE, {"ids": list(hold_ids), "state": RELEASED, "now": now})
    if moved:
        ids, quarters, landings = zip(*moved, strict=True)
        session.execute(_MOVE, {"ids": list(ids), "quarters": list(quarters), "landings": list(landings)})
