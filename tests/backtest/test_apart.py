"""Which rules a draft can make pay more or less."""

from typing import Any

import pytest

from app.backtest.apart import find_touched, find_types
from rules.document import Rule
from tests.rules.making import make_rule

GROUP = {"stacking": {"group": "g", "mode": "sum"}}
DOUBLE = {
    "effect": {"kind": "multiply", "group": "g", "percent": 200},
    "limits": [{"scope": "resident_rule", "per": "day", "points": 9}],
}
UNLOCK = {"effect": {"kind": "unlock", "challenge": "c"}}
CHALLENGE = {"trigger": "challenge.unlocked", "when": [{"fact": "challenge", "op": "is", "value": "c"}]}
CAMPAIGN_LIMIT = {"limits": [{"scope": "resident_campaign", "per": "day", "points": 9}]}


def rule(name: str, **changes: Any) -> Rule:  # noqa: ANN401
    return make_rule(id=f"rul_{name}", campaign=changes.pop("campaign", f"cmp_{name}"), **changes)


@pytest.mark.parametrize(
    ("others", "touched"),
    [
        ([rule("other")], set()),
        ([rule("other", campaign="cmp_draft")], set()),
        ([rule("other", campaign="cmp_draft", **CAMPAIGN_LIMIT)], {"rul_other"}),
        ([rule("other", **GROUP)], {"rul_other"}),
        ([rule("double", **DOUBLE)], {"rul_double"}),
        ([rule("double", **DOUBLE), rule("far", campaign="cmp_double", **CAMPAIGN_LIMIT)], {"rul_double", "rul_far"}),
    ],
)
def test_a_draft_touches_what_shares_a_group_or_a_limit_with_it_by_several_steps_too(
    others: list[Rule], touched: set[str]
) -> None:
    assert find_touched([rule("draft", **GROUP), *others], "rul_draft") == {"rul_draft"} | touched


def test_what_opens_a_challenge_and_what_rewards_it_touch_each_other() -> None:
    opener, reward = rule("opener", **UNLOCK), rule("reward", **CHALLENGE)
    for draft in ("rul_opener", "rul_reward"):
        assert find_touched([opener, reward, rule("other")], draft) == {"rul_opener", "rul_reward"}


def test_the_version_whose_place_a_draft_takes_is_touched_with_all_that_hung_on_it() -> None:
    before, after = [rule("draft", **GROUP), rule("other", **GROUP)], [rule("draft"), rule("other", **GROUP)]
    assert find_touched([*before, *after], "rul_draft") == {"rul_draft", "rul_other"}


def test_a_rule_about_trips_is_told_by_taps_and_by_what_comes_before_them() -> None:
    following = {"kind": "sequence", "after": "parking.stay", "source": "urn:leeds:p", "within_minutes": 45}
    assert find_types([rule("ride", trigger="transit.trip", progress=following)]) == {
        "transit.trip",
        "transit.tap",
        "parking.stay",
    }
