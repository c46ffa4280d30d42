"""What a form for rules is drawn from, as it is served: every fact with its words, its unit and whose it is."""

from __future__ import annotations

from typing import Any

import pytest

from rules.catalogue import EVENT_TYPES, RESIDENT_FACTS, facts_about
from tests.api.city import City


@pytest.fixture
def served(city: City) -> dict[str, Any]:
    answer = city.http.get("/v1/rules/catalogue")
    assert answer.status_code == 200
    read: dict[str, Any] = answer.json()
    return read


def _facts(served: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    (found,) = (one for one in served["event_types"] if one["name"] == kind)
    return {fact["name"]: fact for fact in found["facts"]}


def test_every_fact_that_a_rule_may_ask_about_is_served_as_the_catalogue_has_it(served: dict[str, Any]) -> None:
    assert {one["name"] for one in served["event_types"]} == EVENT_TYPES.keys() - {"transit.tap"}
    for kind in served["event_types"]:
        facts = facts_about(EVENT_TYPES[kind["name"]])[0]
        assert {fact["name"] for fact in kind["facts"]} == facts.keys()
        for shown in kind["facts"]:
            fact = facts[shown["name"]]
            for part in ("label", "unit", "kind", "minimum", "maximum", "personal", "source", "required", "pattern"):
                assert shown[part] == getattr(fact, part), (kind["name"], fact.name, part)
            assert [choice["value"] for choice in shown["values"]] == list(fact.values)


def test_labels_units_bounds_and_sources_are_those_that_an_officer_reads(served: dict[str, Any]) -> None:
    distance = _facts(served, "cycle.trip")["distance_m"]
    assert (distance["label"], distance["unit"], distance["quantity"]) == ("distance", "metres", True)
    assert distance["minimum"] == 0 < distance["maximum"]
    ward = _facts(served, "transit.trip")["stop.ward"]
    assert (ward["label"], ward["personal"]) == ("ward of the stop", False)
    assert ward["source"] == "the table of stops, when the event was recorded"
    assert {"location", "zone"} <= _facts(served, "litter.pick").keys()


def test_what_tells_something_about_the_resident_is_marked_as_personal(served: dict[str, Any]) -> None:
    assert {fact["name"] for fact in served["resident_facts"]} == RESIDENT_FACTS.keys()
    assert all(fact["personal"] for fact in served["resident_facts"])
    personal = {
        (kind["name"], fact["name"]) for kind in served["event_types"] for fact in kind["facts"] if fact["personal"]
    }
    assert personal == {("transit.trip", "pass_type")}
