"""A version begins at a local midnight, and what people have done so far is theirs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.core.errors import Refusal
from app.rulebook.campaign_errors import RuleLeavesCampaign
from app.rulebook.errors import (
    AlreadyScheduled,
    CampaignUnknown,
    CannotCarry,
    ChoiceNeeded,
    NothingScheduled,
    OverBefore,
    RulesClash,
    SourceNotLive,
    TooSoon,
)
from app.rulebook.publishing import rules_at, unschedule_version
from app.rulebook.queries import list_rules, load_timeline
from app.rulebook.service import open_campaign
from app.rulebook.versions import find_standing, list_versions
from rules.document import Rule, Validity
from tests.earning.world import World
from tests.rulebook.publishing.rulemaking import FAR, OFFICER, TUESDAY, WEDNESDAY_ON, earn, make_rides, schedule

DAY = timedelta(days=1)
AUTUMN = {"start": "2026-09-01", "until": "2026-12-01"}
EACH_RIDE: dict[str, Any] = {"progress": None, "limits": [{"scope": "resident_rule", "per": "day", "times": 9}]}


def version_at(world: World, at: datetime) -> int | None:
    rules = world.database.in_transaction(lambda session: rules_at(session, at=at))
    return next((rule.version for rule in rules if rule.id == "rul_rides"), None)


@pytest.mark.parametrize(
    ("on", "midnight"),
    [
        (date(2026, 9, 16), datetime(2026, 9, 15, 23, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 24, 23, tzinfo=UTC)),
        (date(2026, 10, 26), datetime(2026, 10, 26, tzinfo=UTC)),
        (date(2027, 3, 29), datetime(2027, 3, 28, 23, tzinfo=UTC)),
    ],
)
def test_a_version_switches_at_local_midnight_in_summer_and_in_winter(
    world: World, on: date, midnight: datetime
) -> None:
    schedule(world, make_rides(2, 7, **EACH_RIDE), on)
    assert earn(world, 1, midnight - timedelta(microseconds=1)) == 0
    assert earn(world, 2, midnight) == 7


def test_changing_points_keeps_the_progress_of_everybody(world: World) -> None:
    schedule(world, make_rides(2, 80))
    assert [earn(world, 1, TUESDAY), earn(world, 2, TUESDAY + DAY / 24)] == [0, 0]
    assert earn(world, 3, TUESDAY + DAY) == 80


@pytest.mark.parametrize(("progress", "earned"), [("carry_over", [80, 0, 0]), ("restart", [0, 0, 80])])
def test_changing_the_filter_carries_progress_over_or_restarts_it(
    world: World, progress: str, earned: list[int]
) -> None:
    with pytest.raises(ChoiceNeeded) as refusal:
        schedule(world, make_rides(2, 80, when=FAR))
    assert set(refusal.value.choices) == {"carry_over", "restart"}
    schedule(world, make_rides(2, 80, when=FAR), progress=progress)  # type: ignore[arg-type] # one of the two
    assert [earn(world, 1, TUESDAY), earn(world, 2, TUESDAY + DAY / 24)] == [0, 0]
    wednesday = TUESDAY + DAY
    assert [earn(world, 3 + hour, wednesday + hour * DAY / 24) for hour in range(3)] == earned


def test_what_was_carried_over_goes_on_under_the_next_version(world: World) -> None:
    schedule(world, make_rides(2, when=FAR), progress="carry_over")
    schedule(world, make_rides(3, 90, when=FAR), WEDNESDAY_ON + DAY)
    assert [earn(world, 1, TUESDAY), earn(world, 2, TUESDAY + DAY)] == [0, 0]
    assert earn(world, 3, TUESDAY + 2 * DAY) == 90


def test_a_filter_that_comes_back_restarts_all_the_same(world: World) -> None:
    schedule(world, make_rides(2, when=FAR), progress="restart")
    schedule(world, make_rides(3), WEDNESDAY_ON + DAY, progress="restart")
    assert [earn(world, 1, TUESDAY), earn(world, 2, TUESDAY + DAY / 24)] == [0, 0]
    assert [earn(world, 3 + hour, TUESDAY + 2 * DAY + hour * DAY / 24) for hour in range(3)] == [0, 0, 50]


def test_progress_that_is_counted_otherwise_cannot_be_carried(world: World) -> None:
    days = {"kind": "distinct_days", "per": "week", "reach": 3, "repeat": False}
    with pytest.raises(CannotCarry):
        schedule(world, make_rides(2, progress=days), progress="carry_over")
    assert schedule(world, make_rides(2, progress=days), progress="restart").progress == "restart"


@pytest.mark.parametrize(
    ("now", "earliest_on"),
    [
        (datetime(2026, 9, 15, 12, tzinfo=UTC), date(2026, 9, 16)),
        (datetime(2026, 9, 15, 22, 50, tzinfo=UTC), date(2026, 9, 16)),
        (datetime(2026, 9, 15, 22, 50, 0, 1, tzinfo=UTC), date(2026, 9, 17)),
        (datetime(2026, 12, 15, 23, 50, tzinfo=UTC), date(2026, 12, 16)),
    ],
)
def test_a_change_comes_no_sooner_than_ten_minutes_before_a_midnight(
    world: World, now: datetime, earliest_on: date
) -> None:
    with pytest.raises(TooSoon) as refusal:
        schedule(world, make_rides(2), earliest_on - DAY, now=now)
    assert refusal.value.earliest_on == earliest_on.isoformat()
    assert schedule(world, make_rides(2), earliest_on, now=now).on == earliest_on


@pytest.mark.parametrize(
    ("rule", "refusal"),
    [
        (make_rides(2, validity={"start": "2020-01-01", "until": "2026-09-16"}), OverBefore),
        (make_rides(2, source="urn:leeds:nobody"), SourceNotLive),
        (make_rides(2, campaign="cmp_unheard_of"), CampaignUnknown),
        (make_rides(2, id="rul_more", **EACH_RIDE, stacking={"group": "g", "mode": "best"}), RulesClash),
    ],
)
def test_what_cannot_judge_is_refused_and_nothing_is_written(world: World, rule: Rule, refusal: type[Refusal]) -> None:
    schedule(world, make_rides(1, id="rul_other", stacking={"group": "g", "mode": "sum"}))
    before = world.database.in_transaction(load_timeline)
    with pytest.raises(refusal):
        schedule(world, rule)
    assert world.database.in_transaction(load_timeline) == before


def test_versions_come_one_after_the_other(world: World) -> None:
    schedule(world, make_rides(2), WEDNESDAY_ON + DAY)
    with pytest.raises(AlreadyScheduled) as refusal:
        schedule(world, make_rides(3), WEDNESDAY_ON)
    assert (refusal.value.version, refusal.value.on) == (2, "2026-09-17")


def test_what_is_scheduled_later_is_made_again_with_what_comes_before_it(world: World) -> None:
    other = make_rides(1, 9, id="rul_other", **EACH_RIDE)
    schedule(world, other, WEDNESDAY_ON + 2 * DAY)
    schedule(world, make_rides(2, 80), WEDNESDAY_ON)
    late = TUESDAY + 3 * DAY
    rules = world.database.in_transaction(lambda session: rules_at(session, at=late))
    assert [(rule.id, rule.version) for rule in rules] == [("rul_other", 1), ("rul_rides", 2)]
    kept = world.database.in_transaction(
        lambda session: session.execute(text("SELECT count(*) FROM rule_artefacts WHERE superseded_at IS NOT NULL"))
        .scalar_one()
    )  # fmt: skip
    assert kept == 1


def test_what_is_taken_back_leaves_everything_as_it_was(world: World) -> None:
    before = world.database.in_transaction(load_timeline)
    schedule(world, make_rides(2, when=FAR), progress="restart")
    schedule(world, make_rides(3, when=FAR), WEDNESDAY_ON + DAY)

    def take_back() -> int:
        return world.database.in_transaction(
            lambda session: unschedule_version(session, key="rul_rides", officer_id=OFFICER, now=TUESDAY)
        )

    assert [take_back(), take_back()] == [3, 2]
    assert world.database.in_transaction(load_timeline) == before
    with pytest.raises(NothingScheduled):
        take_back()
    versions = world.database.in_transaction(lambda session: list_versions(session, key="rul_rides"))
    assert [version.standing(TUESDAY) for version in versions] == ["in_force", "withdrawn", "withdrawn"]


def test_the_book_shows_what_is_in_force_and_what_comes_next(world: World) -> None:
    begins = schedule(world, make_rides(2, 80)).from_at
    assert (version_at(world, TUESDAY), version_at(world, begins)) == (1, 2)
    (rule,) = world.database.in_transaction(lambda session: list_rules(session, at=TUESDAY))
    assert rule.version == 1
    (rule,) = world.database.in_transaction(lambda session: list_rules(session, at=begins))
    assert rule.version == 2
    versions = world.database.in_transaction(lambda session: list_versions(session, key="rul_rides"))
    assert find_standing(versions, TUESDAY) == ("in_force", begins)
    assert [version.standing(TUESDAY) for version in versions] == ["in_force", "scheduled"]
    assert [version.standing(begins) for version in versions] == ["ended", "in_force"]
    assert (versions[0].until_at, versions[1].from_at) == (begins, begins)
    assert (versions[1].scheduled_on, versions[1].scheduled_at) == (WEDNESDAY_ON, TUESDAY)


def test_a_new_rule_is_not_in_force_before_its_day(world: World) -> None:
    schedule(world, make_rides(1, 9, id="rul_other", **EACH_RIDE))
    rules = {rule.key: rule for rule in world.database.in_transaction(lambda session: list_rules(session, at=TUESDAY))}
    assert not rules["rul_other"].in_force(WEDNESDAY_ON - DAY)
    assert rules["rul_other"].in_force(WEDNESDAY_ON)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "path", "campaign_on"),
    [
        (date(2026, 9, 1), date(2026, 11, 30), "validity.until", "2026-11-30"),
        (date(2026, 9, 2), date(2026, 12, 1), "validity.start", "2026-09-02"),
    ],
)
def test_a_rule_pays_on_no_day_on_which_its_campaign_does_not_run(
    world: World, starts_on: date, ends_on: date, path: str, campaign_on: str
) -> None:
    world.database.in_transaction(
        lambda session: open_campaign(session, key="cmp_short", title="Short", starts_on=starts_on, ends_on=ends_on)
    )
    rule = make_rides(1, id="rul_other", campaign="cmp_short", validity=AUTUMN)
    with pytest.raises(RuleLeavesCampaign, match="its campaign “Short”") as refusal:
        schedule(world, rule)
    assert (refusal.value.path, refusal.value.campaign_on) == (path, campaign_on)
    within = {"start": starts_on.isoformat(), "until": ends_on.isoformat()}
    schedule(world, rule.model_copy(update={"validity": Validity.model_validate_json(json.dumps(within))}))
