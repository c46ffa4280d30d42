"""What a used voucher spent comes back: at once by the till that took it by mistake, or later by a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.ids import take_id
from app.core.units import Pence, Points
from app.ledger.refunds import refund_hold
from app.ledger.service import place_hold
from app.offers.tables import Reward
from app.redemption.codes import VoucherCodes
from app.redemption.ending import tell_partner
from app.redemption.errors import NothingToUndo, RedemptionUnknown, UndoTooLate, VoucherUnknown
from app.redemption.queries import TillVoucher, VoucherStatus, read_for_till
from app.redemption.service import select_by_code
from app.redemption.tables import Redemption, RedemptionRefund

UNDO_WITHIN: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class RefundRead:
    """Points that came back to the resident, and pence that the partner is owed less."""

    points: Points
    pence: Pence


def undo_voucher(session: Session, *, partner_id: int, code: str, codes: VoucherCodes, now: datetime) -> TillVoucher:
    """As if the till had not taken it: the voucher is good again and the partner is owed nothing for it.

    Raises VoucherUnknown, NothingToUndo, UndoTooLate, RateChangedSince.
    """
    return _undo(session, session.exec(select_by_code(partner_id, code, codes).with_for_update()).first(), now)


def undo_redemption(session: Session, *, partner_id: int, redemption: UUID | None, now: datetime) -> TillVoucher:
    """The same for what stands on the till's own list, where no code is. None is as unknown as somebody else's."""
    wanted = select(Redemption).where(Redemption.partner_id == partner_id, Redemption.public_id == redemption)
    row = session.exec(wanted.with_for_update().execution_options(populate_existing=True)).first()
    return _undo(session, row, now)


def _undo(session: Session, row: Redemption | None, now: datetime) -> TillVoucher:
    if row is None:
        raise VoucherUnknown
    partner_id = row.partner_id
    if row.status != VoucherStatus.REDEEMED or row.redeemed_at is None:
        raise NothingToUndo
    if now - row.redeemed_at > UNDO_WITHIN:
        raise UndoTooLate
    spent_hold_id = row.hold_id
    pence = refund_hold(session, hold_id=spent_hold_id, partner_id=partner_id, points=None, now=now)
    row.hold_id = place_hold(session, wallet_id=row.resident_id, points=Points(row.points), now=now)
    row.status, row.redeemed_at, row.ended_at, row.valid_until_at = VoucherStatus.ISSUED, None, None, None
    session.add(
        RedemptionRefund(
            id=take_id(session),
            redemption_id=row.id,
            hold_id=spent_hold_id,
            kind="undo",
            points=row.points,
            pence=pence,
            made_at=now,
        )
    )
    session.flush()
    tell_partner(session, row, "voucher.undone", now=now)
    return read_for_till(row, session.get_one(Reward, row.reward_id), now)


def refund_redemption(
    session: Session, *, redemption: UUID, points: Points | None, reason: str, now: datetime
) -> RefundRead:
    """Carry out what was decided: `points` of a used voucher come back, all that are left where it is None.

    Raises RedemptionUnknown, NothingToRefund, RefundTooLarge, RateChangedSince.
    """
    wanted = select(Redemption).where(col(Redemption.public_id) == redemption).with_for_update()
    row = session.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise RedemptionUnknown
    before = _count_back(session, row)
    pence = refund_hold(session, hold_id=row.hold_id, partner_id=row.partner_id, points=points, now=now)
    back = Points(row.points - before if points is None else points)
    session.add(
        RedemptionRefund(
            id=take_id(session),
            redemption_id=row.id,
            hold_id=row.hold_id,
            kind="refund",
            points=back,
            pence=pence,
            reason=reason,
            made_at=now,
        )
    )
    session.flush()
    tell_partner(session, row, "voucher.refunded", now=now)
    return RefundRead(back, pence)


def _count_back(session: Session, row: Redemption) -> int:
    """What has come back of its present hold already."""
    earlier = select(RedemptionRefund).where(col(RedemptionRefund.hold_id) == row.hold_id)
    return sum(refund.points for refund in session.exec(earlier))
