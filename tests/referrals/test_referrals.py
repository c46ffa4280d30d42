"""Asking others to join: who may be named, and what it brings, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from app.core.errors import Refusal
from app.earning.freshness import list_freshness
from app.earning.verify import find_event_drift
from app.residents.referral_errors import (
    InvitationNotForYou,
    InvitationUnknown,
    PointsEarnedAlready,
    ReferrerNamedAlready,
    ReferrerTooLate,
)
from app.rulebook.pauses import Paused, pause_scheme
from tests.earning.world import RIDES, event
from tests.referrals.friends import JOINED, NOW, REFERRALS, Friends


def test_whoever_asked_somebody_earns_when_they_have_earned_their_first_points(friends: Friends) -> None:
    asker, friend = friends.join(), friends.join()
    friends.refer(friend, by=asker)
    assert friends.sweep() == 0
    friends.earn(friend)
    assert friends.sweep() == 1
    assert friends.balance(asker) == 50
    assert friends.events() == [(asker, 50, True)]


def test_a_referral_pays_once_however_often_it_is_swept(friends: Friends) -> None:
    asker, friend = friends.join(), friends.join()
    friends.refer(friend, by=asker)
    friends.earn(friend)
    assert [friends.sweep(), friends.sweep()] == [1, 0]
    friends.earn(friend, at=NOW + timedelta(hours=2))
    assert friends.sweep(at=NOW + timedelta(hours=3)) == 0
    assert friends.balance(asker) == 50


def test_a_referral_that_is_forgotten_to_be_ended_is_known_by_its_event(friends: Friends) -> None:
    asker, friend = friends.join(), friends.join()
    friends.refer(friend, by=asker)
    friends.earn(friend)
    friends.sweep()
    friends.world.database.in_transaction(
        lambda session: session.execute(text("UPDATE referrals SET outcome = NULL, ended_at = NULL"))
    )
    assert friends.sweep() == 1
    assert friends.events() == [(asker, 50, True)]


def test_two_sweeps_at_once_pay_once(own_friends: Friends) -> None:
    asker = own_friends.join()
    for _ in range(2):
        friend = own_friends.join()
        own_friends.refer(friend, by=asker)
        own_friends.earn(friend)
    with ThreadPoolExecutor(4) as pool:
        ended = sum(pool.map(lambda _: own_friends.sweep(), range(4)))
    assert ended == 2
    assert own_friends.events() == [(asker, 50, True), (asker, 50, True)]
    assert own_friends.balance(asker) == 100


def test_two_who_name_each_other_at_once_make_no_circle(own_friends: Friends) -> None:
    both = (own_friends.join(), own_friends.join())
    codes = [own_friends.code(one) for one in both]

    def name(who: int) -> bool:
        try:
            own_friends.name(both[who], code=codes[1 - who])
        except InvitationNotForYou:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(name, (0, 1))) == [False, True]


def test_nobody_refers_themselves_or_those_they_came_by(friends: Friends) -> None:
    first, second, third = friends.join(), friends.join(), friends.join()
    with pytest.raises(InvitationNotForYou):
        friends.refer(first, by=first)
    friends.refer(second, by=first)
    friends.refer(third, by=second)
    with pytest.raises(InvitationNotForYou):
        friends.refer(first, by=third)


def test_a_household_does_not_refer_itself(friends: Friends) -> None:
    asker, friend, later = friends.join(), friends.join(), friends.join()
    friends.refer(later, by=asker)
    for one in (asker, friend, later):
        friends.live_at(one, "72301")
    with pytest.raises(InvitationNotForYou):
        friends.refer(friend, by=asker)
    friends.earn(later)
    assert friends.sweep() == 1  # told after the referrer was named: it ends without points
    assert friends.events() == []


def test_a_referrer_is_for_good(friends: Friends) -> None:
    asker, other, friend = friends.join(), friends.join(), friends.join()
    friends.refer(friend, by=asker)
    with pytest.raises(ReferrerNamedAlready):
        friends.refer(friend, by=other)


@pytest.mark.parametrize(
    ("joined", "refusal"), [(NOW - timedelta(days=28), None), (NOW - timedelta(days=28, seconds=1), ReferrerTooLate)]
)
def test_a_referrer_is_named_within_28_days(friends: Friends, joined: datetime, refusal: type[Refusal] | None) -> None:
    asker, friend = friends.join(), friends.join(at=joined)
    if refusal is None:
        friends.refer(friend, by=asker)
        return
    with pytest.raises(refusal) as told:
        friends.refer(friend, by=asker)
    assert told.value.facts() == {"days": 28}


def test_a_referrer_is_named_before_the_first_points(friends: Friends) -> None:
    asker, friend = friends.join(), friends.join()
    friends.earn(friend)
    with pytest.raises(PointsEarnedAlready):
        friends.refer(friend, by=asker)


def test_a_code_is_taken_however_it_is_typed(friends: Friends) -> None:
    asker, friend = friends.join(), friends.join()
    code = friends.code(asker)
    assert code == friends.code(asker)
    assert len(code) == 14
    friends.name(friend, code=code.lower().replace("-", " ").replace("0", "o").replace("1", "l"))
    friends.earn(friend)
    friends.sweep()
    assert friends.balance(asker) == 50


@pytest.mark.parametrize("code", ["", "0000-0000-0000", "\udcff", "x" * 40, "\N{SNOWMAN}"])
def test_a_code_that_nobody_has_is_unknown(friends: Friends, code: str) -> None:
    friends.join()
    with pytest.raises(InvitationUnknown):
        friends.name(0, code=code)


def test_the_code_of_somebody_who_left_is_unknown_and_earns_nothing(friends: Friends) -> None:
    asker, friend, other = friends.join(), friends.join(), friends.join()
    friends.refer(friend, by=asker)
    code = friends.code(asker)
    friends.world.database.in_transaction(
        lambda session: session.execute(
            text("UPDATE residents SET active = false WHERE id = :id"), {"id": friends.joined[asker]}
        )
    )
    with pytest.raises(InvitationUnknown):
        friends.name(other, code=code)
    friends.earn(friend)
    assert friends.sweep() == 1
    assert friends.events() == []


def test_no_sender_can_send_a_referral(friends: Friends) -> None:
    friends.join()
    (result,) = friends.world.send([event(REFERRALS, "ref_1", "referral.qualified", NOW, card=0, data={})], at=NOW)
    assert result.status == "rejected"
    assert result.refusal is not None
    assert result.refusal.code == "event-type-unknown"


def test_a_scheme_without_the_rule_lets_referrals_wait(friends_without_source: Friends) -> None:
    friends = friends_without_source
    asker, friend = friends.join(), friends.join()
    friends.refer(friend, by=asker)
    friends.earn(friend)
    assert friends.sweep() == 0
    assert friends.events() == []


def test_the_source_of_referrals_is_complete_to_the_day_before_a_sweep(friends: Friends) -> None:
    friends.sweep()
    told = friends.world.database.in_transaction(lambda session: list_freshness(session, now=NOW))
    assert {one.source: one.complete_to for one in told}[REFERRALS] == date(2026, 7, 10)


def test_a_referral_of_a_pause_is_kept_unpaid(friends: Friends) -> None:
    asker, friend = friends.join(), friends.join()
    friends.refer(friend, by=asker)
    friends.earn(friend)
    friends.world.database.in_transaction(
        lambda session: pause_scheme(session, what=Paused.EARNING, notice="Mending.", officer_id=1, now=NOW)
    )
    assert friends.sweep() == 1
    assert friends.events() == [(asker, 0, False)]


def test_what_a_friend_loses_later_is_not_taken_from_who_asked_them(friends: Friends) -> None:
    asker, friend = friends.join(), friends.join()
    friends.refer(friend, by=asker)
    ridden = friends.earn(friend)
    friends.sweep()
    friends.world.now = NOW + timedelta(hours=1)
    friends.world.void(RIDES, ridden)
    friends.sweep()
    assert (friends.balance(asker), friends.balance(friend)) == (50, 0)


def test_points_for_a_referral_are_not_first_points_of_ones_own(friends: Friends) -> None:
    first, second, third = friends.join(), friends.join(), friends.join()
    friends.refer(second, by=first)
    friends.refer(third, by=second)
    friends.earn(third)
    assert friends.sweep() == 1
    assert friends.sweep() == 0
    assert [friends.balance(one) for one in (first, second)] == [0, 50]


def test_a_referral_comes_late_among_the_askers_own_events_and_stays_replayable(friends: Friends) -> None:
    asker, friend = friends.join(), friends.join()
    friends.refer(friend, by=asker)
    friends.earn(friend)
    friends.earn(asker, at=NOW + timedelta(hours=3))
    assert friends.sweep(at=NOW + timedelta(hours=4)) == 1
    assert friends.events() == [(asker, 50, True)]
    assert friends.world.database.in_transaction(find_event_drift) == ()


def test_fifty_accounts_that_refer_each_other_earn_within_bounds(friends: Friends) -> None:
    crowd = [friends.join(at=JOINED) for _ in range(50)]
    for place, one in enumerate(crowd[1:]):
        friends.refer(one, by=crowd[place // 10])
    for one in crowd:
        friends.earn(one)
    friends.sweep()
    paid = [points for _, points, _ in friends.events()]
    assert len(paid) == 49
    assert sum(paid) == 5 * 2 * 50  # five who asked ten or nine each are paid for two a month
