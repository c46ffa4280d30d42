"""Whatever is sent, the answer is a rule or a refusal with the place of the fault and a plain sentence of ours."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.document import read_rule
from rules.errors import DocumentRefused, Fault
from rules.packs import LEEDS
from tests.rules.making import make_document

COUNT = {"kind": "count", "per": "week", "reach": 3, "repeat": False}
DOCUMENT = make_document(
    who=[{"fact": "ward", "op": "is", "value": "Armley"}],
    when=[
        {"fact": "bags", "op": "in", "value": [1, 2]},
        {"any": [{"fact": "bags", "op": "at_least", "value": 1}, {"fact": "site", "op": "has"}]},
    ],
    progress=COUNT,
    limits=[{"scope": "resident_rule", "per": "week", "times": 1}],
    examples=[
        {
            "title": "Earns",
            "events": [{"type": "litter.pick", "time": "2026-09-07T07:00:00Z", "data": {"bags": 1}}],
            "expect": {"points": 0},
        }
    ],
)
VALID = [DOCUMENT, *(json.loads(file.read_bytes()) for file in sorted(LEEDS.glob("*.json")))]
Place = tuple[str | int, ...]


def refused(body: bytes) -> tuple[Fault, ...]:
    with pytest.raises(DocumentRefused) as refusal:
        read_rule(body)
    return refusal.value.faults


def written(points: str) -> bytes:
    return json.dumps(make_document()).replace('"points": 5', f'"points": {points}').encode()


def path_of(place: Place) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


def places_in(value: Any, place: Place = ()) -> Iterator[Place]:  # noqa: ANN401 - a document is JSON
    if place:
        yield place
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from places_in(inner, (*place, step))


def find_at(document: Any, place: Place) -> Any:  # noqa: ANN401
    for step in place:
        document = document[step]
    return document


FRACTION, HUGE, NO_NUMBER = "digits alone", "larger than any", "NaN and Infinity"
BOUNDS = "This must be a whole number from 1 to 100,000."


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ("5.0", FRACTION),
        ("1e2", FRACTION),
        ("1e400", FRACTION),
        ("-1e400", FRACTION),
        ("1" + "0" * 400, HUGE),
        ("9" * 5_000, HUGE),
        ("9" * 60_000, HUGE),
        ("-" + "9" * 5_000, HUGE),
        ("NaN", NO_NUMBER),
        ("Infinity", NO_NUMBER),
        ("-Infinity", NO_NUMBER),
        ("true", BOUNDS),
        ('"5"', BOUNDS),
        ("null", BOUNDS),
        ("0", BOUNDS),
        ("100001", BOUNDS),
        ("999999999999", BOUNDS),
        ("[5]", BOUNDS),
        ('{"a": 5}', BOUNDS),
        ('"\\ud800"', "half a character"),
        ("[" * 11 + "5" + "]" * 11, "nested more deeply"),
    ],
    ids=lambda value: f"{value[:16]} {len(value)}",
)
def test_no_number_but_a_whole_one_in_its_bounds_is_taken(points: str, sentence: str) -> None:
    (fault,) = refused(written(points))
    assert fault.path.startswith("effect.points")
    assert sentence in fault.sentence


def test_a_field_that_is_given_twice_is_refused() -> None:
    (fault,) = refused(written('5, "points": 50'))
    assert (fault.path, fault.sentence) == ("effect.points", "This field is given twice. Leave one of them out.")


@pytest.mark.parametrize(
    "place", [place for place in places_in(DOCUMENT) if isinstance(find_at(DOCUMENT, place), dict)]
)
def test_an_unknown_field_is_refused_at_every_level(place: Place) -> None:
    document = deepcopy(DOCUMENT)
    find_at(document, place)["Pays"] = 5.5
    (fault,) = refused(json.dumps(document).encode())
    assert fault.path == f"{path_of(place)}.Pays"


def test_a_name_that_may_be_anything_is_not_repeated() -> None:
    for name in ("S" * 41, "SECRET\u0000", "SECRET\ud800"):
        faults = refused(json.dumps(make_document(**{name: 5})).encode())
        assert [fault.path for fault in faults] == [""]
        assert "S" * 6 not in str(faults)
        assert "SECRET" not in str(faults)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "line 1, column 1"),
        (b'{"schema": \n}', "line 2, column 1"),
        (b"\xff", "UTF-8"),
        (b"[" * 60_000, "nested too deeply"),
        (b"[]", "fields in braces"),
        (b'"rule"', "fields in braces"),
    ],
)  # fmt: skip
def test_what_is_no_document_is_told_so(body: bytes, sentence: str) -> None:
    (fault,) = refused(body)
    assert fault.path == ""
    assert sentence in fault.sentence


def test_every_fault_is_told_at_once() -> None:
    body = json.dumps(make_document(version=1.5, evidence="hearsay", pays=1, stacking={"group": "g"})).encode()
    assert [fault.path for fault in refused(body)] == ["evidence", "pays", "stacking.mode", "version"]


OURS = re.compile(r"(This|A|The|At|In|What|There|Only|Give) .*\.")


@given(st.data())
def test_a_document_that_is_broken_at_one_place_is_refused_at_that_place(data: st.DataObject) -> None:
    document = deepcopy(data.draw(st.sampled_from(VALID)))
    place = data.draw(st.sampled_from(sorted(places_in(document), key=path_of)))
    broken = data.draw(st.sampled_from([1.5, 10**400, float("nan"), "\ud800", {"kind": [[]]}, ""]))
    find_at(document, place[:-1])[place[-1]] = broken
    faults = refused(json.dumps(document).encode())
    assert all(fault.path.startswith(path_of(place)) for fault in faults), faults
    assert all(OURS.fullmatch(fault.sentence) for fault in faults), faults


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).map(lambda value: json.dumps(value).encode())
)
def test_nothing_that_is_sent_gets_out_as_anything_but_a_refusal(body: bytes) -> None:
    assert all(OURS.fullmatch(fault.sentence) for fault in refused(body))
