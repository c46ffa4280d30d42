"""Partners whose payments wait for a person: a case about them is open, or was refused and no later one released."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

# Of each kind of flag the newest case counts: a later one that was released clears an earlier refusal.
_DOUBTS = text("""
    SELECT partner_id, bool_and(decided_at IS NOT NULL) AS decided, max(coalesce(decided_at, opened_at)) AS since_at,
           array_agg(decided_by) FILTER (WHERE decided_by IS NOT NULL) AS decided_by
    FROM (SELECT DISTINCT ON (partner_id, flag) partner_id, decision, decided_at, opened_at, decided_by
          FROM review_cases WHERE partner_id = ANY(:partners) ORDER BY partner_id, flag, id DESC) AS newest
    WHERE decision IS DISTINCT FROM 'release'
    GROUP BY partner_id
""")


@dataclass(frozen=True)
class Doubt:
    """`decided` is whether a person has looked at all there is; `decided_by` are the officers who refused."""

    decided: bool
    since_at: datetime
    decided_by: frozenset[int]


def find_doubts(session: Session, *, partner_ids: Collection[int]) -> dict[int, Doubt]:
    """By partner; those about whom there is none are left out."""
    rows = session.execute(_DOUBTS, {"partners": sorted(partner_ids)})
    return {row.partner_id: Doubt(row.decided, row.since_at, frozenset(row.decided_by or ())) for row in rows}
