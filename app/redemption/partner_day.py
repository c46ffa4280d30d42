"""One day of a partner: what was redeemed of each reward, and how many more of it residents can still get."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.units import Pence

_DAY = text("""
    SELECT w.public_id, w.title, w.paused, :on = ANY(w.blackout_on) AS closed, w.stock_left, w.stock_per_day,
           coalesce(d.taken, 0) AS taken, count(r.id) AS redeemed, coalesce(sum(r.cost_pence), 0)::bigint AS pence
    FROM rewards w
    LEFT JOIN reward_days d ON d.reward_id = w.id AND d.taken_on = :on
    LEFT JOIN redemptions r ON r.partner_id = :partner AND r.reward_id = w.id AND r.status = 'redeemed'
        AND r.redeemed_at >= :since AND r.redeemed_at < :until
    WHERE w.partner_id = :partner
    GROUP BY w.id, d.taken
    ORDER BY w.paused, w.title, w.id
""")


@dataclass(frozen=True)
class RewardDay:
    """`left` is None where there is no limit; 0 where it is `paused`, or `closed` for this day."""

    reward: UUID
    title: str
    redeemed: int
    pence: Pence
    left: int | None
    paused: bool
    closed: bool


def list_reward_days(
    session: Session, *, partner_id: int, on: date, since: datetime, until: datetime
) -> tuple[RewardDay, ...]:
    """Every reward of the partner by title, paused ones last; `on` is the day that lasts from `since` to `until`."""
    given = {"partner": partner_id, "on": on, "since": since, "until": until}
    return tuple(
        RewardDay(
            reward=row.public_id,
            title=row.title,
            redeemed=row.redeemed,
            pence=Pence(row.pence),
            left=0 if row.paused or row.closed else _find_left(row.stock_left, row.stock_per_day, row.taken),
            paused=row.paused,
            closed=row.closed,
        )
        for row in session.execute(_DAY, given)
    )


def _find_left(stock: int | None, per_day: int | None, taken: int) -> int | None:
    limits = [limit for limit in (stock, None if per_day is None else max(per_day - taken, 0)) if limit is not None]
    return min(limits, default=None)
