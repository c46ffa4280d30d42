"""Partners whose vouchers are used at once and by few people, far more than at other partners: a person looks.

A partner that colludes with a few residents claims and redeems without anybody having come to the shop. Two figures
tell it from others: how often the same people come, and how many vouchers are used within minutes of being claimed.
Either alone is innocent (a regular's café; a till where people claim in the queue), so both must stand out at once.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.earning.review.cases import open_partner_case

LOOKED_BACK: Final = timedelta(days=28)
AT_ONCE: Final = timedelta(minutes=5)
FEWEST: Final = 20
"""Vouchers: of fewer, no figure says anything."""
FEWEST_PARTNERS: Final = 5
"""Partners with so many vouchers: among fewer there is no usual one to compare with."""
VISITS_STAND_OUT, SHARE_STANDS_OUT = 4, 2
"""How many usual spreads above the median; a share ends at one, so it can't be far above."""
SCALE: Final = 1.4826
"""Of the median deviation, so that it estimates a standard deviation."""
LEAST_VISITS, LEAST_SHARE = 1.0, 0.1
"""How far above the median it must be at least: where all are alike, a small difference is nothing."""
FLAG: Final = "redeemed_at_once"

_FIGURES = text("""
    SELECT partner_id, count(*) AS vouchers, count(DISTINCT resident_id) AS people,
           count(*) FILTER (WHERE redeemed_at - made_at < :at_once) AS at_once
    FROM redemptions WHERE status = 'redeemed' AND code_hash IS NOT NULL AND redeemed_at > :since
    GROUP BY partner_id ORDER BY partner_id
""")


@dataclass(frozen=True)
class Figures:
    """What a partner has redeemed lately: how many vouchers, of how many people, how many of them at once."""

    partner_id: int
    vouchers: int
    people: int
    at_once: int

    @property
    def visits(self) -> float:
        """Vouchers a person."""
        return self.vouchers / self.people

    @property
    def share(self) -> float:
        """Of vouchers used at once."""
        return self.at_once / self.vouchers


def find_outliers(partners: Sequence[Figures]) -> list[Figures]:
    """Those that stand out from the others in both figures."""
    enough = [one for one in partners if one.vouchers >= FEWEST]
    if len(enough) < FEWEST_PARTNERS:
        return []
    visits = _find_bound([one.visits for one in enough], VISITS_STAND_OUT, LEAST_VISITS)
    share = _find_bound([one.share for one in enough], SHARE_STANDS_OUT, LEAST_SHARE)
    return [one for one in enough if one.visits > visits and one.share > share]


def flag_outliers(session: Session, *, now: datetime) -> int:
    """Open a case about each, unless one waits; how many are new. Nothing is paused or taken."""
    rows = session.execute(_FIGURES, {"at_once": AT_ONCE, "since": now - LOOKED_BACK})
    found = find_outliers([Figures(row.partner_id, row.vouchers, row.people, row.at_once) for row in rows])
    return sum(
        open_partner_case(
            session,
            partner_id=one.partner_id,
            flag=FLAG,
            evidence={"vouchers": one.vouchers, "people": one.people, "at_once": one.at_once},
            now=now,
        )
        for one in found
    )


def _find_bound(values: list[float], spreads: int, least: float) -> float:
    """Above this a value stands out: the median and the usual spread, which one odd value hardly moves."""
    middle = statistics.median(values)
    spread = SCALE * statistics.median(abs(value - middle) for value in values)
    return middle + max(spreads * spread, least)
