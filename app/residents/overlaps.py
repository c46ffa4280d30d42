"""Cards that more than one account says are its own: a question for a person, never a decision by itself.

Worked out from cards and claims when somebody looks, so there is nothing to keep in step and nothing to forget.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

LOOKS_BACK = timedelta(days=90)
MOST = 200

_OVERLAPS = text("""
    WITH said AS (
        SELECT token_hash, resident_id, enrolled_at AS since_at, removed_at AS until_at, true AS linked FROM cards
        WHERE (removed_at IS NULL OR removed_at > :since) AND kind = 'card' AND resident_id <> 0
        UNION ALL
        SELECT token_hash, resident_id, made_at, ended_at, false FROM card_claims
        WHERE made_at > :since AND outcome IS DISTINCT FROM 'proved'
    )
    SELECT DISTINCT CASE WHEN one.linked AND other.linked THEN 'passed_on' ELSE 'claimed_by_two' END AS kind,
           holder.public_id AS earlier, claimant.public_id AS later, other.since_at
    FROM said one JOIN said other ON other.token_hash = one.token_hash AND other.resident_id <> one.resident_id
        AND (other.since_at, other.resident_id) > (one.since_at, one.resident_id)
    JOIN residents holder ON holder.id = one.resident_id AND holder.active
    JOIN residents claimant ON claimant.id = other.resident_id AND claimant.active
    WHERE other.since_at > :since ORDER BY other.since_at DESC LIMIT :most
""")


@dataclass(frozen=True)
class Overlap:
    """Two residents and one card, of which nothing is said. `passed_on`: linked to one after the other gave it up."""

    kind: Literal["claimed_by_two", "passed_on"]
    earlier: UUID
    later: UUID
    since_at: datetime


def list_overlaps(session: Session, *, now: datetime) -> tuple[Overlap, ...]:
    """Of the last 90 days, the newest first, at most 200."""
    rows = session.execute(_OVERLAPS, {"since": now - LOOKS_BACK, "most": MOST})
    return tuple(Overlap(row.kind, row.earlier, row.later, row.since_at) for row in rows)
