"""Points become a voucher; a voucher is redeemed, cancelled or expires, once.

Lock order: redemptions, then rewards (stock), then the ledger's own (holds, wallets, what everybody shares); several
of one kind in id order. A voucher's end is decided by whoever gets its row first; later ones see it and are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from app.core.errors import TryAgain
from app.core.ids import take_id, uuid7
from app.jobs import promise_job
from app.ledger.service import place_hold
from app.offers.errors import RewardPaused
from app.offers.queries import RewardRead
from app.offers.service import take_stock
from app.offers.stopping import is_honoured
from app.offers.tables import Reward
from app.redemption.asking import begin_taking_back
from app.redemption.codes import VoucherCodes
from app.redemption.ending import end_unused, note_visit, spend_voucher
from app.redemption.errors import (
    AlreadyRedeemed,
    MembershipNeeded,
    PartnerDeclined,
    PartnerNotReached,
    PassOver,
    RedeemingPaused,
    RedemptionUnknown,
    VoucherCancelled,
    VoucherDeclined,
    VoucherEnding,
    VoucherExpired,
    VoucherNotHonoured,
    VoucherNotReady,
    VoucherUnknown,
)
from app.redemption.first_reward import refuse_first_reward
from app.redemption.queries import TillVoucher, VoucherRead, VoucherStatus, get_redemption, read_for_till, status_at
from app.redemption.tables import Redemption
from app.residents.memberships import has_card_of
from app.rulebook.pauses import Paused, find_running_pauses
from partners.interface import Delivery, IssueRequest, PartnerAdapter, PartnerRefused, PartnerUnavailable

ASK_PARTNER = "redemptions.ask_partner"
"""The job that puts the question which is due about one voucher."""


def redeem_reward(
    session: Session,
    *,
    resident_id: int,
    reward: UUID,
    codes: VoucherCodes,
    adapters: Mapping[str, PartnerAdapter],
    now: datetime,
    first_reward_after: timedelta = timedelta(),
) -> VoucherRead:
    """Take one from stock, hold its points, and have the partner promise it: at once, or by a job after the commit.

    Raises RedeemingPaused, FirstRewardLater, RewardUnknown, RewardPaused, OutOfStock, MembershipNeeded,
    InsufficientPoints, PartnerDeclined or PartnerNotReached; the caller then rolls back, so nothing has changed.
    """
    _refuse_while_paused(session)
    refuse_first_reward(session, resident_id=resident_id, after=first_reward_after, now=now)
    taken = take_stock(session, reward=reward, now=now)
    adapter = adapters.get(taken.adapter)
    if adapter is None:  # nobody wired it
        raise RewardPaused
    if taken.member_source and not has_card_of(session, resident_id=resident_id, source=taken.member_source):
        raise MembershipNeeded(source=taken.member_source)
    hold_id = place_hold(session, wallet_id=resident_id, points=taken.points, now=now)
    public_id, number = uuid7(now), take_id(session)
    expires_at = now + timedelta(days=taken.voucher_days)
    if adapter.local:
        _issue(adapter, taken, reference=public_id, expires_at=expires_at)
    shown = adapter.delivery is Delivery.CODE
    row = {
        "id": number,
        "public_id": public_id,
        "resident_id": resident_id,
        "reward_id": taken.id,
        "partner_id": taken.partner.id,
        "hold_id": hold_id,
        "points": taken.points,
        "cost_pence": taken.cost_pence,
        "adapter": taken.adapter,
        "member_source": taken.member_source,
        "pass_days": taken.pass_days,
        "stock_round": taken.stock_round,
        "vat_treatment": taken.vat_treatment,
        "vat_percent": taken.vat_percent,
        "contract_id": taken.contract_id,
        "status": VoucherStatus.ISSUED if adapter.local else VoucherStatus.CONFIRMING,
        "code_hash": codes.hash(codes.code_for(public_id)) if shown else None,
        "token_hash": codes.hash(codes.token_for(public_id)) if shown else None,
        "made_at": now,
        "expires_at": expires_at,
        "remote": not adapter.local,
        "ask_at": None if adapter.local else now,
    }
    made = session.execute(
        insert(Redemption)
        .values(row)
        .on_conflict_do_nothing(index_elements=["code_hash"])
        .returning(col(Redemption.id))
    ).first()
    if made is None:  # two short codes in 2^50 met: the next run draws another id, and so another code
        raise TryAgain
    if not adapter.local:
        promise_job(session, task=ASK_PARTNER, args={"redemption": number})
    elif not shown:
        spend_voucher(session, session.get_one(Redemption, number), now=now)
    return get_redemption(session, resident_id=resident_id, redemption=public_id, codes=codes, now=now)


def check_voucher(session: Session, *, partner_id: int, code: str, codes: VoucherCodes, now: datetime) -> TillVoucher:
    """What the code is for and whether it is good; changes nothing. Raises VoucherUnknown."""
    row = session.exec(select_by_code(partner_id, code, codes)).first()
    if row is None:
        raise VoucherUnknown
    voucher = read_for_till(row, _get_reward_row(session, row), now)
    if voucher.status is VoucherStatus.ISSUED and not is_honoured(session, partner_id=partner_id):
        return replace(voucher, valid=False)
    return voucher


def redeem_voucher(session: Session, *, partner_id: int, code: str, codes: VoucherCodes, now: datetime) -> TillVoucher:
    """Honour the voucher, once: its points are spent and the partner is owed its price. A pass may be shown again.

    Raises VoucherUnknown (also for another partner's), AlreadyRedeemed, PassOver, VoucherExpired, VoucherCancelled,
    VoucherDeclined, VoucherEnding, VoucherNotReady or VoucherNotHonoured.
    """
    row = session.exec(select_by_code(partner_id, code, codes).with_for_update()).first()
    if row is None:
        raise VoucherUnknown
    if row.valid_until_at is not None:
        if row.valid_until_at <= now:
            raise PassOver(valid_until_at=row.valid_until_at)
        note_visit(session, row, now=now)
    else:
        _refuse_unless_issued(row, now)
        if not is_honoured(session, partner_id=partner_id):
            raise VoucherNotHonoured
        spend_voucher(session, row, now=now)
    return read_for_till(row, _get_reward_row(session, row), now)


def cancel_redemption(
    session: Session, *, resident_id: int, redemption: UUID, codes: VoucherCodes, now: datetime
) -> VoucherRead:
    """Give the resident the points back and the partner its stock; a partner across the network lets go of it first.

    Raises RedemptionUnknown, AlreadyRedeemed, VoucherExpired, VoucherCancelled, VoucherDeclined or VoucherEnding.
    """
    row = session.exec(
        select(Redemption)
        .where(Redemption.public_id == redemption, Redemption.resident_id == resident_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise RedemptionUnknown
    if row.status != VoucherStatus.CONFIRMING:
        _refuse_unless_issued(row, now)
    take_back(session, [row], ends_as=VoucherStatus.CANCELLED, now=now)
    return get_redemption(session, resident_id=resident_id, redemption=redemption, codes=codes, now=now)


def cancel_all(session: Session, *, resident_id: int, now: datetime) -> int:
    """Cancel every voucher of the resident that is out or on its way; how many. One being used just now stays used."""
    rows = session.exec(
        select(Redemption)
        .where(
            Redemption.resident_id == resident_id,
            col(Redemption.status).in_((VoucherStatus.ISSUED, VoucherStatus.CONFIRMING)),
        )
        .order_by(col(Redemption.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    take_back(session, rows, ends_as=VoucherStatus.CANCELLED, now=now)
    return len(rows)


def expire_due_vouchers(session: Session, *, now: datetime, limit: int = 500) -> int:
    """End up to `limit` vouchers whose time is over, and give their points and stock back; returns how many.

    Those that somebody else is just redeeming or cancelling are left for the next sweep.
    """
    due = session.exec(
        select(Redemption)
        .where(
            col(Redemption.status).in_((VoucherStatus.ISSUED, VoucherStatus.CONFIRMING)),
            col(Redemption.expires_at) <= now,
        )
        .order_by(col(Redemption.expires_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    take_back(session, due, ends_as=VoucherStatus.EXPIRED, now=now)
    return len(due)


def _refuse_while_paused(session: Session) -> None:
    """Vouchers that are out stay good, and can be given back: only taking new ones stands still."""
    for pause in find_running_pauses(session):
        if pause.what is Paused.REDEEMING:
            raise RedeemingPaused(notice=pause.notice, since_at=pause.from_at)


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


def select_by_code(partner_id: int, code: str, codes: VoucherCodes) -> SelectOfScalar[Redemption]:
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
        case VoucherStatus.DECLINED:
            raise VoucherDeclined
        case VoucherStatus.CANCELLING:
            raise VoucherEnding
        case VoucherStatus.CONFIRMING:
            raise VoucherNotReady
        case VoucherStatus.ISSUED:
            return


def take_back(session: Session, rows: Sequence[Redemption], *, ends_as: VoucherStatus, now: datetime) -> None:
    """Rows locked by the caller end without having been used, or begin to."""
    for row in rows:
        if row.remote:
            begin_taking_back(session, row, ends_as=ends_as, now=now)
            promise_job(session, task=ASK_PARTNER, args={"redemption": row.id})
    if local := [row for row in rows if not row.remote]:
        end_unused(session, local, status=ends_as, now=now)
