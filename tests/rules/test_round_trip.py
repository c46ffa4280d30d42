"""What is written and read again is the same: documents of every kind, and the artefacts that hold them."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from rules.artefact import Artefact
from rules.document import read_rule
from rules.packs import LEEDS
from rules.parts import Effect, Progress
from tests.rules.making import make_document

WEEKLY = [{"scope": "resident_rule", "per": "week", "times": 1}]
BY_POINTS = [{"scope": "resident_rule", "per": "week", "points": 40}]
REPEAT = {"repeat": False}
# The example of the design, as it stands there but for the event in its `examples`, which is left open there.
EXAMPLE: dict[str, Any] = {
    "schema": "rewards.rule/1", "id": "rul_ten_trips", "version": 1,
    "title": {"en": "Ten trips in a week"}, "campaign": "cmp_get_on_board",
    "validity": {"start": "2026-06-01", "until": "2027-04-01"},
    "trigger": "transit.trip", "source": "urn:wymetro:taps", "evidence": "verified", "who": [],
    "when": [{"fact": "mode", "op": "in", "value": ["bus", "rail"]}],
    "progress": {"kind": "count", "per": "week", "reach": 10, "repeat": False},
    "effect": {"kind": "points", "points": 50},
    "stacking": None,
    "limits": [{"scope": "resident_rule", "per": "week", "times": 1}],
    "basis": "Cabinet paper or scheme terms clause that decided the numbers",
    "examples": [
        {
            "title": "Ten trips by bus",
            "events": [{"type": "transit.trip", "time": "2026-09-07T07:00:00Z", "data": {"mode": "bus"},
                        "times": 10, "every_minutes": 120}],
            "expect": {"points": 50},
        }
    ],
}  # fmt: skip
PROGRESS: dict[str, dict[str, Any]] = {
    "count": {"per": "week", "reach": 3} | REPEAT,
    "sum": {"per": "week", "reach": 9, "fact": "bags"} | REPEAT,
    "distinct_days": {"per": "week", "reach": 3} | REPEAT,
    "streak_days": {"reach": 7, "grace_days": 1} | REPEAT,
    "sequence": {"after": "cycle.trip", "source": "urn:leeds:cycle-hire", "within_minutes": 45},
    "community": {"per": "month", "reach": 1_000, "fact": "bags"},
}
VALIDITY = [{"scope": "resident_rule", "per": "validity", "times": 1}]
EFFECTS: dict[str, dict[str, Any]] = {
    "points": {"effect": {"points": 5}},
    "rate": {"effect": {"fact": "bags", "points": 1, "every": 2}, "limits": BY_POINTS},
    "multiply": {"effect": {"group": "g", "percent": 150}, "limits": BY_POINTS},
    "unlock": {"effect": {"challenge": "tidy"}},
}
CASES = {
    "the example of the design": EXAMPLE,
    **{
        f"progress {kind}": make_document(
            progress={"kind": kind} | parts, limits=VALIDITY if kind == "streak_days" else
            [{"scope": "resident_rule", "per": "month", "times": 1}]
        )
        for kind, parts in PROGRESS.items()
    },
    **{f"effect {kind}": make_document(**(parts | {"effect": {"kind": kind} | parts["effect"]}))
       for kind, parts in EFFECTS.items()},
    **{file.stem: json.loads(file.read_bytes()) for file in sorted(Path(LEEDS).glob("*.json"))},
}  # fmt: skip


def _kinds(union: object) -> set[str]:
    """Of a discriminated union of parts, the words by which its kinds are told apart."""
    models = get_args(get_args(union)[0]) if get_args(union) else ()
    return {get_args(model.model_fields["kind"].annotation)[0] for model in models}


def test_there_is_a_case_for_every_kind_there_is() -> None:
    assert _kinds(Progress) == set(PROGRESS)
    assert _kinds(Effect) == set(EFFECTS)


@pytest.mark.parametrize("document", CASES.values(), ids=CASES)
def test_a_document_reads_back_as_it_was_written(document: dict[str, Any]) -> None:
    rule = read_rule(json.dumps(document).encode())
    written = rule.model_dump_json(by_alias=True).encode()
    assert read_rule(written) == rule
    assert read_rule(written).model_dump_json(by_alias=True).encode() == written
    assert _without_defaults(json.loads(written), document) == document


def _without_defaults(written: Any, sent: Any) -> Any:  # noqa: ANN401 - a document is JSON
    """What was left out may come back as its default; nothing that was sent may go or change."""
    if isinstance(written, dict) and isinstance(sent, dict):
        return {name: _without_defaults(value, sent[name]) for name, value in written.items() if name in sent}
    if isinstance(written, list) and isinstance(sent, list):
        return [_without_defaults(one, other) for one, other in zip(written, sent, strict=True)]
    return written


@pytest.mark.parametrize("document", CASES.values(), ids=CASES)
def test_an_artefact_reads_back_as_it_was_published(document: dict[str, Any]) -> None:
    rule = read_rule(json.dumps(document).encode())
    beside = []
    if rule.effect.kind == "multiply" and document["id"] == "rul_test":
        group = {"group": "g", "mode": "sum"}
        beside = [read_rule(json.dumps(make_document(id="rul_a", stacking=group, limits=BY_POINTS)).encode())]
    published = Artefact.publish([rule, *beside])
    loaded = Artefact.load(published.body, published.sha256)
    assert loaded.rules == published.rules
    assert Artefact.publish(loaded.rules).sha256 == published.sha256
