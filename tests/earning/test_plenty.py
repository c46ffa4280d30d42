"""A budget with plenty is not locked before points are posted; what comes out is the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.core.errors import TryAgain
from app.earning import folding
from tests.earning.world import LITTER, World, event, ride, tap

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


def _week(card: int) -> list[dict[str, object]]:
    bags = event(LITTER, f"L-{card}", "litter.pick", MONDAY, card=card, data={"bags": 3})
    trips = [tap(100 * card + n, MONDAY + timedelta(hours=12 * n), card=card) for n in range(10)]
    return [bags, *trips, ride(card, MONDAY, 5000, card=card)]


@pytest.mark.parametrize("plenty", [0, folding.PLENTY, 10**9])
def test_locking_budgets_early_or_late_gives_the_same(
    world: World, plenty: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "PLENTY", plenty)
    results = world.send([sent for card in range(3) for sent in _week(card)])
    assert [result.points for result in results if result.points] == [30, 50, 10] * 3
    shared = text("SELECT value FROM shared_counters WHERE name LIKE 'community/%'")
    assert world.database.in_transaction(lambda session: session.execute(shared).scalars().all()) == [9]


def test_a_budget_that_was_spent_in_between_is_never_overdrawn(
    poor_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if it had looked like plenty: the floor stops it, nothing is written, and the call is run again."""
    monkeypatch.setattr(folding, "PLENTY", 0)
    with pytest.raises(TryAgain):
        poor_world.send(_week(0))
    kept = text("SELECT count(*) FROM events")
    assert poor_world.database.in_transaction(lambda session: session.execute(kept).scalar_one()) == 0
