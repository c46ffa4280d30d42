"""A rule reads as one plain sentence, and the small print after it."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from hypothesis import assume, given

from rules.document import Rule, read_rule
from rules.errors import DocumentRefused
from rules.event import EVIDENCE
from rules.packs import LEEDS, load_pack
from rules.sentence import sentence
from rules.told import tell_rule
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
@given(rule_sets())
def test_property_14_a_change_of_any_one_part_is_told(rules: list[Rule]) -> None:
    """Of two documents that differ in one number, word, choice, condition or limit alone."""
    for rule in rules:
        document, silent = json.loads(rule.model_dump_json(by_alias=True)), set(SILENT)
        for path, changed in _change_each(document):
            other = _read(changed)
            if other is not None and other.model_dump(exclude=silent) != rule.model_dump(exclude=silent):
                assert sentence(other) != sentence(rule), path
                assert tell_rule(other, {}) != tell_rule(rule, {}), path


SILENT = ("document", "id", "version", "title", "basis", "examples")
Json = dict[str, Any]
Path = tuple[str | int, ...]


def _read(document: Json) -> Rule | None:
    try:
        return read_rule(json.dumps(document).encode())
    except DocumentRefused:
        return None


def _change_each(document: Json) -> Iterator[tuple[Path, Json]]:
    """Copies, each with another value at one place, or with one condition or limit less."""
    for path in _leaves({name: part for name, part in document.items() if name not in (*SILENT, "schema")}):
        for value in _others(path, _at(document, path)):
            changed = json.loads(json.dumps(document))
            _at(changed, path[:-1])[path[-1]] = value
            yield path, changed
    for name in ("when", "who", "limits"):
        for at, part in enumerate(document[name]):
            # Of alternatives, each of which is enough, all that must hold.
            for instead in ([], *([part["any"]] if "any" in part else [])):
                yield (name, at), document | {name: [*document[name][:at], *instead, *document[name][at + 1 :]]}


def _leaves(part: Any, path: Path = ()) -> list[Path]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(part, dict | list):
        inner = part.items() if isinstance(part, dict) else enumerate(part)
        return [found for name, value in inner for found in _leaves(value, (*path, name))]
    return [path]


def _at(part: Any, path: Path) -> Any:  # noqa: ANN401
    for name in path:
        part = part[name]
    return part


def _others(path: Path, value: object) -> Iterable[object]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, str):
        return [other for other in OTHERS.get(str(path[-1]), WORDS) if other != value]
    return [{"group": "best_two", "mode": mode} for mode in ("best", "sum")] if path == ("stacking",) else []


WORDS = ("x", "bus", "sunday")
OTHERS: dict[str, tuple[str, ...]] = {
    "per": PERS,
    "scope": ("resident_rule", "resident_campaign", "household"),
    "op": ("is", "is_not", "at_least", "below"),
    "mode": ("best", "sum"),
    "group": ("best_two",),
    "evidence": EVIDENCE,
    "campaign": ("cmp_three",),
    "source": ("urn:leeds:other",),
    "start": ("2019-12-31",),
    "until": ("2041-01-02",),
    "fact": ("distance_m", "duration_seconds", "bags", "local.time"),
    "after": ("litter.pick", "walk.day"),
    "challenge": ("c1", "c2"),
    "trigger": ("litter.pick", "walk.day"),
}
