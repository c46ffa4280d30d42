"""Partners' weeks are closed by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session, col, select

from app.core.clock import london_date
from app.core.database import Database
from app.offers.tables import Partner
from app.settlement.periods import week_of
from app.settlement.service import close_week


def close_last_week(database: Database, *, now: datetime, delay: timedelta = timedelta()) -> int:
    """Close the week before this one for every partner, each in a transaction of its own; how many were.

    Their payments go `delay` later at the earliest.
    """
    week = week_of(london_date(now) - timedelta(days=7))
    partners = database.in_transaction(_list_partner_ids)
    closed = 0
    for partner in partners:
        close = partial(close_week, partner_id=partner, week=week, delay=delay, now=now)
        closed += database.in_transaction(close) is not None
    return closed


def _list_partner_ids(session: Session) -> list[int]:
    """Those that have left, too: they may be owed something."""
    return list(session.exec(select(Partner.id).order_by(col(Partner.id))))
