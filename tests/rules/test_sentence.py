"""A rule reads as one plain sentence, and the small print after it."""

import json
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from rules.document import Rule, read_rule
from rules.errors import DocumentRefused
from rules.event import EVIDENCE
from rules.packs import LEEDS, load_pack
from rules.sentence import sentence
from tests.rules.making import make_rule
from tests.rules.strategies import PERS, SHARE, rule_sets

SENTENCES = {rule.id: sentence(rule) for rule in load_pack(LEEDS)}


def test_the_ten_trips_read_as_the_design_says() -> None:
    assert SENTENCES["rul_ten_trips"] == (
        "When a resident makes a trip where the type of transport is bus, tram or rail, on reaching 10 in a week "
        "(Monday to Sunday), they get 50 points; at most once a week (Monday to Sunday) per resident. "
        "From 1 June 2026 to 31 March 2028, sent by urn:wymetro:taps and reported by a trusted source, "
        "paid by cmp_get_on_board."
    )


def test_a_rate_reads_by_its_unit() -> None:
    assert "they get 1 point for every 500 metres of distance" in SENTENCES["rul_cycle_distance"]
    assert "the duration is less than 3 hours" in SENTENCES["rul_cycle_distance"]


def test_choices_and_the_resident_are_read_out() -> None:
    rule = make_rule(
        who=[{"fact": "ward", "op": "is", "value": "Armley"}],
        when=[
            {"fact": "local.time", "op": "below", "value": 450},
            {"any": [{"fact": "bags", "op": "is", "value": 1}, {"fact": "site", "op": "is", "value": "Park 2"}]},
        ],
    )
    assert sentence(rule).startswith(
        "When a resident whose ward is Armley takes part in a litter pick where the local time is before 07:30 "
        "and either the number of bags is 1 bag or the site is “Park 2”, "
        "they get 5 points; at most once a day per resident."
    )


@SHARE
@given(rule_sets(), rule_sets())
def test_property_14_different_documents_give_different_sentences(some: list[Rule], others: list[Rule]) -> None:
    silent = {"id", "version", "title", "basis", "examples", "document"}
    assume(some and others)
    one, other = (rules[0].model_dump(exclude=silent) for rules in (some, others))
    assume(one != other)
    assert sentence(some[0]) != sentence(others[0])


@SHARE
@given(rule_sets(), st.data())
def test_property_14_a_change_of_any_one_part_is_told(rules: list[Rule], data: st.DataObject) -> None:
    """Of two documents that differ in one number, word or choice alone, down to the smallest part."""
    assume(rules)
    document = json.loads(rules[0].model_dump_json(by_alias=True))
    silent = {"schema", "id", "version", "title", "basis", "examples"}
    path = data.draw(st.sampled_from([path for path in _leaves(document) if path[0] not in silent]))
    changed = _change(document, path, data)
    try:
        other = read_rule(json.dumps(changed).encode())
    except DocumentRefused:
        return
    told = {name: value for name, value in other.model_dump().items() if name not in silent}
    if told != {name: value for name, value in rules[0].model_dump().items() if name not in silent}:
        assert sentence(other) != sentence(rules[0]), path


Path = tuple[str | int, ...]


def _leaves(part: Any, path: Path = ()) -> list[Path]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(part, dict | list):
        inner = part.items() if isinstance(part, dict) else enumerate(part)
        return [found for name, value in inner for found in _leaves(value, (*path, name))]
    return [path]


def _change(document: dict[str, Any], path: Path, data: st.DataObject) -> dict[str, Any]:
    """A copy with another value of the same kind at this place."""
    changed: dict[str, Any] = json.loads(json.dumps(document))
    *parents, last = path
    part: Any = changed
    for name in parents:
        part = part[name]
    match part[last]:
        case bool(value):
            part[last] = not value
        case int(value):
            part[last] = value + data.draw(st.sampled_from([1, -1, 7]))
        case None:
            part[last] = {"group": "best_two", "mode": "best"} if last == "stacking" else None
        case value:
            part[last] = data.draw(st.sampled_from(OTHERS.get(str(last), WORDS)))
            assert isinstance(value, str)
    return changed


WORDS = ("x", "y", "bus", "tram", "monday", "sunday", "c2")
OTHERS: dict[str, tuple[str, ...]] = {
    "per": PERS,
    "scope": ("resident_rule", "resident_campaign", "household"),
    "op": ("is", "is_not", "in", "not_in", "at_least", "below"),
    "mode": ("best", "sum"),
    "group": ("best_two", "sum_two"),
    "evidence": EVIDENCE,
    "campaign": ("cmp_three",),
    "source": ("urn:leeds:other",),
    "start": ("2019-12-31",),
    "until": ("2041-01-02",),
    "fact": ("distance_m", "duration_seconds", "bags", "local.time"),
    "after": ("litter.pick", "walk.day"),
    "challenge": ("c1", "c2", "c3"),
    "trigger": ("litter.pick", "walk.day", "engage.consultation", "home.safety_check"),
}
