"""The catalogue is whole: every fact can be put on a form and checked."""

import re

import pytest

from rules.catalogue import EVENT_TYPES, LOCAL_FACTS, PLACE_FACTS, RESIDENT_FACTS, STOP_WARD, EventType, Fact
from rules.reasons import NEAREST_FIRST, REASONS

GROUPS = [("local", tuple(LOCAL_FACTS.values())), ("resident", tuple(RESIDENT_FACTS.values()))]
GROUPS += [("place", tuple(PLACE_FACTS.values())), ("stop", (STOP_WARD,))]
GROUPS += [(kind.name, kind.facts) for kind in EVENT_TYPES.values()]
FACTS = [pytest.param(fact, id=f"{name} {fact.name}") for name, facts in GROUPS for fact in facts]


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_says_what_values_it_may_take(fact: Fact) -> None:
    bounded = fact.minimum is not None and fact.maximum is not None
    assert bounded == (fact.kind == "integer")
    assert bool(fact.values) == (fact.kind == "choice")
    assert bool(fact.pattern) == (fact.kind == "text")
    assert fact.unit is not None or fact.kind != "integer"


@pytest.mark.parametrize("kind", EVENT_TYPES.values(), ids=lambda kind: kind.name)
def test_every_type_reads_well_and_names_each_fact_once(kind: EventType) -> None:
    assert len({fact.name for fact in kind.facts}) == len(kind.facts)
    assert kind.description.endswith(".")
    assert re.match(r"[a-z]+s ", kind.happening)


def test_a_trip_has_facts_of_the_tap_that_opens_it_only() -> None:
    tap, trip = EVENT_TYPES["transit.tap"], EVENT_TYPES["transit.trip"]
    assert trip.derived
    assert [fact.name for fact in trip.facts] == ["mode", "stop", "pass_type"]
    assert set(trip.facts) <= set(tap.facts)


@pytest.mark.parametrize(
    ("stop", "allowed"),
    [
        ("450010441", True),
        ("布吉", True),
        ("a/b", False),
        ("a\u0000", False),
        ("a\n", False),
        ("", False),
        ("x" * 41, False),
    ],
)
def test_a_stop_is_a_name_in_any_script_without_slashes(stop: str, *, allowed: bool) -> None:
    fact = EVENT_TYPES["transit.tap"].find_fact("stop")
    assert fact is not None
    assert bool(re.fullmatch(fact.pattern or "", stop)) == allowed


def test_every_reason_has_a_sentence() -> None:
    assert set(NEAREST_FIRST) <= set(REASONS)
    assert all(sentence.endswith(".") and not sentence.startswith(" ") for sentence in REASONS.values())
