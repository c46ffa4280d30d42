"""Disputes, read: by whoever opened them, by the resident and the partner concerned, and by officers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from app.core.paging import Page, clamp_limit, parse_cursor


@dataclass(frozen=True)
class DisputeRead:
    """`spent_points` is what the voucher cost; people are by internal id, `opened_by` one of `opened_kind`."""

    id: UUID
    redemption: UUID
    resident: UUID
    reward: str
    partner: str
    spent_points: int
    opened_kind: str
    opened_by: int
    reason: str
    opened_at: datetime
    due_at: datetime
    points: int | None
    answer: str | None
    proposed_by: int | None
    proposed_at: datetime | None
    decision: str | None
    decided_by: int | None
    decided_at: datetime | None
    pence: int | None


_READ: Final = """
    SELECT d.public_id AS id, v.public_id AS redemption, r.public_id AS resident, w.title AS reward, p.name AS partner,
           v.points AS spent_points, d.opened_kind, d.opened_by, d.reason, d.opened_at, d.due_at, d.points, d.answer,
           d.proposed_by, d.proposed_at, d.decision, d.decided_by, d.decided_at, d.pence
    FROM disputes d
    JOIN redemptions v ON v.id = d.redemption_id
    JOIN residents r ON r.id = v.resident_id
    JOIN rewards w ON w.id = v.reward_id
    JOIN partners p ON p.id = v.partner_id
"""


def read_dispute(session: Session, *, number: int) -> DisputeRead:
    """By its internal id, which exists."""
    return _read(session.execute(text(f"{_READ} WHERE d.id = :id"), {"id": number}).mappings().one())


def list_disputes(session: Session, *, decided: bool, after: str | None, limit: int) -> Page[DisputeRead]:
    """Those that wait, or those that are decided; oldest, and so soonest due, first. Raises CursorUnknown."""
    return _page(session, "(d.decision IS NOT NULL) = :mine", decided, after, limit)


def list_party_disputes(
    session: Session, *, party: Literal["resident", "partner"], party_id: int, after: str | None, limit: int
) -> Page[DisputeRead]:
    """About the party's vouchers, whoever opened them. Raises CursorUnknown."""
    return _page(session, f"v.{party}_id = :mine", party_id, after, limit)


def _page(session: Session, which: str, mine: object, after: str | None, limit: int) -> Page[DisputeRead]:
    size = clamp_limit(limit)
    found = (
        session.execute(
            text(
                f"{_READ} WHERE {which} AND (CAST(:after AS uuid) IS NULL OR d.public_id > :after)"
                " ORDER BY d.public_id LIMIT :size"
            ),
            {"mine": mine, "after": parse_cursor(after), "size": size + 1},
        )
        .mappings()
        .all()
    )
    items = tuple(map(_read, found[:size]))
    return Page(items, items[-1].id.hex if len(found) > size else None)


def _read(row: RowMapping) -> DisputeRead:
    return DisputeRead(**row)
