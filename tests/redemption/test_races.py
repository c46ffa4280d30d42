"""Many at once: a voucher ends once, stock is given out once, nobody waits for ever, and the books balance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.ledger.chart import SCHEME, AccountKind
from app.offers.errors import OutOfStock
from app.redemption.errors import AlreadyRedeemed, VoucherCancelled, VoucherExpired
from app.redemption.queries import TillVoucher, VoucherRead, VoucherStatus
from tests.redemption.scheme import Scheme, run_together


def test_a_hundred_redeems_of_one_voucher_give_exactly_one_coffee(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1)
    voucher = scheme.take(resident, scheme.add_reward(points=150))
    codes = [voucher.code, voucher.token] * 50
    outcomes = run_together([partial(scheme.redeem, code) for code in codes])
    assert Counter(type(outcome) for outcome in outcomes) == {TillVoucher: 1, AlreadyRedeemed: 99}
    assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == 120
    assert scheme.posted(AccountKind.REDEEMED, SCHEME) == 150
    assert scheme.balance(resident).held == 0


def test_sixty_four_residents_on_ten_in_stock_get_exactly_ten(scheme: Scheme) -> None:
    residents = scheme.add_residents(64, points=200)
    reward = scheme.add_reward(points=150, stock=10)
    outcomes = run_together([partial(scheme.take, resident, reward) for resident in residents])
    assert Counter(type(outcome) for outcome in outcomes) == {VoucherRead: 10, OutOfStock: 54}
    assert scheme.stock_left(reward) == 0
    assert Counter(scheme.balance(resident).available for resident in residents) == {50: 10, 200: 54}
    assert scheme.vouchers() == 10


@pytest.mark.parametrize("redeems_first", [True, False])
def test_cancel_and_redeem_at_once_end_a_voucher_one_way(scheme: Scheme, *, redeems_first: bool) -> None:
    residents = scheme.add_residents(12, points=150)
    reward = scheme.add_reward(points=150, stock=12)
    vouchers = [scheme.take(resident, reward) for resident in residents]
    calls: list[Callable[[], object]] = []
    for resident, voucher in zip(residents, vouchers, strict=True):
        pair: list[Callable[[], object]] = [
            partial(scheme.redeem, voucher.code),
            partial(scheme.cancel, resident, voucher),
        ]
        calls += pair if redeems_first else pair[::-1]
    outcomes = Counter(type(outcome) for outcome in run_together(calls))
    redeemed, cancelled = outcomes[TillVoucher], outcomes[VoucherRead]
    assert redeemed + cancelled == 12
    assert (outcomes[AlreadyRedeemed], outcomes[VoucherCancelled]) == (redeemed, cancelled)
    assert scheme.stock_left(reward) == cancelled
    assert sum(scheme.balance(resident).available for resident in residents) == 150 * cancelled
    assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == 120 * redeemed


def test_sweep_and_redeem_and_cancel_at_once_end_a_voucher_one_way(scheme: Scheme) -> None:
    residents = scheme.add_residents(12, points=150)
    rewards = [scheme.add_reward(points=150, stock=12) for _ in range(2)]
    vouchers = [scheme.take(resident, rewards[number % 2]) for number, resident in enumerate(residents)]
    due, in_time = vouchers[0].expires_at, vouchers[0].expires_at - timedelta(seconds=1)
    calls: list[Callable[[], object]] = []
    for number, (resident, voucher) in enumerate(zip(residents, vouchers, strict=True)):
        calls += [
            partial(scheme.redeem, voucher.code, at=in_time),
            partial(scheme.cancel, resident, voucher, at=in_time),
        ]
        if number % 3 == 0:
            calls.append(partial(scheme.sweep, due))
    outcomes = run_together(calls)
    assert {type(outcome) for outcome in outcomes} <= {
        *(TillVoucher, VoucherRead, int),
        *(AlreadyRedeemed, VoucherCancelled, VoucherExpired),
    }
    ended = Counter(
        scheme.read(resident, voucher).status for resident, voucher in zip(residents, vouchers, strict=True)
    )
    redeemed = ended[VoucherStatus.REDEEMED]
    assert sum(ended.values()) == 12
    assert ended[VoucherStatus.ISSUED] == 0
    assert sum(outcome for outcome in outcomes if isinstance(outcome, int)) == ended[VoucherStatus.EXPIRED]
    assert sum(isinstance(outcome, TillVoucher) for outcome in outcomes) == redeemed
    assert sum(scheme.stock_left(reward) or 0 for reward in rewards) == 24 - redeemed
    assert sum(scheme.balance(resident).available for resident in residents) == 150 * (12 - redeemed)


def test_gifts_and_vouchers_of_the_same_residents_never_block_each_other(scheme: Scheme) -> None:
    residents = scheme.add_residents(4, points=3000)
    drink = scheme.add_reward(points=150, stock=100)
    gift = scheme.add_reward(partner=scheme.group, points=100, adapter="donation")
    vouchers = [(resident, scheme.take(resident, drink)) for resident in residents for _ in range(6)]
    calls: list[Callable[[], object]] = []
    for number, (resident, voucher) in enumerate(vouchers):
        calls.append(partial(scheme.take, resident, gift))
        calls.append(partial(scheme.take, resident, drink))
        calls.append(partial(scheme.cancel, resident, voucher) if number % 2 else partial(scheme.redeem, voucher.code))
    outcomes = Counter(type(outcome) for outcome in run_together(calls))
    assert outcomes == {VoucherRead: 60, TillVoucher: 12}
    assert scheme.posted(AccountKind.COMMUNITY_GROUP, scheme.group.id) == 2400
    assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == 12 * 120
    for resident in residents:
        balance = scheme.balance(resident)
        assert (balance.available, balance.held) == (3000 - 600 - 450 - 900, 900)


def test_the_sweep_waits_for_nobody(scheme: Scheme) -> None:
    residents = scheme.add_residents(2)
    reward = scheme.add_reward()
    vouchers = [scheme.take(resident, reward) for resident in residents]
    with Session(scheme.database.engine) as till:
        till.execute(text("SELECT FROM redemptions WHERE public_id = :id FOR UPDATE"), {"id": vouchers[0].id})
        assert scheme.sweep(vouchers[0].expires_at) == 1
    assert scheme.sweep(vouchers[0].expires_at) == 1
