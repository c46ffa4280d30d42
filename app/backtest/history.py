"""How many days of events are stored of the kind that a rule is about."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.backtest.apart import find_types
from app.core.clock import london_date
from rules.document import Rule

_ENDS: Final = text("""
    SELECT min(e.happened_at) AS first_at, max(e.happened_at) AS last_at
    FROM events e JOIN sources s ON s.id = e.source_id
    WHERE s.name = :source AND e.type = ANY(:types) AND e.voided_at IS NULL
""")


def count_history_days(session: Session, rule: Rule) -> int:
    """London dates from the first event of its type and source to the last one, both included; 0 without any.

    A challenge is no stored event, so a rule about one has none.
    """
    types = sorted(find_types([rule.model_copy(update={"progress": None})]))
    ends = session.execute(_ENDS, {"source": rule.source, "types": types}).one()
    return 0 if ends.first_at is None else (london_date(ends.last_at) - london_date(ends.first_at)).days + 1
