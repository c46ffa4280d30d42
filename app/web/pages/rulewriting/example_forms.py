"""A worked example as a form: events with the facts of the catalogue, and the points that they earn in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from app.core.clock import LONDON, write_instant
from app.web.languages import mark
from app.web.pages.rulewriting.faults import Faults
from app.web.pages.rulewriting.numbers import read_number
from app.web.pages.rulewriting.parts import NOT_A_NUMBER
from app.web.pages.whole_forms import WholeForm
from rules.catalogue import EVENT_TYPES, RESIDENT_FACTS, Fact
from rules.trips import TAP, TRIP

Event = dict[str, Any]

MOST_ROWS: Final = 20
"""An example that was sent as a document may have more; those stay as they are."""
EMPTY_ROWS: Final = 1

NOT_A_MOMENT: Final = mark("Enter a day and a time, such as 07:30")
NO_EVENT: Final = mark("Choose what happens in at least one event")
NEEDED: Final = mark("Every event of this kind has this: enter it")
OUT_OF_BOUNDS: Final = mark("This is less or more than such an event can have")

_OPTIONAL_NUMBERS: Final = (("times", "times"), ("every", "every_minutes"))


@dataclass(frozen=True)
class ExampleForm:
    """What an example of this rule may be made of; a trip is made of taps, so taps are what happens."""

    types: tuple[str, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What the senders of these types say, each fact once."""
        told = {fact.name: fact for kind in self.types for fact in EVENT_TYPES[kind].facts}
        return tuple(told.values())

    def find_fact(self, kind: str, name: str) -> Fact | None:
        return next((fact for fact in EVENT_TYPES[kind].facts if fact.name == name), None)


def draw_example(document: Mapping[str, Any]) -> ExampleForm:
    progress = document.get("progress") or {}
    named = [document["trigger"], *([progress["after"]] if progress.get("kind") == "sequence" else [])]
    named += [event["type"] for example in document.get("examples", []) for event in example["events"]]
    return ExampleForm(tuple(dict.fromkeys(TAP if kind == TRIP else kind for kind in named)))


def read_example(form: WholeForm, drawn: ExampleForm, before: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """`before` is what the example was; what the form does not show stays as it was there."""
    known: Sequence[Event] = before.get("events", [])
    events = []
    for row in range(MOST_ROWS):
        kind = form.one(f"event-{row}-type")
        if kind in drawn.types:
            events.append(_read_event(form, row, kind, drawn, known[row] if row < len(known) else {}, faults))
    events += known[MOST_ROWS:]
    if not events:
        faults["event-0-type"] = NO_EVENT
    return {
        "title": form.one("title"),
        "events": events,
        "expect": {"points": _read_whole(form, "points", faults)},
    }


def _read_event(form: WholeForm, row: int, kind: str, drawn: ExampleForm, before: Event, faults: Faults) -> Event:
    front = f"event-{row}"
    event: Event = {name: before[name] for name in ("source", "evidence") if name in before}
    event |= {"type": kind, "time": _read_moment(form, front, faults)}
    data = {} if before.get("type") not in (None, kind) else dict(before.get("data", {}))
    for fact in drawn.facts:
        name = f"{front}-fact-{fact.name}"
        own = drawn.find_fact(kind, fact.name)
        data.pop(fact.name, None)
        if own is not None:
            _read_fact(own, form.one(name), data, name, faults)
    event["data"] = data
    resident = {
        name: form.one(f"{front}-resident-{name}") for name in RESIDENT_FACTS if form.one(f"{front}-resident-{name}")
    }
    if resident:
        event["resident"] = resident
    for field, member in _OPTIONAL_NUMBERS:
        if form.one(f"{front}-{field}"):
            event[member] = _read_whole(form, f"{front}-{field}", faults)
    return event


def _read_fact(fact: Fact, written: str, data: dict[str, Any], name: str, faults: Faults) -> None:
    if not written:
        if fact.required:
            faults[name] = NEEDED
        return
    if fact.kind != "integer":
        data[fact.name] = written == "yes" if fact.kind == "boolean" else written
        return
    try:
        number = read_number(written, fact.unit)
    except ValueError:
        faults[name] = NOT_A_NUMBER
        return
    if not (number if fact.minimum is None else fact.minimum) <= number <= (fact.maximum or number):
        faults[name] = OUT_OF_BOUNDS
    data[fact.name] = number


def _read_moment(form: WholeForm, front: str, faults: Faults) -> str:
    try:
        on, at = date.fromisoformat(form.one(f"{front}-on")), time.fromisoformat(form.one(f"{front}-at"))
    except ValueError:
        faults[f"{front}-on"] = NOT_A_MOMENT
        return ""
    return write_instant(datetime.combine(on, at.replace(tzinfo=None), LONDON))


def _read_whole(form: WholeForm, name: str, faults: Faults) -> int:
    try:
        return read_number(form.one(name), None)
    except ValueError:
        faults[name] = NOT_A_NUMBER
        return 0


def fill_example(example: Mapping[str, Any]) -> dict[str, str]:
    """What the fields hold, by name."""
    given = {"title": example["title"], "points": str(example["expect"]["points"])}
    for row, event in enumerate(example["events"][:MOST_ROWS]):
        front = f"event-{row}"
        local = datetime.fromisoformat(event["time"]).astimezone(LONDON)
        given |= {
            f"{front}-type": event["type"],
            f"{front}-on": local.date().isoformat(),
            f"{front}-at": f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}",
        }
        given |= {f"{front}-{field}": str(event[member]) for field, member in _OPTIONAL_NUMBERS if member in event}
        for part, facts in (("fact", event.get("data", {})), ("resident", event.get("resident", {}))):
            given |= {f"{front}-{part}-{name}": _write_fact(value) for name, value in facts.items()}
    return given


def _write_fact(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def count_rows(given: Mapping[str, str]) -> int:
    """Those that are filled in, and an empty one."""
    held = max((row for row in range(MOST_ROWS) if given.get(f"event-{row}-type")), default=-1)
    return min(held + 1 + EMPTY_ROWS, MOST_ROWS)


def name_faults(at: int) -> dict[str, str]:
    """The field for each path of the document's example `at`."""
    front = f"examples[{at}]"
    rows = {f"{front}.events[{row}]": f"event-{row}-type" for row in range(MOST_ROWS)}
    return {f"{front}.title": "title", f"{front}.expect": "points"} | rows | {"examples": "title"}
