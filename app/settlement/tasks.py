"""Partners' weeks are closed by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlmodel import Session, col, select

from app.core.clock import london_date
from app.core.database import Database
from app.offers.tables import Partner
from app.settlement.periods import week_of
from app.settlement.service import close_week

_log = structlog.get_logger("app.settlement")


def close_last_week(database: Database, *, now: datetime, delay: timedelta = timedelta()) -> int:
    """Close the week before this one for every partner, each in a transaction of its own; how many were.

    Their payments go `delay` later at the earliest. A partner whose week can't be closed keeps no other from its money;
    what went wrong is raised when all have been tried, so that the job is tried again and seen.
    """
    week = week_of(london_date(now) - timedelta(days=7))
    partners = database.in_transaction(_list_partner_ids)
    closed = 0
    faults: list[Exception] = []
    for partner in partners:
        close = partial(close_week, partner_id=partner, week=week, delay=delay, now=now)
        try:
            closed += database.in_transaction(close) is not None
        except Exception as fault:  # noqa: BLE001 - raised below
            _log.error("week not closed", partner=partner, fault=type(fault).__name__)
            faults.append(fault)
    if faults:
        message = "Not every partner's week was closed."
        raise ExceptionGroup(message, faults)
    return closed


def _list_partner_ids(session: Session) -> list[int]:
    """Those that have left, too: they may be owed something."""
    return list(session.exec(select(Partner.id).order_by(col(Partner.id))))
