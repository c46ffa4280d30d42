"""Property 10 and 15: the frozen clock is Europe/London, and versions switch at its midnights."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.artefact import Artefact, Timeline
from rules.clock import LONDON, day_number, from_micros, to_micros
from rules.fold import replay
from tests.rules.making import make_event, make_rule

LEEDS = ZoneInfo("Europe/London")


def assert_same(at: datetime) -> None:
    local, moment = at.astimezone(LEEDS), LONDON.moment(to_micros(at))
    year, week, weekday = local.isocalendar()
    monday = date.fromisocalendar(year, week, 1)
    assert (moment.day, moment.minute) == (day_number(local.date()), local.hour * 60 + local.minute)
    assert moment.weekday == f"{local:%A}".lower()
    _, day, week_number, month, _, _ = moment.windows
    assert day == moment.day
    assert (moment.day - (weekday - 1), month) == (day_number(monday), local.year * 12 + local.month)
    assert week_number == (day_number(monday) + 3) // 7


def test_property_10_the_frozen_clock_equals_zoneinfo_around_every_transition() -> None:
    transitions = [datetime.fromtimestamp(start, UTC) for start, _ in LONDON.transitions]
    checked = [at for at in transitions if 2020 <= at.year <= 2040]
    assert len(checked) == 42
    for at in checked:
        assert at.astimezone(LEEDS).utcoffset() != (at - timedelta(seconds=1)).astimezone(LEEDS).utcoffset()
        for seconds in (-90_000, -86_400, -3_601, -3_600, -61, -1, 0, 1, 59, 60, 3_599, 3_600, 82_800, 86_400, 90_000):
            assert_same(at + timedelta(seconds=seconds))


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_property_10_the_frozen_clock_equals_zoneinfo_at_any_instant(at: datetime) -> None:
    assert_same(at)
    assert from_micros(to_micros(at)) == at


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_midnight_is_the_first_instant_of_a_local_date(on: date) -> None:
    midnight = LONDON.midnight(on)
    assert midnight == datetime(on.year, on.month, on.day, tzinfo=LEEDS)
    assert LONDON.moment(to_micros(midnight)).day == day_number(on)
    assert LONDON.moment(to_micros(midnight) - 1).day == day_number(on) - 1


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        to_micros(datetime(2026, 9, 7))  # noqa: DTZ001


@example(date(2026, 3, 29))
@example(date(2026, 10, 25))
@given(st.dates(date(2021, 1, 1), date(2040, 12, 30)))
def test_property_15_a_version_switches_at_local_midnight(on: date) -> None:
    first, second = make_rule(), make_rule(version=2, effect={"kind": "points", "points": 7})
    midnight = LONDON.midnight(on)
    timeline = Timeline(
        [(LONDON.midnight(on - timedelta(days=9)), Artefact.publish([first])), (midnight, Artefact.publish([second]))]
    )
    events = [
        make_event(at=midnight - timedelta(microseconds=1), data={"bags": 1}, name="before"),
        make_event(at=midnight, data={"bags": 1}, name="after"),
    ]
    assert midnight.astimezone(LEEDS) == datetime(on.year, on.month, on.day, tzinfo=LEEDS)
    assert [[(line.version, line.got) for line in one.lines] for one in replay(timeline, events, None).outcomes] == [
        [(1, 5)],
        [(2, 7)],
    ]


@pytest.mark.parametrize(("on", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_daily_limit_lasts_the_whole_of_a_short_or_a_long_day(on: date, hours: int) -> None:
    timeline = Timeline([(LONDON.midnight(date(2026, 1, 1)), Artefact.publish([make_rule()]))])
    events = [
        make_event(at=LONDON.midnight(on) + timedelta(hours=hour), data={"bags": 1}, name=f"{hour:02}")
        for hour in range(hours + 1)
    ]
    points = [outcome.points for outcome in replay(timeline, events, None).outcomes]
    assert points == [5, *[0] * (hours - 1), 5]
