"""A tap is not a trip."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import NeedsReplay
from rules.event import Event
from rules.fold import fold, replay
from rules.state import State
from tests.rules.living import Life
from tests.rules.making import make_event, make_rule, make_tap, timeline_of

TRIPS = timeline_of(
    [
        make_rule(
            trigger="transit.trip",
            when=[{"fact": "mode", "op": "in", "value": ["bus", "tram", "rail"]}],
            limits=[{"scope": "resident_rule", "per": "week", "points": 100_000}],
        )
    ]
)


def told(*taps: Event) -> list[str]:
    """Per tap its reason, or `trip`."""
    return [one.reasons[0] if one.reasons else "trip" for one in replay(TRIPS, taps, None).outcomes]


def test_boardings_within_60_minutes_of_the_first_are_one_trip() -> None:
    assert told(make_tap(0), make_tap(30, stop="B"), make_tap(60, stop="C")) == ["trip", "part_of_trip", "part_of_trip"]


def test_a_trip_is_not_chained_from_its_latest_boarding() -> None:
    assert told(make_tap(0), make_tap(50, stop="B"), make_tap(61, stop="C")) == ["trip", "part_of_trip", "trip"]


def test_a_tap_whose_leg_is_not_known_is_a_boarding() -> None:
    assert told(make_tap(0, "unknown"), make_tap(5, "unknown", "B")) == ["trip", "part_of_trip"]


def test_tapping_off_never_counts() -> None:
    assert told(make_tap(0), make_tap(20, "off", "B"), make_tap(200, "off", "B")) == ["trip", "tap_off", "tap_off"]


def test_in_and_out_at_the_same_stop_within_ten_minutes_is_no_trip() -> None:
    assert told(make_tap(0), make_tap(3, "off")) == ["no_trip_same_stop", "tap_off"]
    assert told(make_tap(0), make_tap(10, "off")) == ["no_trip_same_stop", "tap_off"]
    assert told(make_tap(0), make_tap(10.5, "off")) == ["trip", "tap_off"]


def test_boarding_again_after_that_opens_a_trip() -> None:
    assert told(make_tap(0), make_tap(3, "off"), make_tap(5)) == ["no_trip_same_stop", "tap_off", "trip"]


def test_tapping_in_twice_does_not_get_round_it() -> None:
    assert told(make_tap(0), make_tap(1), make_tap(3, "off")) == ["no_trip_same_stop", "no_trip_same_stop", "tap_off"]


def test_a_real_ride_in_between_keeps_the_trip() -> None:
    assert told(make_tap(0), make_tap(4, "off", "B"), make_tap(5, stop="B"), make_tap(9, "off")) == [
        "trip", "tap_off", "part_of_trip", "tap_off",
    ]  # fmt: skip


def test_a_change_at_the_stop_where_the_ride_ended_keeps_the_first_trip() -> None:
    """On at A, off and on again at B, out at B after three minutes: the ride from A was real."""
    assert told(make_tap(0), make_tap(12, "off", "B"), make_tap(14, stop="B"), make_tap(17, "off", "B")) == [
        "trip", "tap_off", "no_trip_same_stop", "tap_off",
    ]  # fmt: skip


def test_a_stop_that_is_not_known_cancels_nothing() -> None:
    assert told(make_tap(0, stop=None), make_tap(3, "off", stop=None)) == ["trip", "tap_off"]


def test_a_stop_code_of_another_operator_is_another_stop() -> None:
    off = make_tap(3, "off")
    foreign = Event("urn:other:taps", off.id, off.type, off.happened_at, off.data, off.resident, off.evidence)
    assert told(make_tap(0), foreign) == ["trip", "tap_off"]


def test_a_stop_may_be_written_in_any_script() -> None:
    assert told(make_tap(0, stop="布吉", mode="rail"), make_tap(3, "off", "布吉", "rail"))[0] == "no_trip_same_stop"


def test_a_tap_off_that_cancels_a_folded_boarding_asks_for_a_replay_and_changes_nothing() -> None:
    left = {"cmp_test": 100}
    first = fold(TRIPS, State(), [make_tap(0)], left)
    assert (first.outcomes[0].points, left) == (5, {"cmp_test": 95})
    with pytest.raises(NeedsReplay, match="trip_cancelled"):
        fold(TRIPS, first.state, [make_tap(2, mode="rail", stop="B"), make_tap(3, "off")], left)
    assert left == {"cmp_test": 95}


def test_a_trip_that_is_over_leaves_nothing_in_the_state() -> None:
    later = make_event("checkin.scan", make_tap(61).happened_at)
    state = replay(TRIPS, [make_tap(0), later], None).state
    assert (state.trip_opened_at, state.boardings) == (None, {})


def test_a_trip_given_as_such_counts_like_any_event() -> None:
    trip = make_event("transit.trip", data={"mode": "bus"})
    assert replay(TRIPS, [trip], None).outcomes[0].points == 5


TAPS = st.builds(
    make_tap,
    st.integers(0, 90),
    st.sampled_from(["on", "off", "unknown"]),
    st.sampled_from(["A", "B", None]),
)


@given(st.lists(TAPS, max_size=12, unique_by=lambda tap: tap.id), st.data())
def test_taps_one_by_one_in_any_order_end_like_all_at_once(taps: list[Event], data: st.DataObject) -> None:
    life = Life(TRIPS, None)
    for tap in data.draw(st.permutations(taps)):
        life.take([tap])
    whole = replay(TRIPS, taps, None)
    assert life.state == whole.state
    assert life.outcomes == {outcome.key: outcome for outcome in whole.outcomes}


@given(st.lists(TAPS, max_size=12, unique_by=lambda tap: tap.id))
def test_trips_never_begin_within_60_minutes_of_each_other(taps: list[Event]) -> None:
    outcomes = replay(TRIPS, taps, None).outcomes
    opened = [outcome.key[0] for outcome in outcomes if outcome.points]
    assert all((other - one).total_seconds() > 3_600 for one, other in pairwise(opened))
