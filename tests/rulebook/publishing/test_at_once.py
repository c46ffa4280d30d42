"""Two officers at the same moment: one after the other, and nothing of either is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from app.rulebook.errors import AlreadyScheduled, AlreadyStopped
from app.rulebook.publishing import rules_at
from tests.earning.world import World, build_world
from tests.rulebook.publishing.rulemaking import TUESDAY, make_rides, schedule, stop

EACH_RIDE: dict[str, Any] = {"progress": None, "limits": [{"scope": "resident_rule", "per": "day", "times": 9}]}


@pytest.fixture
def world(database: Database, secrets: Secrets) -> World:
    """The same as elsewhere, with commits that are real."""
    return build_world(database, secrets, residents=1, rules=[make_rides()])


def test_rules_that_are_scheduled_at_once_all_begin(world: World) -> None:
    rules = [make_rides(1, 5, id=f"rul_{number}", **EACH_RIDE) for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda rule: schedule(world, rule), rules))
    begun = world.database.in_transaction(lambda session: rules_at(session, at=TUESDAY + timedelta(days=1)))
    assert {rule.id for rule in begun} == {"rul_rides", *(rule.id for rule in rules)}


def test_of_two_versions_scheduled_at_once_for_one_day_the_second_is_refused(world: World) -> None:
    def attempt(version: int) -> bool:
        try:
            schedule(world, make_rides(version))
        except AlreadyScheduled:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, [2, 3])) == [False, True]


def test_of_two_stops_at_once_the_second_is_told(world: World) -> None:
    def attempt(_: int) -> bool:
        try:
            stop(world, TUESDAY)
        except AlreadyStopped:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, range(2))) == [False, True]
