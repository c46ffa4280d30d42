"""Payments to partners, read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from app.core.units import Pence
from app.earning.review.doubts import Doubt, find_doubts
from app.settlement.tables import Payout, Statement


@dataclass(frozen=True)
class PayoutRead:
    """`status`: waiting, held, ordered, paid, returned or dropped; `reason` is why it is not paid.

    One that is `doubted` waits for a person, because of a case about the partner.
    """

    public_id: UUID
    partner_id: int
    method: str
    pence: Pence
    status: str
    from_on: date
    until_on: date
    reason: str | None
    made_at: datetime
    ended_at: datetime | None
    due_on: date | None
    doubted: bool


def list_payouts(
    session: Session, *, partner_id: int | None, statuses: Collection[str] = (), limit: int
) -> tuple[PayoutRead, ...]:
    """Newest first; of one partner, or of all; without `statuses` in whatever state."""
    wanted = _newest()
    if partner_id is not None:
        wanted = wanted.where(Payout.partner_id == partner_id)
    if statuses:
        wanted = wanted.where(col(Payout.status).in_(statuses))
    return _read(session, wanted.limit(limit))


def list_payouts_and_latest(
    session: Session, *, statuses: Collection[str], limit: int, latest: int
) -> tuple[PayoutRead, ...]:
    """Newest first, of all partners: up to `limit` in these `statuses`, and the `latest` in whatever state."""
    newest = select(Payout.id).order_by(col(Payout.id).desc())
    chosen = newest.where(col(Payout.status).in_(statuses)).limit(limit)
    return _read(session, _newest().where(col(Payout.id).in_(chosen) | col(Payout.id).in_(newest.limit(latest))))


def _newest() -> Select[Payout, Statement]:
    joined = select(Payout, Statement).join(Statement, col(Statement.id) == col(Payout.statement_id))
    return joined.order_by(col(Payout.id).desc())


def _read(session: Session, wanted: Select[Payout, Statement]) -> tuple[PayoutRead, ...]:
    rows = session.exec(wanted).all()
    doubts = find_doubts(session, partner_ids={payout.partner_id for payout, _ in rows})
    return tuple(read_payout(payout, statement, doubted=is_doubted(payout, doubts)) for payout, statement in rows)


def is_doubted(payout: Payout, doubts: dict[int, Doubt]) -> bool:
    """Whether it waits for a person: none has looked, or one has refused and nobody released this payment since."""
    doubt = doubts.get(payout.partner_id)
    if doubt is None or payout.status not in {"waiting", "held", "ordered"}:
        return False
    return not doubt.decided or payout.released_at is None or payout.released_at < doubt.since_at


def read_payout(payout: Payout, statement: Statement, *, doubted: bool) -> PayoutRead:
    return PayoutRead(
        payout.public_id,
        payout.partner_id,
        payout.method,
        Pence(payout.pence),
        payout.status,
        statement.from_on,
        statement.until_on,
        payout.reason,
        payout.made_at,
        payout.ended_at,
        payout.due_on,
        doubted,
    )
