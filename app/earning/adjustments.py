"""Adjustments: one officer proposes, another approves, and nobody gives more in a day than one person may.

A proposal changes nothing. Approving it carries it out, in the transaction that notes the decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session, col, select

from app.audit import record_act
from app.core.clock import london_date
from app.core.ids import public_id, take_id, uuid7
from app.core.paging import Page, clamp_limit, parse_cursor
from app.core.units import Points
from app.earning.adjustment_errors import (
    AdjustmentDecided,
    AdjustmentTooLarge,
    AdjustmentUnknown,
    DailyLimitReached,
)
from app.earning.adjustment_tables import Adjustment
from app.earning.errors import VoidInstead
from app.earning.queries import get_event
from app.earning.taking_back import claw_back_event, reverse_event
from app.earning.void import VOID_WINDOW
from app.identity.errors import OwnWork
from app.identity.queries import OfficerRead
from app.ledger.adjusting import give_points
from app.ledger.decisions import Decision, check_reason
from app.ledger.reversals import TakenBack
from app.residents.queries import ResidentRead, get_resident
from app.rulebook.queries import find_budgets, find_campaign

State = Literal["open", "approved", "refused"]


@dataclass(frozen=True)
class MintLimits:
    """Points that one award may give, and that one officer may propose, or approve, on a date in Leeds."""

    most_points: int
    most_points_a_day: int


@dataclass(frozen=True)
class AdjustmentRead:
    """`source` and `event_id` name the event of a reversal or clawback; officers are by internal id."""

    id: UUID
    kind: str
    resident: UUID
    source: str | None
    event_id: str | None
    campaign: str | None
    points: int | None
    reason: str
    proposed_by: int
    proposed_at: datetime
    decision: str | None
    decided_by: int | None
    decided_at: datetime | None
    taken: int | None
    written_off: int | None


@dataclass(frozen=True)
class Asked:
    """What an officer proposes; see Adjustment."""

    kind: str
    resident_id: int
    reason: str
    event_id: int | None = None
    campaign: str | None = None
    points: int | None = None


_READ: Final = """
    SELECT a.*, r.public_id AS resident, s.name AS source, e.external_id FROM adjustments a
    JOIN residents r ON r.id = a.resident_id
    LEFT JOIN events e ON e.id = a.event_id LEFT JOIN sources s ON s.id = e.source_id
"""


def propose_award(
    session: Session,
    *,
    resident: ResidentRead,
    campaign: str,
    points: Points,
    reason: str,
    officer: OfficerRead,
    limits: MintLimits,
    now: datetime,
) -> AdjustmentRead:
    """Points out of a campaign's budget; more than 0.

    Raises CampaignNotFound, AdjustmentTooLarge, DailyLimitReached, ReasonUnfit.
    """
    find_campaign(session, campaign)
    if points > limits.most_points:
        raise AdjustmentTooLarge(most_points=limits.most_points)
    _keep_within_day(session, "proposed", officer=officer, points=points, limits=limits, now=now)
    asked = Asked(kind="award", resident_id=resident.id, campaign=campaign, points=points, reason=reason)
    return _propose(session, asked, officer=officer, now=now)


def propose_reversal(
    session: Session, *, source: str, external_id: str, reason: str, officer: OfficerRead, now: datetime
) -> AdjustmentRead:
    """Of what an event gave. Raises EventUnknown, VoidInstead, ReasonUnfit."""
    event = get_event(session, source=source, external_id=external_id)
    if event.happened_at >= now - VOID_WINDOW:
        raise VoidInstead(window_days=VOID_WINDOW.days)
    asked = Asked(kind="reversal", resident_id=event.resident_id, event_id=event.id, reason=reason)
    return _propose(session, asked, officer=officer, now=now)


def propose_clawback(
    session: Session, *, source: str, external_id: str, points: Points, reason: str, officer: OfficerRead, now: datetime
) -> AdjustmentRead:
    """Of points of an event that were spent and written off. Raises EventUnknown, ReasonUnfit."""
    event = get_event(session, source=source, external_id=external_id)
    asked = Asked(kind="clawback", resident_id=event.resident_id, event_id=event.id, points=points, reason=reason)
    return _propose(session, asked, officer=officer, now=now)


def approve_adjustment(
    session: Session, *, adjustment: UUID, officer: OfficerRead, limits: MintLimits, now: datetime
) -> AdjustmentRead:
    """Carry it out. Raises AdjustmentUnknown, AdjustmentDecided, OwnWork, and what stands in its way."""
    row = _lock(session, adjustment)
    if row.proposed_by == officer.id:
        raise OwnWork
    decision = Decision(officer.id, row.reason, officer.uuid)
    done = _carry_out(session, row, decision, officer=officer, limits=limits, now=now)
    row.taken, row.written_off = (done.taken, done.written_off) if done else (None, None)
    return _decide(session, row, "approved", officer=officer, now=now)


def refuse_adjustment(session: Session, *, adjustment: UUID, officer: OfficerRead, now: datetime) -> AdjustmentRead:
    """Nothing happens; its proposer may refuse it, too. Raises AdjustmentUnknown or AdjustmentDecided."""
    return _decide(session, _lock(session, adjustment), "refused", officer=officer, now=now)


def get_adjustment(session: Session, *, adjustment: UUID) -> AdjustmentRead:
    """Raises AdjustmentUnknown."""
    row = session.execute(text(f"{_READ} WHERE a.public_id = :id"), {"id": adjustment}).one_or_none()
    if row is None:
        raise AdjustmentUnknown
    return _show(row)


def list_adjustments(session: Session, *, state: State | None, after: str | None, limit: int) -> Page[AdjustmentRead]:
    """Newest first. Raises CursorUnknown."""
    size = clamp_limit(limit)
    rows = session.execute(
        text(
            f"{_READ} WHERE (CAST(:state AS text) IS NULL OR coalesce(a.decision, 'open') = :state)"  # noqa: S608 - a constant
            " AND (CAST(:after AS uuid) IS NULL"
            " OR a.id < (SELECT before.id FROM adjustments before WHERE before.public_id = :after))"
            " ORDER BY a.id DESC LIMIT :size"
        ),
        {"state": state, "after": parse_cursor(after), "size": size + 1},
    ).all()
    items = tuple(_show(row) for row in rows[:size])
    return Page(items, items[-1].id.hex if len(rows) > size else None)


def _carry_out(
    session: Session, row: Adjustment, decision: Decision, *, officer: OfficerRead, limits: MintLimits, now: datetime
) -> TakenBack | None:
    if row.kind == "award":
        assert row.campaign is not None, "a constraint says so"
        assert row.points is not None, "a constraint says so"
        _keep_within_day(session, "decided", officer=officer, points=row.points, limits=limits, now=now)
        wallet, budget = get_resident(session, resident_id=row.resident_id).id, find_budgets(session)[row.campaign]
        give_points(
            session,
            wallet_id=wallet,
            budget_account=budget.account_id,
            points=Points(row.points),
            decision=decision,
            now=now,
        )
        return None
    names = session.execute(text(f"{_READ} WHERE a.id = :id"), {"id": row.id}).one()
    event = {"source": names.source, "external_id": names.external_id, "decision": decision, "now": now}
    if row.kind == "reversal":
        return reverse_event(session, **event)
    assert row.points is not None, "a constraint says so"
    return claw_back_event(session, points=Points(row.points), **event)


def _keep_within_day(
    session: Session,
    what: Literal["proposed", "decided"],
    *,
    officer: OfficerRead,
    points: int,
    limits: MintLimits,
    now: datetime,
) -> None:
    """One officer's awards are counted one after another, so that two requests at once don't share what is left."""
    session.execute(text("SELECT FROM officers WHERE id = :id FOR UPDATE"), {"id": officer.id})
    counted = "decision IS DISTINCT FROM 'refused'" if what == "proposed" else "decision = 'approved'"
    given = session.execute(
        text(
            f"SELECT coalesce(sum(points), 0)::bigint FROM adjustments WHERE kind = 'award' AND {counted}"  # noqa: S608 - our own words
            f" AND {what}_by = :officer AND ({what}_at AT TIME ZONE 'Europe/London')::date = :today"
        ),
        {"officer": officer.id, "today": london_date(now)},
    ).scalar_one()
    if given + points > limits.most_points_a_day:
        left = max(0, limits.most_points_a_day - given)
        raise DailyLimitReached(most_points=limits.most_points_a_day, left_points=left)


def _propose(session: Session, asked: Asked, *, officer: OfficerRead, now: datetime) -> AdjustmentRead:
    check_reason(Decision(officer.id, asked.reason))
    row = Adjustment(
        id=take_id(session),
        public_id=uuid7(now),
        kind=asked.kind,
        resident_id=asked.resident_id,
        event_id=asked.event_id,
        campaign=asked.campaign,
        points=asked.points,
        reason=" ".join(asked.reason.split()),
        proposed_by=officer.id,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    return _note(session, row, "proposed", officer=officer, now=now)


def _decide(session: Session, row: Adjustment, decision: str, *, officer: OfficerRead, now: datetime) -> AdjustmentRead:
    row.decision, row.decided_by, row.decided_at = decision, officer.id, now
    session.flush()
    return _note(session, row, decision, officer=officer, now=now)


def _note(session: Session, row: Adjustment, what: str, *, officer: OfficerRead, now: datetime) -> AdjustmentRead:
    shown = get_adjustment(session, adjustment=row.public_id)
    record_act(
        session,
        actor=officer.actor,
        act="points.adjusted",
        subject=f"resident:{public_id('res', shown.resident)}",
        facts={"adjustment": public_id("adj", shown.id), "kind": shown.kind, "points": shown.points, "what": what},
        now=now,
    )
    return shown


def _lock(session: Session, adjustment: UUID) -> Adjustment:
    row = session.exec(
        select(Adjustment).where(col(Adjustment.public_id) == adjustment).with_for_update()
    ).one_or_none()
    if row is None:
        raise AdjustmentUnknown
    if row.decision is not None:
        raise AdjustmentDecided(decision=row.decision)
    return row


def _show(row: Row[Any]) -> AdjustmentRead:
    return AdjustmentRead(
        id=row.public_id,
        kind=row.kind,
        resident=row.resident,
        source=row.source,
        event_id=row.external_id,
        campaign=row.campaign,
        points=row.points,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decision=row.decision,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        taken=row.taken,
        written_off=row.written_off,
    )
