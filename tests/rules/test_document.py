"""A document is either wholly understood or refused, with the place of the fault and a sentence."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from rules.document import LARGEST_BYTES, read_rule
from rules.errors import DocumentRefused
from tests.rules.making import make_document, make_rule

RATE = {"kind": "rate", "fact": "bags", "points": 1, "every": 2}
COUNT = {"kind": "count", "per": "week", "reach": 3, "repeat": False}
DAY = {"scope": "resident_rule", "per": "day", "times": 1}
PER_EVENT = {"scope": "resident_rule", "per": "event", "points": 5}
HOME = DAY | {"scope": "household"}
POINTS = {"scope": "resident_rule", "per": "day", "points": 5}
CAMPAIGN = POINTS | {"scope": "resident_campaign"}
CAMPAIGN_WIDE = {"scope": "resident_campaign"}
CROSSED = [POINTS | {"per": "week"}, POINTS | {"per": "month"}]
SUMMED = {"group": "g", "mode": "sum"}
SUM = {"kind": "sum", "fact": "bags", "per": "day", "reach": 5, "repeat": False}
DAYS = {"kind": "distinct_days", "per": "week", "reach": 2, "repeat": True}
STREAK = {"kind": "streak_days", "reach": 3, "grace_days": 1, "repeat": True}
COMMUNITY = {"kind": "community", "per": "day", "reach": 9}
SEQUENCE = {"kind": "sequence", "after": "cycle.trip", "source": "urn:leeds:cycle-hire", "within_minutes": 60}
TWICE = {"kind": "multiply", "group": "g", "percent": 200}
UNLOCK = {"kind": "unlock", "challenge": "c"}
NAMED = {"fact": "challenge", "op": "is", "value": "c"}
ARMLEY = {"fact": "ward", "op": "is", "value": "Armley"}
BAGS = {"fact": "bags", "op": "at_least", "value": 1}


def faults_of(document: object) -> dict[str, str]:
    with pytest.raises(DocumentRefused) as refusal:
        read_rule(json.dumps(document).encode())
    return {fault.path: fault.sentence for fault in refusal.value.faults}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("unknown field", {"pays": 5}, "pays"),
    ("unknown field inside", {"limits": [DAY | {"weeks": 1}]}, "limits[0].weeks"),
    ("another schema", {"schema": "rewards.rule/2"}, "schema"),
    ("float points", {"effect": {"kind": "points", "points": 5.0}}, "effect.points"),
    ("boolean points", {"effect": {"kind": "points", "points": True}}, "effect.points"),
    ("text points", {"effect": {"kind": "points", "points": "5"}}, "effect.points"),
    ("no points", {"effect": {"kind": "points", "points": 0}}, "effect.points"),
    ("negative points", {"effect": {"kind": "points", "points": -5}}, "effect.points"),
    ("huge points", {"effect": {"kind": "points", "points": 10**30}}, "effect.points"),
    ("huge reach", {"progress": COUNT | {"reach": 10**9}}, "progress.reach"),
    ("float in a condition", {"when": [BAGS | {"value": 1.5}]}, "when[0].value"),
    ("boolean in a condition", {"when": [BAGS | {"value": True}]}, "when[0].value"),
    ("huge number in a condition", {"when": [BAGS | {"value": 10**12}]}, "when[0].value"),
    ("value the fact never takes", {"when": [BAGS | {"value": 501}]}, "when[0].value"),
    ("no value", {"when": [{"fact": "bags", "op": "is"}]}, "when[0].value"),
    ("list for one", {"when": [BAGS | {"value": [1]}]}, "when[0].value"),
    ("one for a list", {"when": [BAGS | {"op": "in"}]}, "when[0].value"),
    ("turned range", {"when": [BAGS | {"op": "between", "value": [5, 1]}]}, "when[0].value"),
    ("word compared", {"when": [{"fact": "local.weekday", "op": "below", "value": "monday"}]}, "when[0].op"),
    ("no such choice", {"when": [{"fact": "local.weekday", "op": "is", "value": "moonday"}]}, "when[0].value"),
    ("unknown fact", {"when": [BAGS | {"fact": "colour"}]}, "when[0].fact"),
    ("fault inside any", {"when": [{"any": [BAGS, BAGS | {"fact": "colour"}]}]}, "when[0].any[1].fact"),
    ("fact of the resident in when", {"when": [{"fact": "ward", "op": "is", "value": "x"}]}, "when[0].fact"),
    ("protected characteristic", {"who": [{"fact": "religion", "op": "is", "value": "x"}]}, "who[0].fact"),
    ("too many alternatives", {"when": [{"any": [BAGS, BAGS, BAGS]}] * 4}, "when"),
    ("unknown trigger", {"trigger": "moon.landing"}, "trigger"),
    ("taps", {"trigger": "transit.tap"}, "trigger"),
    ("no limit", {"limits": []}, "limits"),
    ("unbounded over time", {"limits": [DAY | {"per": "event"}]}, "limits"),
    ("limit of nothing", {"limits": [{"scope": "resident_rule", "per": "day"}]}, "limits[0]"),
    ("limit of two kinds", {"limits": [DAY | {"points": 5}]}, "limits[0]"),
    ("same limit twice", {"limits": [DAY, DAY]}, "limits[1]"),
    ("rate by times", {"effect": RATE}, "limits[0].times"),
    ("rate per event", {"effect": RATE, "limits": [PER_EVENT]}, "limits[0].per"),
    ("rate of a word", {"effect": RATE | {"fact": "site"}}, "effect.fact"),
    ("rate with progress", {"effect": RATE, "progress": COUNT}, "progress"),
    ("repeat wider than a limit", {"progress": COUNT | {"repeat": True}}, "limits[0].per"),
    ("crossing limits", {"limits": [DAY | {"per": "week"}, CAMPAIGN]}, "limits[1].per"),
    ("milestone in a best-of group", {"progress": COUNT, "stacking": {"group": "g", "mode": "best"}}, "stacking"),
    ("ends before it starts", {"validity": {"start": "2026-06-01", "until": "2026-06-01"}}, "validity.until"),
    ("no such date", {"validity": {"start": "2026-02-30", "until": "2026-06-01"}}, "validity.start"),
    ("title without English", {"title": {"cy": "Prawf"}}, "title"),
    ("control character", {"basis": "a\u0000b"}, "basis"),
    ("no such kind", {"effect": {"kind": "fine", "points": 5}}, "effect.kind"),
    ("campaign by times", {"limits": [DAY, DAY | {"scope": "resident_campaign"}]}, "limits[1].times"),
    ("campaign by event", {"limits": [DAY, CAMPAIGN | {"per": "event"}]}, "limits[1].per"),
    ("campaign by week and month", {"limits": [part | CAMPAIGN_WIDE for part in CROSSED]}, "limits[1].per"),
    ("crossing household", {"limits": [DAY | {"per": "week"}, HOME]}, "limits[1].per"),
    ("campaign within a household's window", {"limits": [HOME | {"per": "month"}, CAMPAIGN]}, "limits[1].per"),
    ("points cut short a turn", {"limits": [DAY | {"per": "week"}, POINTS]}, "limits[1].per"),
    ("points cut short a goal", {"progress": COUNT, "limits": [POINTS]}, "limits[0].per"),
    ("rate over week and month", {"effect": RATE, "limits": CROSSED}, "limits[1].per"),
    ("sum of a word", {"progress": SUM | {"fact": "site"}}, "progress.fact"),
    ("sum of degrees", {"effect": RATE | {"fact": "latitude_e"}}, "effect.fact"),
    ("repeating sum by times", {"progress": SUM | {"repeat": True}}, "limits[0].times"),
    ("repeating sum per event", {"progress": SUM | {"repeat": True}, "limits": [PER_EVENT]}, "limits[0].per"),
    ("repeating streak under a week", {"progress": STREAK, "limits": [DAY | {"per": "week"}]}, "limits[0].per"),
    ("repeating days in a week across months", {"progress": DAYS, "limits": [DAY | {"per": "month"}]}, "limits[0].per"),
    ("streak of a day", {"progress": STREAK | {"reach": 1}}, "progress.reach"),
    ("too much grace", {"progress": STREAK | {"grace_days": 7}}, "progress.grace_days"),
    ("community of a word", {"progress": COMMUNITY | {"fact": "site"}}, "progress.fact"),
    ("sequence after taps", {"progress": SEQUENCE | {"after": "transit.tap"}}, "progress.after"),
    ("sequence after itself", {"progress": SEQUENCE | {"after": "litter.pick"}}, "progress.after"),
    ("sequence after a referral", {"progress": SEQUENCE | {"after": "referral.qualified"}}, "progress.after"),
    ("sequence after no event", {"progress": SEQUENCE | {"after": "moon.landing"}}, "progress.after"),
    ("sequence of no urn", {"progress": SEQUENCE | {"source": "taps"}}, "progress.source"),
    ("multiply by less", {"effect": TWICE | {"percent": 100}, "limits": [POINTS]}, "effect.percent"),
    ("multiply by times", {"effect": TWICE}, "limits[0].times"),
    ("multiply on conditions", {"effect": TWICE, "limits": [POINTS], "when": [BAGS]}, "when"),
    ("multiply with progress", {"effect": TWICE, "limits": [POINTS], "progress": COUNT}, "progress"),
    ("multiply within a group", {"effect": TWICE, "limits": [POINTS], "stacking": SUMMED}, "stacking"),
    ("unlock by points", {"effect": UNLOCK, "limits": [POINTS]}, "limits[0].points"),
    ("unlock per event", {"effect": UNLOCK, "limits": [DAY, DAY | {"per": "event"}]}, "limits[1].per"),
    ("unlock per household", {"effect": UNLOCK, "limits": [HOME]}, "limits[0].scope"),
    ("unlock in a group", {"effect": UNLOCK, "stacking": {"group": "g", "mode": "sum"}}, "stacking"),
    (
        "a challenge that opens itself",
        {"trigger": "challenge.unlocked", "when": [NAMED], "effect": UNLOCK},
        "effect.challenge",
    ),
    ("challenge without a name", {"trigger": "challenge.unlocked"}, "when"),
    ("challenge for some", {"trigger": "challenge.unlocked", "when": [NAMED], "who": [ARMLEY]}, "when"),
    ("challenge in a row", {"trigger": "challenge.unlocked", "when": [NAMED], "progress": STREAK}, "progress"),
    ("within a word", {"when": [{"fact": "site", "op": "within", "value": "centre"}]}, "when[0].op"),
    ("location compared", {"when": [{"fact": "location", "op": "is", "value": "centre"}]}, "when[0].op"),
    ("within a number", {"when": [{"fact": "location", "op": "within", "value": 5}]}, "when[0].value"),
    ("within no zone's name", {"when": [{"fact": "location", "op": "within", "value": "City"}]}, "when[0].value"),
    ("place of a trip", {"trigger": "transit.trip", "when": [{"fact": "zone", "op": "has"}]}, "when[0].fact"),
    ("household as a condition", {"who": [{"fact": "household", "op": "is", "value": "x"}]}, "who[0].fact"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "path"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_faulty_document_is_refused_at_the_place_of_the_fault(changes: dict[str, Any], path: str) -> None:
    faults = faults_of(make_document(**changes))
    assert path in faults
    assert len(faults) == 1
    assert faults[path].endswith(".")
    assert "should" not in faults[path], "the words of a library"


def test_choices_are_one_level_deep() -> None:
    faults = faults_of(make_document(when=[{"any": [BAGS, {"any": [BAGS, BAGS]}]}]))
    assert faults["when[0].any[1].any"].startswith("This field is not known here.")


def test_every_field_is_compulsory() -> None:
    for name in make_document():
        document = make_document()
        del document[name]
        faults = faults_of(document)
        assert list(faults) == [name]
        assert faults[name].startswith("This field is missing. It must be ")


def test_a_fault_never_repeats_what_was_sent() -> None:
    document = make_document(when=[BAGS | {"value": "SECRET1"}], pays="SECRET2", basis="SECRET3\u0007")
    assert "SECRET" not in str(faults_of(document))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"5", b"\xff", b'{"schema": NaN}', b"[" * 60_000])
def test_what_is_not_a_document_is_refused(body: bytes) -> None:
    with pytest.raises(DocumentRefused):
        read_rule(body)


def test_a_huge_document_is_refused_before_it_is_read() -> None:
    with pytest.raises(DocumentRefused, match="at most"):
        read_rule(b" " * (LARGEST_BYTES + 1))


def test_a_rule_never_changes() -> None:
    rule = make_rule()
    with pytest.raises(ValidationError, match="frozen"):
        rule.version = 2  # type: ignore[misc]


def test_a_rule_survives_being_written_and_read() -> None:
    rule = make_rule(when=[BAGS, {"any": [BAGS, {"fact": "site", "op": "has"}]}], progress=COUNT)
    assert read_rule(rule.model_dump_json(by_alias=True).encode()) == rule
