"""What partners have redeemed over the periods by which the law counts: pence, less what came back of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import LONDON, london_date
from app.core.units import Pence

APRIL: Final = 4
LEAP_DAY: Final = (2, 29)

_VALUES = text("""
    SELECT r.partner_id, coalesce(sum(r.cost_pence - b.pence) FILTER (WHERE r.redeemed_at >= :year), 0)::bigint AS year,
           coalesce(sum(r.cost_pence - b.pence) FILTER (WHERE r.redeemed_at >= :years), 0)::bigint AS years
    FROM redemptions r CROSS JOIN LATERAL (
        SELECT coalesce(sum(u.pence), 0) AS pence FROM redemption_refunds u
        WHERE u.redemption_id = r.id AND u.kind = 'refund') AS b
    WHERE r.status = 'redeemed' AND r.redeemed_at >= least(:year, :years) GROUP BY r.partner_id ORDER BY r.partner_id
""")


@dataclass(frozen=True)
class Values:
    """What was redeemed in the last 12 months, and since the first of April two financial years before this one."""

    year_pence: Pence
    years_pence: Pence


NOTHING: Final = Values(Pence(0), Pence(0))


def list_values(session: Session, *, now: datetime) -> dict[int, Values]:
    """By partner, without those that have redeemed nothing. What came back is taken off the voucher's own day."""
    today = london_date(now)
    spans = {"year": _midnight(find_year_start(today)), "years": _midnight(find_years_start(today))}
    rows = session.execute(_VALUES, spans)
    return {row.partner_id: Values(Pence(row.year), Pence(row.years)) for row in rows}


def find_year_start(today: date) -> date:
    """The same date a year ago, from which on the last 12 months are counted."""
    if (today.month, today.day) == LEAP_DAY:
        return date(today.year - 1, 3, 1)
    return today.replace(year=today.year - 1)


def find_years_start(today: date) -> date:
    """The first day of the financial year, from April to March, that is two before that of `today`."""
    current = today.year if today.month >= APRIL else today.year - 1
    return date(current - 2, APRIL, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON).astimezone(UTC)
