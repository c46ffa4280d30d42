"""Every op at its edges, by the matcher and by the slow reading alike."""

from typing import Any

import pytest

from rules.clock import LONDON, to_micros
from rules.program import compile_rules
from rules.reference import all_hold, check_event
from tests.rules.making import make_event, make_rule

BAGS = range(7)
SITES = ("park", "beck", "moor")


def matching(facts: list[dict[str, Any]], when: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The facts with which a rule matches; both readings must agree."""
    rule = make_rule(when=when)
    matcher = compile_rules([rule], LONDON).matchers[rule.trigger]
    found = []
    for data in facts:
        event = make_event(data=data)
        moment = LONDON.moment(to_micros(event.happened_at))
        matched = bool(matcher.match(event.source, event.evidence, data, {}, moment).rules)
        assert matched == all_hold(check_event(rule, event, moment))
        if matched:
            found.append(data)
    return found


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("is", 3, [3]),
        ("is_not", 3, [0, 1, 2, 4, 5, 6]),
        ("in", [2, 3, 6], [2, 3, 6]),
        ("not_in", [2, 3, 6], [0, 1, 4, 5]),
        ("at_least", 3, [3, 4, 5, 6]),
        ("below", 3, [0, 1, 2]),
        ("between", [2, 4], [2, 3, 4]),
        ("has", None, [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_an_op_on_a_number_passes_from_edge_to_edge(op: str, value: object, expected: list[int]) -> None:
    facts: list[dict[str, Any]] = [{"bags": bags} for bags in BAGS]
    found = matching([*facts, {}, {"bags": True}, {"bags": "3"}], [{"fact": "bags", "op": op, "value": value}])
    assert [data["bags"] for data in found] == expected


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([("is", "park")], ["park"]),
        ([("is_not", "park")], ["beck", "moor"]),
        ([("in", ["park", "beck"]), ("is_not", "beck")], ["park"]),
        ([("is_not", "beck"), ("in", ["park", "beck"])], ["park"]),
        ([("in", ["park", "beck"]), ("in", ["beck", "moor"])], ["beck"]),
        ([("is_not", "park"), ("not_in", ["beck"])], ["moor"]),
        ([("is", "park"), ("is", "beck")], []),
        ([("has", None)], ["park", "beck", "moor"]),
    ],
)
def test_conditions_on_one_word_all_hold(conditions: list[tuple[str, object]], expected: list[str]) -> None:
    when = [{"fact": "site", "op": op, "value": value} for op, value in conditions]
    facts: list[dict[str, Any]] = [{"site": site} for site in SITES]
    assert [data["site"] for data in matching([*facts, {}, {"site": 1}, {"site": True}], when)] == expected


def test_conditions_on_one_number_all_hold() -> None:
    when: list[dict[str, Any]] = [
        {"fact": "bags", "op": "at_least", "value": 2},
        {"fact": "bags", "op": "below", "value": 6},
        {"fact": "bags", "op": "not_in", "value": [3, 4]},
    ]
    assert [data["bags"] for data in matching([{"bags": bags} for bags in BAGS], when)] == [2, 5]


def test_of_a_choice_one_is_enough() -> None:
    when: list[dict[str, Any]] = [
        {"any": [{"fact": "bags", "op": "at_least", "value": 5}, {"fact": "site", "op": "is", "value": "moor"}]}
    ]
    facts: list[dict[str, Any]] = [
        {"bags": 5, "site": "park"},
        {"bags": 1, "site": "moor"},
        {"bags": 1},
        {"site": "moor"},
    ]
    assert matching(facts, when) == [facts[0], facts[1], facts[3]]
