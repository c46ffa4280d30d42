"""One officer stops a rule: at once, or when what people are in the middle of is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.rulebook.errors import AlreadyStopped, NoticeUnfit, RuleNotFound, RuleNotInForce, StillEnding
from app.rulebook.publishing import rules_at
from app.rulebook.queries import list_rules, load_timeline
from app.rulebook.stopping import stop_rule
from app.rulebook.versions import find_standing, list_versions
from rules.clock import LONDON
from tests.earning.world import World
from tests.rulebook.publishing.rulemaking import OFFICER, TUESDAY, WEDNESDAY_ON, earn, make_rides, schedule, stop

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def test_a_stopped_rule_judges_what_happened_before_and_nothing_after(world: World) -> None:
    assert [earn(world, 1, TUESDAY - 2 * HOUR), earn(world, 2, TUESDAY - HOUR)] == [0, 0]
    assert stop(world, TUESDAY).ends_at == TUESDAY
    assert earn(world, 3, TUESDAY) == 0
    assert earn(world, 4, TUESDAY - INSTANT) == 50


def test_a_stopped_rule_takes_its_next_versions_with_it(world: World) -> None:
    schedule(world, make_rides(2))
    stop(world, TUESDAY)
    assert world.database.in_transaction(lambda session: rules_at(session, at=TUESDAY + 9 * DAY)) == ()
    versions = world.database.in_transaction(lambda session: list_versions(session, key="rul_rides"))
    assert [version.standing(TUESDAY) for version in versions] == ["stopped", "withdrawn"]
    assert find_standing(versions, TUESDAY) == ("stopped", None)


STEPS: dict[str, Any] = {"stacking": {"group": "rides", "mode": "sum"}}
BEST: dict[str, Any] = {"stacking": {"group": "rides", "mode": "best"}, "progress": None}


@pytest.mark.parametrize(("honour", "ends_at"), [(False, TUESDAY), (True, LONDON.midnight(date(2026, 9, 17)))])
def test_a_stop_is_never_refused_for_what_waits_to_begin(world: World, honour: bool, ends_at: datetime) -> None:  # noqa: FBT001 - a row of the table
    """The version in force and what begins on Thursday clash; only the next version, from Wednesday on, parts them."""
    schedule(world, make_rides(1, id="rul_steps", **STEPS), date(2026, 9, 15), now=TUESDAY - DAY)
    schedule(world, make_rides(2, id="rul_steps"))
    schedule(world, make_rides(1, id="rul_best", **BEST), date(2026, 9, 17))
    assert stop(world, TUESDAY, key="rul_steps", honour=honour).ends_at == ends_at
    on_thursday = world.database.in_transaction(lambda session: rules_at(session, at=TUESDAY + 2 * DAY))
    assert [rule.id for rule in on_thursday] == ["rul_best", "rul_rides"]
    versions = world.database.in_transaction(lambda session: list_versions(session, key="rul_steps"))
    assert [version.standing(TUESDAY + 2 * DAY) for version in versions] == ["stopped", "withdrawn"]


def test_who_may_finish_the_week_finishes_it_under_the_version_that_was_stopped(world: World) -> None:
    schedule(world, make_rides(2, 9, progress=None), progress="restart")
    stop(world, TUESDAY, honour=True)
    schedule(world, make_rides(1, id="rul_other"), date(2026, 9, 18))
    timeline = world.database.in_transaction(load_timeline)
    for days, found in [(2, [("rul_rides", 1)]), (4, [("rul_other", 1), ("rul_rides", 1)]), (7, [("rul_other", 1)])]:
        judging = timeline.at(TUESDAY + days * DAY)
        assert judging is not None
        assert [(rule.id, rule.version) for rule in judging.rules] == found


def test_a_stop_that_honours_the_week_lets_people_finish_it(world: World) -> None:
    assert [earn(world, 1, TUESDAY - 2 * HOUR), earn(world, 2, TUESDAY - HOUR)] == [0, 0]
    monday = LONDON.midnight(date(2026, 9, 21))
    assert stop(world, TUESDAY, honour=True).ends_at == monday
    assert earn(world, 3, monday - INSTANT) == 50
    assert [earn(world, 4 + hour, monday + hour * HOUR) for hour in range(3)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("changes", "ends_on"),
    [
        ({"limits": [{"scope": "resident_rule", "per": "day", "times": 1}]}, date(2026, 9, 16)),
        ({"limits": [{"scope": "resident_rule", "per": "week", "times": 1}]}, date(2026, 9, 21)),
        ({"limits": [{"scope": "resident_rule", "per": "month", "times": 1}]}, date(2026, 10, 1)),
        ({"limits": [{"scope": "resident_rule", "per": "lifetime", "times": 1}]}, date(2026, 10, 13)),
        (
            {
                "limits": [{"scope": "resident_rule", "per": "lifetime", "times": 1}],
                "validity": {"start": "2020-01-01", "until": "2026-09-30"},
            },
            date(2026, 9, 30),
        ),
    ],
)
def test_what_is_honoured_is_the_window_that_people_are_in(
    world: World, changes: dict[str, Any], ends_on: date
) -> None:
    schedule(world, make_rides(1, id="rul_other", progress=None, **changes), now=TUESDAY - DAY, on=date(2026, 9, 15))
    assert stop(world, TUESDAY, honour=True, key="rul_other").ends_at == LONDON.midnight(ends_on)


def test_a_rule_is_stopped_once(world: World) -> None:
    ends_at = stop(world, TUESDAY, honour=True).ends_at
    for at in (TUESDAY + HOUR, ends_at):
        with pytest.raises(AlreadyStopped):
            stop(world, at)


def test_what_is_not_in_force_is_not_stopped(world: World) -> None:
    schedule(world, make_rides(1, id="rul_other"))
    with pytest.raises(RuleNotInForce):
        stop(world, TUESDAY, key="rul_other")
    with pytest.raises(RuleNotFound):
        stop(world, TUESDAY, key="rul_unheard_of")


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\x00b"])
def test_the_public_is_told_why_in_a_sentence(world: World, reason: str) -> None:
    def serve(session: Any) -> object:  # noqa: ANN401 - a session
        return stop_rule(
            session, key="rul_rides", reason=reason, honour=False, officer_id=OFFICER, now=TUESDAY
        )  # fmt: skip

    with pytest.raises(NoticeUnfit):
        world.database.in_transaction(serve)


def test_the_book_says_why_a_rule_was_stopped(world: World) -> None:
    stop(world, TUESDAY)
    (rule,) = world.database.in_transaction(lambda session: list_rules(session, at=TUESDAY))
    assert rule.off_reason == "The counter was wrong."
    assert not rule.in_force(TUESDAY.date())


def test_a_stopped_rule_begins_again_with_another_version_and_not_before_it_has_ended(world: World) -> None:
    stop(world, TUESDAY, honour=True)
    with pytest.raises(StillEnding) as refusal:
        schedule(world, make_rides(2), WEDNESDAY_ON, now=TUESDAY + HOUR)
    assert refusal.value.earliest_on == "2026-09-21"
    schedule(world, make_rides(2, 9, progress=None), date(2026, 9, 21), now=TUESDAY + HOUR)
    assert earn(world, 1, LONDON.midnight(date(2026, 9, 21))) == 9
    versions = world.database.in_transaction(lambda session: list_versions(session, key="rul_rides"))
    assert [version.standing(datetime(2026, 9, 21, 9, tzinfo=UTC)) for version in versions] == ["stopped", "in_force"]


def test_a_stop_at_the_midnight_that_begins_a_version_stops_that_version(world: World) -> None:
    begins = schedule(world, make_rides(2)).from_at
    made = stop(world, begins)
    assert (made.version, made.ends_at) == (2, begins + INSTANT)
