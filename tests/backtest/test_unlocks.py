"""A rule that opens a challenge has no points, and its limits are counted like those of any other."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.backtest.lives import HeldChunk, Life
from app.backtest.run import run_backtest
from app.backtest.sets import build_sets
from app.backtest.tallies import Tallies
from rules.document import Rule
from rules.event import Event
from tests.rules.making import make_rule

WEEK = "limit:resident_rule:week"


def make_opener(**changes: Any) -> Rule:  # noqa: ANN401 - parts of a document
    """Opens a challenge at a pick, once a week."""
    limits = [{"scope": "resident_rule", "per": "week", "times": 1}]
    return make_rule(**{"effect": {"kind": "unlock", "challenge": "c"}, "limits": limits, "id": "rul_opener"} | changes)


def _try(draft: Rule, *in_force: Rule) -> Tallies:
    """Five picks in one week."""
    sets = build_sets(draft, in_force=in_force, zones=(), from_on=date(2026, 9, 7), until_on=date(2026, 9, 14))
    days = (datetime(2026, 9, day, 9, tzinfo=UTC) for day in range(7, 12))
    life = Life(1, tuple(Event("urn:leeds:test", f"{at:%d}", "litter.pick", at, {}, {}, "verified") for at in days))
    return run_backtest(sets, [HeldChunk(((life,),))], processes=1).tallies


@pytest.mark.parametrize(("most", "kept_back"), [(1, 4), (3, 2), (9, 0)])
def test_how_often_a_limit_kept_a_challenge_locked_is_counted(most: int, kept_back: int) -> None:
    tallies = _try(make_opener(limits=[{"scope": "resident_rule", "per": "week", "times": most}]))
    assert tallies.outcomes["limit_reached"] == kept_back
    assert +tallies.after.limits == +Counter({("rul_opener", WEEK): kept_back})
    assert not tallies.before.limits


def test_it_is_counted_on_the_side_on_which_it_happened() -> None:
    earlier = make_opener()
    later = make_opener(version=2, limits=[{"scope": "resident_rule", "per": "week", "times": 2}])
    tallies = _try(later, earlier)
    assert (tallies.before.limits, tallies.after.limits) == ({("rul_opener", WEEK): 4}, {("rul_opener", WEEK): 3})
    beside = _try(make_rule(id="rul_draft", trigger="cycle.trip"), earlier)
    assert beside.before.limits == beside.after.limits == {("rul_opener", WEEK): 4}
    apart = _try(make_rule(id="rul_draft"), earlier)
    assert apart.before.limits[("rul_opener", WEEK)] == apart.after.limits[("rul_opener", WEEK)] == 4
