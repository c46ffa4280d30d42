"""A resident's year on one page: what they did, earned and used, as benefits offices and tax forms ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import LONDON
from app.ledger.chart import TransferKind


@dataclass(frozen=True)
class Done:
    """How often something was done, and for how many minutes where that is told."""

    type: str
    times: int
    minutes: int
    points: int


@dataclass(frozen=True)
class StatementRead:
    """From 1 January to 31 December in Leeds. `value_pence` is what partners were owed for the vouchers used.

    `earned_points` is net of what was taken back; `declined` is how often thanks were taken without points.
    """

    year: int
    done: tuple[Done, ...]
    declined: int
    earned_points: int
    used_points: int
    expired_points: int
    vouchers_used: int
    value_pence: int


def make_statement(session: Session, *, resident_id: int, year: int) -> StatementRead:
    """Of any year; one in which nothing happened has noughts."""
    facts = {
        "me": resident_id,
        "start": datetime(year, 1, 1, tzinfo=LONDON),
        "until": datetime(year + 1, 1, 1, tzinfo=LONDON),
        "gains": [TransferKind.AWARD, TransferKind.CORRECTION, TransferKind.REVERSAL, TransferKind.CLAWBACK],
        "uses": [TransferKind.CAPTURE],
        "ends": [TransferKind.EXPIRY],
    }
    done = tuple(Done(row.type, row.times, row.minutes, row.points) for row in session.execute(_DONE, facts))
    moved = session.execute(_MOVED, facts).one()
    used = session.execute(_USED, facts).one()
    return StatementRead(
        year=year,
        done=done,
        declined=session.execute(_DECLINED, facts).scalar_one(),
        earned_points=moved.earned,
        used_points=moved.used,
        expired_points=moved.expired,
        vouchers_used=used.vouchers,
        value_pence=used.pence,
    )


_SPAN: Final = "happened_at >= :start AND happened_at < :until"

_DONE = text(f"""
    SELECT type, count(*) AS times, coalesce(sum((data->>'minutes')::bigint), 0)::bigint AS minutes,
           coalesce(sum(points), 0)::bigint AS points
    FROM events WHERE resident_id = :me AND voided_at IS NULL AND {_SPAN} GROUP BY type ORDER BY type
""")  # noqa: S608 - our own words

_DECLINED = text(f"SELECT count(*) FROM events WHERE resident_id = :me AND reasons = '{{declined}}' AND {_SPAN}")  # noqa: S608 - our own words

_MOVED = text("""
    SELECT coalesce(sum(CASE WHEN credit = :me THEN amount ELSE -amount END)
                    FILTER (WHERE kind = ANY(:gains)), 0)::bigint AS earned,
           coalesce(sum(amount) FILTER (WHERE kind = ANY(:uses)), 0)::bigint AS used,
           coalesce(sum(amount) FILTER (WHERE kind = ANY(:ends)), 0)::bigint AS expired
    FROM ledger_transfers WHERE (debit = :me OR credit = :me) AND recorded_at >= :start AND recorded_at < :until
""")

_USED = text("""
    SELECT count(*) AS vouchers, coalesce(sum(cost_pence), 0)::bigint AS pence FROM redemptions
    WHERE resident_id = :me AND status = 'redeemed' AND redeemed_at >= :start AND redeemed_at < :until
""")
