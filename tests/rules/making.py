"""Rules, events and timelines for the tests, each with one plain default."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from rules.artefact import Artefact, Timeline
from rules.document import Rule, read_rule
from rules.event import Event, Evidence, Value
from rules.places import Zone

MONDAY = datetime(2026, 9, 7, 7, 0, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TAPS = "urn:wymetro:taps"
HIRE = "urn:leeds:cycle-hire"
SOURCES = {"transit.tap": TAPS, "transit.trip": TAPS, "cycle.trip": HIRE}


def make_document(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - a document is JSON, whose parts are anything
    """5 points for each litter pick, at most once a day."""
    trigger = changes.get("trigger", "litter.pick")
    document = {
        "schema": "rewards.rule/1",
        "id": "rul_test",
        "version": 1,
        "title": {"en": "Test"},
        "campaign": "cmp_test",
        "validity": {"start": "2020-01-01", "until": "2041-01-01"},
        "trigger": trigger,
        "source": SOURCES.get(trigger, "urn:leeds:test"),
        "evidence": "verified",
        "who": [],
        "when": [],
        "progress": None,
        "effect": {"kind": "points", "points": 5},
        "stacking": None,
        "limits": [{"scope": "resident_rule", "per": "day", "times": 1}],
        "basis": "A test",
        "examples": [],
    }
    return document | changes


def make_rule(**changes: Any) -> Rule:  # noqa: ANN401
    return read_rule(json.dumps(make_document(**changes)).encode())


def make_event(
    kind: str = "litter.pick",
    at: datetime = MONDAY,
    data: Mapping[str, Value] | None = None,
    *,
    name: str = "e",
    resident: Mapping[str, Value] | None = None,
    evidence: Evidence = "verified",
    pinned: Mapping[str, int] | None = None,
) -> Event:
    source = SOURCES.get(kind, "urn:leeds:test")
    return Event(source, name, kind, at, data or {}, resident or {}, evidence, pinned)


def make_tap(minute: float, leg: str = "on", stop: str | None = "A", mode: str = "bus") -> Event:
    """`minute` counts from MONDAY; the id tells taps of one minute apart."""
    data: dict[str, Value] = {"mode": mode, "leg": leg}
    if stop is not None:
        data["stop"] = stop
    return make_event("transit.tap", MONDAY + timedelta(minutes=minute), data, name=f"{minute:09.2f}-{leg}-{stop}")


def timeline_of(rules: Iterable[Rule], zones: Iterable[Zone] = ()) -> Timeline:
    return Timeline([(LONG_AGO, Artefact.publish(rules, zones))])
