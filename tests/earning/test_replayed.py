"""A replay of what is stored gives the very lines stored, whatever others had used and done by then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from app.earning.records import load_kept
from app.rulebook.queries import load_timeline
from rules.fold import replay
from rules.packs import LEEDS, load_pack
from tests.earning import world
from tests.earning.world import LITTER, World, build_world, event, ride, tap
from tests.households.homes import CHECKS, check
from tests.referrals.friends import NOW, REFERRALS, Friends
from tests.rulebook.publishing.rulemaking import schedule
from tests.rules.making import make_rule

HOUR = timedelta(hours=1)
GOAL = make_rule(
    id="rul_goal",
    campaign="cmp_clean_streets",
    trigger="litter.pick",
    source=LITTER,
    progress={"kind": "community", "fact": "bags", "per": "month", "reach": 30},
    effect={"kind": "points", "points": 20},
    limits=[{"scope": "resident_rule", "per": "month", "times": 1}],
)


@pytest.fixture
def friends(rolled_back: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> Friends:
    """The pack, a goal that three people can reach, home checks that pay once a household, and little money."""
    monkeypatch.setitem(world.SOURCES, REFERRALS, "verified")
    monkeypatch.setitem(world.SOURCES, CHECKS, "verified")
    made = build_world(rolled_back, secrets, residents=0, budget=200, rules=[*load_pack(LEEDS), GOAL])
    made.now = NOW
    return Friends(made, secrets)


def assert_replays(city: World, residents: list[int]) -> int:
    """How many lines there were."""
    timeline = city.database.in_transaction(load_timeline)
    kept = city.database.in_transaction(lambda session: load_kept(session, resident_ids=residents))
    lines = 0
    for known in kept.values():
        outcomes = replay(timeline, [one.as_decided() for one in known], None).outcomes
        assert [(one.lines, one.reasons, one.points) for one in outcomes] == [
            (one.lines, one.reasons, one.points) for one in known
        ]
        lines += sum(len(one.lines) for one in known)
    return lines


def live(friends: Friends) -> None:
    """Two share a home; one of them asked the third to join; all pick litter, and the last of them comes late."""
    city = friends.world
    ada, ben, cem = (friends.join() for _ in range(3))
    for who in (ada, ben):
        friends.live_at(who, "72301")
    friends.refer(cem, by=ada)
    friends.earn(cem)
    friends.sweep()
    city.send([check("check-ada", NOW - 5 * HOUR, card=ada), check("check-ben", NOW - 4 * HOUR, card=ben)], at=NOW)
    for place, who in enumerate((ada, ben, cem, ada)):
        bags = event(LITTER, f"L-{place}", "litter.pick", NOW - (9 - place) * HOUR, card=who, data={"bags": 12})
        city.send([bags], at=NOW)
    # Earlier than all that has been decided, so everything of theirs is decided anew.
    city.send([ride(800, NOW - 30 * HOUR, 4_000, card=ada), tap(800, NOW - 31 * HOUR, card=ben)], at=NOW)
    late = event(LITTER, "L-late", "litter.pick", NOW - 20 * HOUR, card=cem, data={"bags": 3})
    city.send([late], at=NOW)
    city.void(LITTER, "L-1")


def test_households_community_goals_referrals_late_and_voided_events_replay_to_the_lines_stored(
    friends: Friends,
) -> None:
    live(friends)
    assert assert_replays(friends.world, friends.joined) > 8
    stored = _read_rules(friends)
    assert {"rul_home_safety_check", "rul_goal", "rul_referral", "rul_cycle_distance"} <= stored


def test_they_do_so_after_the_rules_have_changed(friends: Friends) -> None:
    live(friends)
    changed = GOAL.model_copy(update={"version": 2, "effect": GOAL.effect.model_copy(update={"points": 40})})
    schedule(friends.world, changed, on=(NOW + timedelta(days=2)).date(), now=NOW)
    after = NOW + timedelta(days=3)
    friends.world.send([event(LITTER, "L-9", "litter.pick", after, card=2, data={"bags": 2})], at=after)
    assert assert_replays(friends.world, friends.joined) > 8
    timeline = friends.world.database.in_transaction(load_timeline)
    assert len(timeline.entries) == 2


def test_a_budget_that_was_spent_then_is_spent_in_the_replay(friends: Friends) -> None:
    live(friends)
    city = friends.world
    for number in range(60):
        at = NOW + timedelta(days=number // 6, minutes=number)
        city.send([ride(900 + number, at, 9_900, card=number % 3)], at=at)
    kept = city.database.in_transaction(lambda session: load_kept(session, resident_ids=friends.joined))
    limits = {line.limited_by for known in kept.values() for one in known for line in one.lines}
    assert "budget" in limits
    assert assert_replays(city, friends.joined) > 50


def _read_rules(friends: Friends) -> set[str]:
    """Those that paid somebody."""
    kept = friends.world.database.in_transaction(lambda session: load_kept(session, resident_ids=friends.joined))
    return {line.rule for known in kept.values() for one in known for line in one.lines if line.got}
