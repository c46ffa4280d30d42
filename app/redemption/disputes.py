"""Disputes: something was wrong with a used voucher, and two officers may give its points back, or one may refuse.

Lock order: a dispute, then what a refund locks; whoever opens one holds the voucher, and no dispute.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.audit import Actor, record_act
from app.core.ids import public_id, take_id, uuid7
from app.core.units import Points
from app.identity.errors import OwnWork
from app.identity.queries import OfficerRead
from app.ledger.decisions import Decision, check_reason
from app.ledger.errors import NothingToRefund, RefundTooLarge
from app.ledger.refunds import count_refundable
from app.outbox import REFUND_GIVEN, REFUND_REFUSED, queue_personal_notice
from app.redemption.dispute_errors import DisputedAlready, DisputeDecided, DisputeUnknown, RefundNotProposed
from app.redemption.dispute_queries import DisputeRead, read_dispute
from app.redemption.dispute_tables import Dispute
from app.redemption.errors import RedemptionUnknown
from app.redemption.refunds import refund_redemption
from app.redemption.tables import Redemption

ANSWERED_WITHIN: Final = timedelta(days=14)
"""How long the resident and the partner wait at most for an answer."""


def open_dispute(
    session: Session,
    *,
    redemption: UUID,
    reason: str,
    by: Actor,
    now: datetime,
    resident_id: int | None = None,
    partner_id: int | None = None,
) -> DisputeRead:
    """About a used voucher: the resident's own, or one that the partner took, where either is given.

    Raises RedemptionUnknown, NothingToRefund, DisputedAlready, ReasonUnfit.
    """
    assert by.id is not None, "a person opens it"
    check_reason(Decision(by.id, reason))
    wanted = select(Redemption).where(col(Redemption.public_id) == redemption).with_for_update()
    voucher = session.exec(wanted.execution_options(populate_existing=True)).first()
    if (
        voucher is None
        or resident_id not in {None, voucher.resident_id}
        or partner_id not in {None, voucher.partner_id}
    ):
        raise RedemptionUnknown
    if not count_refundable(session, hold_id=voucher.hold_id):
        raise NothingToRefund
    standing = select(Dispute.id).where(Dispute.redemption_id == voucher.id, col(Dispute.decision).is_(None))
    if session.exec(standing).first() is not None:
        raise DisputedAlready
    row = Dispute(
        id=take_id(session),
        public_id=uuid7(now),
        redemption_id=voucher.id,
        opened_kind=by.kind,
        opened_by=by.id,
        reason=" ".join(reason.split()),
        opened_at=now,
        due_at=now + ANSWERED_WITHIN,
    )
    session.add(row)
    session.flush()
    return _note(session, row, "opened", by=by, now=now)


def propose_refund(
    session: Session, *, dispute: UUID, points: Points | None, answer: str, officer: OfficerRead, now: datetime
) -> DisputeRead:
    """So many points, all that are left where it is None; a second proposal takes the first one's place.

    Raises DisputeUnknown, DisputeDecided, NothingToRefund, RefundTooLarge, ReasonUnfit.
    """
    check_reason(Decision(officer.id, answer))
    row = _lock(session, dispute)
    left = count_refundable(session, hold_id=session.get_one(Redemption, row.redemption_id).hold_id)
    if not left:
        raise NothingToRefund
    if points is not None and not 0 < points <= left:
        raise RefundTooLarge(most_points=left)
    row.points, row.answer = left if points is None else points, " ".join(answer.split())
    row.proposed_by, row.proposed_at = officer.id, now
    session.flush()
    return _note(session, row, "proposed", by=officer.actor, now=now)


def approve_refund(
    session: Session, *, dispute: UUID, points: Points, officer: OfficerRead, now: datetime
) -> DisputeRead:
    """Carry out what another officer proposed; `points` is what the approver read.

    Raises DisputeUnknown, DisputeDecided, RefundNotProposed, OwnWork, NothingToRefund, RefundTooLarge,
    RateChangedSince, WalletNotFound.
    """
    row = _lock(session, dispute)
    if row.proposed_by == officer.id:
        raise OwnWork
    if row.points is None or row.points != points:
        raise RefundNotProposed(points=row.points)
    voucher = session.get_one(Redemption, row.redemption_id).public_id
    done = refund_redemption(session, redemption=voucher, points=points, reason=row.answer or "", now=now)
    row.pence = done.pence
    return _decide(session, row, "refunded", officer=officer, now=now)


def refuse_refund(session: Session, *, dispute: UUID, answer: str, officer: OfficerRead, now: datetime) -> DisputeRead:
    """Nothing comes back, and they read why. Raises DisputeUnknown, DisputeDecided, ReasonUnfit."""
    check_reason(Decision(officer.id, answer))
    row = _lock(session, dispute)
    row.answer = " ".join(answer.split())
    return _decide(session, row, "refused", officer=officer, now=now)


def _decide(session: Session, row: Dispute, decision: str, *, officer: OfficerRead, now: datetime) -> DisputeRead:
    row.decision, row.decided_by, row.decided_at = decision, officer.id, now
    session.flush()
    shown = _note(session, row, decision, by=officer.actor, now=now)
    kind, numbers = REFUND_REFUSED, {}
    if decision == "refunded":
        kind, numbers = REFUND_GIVEN, {"points": row.points or 0}
    queue_personal_notice(session, person=public_id("res", shown.resident), kind=kind, numbers=numbers, now=now)
    return shown


def _note(session: Session, row: Dispute, what: str, *, by: Actor, now: datetime) -> DisputeRead:
    shown = read_dispute(session, number=row.id)
    record_act(
        session,
        actor=by,
        act="points.refunded",
        subject=f"resident:{public_id('res', shown.resident)}",
        facts={"dispute": public_id("dsp", shown.id), "points": shown.points, "what": what},
        now=now,
    )
    return shown


def _lock(session: Session, dispute: UUID) -> Dispute:
    wanted = select(Dispute).where(col(Dispute.public_id) == dispute).with_for_update()
    row = session.exec(wanted.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise DisputeUnknown
    if row.decision is not None:
        raise DisputeDecided(decision=row.decision)
    return row
