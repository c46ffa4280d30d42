"""A reward of a partner across the network: points stay on hold until its fate is known, whatever happens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.secret_store import Secrets
from app.jobs import count_jobs
from app.ledger.chart import SCHEME, AccountKind
from app.redemption.asking import LONGEST_WAIT
from app.redemption.errors import (
    MembershipNeeded,
    PassOver,
    VoucherCancelled,
    VoucherDeclined,
    VoucherEnding,
    VoucherNotReady,
)
from app.redemption.queries import VoucherStatus
from app.redemption.tasks import ask_partner
from tests.fakes.leisure_operator import LeisureBooks
from tests.redemption.leisure import POINTS, Leisure
from tests.redemption.scheme import Scheme


@pytest.fixture
def books() -> LeisureBooks:
    return LeisureBooks()


@pytest.fixture
def leisure(scheme: Scheme, secrets: Secrets, books: LeisureBooks) -> Leisure:
    return Leisure(scheme, secrets, books, transport=books.as_transport())


def test_it_is_confirming_until_the_partner_has_said_yes_and_shows_no_code_before(leisure: Leisure) -> None:
    voucher = leisure.take()
    assert (voucher.status, voucher.code, voucher.token) == (VoucherStatus.CONFIRMING, None, None)
    assert leisure.points() == (0, POINTS)
    assert leisure.scheme.run(count_jobs)["waiting"] == 1, "asking the partner is promised with the voucher"
    with pytest.raises(VoucherNotReady):
        leisure.scheme.redeem(leisure.scheme.codes.code_for(voucher.id))
    assert leisure.work() == 1
    confirmed = leisure.read(voucher)
    assert confirmed.status is VoucherStatus.ISSUED
    assert confirmed.code == leisure.scheme.codes.code_for(voucher.id)
    (known,) = leisure.books.passes.values()
    assert (known["member"], known["days"]) == ("L1234", 7)
    assert leisure.points() == (0, POINTS), "it is spent at the first use, not before"


def test_a_pass_is_spent_at_its_first_use_and_can_be_shown_for_seven_days(leisure: Leisure) -> None:
    voucher = leisure.take()
    leisure.work()
    code = leisure.read(voucher).code
    began_at = leisure.scheme.now + timedelta(days=2)
    first = leisure.scheme.redeem(code, at=began_at)
    assert (first.status, first.valid_until_at) == (VoucherStatus.REDEEMED, began_at + timedelta(days=7))
    for days in (0, 1, 6):
        assert leisure.scheme.redeem(code, at=began_at + timedelta(days=days)).valid
    assert leisure.scheme.posted(AccountKind.PAYABLE, leisure.scheme.cafe.id) == 120, "the operator is owed it once"
    assert leisure.scheme.posted(AccountKind.REDEEMED, SCHEME) == POINTS
    with pytest.raises(PassOver):
        leisure.scheme.redeem(code, at=began_at + timedelta(days=7))
    visits = leisure.scheme.run(lambda s: s.execute(text("SELECT count(*) FROM redemption_visits")).scalar_one())
    assert visits == 4


def test_who_has_no_card_of_the_operator_is_told_before_anything_is_held(leisure: Leisure) -> None:
    (stranger,) = leisure.scheme.add_residents(1, points=POINTS)
    with pytest.raises(MembershipNeeded):
        leisure.scheme.take(stranger, leisure.reward)
    assert leisure.scheme.balance(stranger).held == 0


@pytest.mark.parametrize("mood", ["refuses", "member"])
def test_a_partner_that_refuses_costs_nothing_and_its_reason_is_read(leisure: Leisure, mood: str) -> None:
    leisure.books.mood = mood
    voucher = leisure.take()
    leisure.work()
    told = leisure.read(voucher)
    assert told.status is VoucherStatus.DECLINED
    assert told.reason is not None
    assert told.reason.endswith(".")
    assert (told.instead is not None) == (mood == "member"), "members are offered another reward"
    assert leisure.points() == (POINTS, 0)
    assert leisure.scheme.stock_left(leisure.reward) == 5
    with pytest.raises(VoucherDeclined):
        leisure.scheme.redeem(leisure.scheme.codes.code_for(voucher.id))


@pytest.mark.parametrize("mood", ["broken", "lost"])
def test_an_unknown_outcome_is_asked_about_until_it_is_known(leisure: Leisure, mood: str) -> None:
    leisure.books.mood = mood
    voucher = leisure.take()
    for _ in range(4):
        assert leisure.work() == 1
        assert leisure.work() == 0, "it is left alone until it is due again"
        assert leisure.read(voucher).status is VoucherStatus.CONFIRMING
        assert leisure.points() == (0, POINTS)
        leisure.clock.at += LONGEST_WAIT
    leisure.books.mood = "well"
    leisure.work(after=LONGEST_WAIT)
    assert leisure.read(voucher).status is VoucherStatus.ISSUED
    assert len(leisure.books.passes) == 1, "however often it was asked for"


def test_a_voucher_is_cancelled_once_the_partner_has_let_go_of_it(leisure: Leisure) -> None:
    voucher = leisure.take()
    leisure.work()
    leisure.books.mood = "broken"
    leisure.scheme.cancel(leisure.resident, voucher)
    leisure.work()
    assert leisure.read(voucher).status is VoucherStatus.CANCELLING
    assert leisure.points() == (0, POINTS), "nobody may have both the pass and the points"
    with pytest.raises(VoucherEnding):
        leisure.scheme.redeem(leisure.scheme.codes.code_for(voucher.id))
    leisure.books.mood = "well"
    leisure.work(after=LONGEST_WAIT)
    assert leisure.read(voucher).status is VoucherStatus.CANCELLED
    assert leisure.points() == (POINTS, 0)
    assert [known["status"] for known in leisure.books.passes.values()] == ["cancelled"]
    with pytest.raises(VoucherCancelled):
        leisure.scheme.redeem(leisure.scheme.codes.code_for(voucher.id))


def test_what_the_partner_has_yet_to_confirm_can_be_cancelled_too(leisure: Leisure) -> None:
    leisure.books.mood = "lost"
    voucher = leisure.take()
    leisure.work()
    leisure.scheme.cancel(leisure.resident, voucher)
    leisure.books.mood = "well"
    assert leisure.work() == 0, "the first question may still be on its way"
    leisure.work(after=LONGEST_WAIT)
    assert leisure.read(voucher).status is VoucherStatus.CANCELLED
    assert [known["status"] for known in leisure.books.passes.values()] == ["cancelled"]
    assert leisure.points() == (POINTS, 0)


def test_a_pass_that_was_used_by_the_partners_books_is_spent_though_it_was_cancelled(leisure: Leisure) -> None:
    voucher = leisure.take()
    leisure.work()
    leisure.books.activate(voucher.id.hex)
    leisure.scheme.cancel(leisure.resident, voucher)
    leisure.work()
    assert leisure.read(voucher).status is VoucherStatus.REDEEMED
    assert leisure.points() == (0, 0)
    assert leisure.scheme.posted(AccountKind.PAYABLE, leisure.scheme.cafe.id) == 120


def test_what_runs_out_is_taken_back_from_the_partner_confirmed_or_not(leisure: Leisure) -> None:
    voucher = leisure.take()
    leisure.books.mood = "lost"
    leisure.work()
    leisure.books.mood = "well"
    leisure.clock.at = voucher.expires_at + timedelta(hours=1)
    assert leisure.scheme.sweep(leisure.clock.now()) == 1
    leisure.work()
    assert leisure.read(voucher).status is VoucherStatus.EXPIRED
    assert [known["status"] for known in leisure.books.passes.values()] == ["cancelled"]


def test_what_the_partner_keeps_can_be_used_until_its_time_is_over_and_then_its_points_come_back(
    leisure: Leisure,
) -> None:
    voucher = leisure.take()
    leisure.work()
    leisure.books.mood = "keeps"
    leisure.scheme.cancel(leisure.resident, voucher)
    leisure.work()
    kept = leisure.read(voucher)
    assert (kept.status, kept.reason) == (VoucherStatus.ISSUED, "The pass is in use.")
    assert kept.code == leisure.scheme.codes.code_for(voucher.id)
    assert leisure.points() == (0, POINTS)
    leisure.clock.at = voucher.expires_at
    assert leisure.scheme.sweep(leisure.clock.now()) == 1
    leisure.work()
    assert leisure.read(voucher).status is VoucherStatus.EXPIRED
    assert leisure.points() == (POINTS, 0), "no till takes it any more, so nothing may hold its points"


def test_a_voucher_ends_where_it_was_promised_though_its_reward_is_given_out_in_another_way_by_now(
    leisure: Leisure,
) -> None:
    voucher = leisure.take()
    leisure.work()
    otherwise = text("UPDATE rewards SET adapter = 'voucher_code', member_source = NULL, pass_days = NULL")
    leisure.scheme.run(lambda session: session.execute(otherwise))
    leisure.scheme.cancel(leisure.resident, voucher)
    leisure.work()
    assert leisure.read(voucher).status is VoucherStatus.CANCELLED
    assert [known["status"] for known in leisure.books.passes.values()] == ["cancelled"], "or it could still be used"
    assert leisure.points() == (POINTS, 0)


def test_a_pass_lasts_as_long_as_it_was_promised(leisure: Leisure) -> None:
    voucher = leisure.take()
    leisure.scheme.run(
        lambda session: session.execute(text("UPDATE rewards SET pass_days = NULL, adapter = 'webhook'"))
    )
    leisure.work()
    began = leisure.scheme.redeem(leisure.read(voucher).code, at=leisure.clock.now())
    assert began.valid_until_at == leisure.clock.now() + timedelta(days=7)
    (known,) = leisure.books.passes.values()
    assert (known["member"], known["days"]) == ("L1234", 7)


def test_a_job_that_comes_too_late_or_twice_does_nothing(leisure: Leisure) -> None:
    voucher = leisure.take()
    number = leisure.scheme.run(lambda s: int(s.execute(text("SELECT id FROM redemptions")).scalar_one()))
    for _ in range(3):
        ask_partner(leisure.asking, redemption=number)
    ask_partner(leisure.asking, redemption=number + 1)
    assert leisure.books.asked == ["PUT"]
    assert leisure.read(voucher).status is VoucherStatus.ISSUED
