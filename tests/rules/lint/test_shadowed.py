"""What shadowed promises: nothing for the rule before the better offer has met a limit or the budget."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.event import Event
from rules.fold import replay
from rules.lint.findings import Surroundings
from rules.lint.run import lint
from rules.lint.shadowed import find_shadowed
from tests.rules.making import make_event, make_rule, timeline_of
from tests.rules.strategies import SHARE, ZONES, clauses, lives, who_clauses

BEST = {"group": "g", "mode": "best"}
FIVE_BAGS = {"fact": "bags", "op": "at_least", "value": 5}
TWO_BAGS = {"fact": "bags", "op": "at_least", "value": 2}


def points(number: int) -> dict[str, Any]:
    return {"kind": "points", "points": number}


@SHARE
@given(
    clauses("litter.pick"),
    clauses("litter.pick"),
    who_clauses(),
    st.integers(1, 4),
    st.integers(1, 4),
    st.sampled_from(["rul_a", "rul_c"]),
    lives(taps=False),
)
def test_a_shadowed_rule_gets_nothing_before_a_limit_is_touched(
    when: list[Any], more: list[Any], who: list[Any], mine: int, theirs: int, name: str, life: list[Event]
) -> None:
    rule = make_rule(
        id="rul_b", when=[*when, *more], who=who, effect=points(mine), stacking=BEST, evidence="verified"
    )  # fmt: skip
    other = make_rule(
        id=name, when=when, effect=points(theirs), stacking=BEST, evidence="any"
    )  # fmt: skip
    shadowed = [finding.code for finding in find_shadowed(rule, [other])] == ["shadowed"]
    assert shadowed == (theirs > mine or (theirs == mine and name < rule.id))
    if shadowed:
        for event in life:
            (outcome,) = replay(timeline_of([rule, other], ZONES), [event], None).outcomes
            assert "rul_b" not in {line.rule for line in outcome.lines}


def test_a_shadowed_rule_is_told_what_to_pay() -> None:
    rule = make_rule(id="rul_b", when=[FIVE_BAGS], stacking=BEST)
    other = make_rule(id="rul_c", when=[TWO_BAGS], stacking=BEST, effect=points(6))
    (finding,) = lint(rule, beside=[other], around=Surroundings())
    assert (finding.code, finding.severity, finding.path) == ("shadowed", "warning", "stacking")
    assert "more than 6 points" in finding.mend
    assert lint(other, beside=[rule], around=Surroundings()) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"when": [FIVE_BAGS]},
        {"evidence": "registered_organisation"},
        {"validity": {"start": "2026-01-01", "until": "2027-01-01"}},
        {"source": "urn:leeds:another"},
        {"effect": points(5)},
        {"stacking": None},
        {"limits": [{"scope": "resident_rule", "per": "day", "points": 4}]},
    ],
)
def test_an_offer_that_leaves_something_shadows_nothing(changes: dict[str, Any]) -> None:
    rule = make_rule(id="rul_b", when=[TWO_BAGS], stacking=BEST)
    other = make_rule(**({"id": "rul_c", "stacking": BEST, "effect": points(6)} | changes))
    assert list(find_shadowed(rule, [other])) == []


def test_two_rules_that_ask_for_the_same_pay_one_act_twice() -> None:
    rule, twin = make_rule(id="rul_a"), make_rule(id="rul_b")
    (outcome,) = replay(timeline_of([rule, twin]), [make_event(data={"bags": 1})], None).outcomes
    assert len(outcome.lines) == 2
    (finding,) = lint(rule, beside=[twin], around=Surroundings())
    assert finding.code == "paid_twice"
