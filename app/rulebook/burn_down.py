"""How a campaign's points went, day by day, and when they are gone if it goes on like that."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.ledger.chart import TransferKind
from app.rulebook.campaigns import CampaignBudget
from app.rulebook.run_out import find_run_out

PACE_DAYS: Final = 28
"""The pace is that of so many days before today: whole weeks, so that every weekday counts alike."""

_GIVEN: Final = text(f"""
    SELECT (effective_at AT TIME ZONE 'Europe/London')::date AS given_on,
        sum(CASE WHEN debit = :budget THEN amount ELSE -amount END)::bigint AS points
    FROM ledger_transfers WHERE :budget IN (debit, credit) AND kind <> {TransferKind.ISSUE:d}
    GROUP BY 1 ORDER BY 1
""")  # noqa: S608 - our own constant


@dataclass(frozen=True)
class BurnDay:
    """A London date for which points were given, net of what came back of that day's.

    `left_points` are those funded until now less all given for dates up to this one.
    """

    on: date
    given_points: int
    left_points: int


@dataclass(frozen=True)
class BurnDown:
    """`days` are those on which points moved, soonest first.

    `run_out_on` is the first date that finds too little, if the days from `pace_from_on` until yesterday come again and
    again, or None when the points last to the campaign's end. Both are None when nothing was given on those days.
    """

    key: str
    days: tuple[BurnDay, ...]
    pace_from_on: date | None
    run_out_on: date | None


def read_burn_down(session: Session, campaign: CampaignBudget, *, now: datetime) -> BurnDown:
    key = campaign.key
    given = {row.given_on: int(row.points) for row in session.execute(_GIVEN, {"budget": campaign.account_id})}
    so_far = accumulate(given.values())
    days = tuple(
        BurnDay(on, points, campaign.funded_points - gone)
        for (on, points), gone in zip(given.items(), so_far, strict=True)
    )
    today = london_date(now)
    paced = {on: points for on, points in given.items() if today - timedelta(days=PACE_DAYS) <= on < today}
    if sum(paced.values()) <= 0:
        return BurnDown(key, days, None, None)
    # A campaign that began a week ago has a pace of a week, not of four of which three were empty.
    from_on = max(today - timedelta(days=PACE_DAYS), min(given))
    run_out_on = find_run_out(
        *(Counter({(key, on): points for on, points in paced.items()}), key),
        left_points=campaign.left_points,
        first_on=from_on,
        last_on=today - timedelta(days=1),
        today_on=today,
        until_on=campaign.ends_on,
    )
    return BurnDown(key, days, from_on, run_out_on)
