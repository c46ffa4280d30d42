"""What happens to points, stock and partner along a voucher's life."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from uuid import UUID

import pytest

from app.core.errors import Refusal
from app.ledger.chart import SCHEME, AccountKind
from app.ledger.errors import InsufficientPoints
from app.offers.errors import OutOfStock, RewardPaused, RewardUnknown
from app.offers.queries import RewardRead
from app.offers.service import pause_reward
from app.redemption.codes import VoucherCodes
from app.redemption.errors import (
    AlreadyRedeemed,
    PartnerDeclined,
    PartnerNotReached,
    RedemptionUnknown,
    VoucherCancelled,
    VoucherExpired,
    VoucherUnknown,
)
from app.redemption.queries import TillVoucher, VoucherRead, VoucherStatus, list_partner_redemptions, list_redemptions
from app.redemption.service import check_voucher, redeem_reward
from tests.redemption.scheme import Scheme


def test_a_reward_holds_its_points_and_takes_one_from_stock(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=500)
    reward = scheme.add_reward(points=150, stock=3)
    voucher = scheme.take(resident, reward)
    assert voucher.status is VoucherStatus.ISSUED
    assert voucher.points == 150
    assert voucher.reward_title == "A hot drink"
    assert voucher.partner_name == "Kirkgate Café"
    assert voucher.expires_at == scheme.now + timedelta(days=30)
    assert voucher.code == scheme.codes.code_for(voucher.id)
    assert voucher.token == scheme.codes.token_for(voucher.id)
    assert (scheme.balance(resident).available, scheme.balance(resident).held) == (350, 150)
    assert scheme.stock_left(reward) == 2


def test_a_redeemed_voucher_spends_its_points_and_the_partner_is_owed_its_price(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=500)
    voucher = scheme.take(resident, scheme.add_reward(points=150, stock=3))
    at_till = scheme.redeem(voucher.code)
    assert at_till.status is VoucherStatus.REDEEMED
    assert at_till.redeemed_at == scheme.now
    assert at_till.cost_pence == 120
    assert scheme.read(resident, voucher).status is VoucherStatus.REDEEMED
    assert (scheme.balance(resident).available, scheme.balance(resident).held) == (350, 0)
    assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == 120
    assert scheme.posted(AccountKind.REDEEMED, SCHEME) == 150


def test_the_second_redeem_is_refused_and_says_when_the_first_was(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1)
    voucher = scheme.take(resident, scheme.add_reward())
    scheme.redeem(voucher.code)
    with pytest.raises(AlreadyRedeemed) as refused:
        scheme.redeem(voucher.token, at=scheme.now + timedelta(minutes=5))
    assert refused.value.facts() == {"redeemed_at": "2026-11-22T12:00:00Z"}
    assert str(refused.value) == "This voucher was used on 22 November 2026 at 12pm."
    assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == 120


def test_a_voucher_can_be_scanned_or_read_aloud(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1)
    reward = scheme.add_reward()
    scanned, read_aloud = scheme.take(resident, reward), scheme.take(resident, reward)
    assert scheme.redeem(scanned.token).id == scanned.id
    assert read_aloud.code is not None
    assert scheme.redeem(read_aloud.code.lower().replace("-", " ")).id == read_aloud.id


def test_another_partners_voucher_is_as_unknown_as_a_made_up_one(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1)
    voucher = scheme.take(resident, scheme.add_reward())
    other = scheme.add_partner("Armley Leisure Centre", "business")
    with pytest.raises(VoucherUnknown) as another:
        scheme.redeem(voucher.code, partner=other)
    with pytest.raises(VoucherUnknown) as made_up:
        scheme.redeem("AAAAA-AAAAA", partner=other)
    assert str(another.value) == str(made_up.value)
    assert another.value.facts() == made_up.value.facts()
    assert scheme.redeem(voucher.code).id == voucher.id


def test_a_check_says_what_a_code_is_for_and_changes_nothing(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1)
    voucher = scheme.take(resident, scheme.add_reward())

    def check(after: timedelta = timedelta()) -> TillVoucher:
        assert voucher.code is not None
        code = voucher.code
        return scheme.run(
            lambda session: check_voucher(
                session, partner_id=scheme.cafe.id, code=code, codes=scheme.codes, now=scheme.now + after
            )
        )

    assert check() == check()
    assert check().valid
    assert check().reward_title == "A hot drink"
    assert check(after=timedelta(days=30)).status is VoucherStatus.EXPIRED
    assert scheme.balance(resident).held == 150
    scheme.redeem(voucher.code)
    assert (check().valid, check().redeemed_at) == (False, scheme.now)


def test_a_partner_sees_nothing_of_the_resident_and_no_code() -> None:
    assert not {field.name for field in fields(TillVoucher)} & {"resident_id", "resident", "name", "code", "token"}


def test_a_cancelled_voucher_gives_back_points_and_stock_once(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=200)
    reward = scheme.add_reward(stock=1)
    voucher = scheme.take(resident, reward)
    assert scheme.cancel(resident, voucher).status is VoucherStatus.CANCELLED
    with pytest.raises(VoucherCancelled):
        scheme.cancel(resident, voucher)
    with pytest.raises(VoucherCancelled):
        scheme.redeem(voucher.code)
    assert (scheme.balance(resident).available, scheme.balance(resident).held) == (200, 0)
    assert scheme.stock_left(reward) == 1
    assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == 0


def test_a_redeemed_voucher_cannot_be_cancelled(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1)
    reward = scheme.add_reward(stock=2)
    voucher = scheme.take(resident, reward)
    scheme.redeem(voucher.code)
    with pytest.raises(AlreadyRedeemed):
        scheme.cancel(resident, voucher)
    assert scheme.stock_left(reward) == 1


def test_a_voucher_past_its_time_is_expired_even_before_the_sweep(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=200)
    reward = scheme.add_reward(stock=1)
    voucher = scheme.take(resident, reward)
    just_in_time = voucher.expires_at - timedelta(microseconds=1)
    assert scheme.read(resident, voucher, at=just_in_time).status is VoucherStatus.ISSUED
    assert scheme.read(resident, voucher, at=voucher.expires_at).status is VoucherStatus.EXPIRED
    with pytest.raises(VoucherExpired) as refused:
        scheme.redeem(voucher.code, at=voucher.expires_at)
    assert refused.value.facts() == {"expired_at": "2026-12-22T12:00:00Z"}
    with pytest.raises(VoucherExpired):
        scheme.cancel(resident, voucher, at=voucher.expires_at)
    assert scheme.sweep(voucher.expires_at) == 1
    assert scheme.balance(resident).available == 200
    assert scheme.stock_left(reward) == 1
    with pytest.raises(VoucherExpired):
        scheme.redeem(voucher.code, at=voucher.expires_at)


def test_the_sweep_ends_each_due_voucher_once_and_no_other(scheme: Scheme) -> None:
    residents = scheme.add_residents(3, points=500)
    reward = scheme.add_reward(stock=9)
    vouchers = [scheme.take(resident, reward) for resident in residents]
    scheme.redeem(vouchers[0].code)
    assert scheme.sweep(vouchers[1].expires_at - timedelta(seconds=1)) == 0
    assert [scheme.sweep(vouchers[1].expires_at, limit=1) for _ in range(3)] == [1, 1, 0]
    assert [scheme.balance(resident).available for resident in residents] == [350, 500, 500]
    assert scheme.stock_left(reward) == 8


def test_a_reward_without_limit_never_runs_out(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1)
    reward = scheme.add_reward(stock=None)
    scheme.cancel(resident, scheme.take(resident, reward))
    assert scheme.stock_left(reward) is None


def test_a_gift_is_spent_at_once_and_has_no_code(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=500)
    gift = scheme.add_reward(partner=scheme.group, points=100, adapter="donation")
    voucher = scheme.take(resident, gift)
    assert (voucher.status, voucher.redeemed_at) == (VoucherStatus.REDEEMED, scheme.now)
    assert (voucher.code, voucher.token) == (None, None)
    assert (scheme.balance(resident).available, scheme.balance(resident).held) == (400, 0)
    assert scheme.posted(AccountKind.COMMUNITY_GROUP, scheme.group.id) == 100
    assert scheme.posted(AccountKind.PAYABLE, scheme.group.id) == 70
    with pytest.raises(AlreadyRedeemed):
        scheme.cancel(resident, voucher)


def test_two_codes_that_meet_by_chance_are_drawn_again(scheme: Scheme) -> None:
    class Unlucky(VoucherCodes):
        """The first two vouchers get the same code."""

        def __init__(self) -> None:
            self.seen: list[UUID] = []

        def code_for(self, public_id: UUID) -> str:
            if public_id not in self.seen:
                self.seen.append(public_id)
            number = self.seen.index(public_id)
            return "AAAAA-AAAAA" if number < 2 else scheme.codes.code_for(public_id)

        def token_for(self, public_id: UUID) -> str:
            return scheme.codes.token_for(public_id)

        def hash(self, code: str) -> bytes:
            return scheme.codes.hash(code)

    (resident,) = scheme.add_residents(1, points=500)
    reward = scheme.add_reward(stock=5)
    codes = Unlucky()
    first, second = scheme.take(resident, reward, codes=codes), scheme.take(resident, reward, codes=codes)
    assert first.code != second.code
    assert len(codes.seen) == 3
    assert scheme.stock_left(reward) == 3
    assert scheme.balance(resident).held == 300


def _out_of_stock(scheme: Scheme) -> RewardRead:
    return scheme.add_reward(stock=0)


def _paused(scheme: Scheme) -> RewardRead:
    reward = scheme.add_reward(stock=5)
    scheme.run(lambda session: pause_reward(session, reward=reward.public_id, paused=True))
    return reward


def _too_dear(scheme: Scheme) -> RewardRead:
    return scheme.add_reward(stock=5, points=501)


def _partner_says_no(scheme: Scheme) -> RewardRead:
    scheme.twin.refuse("The café has closed.")
    return scheme.add_reward(stock=5, adapter="in_memory")


def _partner_is_away(scheme: Scheme) -> RewardRead:
    scheme.twin.go_away()
    return scheme.add_reward(stock=5, adapter="in_memory")


def _adapter_is_missing(scheme: Scheme) -> RewardRead:
    return scheme.add_reward(stock=5, adapter="never_wired")


def _gift_to_a_business(scheme: Scheme) -> RewardRead:
    return scheme.add_reward(stock=5, adapter="donation")


@pytest.mark.parametrize(
    ("prepare", "refusal"),
    [
        (_out_of_stock, OutOfStock),
        (_paused, RewardPaused),
        (_too_dear, InsufficientPoints),
        (_partner_says_no, PartnerDeclined),
        (_partner_is_away, PartnerNotReached),
        (_adapter_is_missing, RewardPaused),
        (_gift_to_a_business, PartnerDeclined),
    ],
)
def test_a_refusal_changes_nothing(
    scheme: Scheme, prepare: Callable[[Scheme], RewardRead], refusal: type[Refusal]
) -> None:
    (resident,) = scheme.add_residents(1, points=500)
    reward = prepare(scheme)
    with pytest.raises(refusal):
        scheme.take(resident, reward)
    assert (scheme.balance(resident).available, scheme.balance(resident).held) == (500, 0)
    assert scheme.stock_left(reward) == reward.stock_left
    assert scheme.vouchers() == 0
    assert not scheme.twin.promised


def test_too_few_points_are_told_in_numbers(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=100)
    with pytest.raises(InsufficientPoints) as refused:
        scheme.take(resident, scheme.add_reward(points=150))
    assert refused.value.facts() == {"available": 100, "wanted": 150}


def test_held_points_cannot_be_promised_twice(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=200)
    reward = scheme.add_reward(points=150)
    scheme.take(resident, reward)
    with pytest.raises(InsufficientPoints) as refused:
        scheme.take(resident, reward)
    assert refused.value.facts() == {"available": 50, "wanted": 150}


def test_a_reward_nobody_offers_is_unknown(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1)
    with pytest.raises(RewardUnknown):
        scheme.run(
            lambda session: redeem_reward(
                session,
                resident_id=resident,
                reward=UUID(int=5),
                codes=scheme.codes,
                adapters=scheme.adapters,
                now=scheme.now,
            )
        )


def test_another_residents_voucher_is_unknown(scheme: Scheme) -> None:
    owner, stranger = scheme.add_residents(2)
    voucher = scheme.take(owner, scheme.add_reward())
    with pytest.raises(RedemptionUnknown):
        scheme.read(stranger, voucher)
    with pytest.raises(RedemptionUnknown):
        scheme.cancel(stranger, voucher)
    assert scheme.read(owner, voucher) == voucher


def test_a_resident_pages_through_all_vouchers_newest_first(scheme: Scheme) -> None:
    resident, other = scheme.add_residents(2, points=1000)
    reward = scheme.add_reward(points=100)
    made = [scheme.take(resident, reward) for _ in range(5)]
    scheme.take(other, reward)
    seen: list[VoucherRead] = []
    after = None
    for limit in (2, 2, 2):
        page = scheme.run(
            lambda session, after=after, limit=limit: list_redemptions(  # type: ignore[misc] # bound in the loop
                session, resident_id=resident, codes=scheme.codes, now=scheme.now, after=after, limit=limit
            )
        )
        seen += page.items
        after = page.after
    assert seen == made[::-1]
    assert after is None


def test_a_partner_lists_what_it_redeemed_and_nothing_else(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=1000)
    reward = scheme.add_reward()
    open_voucher, used = scheme.take(resident, reward), scheme.take(resident, reward)
    scheme.redeem(used.code)
    scheme.take(resident, scheme.add_reward(partner=scheme.group, points=100, adapter="donation"))
    page = scheme.run(lambda session: list_partner_redemptions(session, partner_id=scheme.cafe.id, now=scheme.now))
    assert [voucher.id for voucher in page.items] == [used.id]
    assert open_voucher.id != used.id
    assert page.after is None
