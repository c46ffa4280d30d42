"""Points become a voucher; a voucher is redeemed, cancelled or expires, once.

Lock order: redemptions, then rewards (stock), then the ledger's own (holds, wallets, what everybody shares); several
of one kind in id order. A voucher's end is decided by whoever gets its row first; later ones see it and are refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from app.core.errors import TryAgain
from app.core.ids import take_id, uuid7
from app.core.units import Pence
from app.ledger.chart import SCHEME, AccountKind
from app.ledger.service import capture_hold, place_hold, release_holds
from app.offers.errors import RewardPaused
from app.offers.queries import RewardRead
from app.offers.service import give_back_stock, take_stock
from app.offers.tables import Reward
from app.redemption.codes import VoucherCodes
from app.redemption.errors import (
    AlreadyRedeemed,
    PartnerDeclined,
    PartnerNotReached,
    RedeemingPaused,
    RedemptionUnknown,
    VoucherCancelled,
    VoucherExpired,
    VoucherNotReady,
    VoucherUnknown,
)
from app.redemption.queries import TillVoucher, VoucherRead, VoucherStatus, get_redemption, read_for_till, status_at
from app.redemption.tables import Redemption
from app.rulebook.pauses import Paused, find_running_pauses
from partners.interface import Delivery, IssueRequest, PartnerAdapter, PartnerRefused, PartnerUnavailable


def redeem_reward(
    session: Session,
    *,
    resident_id: int,
    reward: UUID,
    codes: VoucherCodes,
    adapters: Mapping[str, PartnerAdapter],
    now: datetime,
) -> VoucherRead:
    """Take one from stock, hold its points, and have the partner promise it.

    Raises RedeemingPaused, RewardUnknown, RewardPaused, OutOfStock, InsufficientPoints, PartnerDeclined or
    PartnerNotReached; the caller then rolls back, so nothing has changed.
    """
    _refuse_while_paused(session)
    taken = take_stock(session, reward=reward)
    adapter = _find_local_adapter(taken, adapters)
    hold_id = place_hold(session, wallet_id=resident_id, points=taken.points, now=now)
    public_id = uuid7(now)
    expires_at = now + timedelta(days=taken.voucher_days)
    _issue(adapter, taken, reference=public_id, expires_at=expires_at)
    settled = adapter.delivery is Delivery.SETTLED
    row = {
        "id": take_id(session),
        "public_id": public_id,
        "resident_id": resident_id,
        "reward_id": taken.id,
        "partner_id": taken.partner.id,
        "hold_id": hold_id,
        "points": taken.points,
        "cost_pence": taken.cost_pence,
        "status": VoucherStatus.REDEEMED if settled else VoucherStatus.ISSUED,
        "code_hash": None if settled else codes.hash(codes.code_for(public_id)),
        "token_hash": None if settled else codes.hash(codes.token_for(public_id)),
        "made_at": now,
        "expires_at": expires_at,
        "redeemed_at": now if settled else None,
        "ended_at": now if settled else None,
    }
    made = session.execute(
        insert(Redemption)
        .values(row)
        .on_conflict_do_nothing(index_elements=["code_hash"])
        .returning(col(Redemption.id))
    ).first()
    if made is None:  # two short codes in 2^50 met: the next run draws another id, and so another code
        raise TryAgain
    if settled:
        payee = AccountKind.COMMUNITY_GROUP if taken.partner.kind == "community_group" else AccountKind.REDEEMED
        _capture(
            session, hold_id=hold_id, partner_id=taken.partner.id, payee=payee, cost_pence=taken.cost_pence, now=now
        )
    return get_redemption(session, resident_id=resident_id, redemption=public_id, codes=codes, now=now)


def check_voucher(session: Session, *, partner_id: int, code: str, codes: VoucherCodes, now: datetime) -> TillVoucher:
    """What the code is for and whether it is good; changes nothing. Raises VoucherUnknown."""
    row = session.exec(_select_by_code(partner_id, code, codes)).first()
    if row is None:
        raise VoucherUnknown
    return read_for_till(row, _get_reward_row(session, row), now)


def redeem_voucher(session: Session, *, partner_id: int, code: str, codes: VoucherCodes, now: datetime) -> TillVoucher:
    """Honour the voucher, once: its points are spent and the partner is owed its price.

    Raises VoucherUnknown (also for another partner's), AlreadyRedeemed, VoucherExpired, VoucherCancelled or
    VoucherNotReady.
    """
    row = session.exec(_select_by_code(partner_id, code, codes).with_for_update()).first()
    if row is None:
        raise VoucherUnknown
    _refuse_unless_issued(row, now)
    row.status, row.redeemed_at, row.ended_at = VoucherStatus.REDEEMED, now, now
    session.flush()
    _capture(
        session,
        hold_id=row.hold_id,
        partner_id=partner_id,
        payee=AccountKind.REDEEMED,
        cost_pence=Pence(row.cost_pence),
        now=now,
    )
    return read_for_till(row, _get_reward_row(session, row), now)


def cancel_redemption(
    session: Session, *, resident_id: int, redemption: UUID, codes: VoucherCodes, now: datetime
) -> VoucherRead:
    """Give the resident the points back and the partner its stock.

    Raises RedemptionUnknown, AlreadyRedeemed, VoucherExpired, VoucherCancelled or VoucherNotReady.
    """
    row = session.exec(
        select(Redemption)
        .where(Redemption.public_id == redemption, Redemption.resident_id == resident_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise RedemptionUnknown
    _refuse_unless_issued(row, now)
    _end(session, [row], status=VoucherStatus.CANCELLED, now=now)
    return get_redemption(session, resident_id=resident_id, redemption=redemption, codes=codes, now=now)


def expire_due_vouchers(session: Session, *, now: datetime, limit: int = 500) -> int:
    """End up to `limit` vouchers whose time is over, and give their points and stock back; returns how many.

    Those that somebody else is just redeeming or cancelling are left for the next sweep.
    """
    due = session.exec(
        select(Redemption)
        .where(Redemption.status == VoucherStatus.ISSUED, col(Redemption.expires_at) <= now)
        .order_by(col(Redemption.expires_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    if due:
        _end(session, list(due), status=VoucherStatus.EXPIRED, now=now)
    return len(due)


def _refuse_while_paused(session: Session) -> None:
    """Vouchers that are out stay good, and can be given back: only taking new ones stands still."""
    for pause in find_running_pauses(session):
        if pause.what is Paused.REDEEMING:
            raise RedeemingPaused(notice=pause.notice, since_at=pause.from_at)


def _find_local_adapter(reward: RewardRead, adapters: Mapping[str, PartnerAdapter]) -> PartnerAdapter:
    """A partner across the network can't be asked inside a transaction, and one that nobody wired not at all."""
    adapter = adapters.get(reward.adapter)
    if adapter is None or not adapter.local:
        raise RewardPaused
    return adapter


def _issue(adapter: PartnerAdapter, reward: RewardRead, *, reference: UUID, expires_at: datetime) -> None:
    try:
        adapter.issue(
            IssueRequest(
                reference=reference,
                partner=reward.partner.name,
                partner_kind=reward.partner.kind,
                reward=reward.title,
                points=reward.points,
                cost_pence=reward.cost_pence,
                expires_at=expires_at,
            )
        )
    except PartnerRefused as refused:
        raise PartnerDeclined(reason=str(refused)) from refused
    except PartnerUnavailable as unavailable:
        raise PartnerNotReached from unavailable


def _capture(
    session: Session, *, hold_id: int, partner_id: int, payee: AccountKind, cost_pence: Pence, now: datetime
) -> None:
    """Points go to the scheme's spent points, or to the community group itself; the partner is owed the pence."""
    owner = partner_id if payee is AccountKind.COMMUNITY_GROUP else SCHEME
    capture_hold(
        session,
        hold_id=hold_id,
        payee_kind=payee,
        payee_owner=owner,
        partner_id=partner_id,
        cost_pence=cost_pence,
        now=now,
    )


def _select_by_code(partner_id: int, code: str, codes: VoucherCodes) -> SelectOfScalar[Redemption]:
    found_by = codes.hash(code)
    return (
        select(Redemption)
        .where(
            Redemption.partner_id == partner_id,
            or_(Redemption.code_hash == found_by, Redemption.token_hash == found_by),
        )
        .execution_options(populate_existing=True)
    )


def _get_reward_row(session: Session, row: Redemption) -> Reward:
    return session.get_one(Reward, row.reward_id)


def _refuse_unless_issued(row: Redemption, now: datetime) -> None:
    match status_at(row, now):
        case VoucherStatus.REDEEMED:
            assert row.redeemed_at is not None
            raise AlreadyRedeemed(redeemed_at=row.redeemed_at)
        case VoucherStatus.CANCELLED:
            assert row.ended_at is not None
            raise VoucherCancelled(cancelled_at=row.ended_at)
        case VoucherStatus.EXPIRED:
            raise VoucherExpired(expired_at=row.expires_at)
        case VoucherStatus.CONFIRMING:
            raise VoucherNotReady
        case VoucherStatus.ISSUED:
            return


def _end(session: Session, rows: list[Redemption], *, status: VoucherStatus, now: datetime) -> None:
    """Rows locked by the caller end without having been used."""
    for row in rows:
        row.status, row.ended_at = status, now
    session.flush()
    give_back_stock(session, counts=Counter(row.reward_id for row in rows))
    release_holds(session, hold_ids=[row.hold_id for row in rows], now=now)
