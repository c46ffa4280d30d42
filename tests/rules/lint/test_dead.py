"""Property 13: what the linter calls dead never fires. And it finds what is dead, or the promise were empty."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.decide import AWARDED
from rules.document import Rule
from rules.event import Event
from rules.fold import replay
from rules.lint.dead import find_dead
from rules.lint.findings import Surroundings
from rules.lint.run import lint
from tests.rules.making import make_rule, timeline_of
from tests.rules.strategies import SHARE, ZONES, budgets, lives, rule_sets

NOWHERE = Surroundings()
SATURDAY = {"fact": "local.weekday", "op": "is", "value": "saturday"}
EARLY = {"fact": "local.time", "op": "below", "value": 300}
LATE = {"fact": "local.time", "op": "at_least", "value": 900}
ONE_WEEK = {"start": "2026-09-07", "until": "2026-09-14"}
DAYS = {"kind": "distinct_days", "per": "validity", "reach": 8, "repeat": False}
STREAK = {"kind": "streak_days", "reach": 7, "grace_days": 1, "repeat": False}
NOT_AT_THE_WEEKEND = {"fact": "local.weekday", "op": "not_in", "value": ["saturday", "sunday"]}
LIFETIME = [{"scope": "resident_rule", "per": "lifetime", "times": 1}]
NO_BAGS = {"fact": "bags", "op": "is", "value": 0}
ANY_MORNING = {"any": [EARLY, {"fact": "local.time", "op": "between", "value": [310, 320]}]}
CHALLENGE = [{"fact": "challenge", "op": "is", "value": "c1"}]
SUM = {"kind": "sum", "fact": "bags", "per": "month", "reach": 5, "repeat": False}
DOUBLE = {"kind": "multiply", "group": "g", "percent": 200}
SOME_POINTS = [{"scope": "resident_rule", "per": "day", "points": 9}]


def others_of(rules: list[Rule], rule: Rule) -> list[Rule]:
    return [other for other in rules if other.id != rule.id]


@SHARE
@given(rule_sets(), st.lists(lives(taps=False), min_size=1, max_size=2), budgets())
def test_property_13_a_rule_that_is_called_dead_never_fires(
    rules: list[Rule], some: list[list[Event]], remaining: dict[str, int] | None
) -> None:
    # Who is in two wards at once: a rule about a challenge asks nothing of the resident.
    spoiled = [rule for rule in rules if rule.trigger != "challenge.unlocked"][:1]
    nobody = make_rule(who=[one("ward", "is", "x"), one("ward", "is_not", "x")]).who
    rules = [rule.model_copy(update={"who": (*rule.who, *nobody)}) if rule in spoiled else rule for rule in rules]
    dead = {rule.id for rule in rules if any(True for _ in find_dead(rule, others_of(rules, rule)))}
    assert {rule.id for rule in spoiled} <= dead
    timeline = timeline_of(rules, ZONES)
    ordered = timeline.entries[0][1].rules
    for events in some:
        for outcome in replay(timeline, events, remaining).outcomes:
            fired = {ordered[v.plan].id for v in outcome.verdicts if v.outcome in (AWARDED, "unlocked")}
            assert not fired & dead


@SHARE
@given(rule_sets(), st.sampled_from(["when", "who"]))
def test_a_rule_whose_conditions_are_turned_against_each_other_is_found_dead(rules: list[Rule], part: str) -> None:
    for rule in rules:
        if rule.trigger == "challenge.unlocked" or (part == "when" and rule.effect.kind == "multiply"):
            continue
        against = make_rule(when=[EARLY, LATE]).when
        if part == "who":
            against = make_rule(who=[one("ward", "is", "x"), one("ward", "is_not", "x")]).who
        turned = rule.model_copy(update={part: (*getattr(rule, part), *against)})
        assert "contradiction" in {f.code for f in lint(turned, beside=others_of(rules, rule), around=NOWHERE)}


def one(fact: str, op: str, value: object) -> dict[str, Any]:
    return {"fact": fact, "op": op, "value": value}


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"when": [EARLY, LATE]}, "contradiction", "when[1]"),
        ({"when": [LATE, ANY_MORNING]}, "contradiction", "when[1]"),
        ({"when": [one("bags", "below", 0)]}, "impossible", "when[0]"),
        ({"when": [one("local.weekday", "is", "monday"), SATURDAY]}, "contradiction", "when[1]"),
        ({"who": [one("connection", "not_in", ["live", "work", "visit"])]}, "impossible", "who[0]"),
        ({"when": [SATURDAY], "validity": {"start": "2026-09-07", "until": "2026-09-12"}},
         "day_never_comes", "validity"),
        ({"progress": DAYS, "limits": LIFETIME, "validity": ONE_WEEK}, "too_few_days", "progress.reach"),
        ({"progress": DAYS | {"per": "week"}, "limits": LIFETIME}, "too_few_days", "progress.reach"),
        ({"progress": STREAK, "limits": LIFETIME, "validity": {"start": "2026-09-07", "until": "2026-09-12"}},
         "streak_too_long", "progress.reach"),
        ({"progress": STREAK, "limits": LIFETIME, "when": [NOT_AT_THE_WEEKEND]}, "streak_too_long", "progress.reach"),
        ({"progress": SUM, "limits": LIFETIME, "when": [NO_BAGS]}, "nothing_adds_up", "progress.fact"),
        ({"trigger": "challenge.unlocked", "when": CHALLENGE}, "unknown_challenge", "when[0].value"),
        ({"effect": DOUBLE, "limits": SOME_POINTS}, "nothing_to_multiply", "effect.group"),
    ],
)  # fmt: skip
def test_each_way_to_be_dead_is_a_fault_at_its_place(changes: dict[str, Any], code: str, path: str) -> None:
    (finding,) = lint(make_rule(**changes), beside=(), around=NOWHERE)
    assert (finding.code, finding.severity, finding.path) == (code, "fault", path)
    assert finding.mend


@pytest.mark.parametrize(
    "changes",
    [
        {"when": [one("local.time", "at_least", 299), EARLY]},
        {"when": [{"any": [EARLY, LATE]}, LATE]},
        {"when": [SATURDAY], "validity": {"start": "2026-09-07", "until": "2026-09-13"}},
        {"progress": DAYS | {"reach": 7}, "limits": LIFETIME, "validity": ONE_WEEK},
        {"progress": STREAK, "limits": LIFETIME, "validity": {"start": "2026-09-07", "until": "2026-09-14"}},
        {"progress": STREAK | {"grace_days": 2}, "limits": LIFETIME, "when": [NOT_AT_THE_WEEKEND]},
    ],
)
def test_what_can_just_be_reached_is_not_called_dead(changes: dict[str, Any]) -> None:
    assert list(find_dead(make_rule(**changes), ())) == []


def test_a_challenge_whose_opener_is_dead_never_opens() -> None:
    rule = make_rule(id="rul_then", trigger="challenge.unlocked", when=CHALLENGE)
    effect = {"kind": "unlock", "challenge": "c1"}
    opener, dead = make_rule(effect=effect), make_rule(effect=effect, when=[EARLY, LATE])
    assert lint(rule, beside=[opener], around=NOWHERE) == ()
    (finding,) = lint(rule, beside=[dead], around=NOWHERE)
    assert finding.code == "challenge_never_opens"
