"""Vouchers, read: by the resident who holds them and by the partner who honours them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.core.paging import Page, clamp_limit, parse_cursor
from app.core.units import Pence, Points
from app.offers.stopping import is_honoured
from app.offers.tables import Partner, Reward
from app.redemption.codes import VoucherCodes
from app.redemption.errors import RedemptionUnknown
from app.redemption.tables import Redemption

STILL_GOOD: Final = "This partner gives out no new rewards at the moment. Your voucher stays good until it expires."
NOT_HONOURED: Final = "The partner has been stopped, so this voucher can't be used. You get your points back."


class VoucherStatus(StrEnum):
    """As stored. Issued vouchers can be redeemed; they, and those that the partner has yet to confirm, cancelled."""

    CONFIRMING = "confirming"
    ISSUED = "issued"
    CANCELLING = "cancelling"
    REDEEMED = "redeemed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DECLINED = "declined"


@dataclass(frozen=True)
class VoucherRead:
    """What the resident sees. `code` and `token` (the QR's text) are None where there is nothing to show.

    `reason` is the partner's own sentence, or ours where it was stopped; `instead` a reward for those who have already
    what this one gives, and `valid_until_at` the end of a pass that has begun.
    """

    id: UUID
    code: str | None
    token: str | None
    status: VoucherStatus
    points: Points
    reward_id: UUID
    reward_title: str
    partner_name: str
    place: str
    made_at: datetime
    expires_at: datetime
    redeemed_at: datetime | None
    ended_at: datetime | None
    reason: str | None = None
    instead: UUID | None = None
    valid_until_at: datetime | None = None


@dataclass(frozen=True)
class TillVoucher:
    """What the partner sees: nothing of the resident, and no code. `valid`: it could be redeemed, or shown, now."""

    id: UUID
    status: VoucherStatus
    reward_id: UUID
    reward_title: str
    points: Points
    cost_pence: Pence
    made_at: datetime
    expires_at: datetime
    redeemed_at: datetime | None
    ended_at: datetime | None
    valid_until_at: datetime | None
    valid: bool


def status_at(row: Redemption, now: datetime) -> VoucherStatus:
    """The status at `now`: past its time a voucher is expired, even before the sweep has said so."""
    status = VoucherStatus(row.status)
    return VoucherStatus.EXPIRED if status is VoucherStatus.ISSUED and row.expires_at <= now else status


def get_redemption(
    session: Session, *, resident_id: int, redemption: UUID, codes: VoucherCodes, now: datetime
) -> VoucherRead:
    """Raises RedemptionUnknown, also for another resident's."""
    wanted = select(Redemption).where(Redemption.public_id == redemption, Redemption.resident_id == resident_id)
    for voucher in _read_vouchers(session, [session.exec(wanted).first()], codes=codes, now=now):
        return voucher
    raise RedemptionUnknown


def list_redemptions(
    session: Session, *, resident_id: int, codes: VoucherCodes, now: datetime, after: str | None = None, limit: int = 50
) -> Page[VoucherRead]:
    """The resident's vouchers, newest first. Raises CursorUnknown."""
    wanted = select(Redemption).where(Redemption.resident_id == resident_id)
    rows, cursor = _page(session, wanted, after=after, limit=limit)
    return Page(tuple(_read_vouchers(session, rows, codes=codes, now=now)), cursor)


def list_partner_redemptions(
    session: Session,
    *,
    partner_id: int,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[TillVoucher]:
    """What this partner has redeemed (from `since` on, before `until`), by when the voucher was made, newest first.

    Raises CursorUnknown.
    """
    wanted = select(Redemption).where(Redemption.partner_id == partner_id, Redemption.status == VoucherStatus.REDEEMED)
    if since is not None:
        wanted = wanted.where(col(Redemption.redeemed_at) >= since)
    if until is not None:
        wanted = wanted.where(col(Redemption.redeemed_at) < until)
    rows, cursor = _page(session, wanted, after=after, limit=limit)
    rewards = _find_rewards(session, rows)
    return Page(tuple(read_for_till(row, rewards[row.reward_id][0], now) for row in rows), cursor)


def get_partner_redemption(session: Session, *, partner_id: int, redemption: UUID, now: datetime) -> TillVoucher:
    """One that this partner has redeemed. Raises RedemptionUnknown, also for another partner's."""
    wanted = select(Redemption).where(Redemption.public_id == redemption, Redemption.partner_id == partner_id)
    row = session.exec(wanted.where(Redemption.status == VoucherStatus.REDEEMED)).first()
    if row is None:
        raise RedemptionUnknown
    return read_for_till(row, _find_rewards(session, [row])[row.reward_id][0], now)


def read_for_till(row: Redemption, reward: Reward, now: datetime) -> TillVoucher:
    return TillVoucher(
        id=row.public_id,
        status=status_at(row, now),
        reward_id=reward.public_id,
        reward_title=reward.title,
        points=Points(row.points),
        cost_pence=Pence(row.cost_pence),
        made_at=row.made_at,
        expires_at=row.expires_at,
        redeemed_at=row.redeemed_at,
        ended_at=row.ended_at,
        valid_until_at=row.valid_until_at,
        valid=status_at(row, now) is VoucherStatus.ISSUED or (row.valid_until_at or now) > now,
    )


def _page(
    session: Session, wanted: SelectOfScalar[Redemption], *, after: str | None, limit: int
) -> tuple[list[Redemption], str | None]:
    cursor = parse_cursor(after)
    limit = clamp_limit(limit)
    if cursor is not None:
        last = select(Redemption.id).where(Redemption.public_id == cursor).scalar_subquery()
        wanted = wanted.where(col(Redemption.id) < last)
    fresh = wanted.order_by(col(Redemption.id).desc()).limit(limit + 1).execution_options(populate_existing=True)
    rows = list(session.exec(fresh))
    return rows[:limit], rows[limit - 1].public_id.hex if len(rows) > limit else None


def _find_rewards(session: Session, rows: Iterable[Redemption]) -> dict[int, tuple[Reward, Partner]]:
    found = session.exec(
        select(Reward, Partner)
        .join(Partner, col(Partner.id) == col(Reward.partner_id))
        .where(col(Reward.id).in_({row.reward_id for row in rows}))
    )
    return {reward.id: (reward, partner) for reward, partner in found}


def _read_vouchers(
    session: Session, rows: Iterable[Redemption | None], *, codes: VoucherCodes, now: datetime
) -> list[VoucherRead]:
    kept = [row for row in rows if row is not None]
    rewards = _find_rewards(session, kept)
    vouchers = []
    for row in kept:
        reward, partner = rewards[row.reward_id]
        confirmed = row.status not in {VoucherStatus.CONFIRMING, VoucherStatus.DECLINED}
        shown = row.code_hash is not None and confirmed
        instead = session.get(Reward, reward.instead_reward_id) if row.offers_instead else None
        vouchers.append(
            VoucherRead(
                id=row.public_id,
                code=codes.code_for(row.public_id) if shown else None,
                token=codes.token_for(row.public_id) if shown else None,
                status=status_at(row, now),
                points=Points(row.points),
                reward_id=reward.public_id,
                reward_title=reward.title,
                partner_name=partner.name,
                place=partner.place,
                made_at=row.made_at,
                expires_at=row.expires_at,
                redeemed_at=row.redeemed_at,
                ended_at=row.ended_at,
                reason=row.end_reason or _tell_stop(session, row, partner),
                instead=instead.public_id if instead else None,
                valid_until_at=row.valid_until_at,
            )
        )
    return vouchers


def _tell_stop(session: Session, row: Redemption, partner: Partner) -> str | None:
    if partner.state != "stopped" or row.status not in {VoucherStatus.ISSUED, VoucherStatus.CONFIRMING}:
        return None
    return STILL_GOOD if is_honoured(session, partner_id=partner.id) else NOT_HONOURED
