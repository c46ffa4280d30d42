"""What may happen to balances, one operation at a time; batches of awards and corrections go through `posting`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.ids import take_id
from app.core.units import Pence, Points
from app.ledger import accounts, holds
from app.ledger.chart import SCHEME, AccountKind, TransferKind, Unit, quarter_of
from app.ledger.draws import draw_for_hold
from app.ledger.errors import (
    AccountMissingError,
    BackingSpent,
    CostAboveBacking,
    InsufficientPoints,
    PotTooSmall,
    WalletNotFound,
)
from app.ledger.journal import Delta, Entry, Plan, carry_out, change_accounts, check_quarter, lock_accounts
from app.ledger.lots import OLDEST_QUARTER, landing_quarter
from app.ledger.rate import keep_rate, most_pence_for, pence_behind, read_rate
from app.ledger.tracing import LotPart

QUARTERS_BEFORE_FIRST = 2
"""How many quarters before the first funding may still take points, for clocks and demonstrations that run behind."""


def open_wallet(session: Session, *, resident_id: int) -> None:
    """Open the resident's empty wallet; once."""
    accounts.open_wallets(session, resident_ids=[resident_id])


def open_wallets(session: Session, *, resident_ids: Sequence[int]) -> None:
    """Open many empty wallets in one statement."""
    accounts.open_wallets(session, resident_ids=resident_ids)


def open_account(session: Session, *, kind: AccountKind, unit: Unit, owner: int) -> int:
    """Find or open an account of any kind but a wallet; its number."""
    return accounts.open_account(session, kind=kind, unit=unit, owner=owner)


def pay_into_pot(session: Session, *, funder_id: int, pence: Pence, now: datetime) -> None:
    """Record money that a funder set aside; more than 0."""
    issuance = open_account(session, kind=AccountKind.ISSUANCE, unit=Unit.PENCE, owner=SCHEME)
    pot = open_account(session, kind=AccountKind.POT, unit=Unit.PENCE, owner=funder_id)
    lock_accounts(session, [issuance, pot])
    plan = Plan()
    plan.move(Entry(TransferKind.FUND, Unit.PENCE, debit=issuance, credit=pot, amount=pence, effective_at=now))
    carry_out(session, plan)


def fund_campaign(session: Session, *, campaign_id: int, points: Points, funder_id: int, now: datetime) -> None:
    """Give a campaign points to award, against pence from the funder's pot at the backing rate, rounded up.

    Raises PotTooSmall.
    """
    wanted = pence_behind(points, rate=keep_rate(session))
    budget = open_account(session, kind=AccountKind.BUDGET, unit=Unit.POINTS, owner=campaign_id)
    issuance = open_account(session, kind=AccountKind.ISSUANCE, unit=Unit.POINTS, owner=SCHEME)
    pot = open_account(session, kind=AccountKind.POT, unit=Unit.PENCE, owner=funder_id)
    backing = open_account(session, kind=AccountKind.BACKING, unit=Unit.PENCE, owner=SCHEME)
    lock_accounts(session, [budget])
    available = lock_accounts(session, [issuance, pot, backing])[pot].left
    if available < wanted:
        raise PotTooSmall(available_pence=available, wanted_pence=wanted)
    _begin_ring(session, now)
    plan = Plan()
    plan.move(Entry(TransferKind.BACK, Unit.PENCE, debit=pot, credit=backing, amount=wanted, effective_at=now))
    plan.move(Entry(TransferKind.ISSUE, Unit.POINTS, debit=issuance, credit=budget, amount=points, effective_at=now))
    carry_out(session, plan)


def place_hold(session: Session, *, wallet_id: int, points: Points, now: datetime) -> int:
    """Reserve points, soonest to expire first; the hold's number.

    Raises InsufficientPoints, WalletNotFound. `points` is more than 0.
    """
    assert points > 0, "a hold is of at least one point"
    try:
        wallet = lock_accounts(session, [wallet_id], kind=AccountKind.WALLET)[wallet_id]
    except AccountMissingError as fault:
        raise WalletNotFound from fault
    live = dict(wallet.lots.live(now))
    available = sum(live.values())
    if available < points:
        raise InsufficientPoints(available=available, wanted=points)
    delta, taken, missing = Delta(held=points), {}, int(points)
    for quarter, there in live.items():
        if amount := min(missing, there):
            taken[quarter] = amount
            delta.add_to_lot(quarter, -amount)
            missing -= amount
    hold_id = take_id(session)
    holds.insert_hold(session, hold_id=hold_id, wallet_id=wallet_id, lots=taken, now=now)
    change_accounts(session, {wallet_id: delta})
    return hold_id


def capture_hold(
    session: Session,
    *,
    hold_id: int,
    payee_kind: AccountKind,
    payee_owner: int,
    partner_id: int,
    cost_pence: Pence,
    now: datetime,
) -> None:
    """Spend reserved points: they go to the payee, and what the reward costs from the backing to the partner.

    Raises HoldNotFound, HoldResolved, CostAboveBacking, BackingSpent. `payee_kind` is REDEEMED or COMMUNITY_GROUP.
    """
    assert payee_kind in {AccountKind.REDEEMED, AccountKind.COMMUNITY_GROUP}, "nothing else takes captured points"
    [hold] = holds.lock_holds(session, [hold_id])
    most = most_pence_for(hold.points, rate=read_rate(session))
    if cost_pence > most:
        raise CostAboveBacking(cost_pence=cost_pence, most_pence=most)
    payee = open_account(session, kind=payee_kind, unit=Unit.POINTS, owner=payee_owner)
    plan = Plan()
    for quarter, points in hold.lots.items():
        plan.move(
            Entry(
                TransferKind.CAPTURE,
                Unit.POINTS,
                debit=hold.wallet_id,
                credit=payee,
                amount=points,
                effective_at=now,
                quarter=quarter,
                hold_id=hold_id,
            )
        )
    plan.deltas[hold.wallet_id].held -= hold.points
    backing = open_account(session, kind=AccountKind.BACKING, unit=Unit.PENCE, owner=SCHEME)
    money = _pay_partner(
        session, hold_id=hold_id, backing=backing, partner_id=partner_id, cost_pence=cost_pence, plan=plan, now=now
    )
    lock_accounts(session, [hold.wallet_id])
    left = {number: account.left for number, account in lock_accounts(session, [payee, backing, *money]).items()}
    if left[backing] < cost_pence:
        raise BackingSpent
    lots = [LotPart(hold.wallet_id, quarter, points) for quarter, points in hold.lots.items()]
    draw_for_hold(session, hold_id=hold_id, lots=lots, pence=most, now=now)
    carry_out(session, plan)
    holds.mark_captured(session, hold_id=hold_id, now=now)


def _pay_partner(
    session: Session, *, hold_id: int, backing: int, partner_id: int, cost_pence: Pence, plan: Plan, now: datetime
) -> tuple[int, ...]:
    """Add what the partner is owed to the plan; its account, none for a reward that costs nothing."""
    if not cost_pence:
        return ()
    payable = open_account(session, kind=AccountKind.PAYABLE, unit=Unit.PENCE, owner=partner_id)
    plan.move(
        Entry(
            TransferKind.PAYABLE,
            Unit.PENCE,
            debit=backing,
            credit=payable,
            amount=cost_pence,
            effective_at=now,
            hold_id=hold_id,
        )
    )
    return (payable,)


def release_hold(session: Session, *, hold_id: int, now: datetime) -> None:
    """Give reserved points back. Raises HoldNotFound, HoldResolved."""
    release_holds(session, hold_ids=[hold_id], now=now)


def release_holds(session: Session, *, hold_ids: Sequence[int], now: datetime) -> None:
    """Give many holds' points back, locking in one order, so that a sweep never deadlocks with posting.

    Points go back to their own quarter; where that has expired or will within 30 days, to the oldest that lasts.
    Raises HoldNotFound, HoldResolved when one of them is.
    """
    released = holds.lock_holds(session, hold_ids)
    wallets = lock_accounts(session, {hold.wallet_id for hold in released})
    deltas = {number: Delta() for number in wallets}
    moved: list[tuple[int, int, int]] = []
    for hold in released:
        deltas[hold.wallet_id].held -= hold.points
        for quarter, points in hold.lots.items():
            landing = landing_quarter(quarter, now)
            check_quarter(landing, wallets[hold.wallet_id].lots.oldest)
            deltas[hold.wallet_id].add_to_lot(landing, points)
            if landing != quarter:
                moved.append((hold.id, quarter, landing))
    holds.mark_released(session, hold_ids=hold_ids, moved=moved, now=now)
    change_accounts(session, deltas)


def _begin_ring(session: Session, now: datetime) -> None:
    """State from which quarter on lots may hold points, before any points can be."""
    session.execute(
        text("INSERT INTO scheme_facts (key, value) VALUES (:key, :value) ON CONFLICT (key) DO NOTHING"),
        {"key": OLDEST_QUARTER, "value": str(quarter_of(now) - QUARTERS_BEFORE_FIRST)},
    )
