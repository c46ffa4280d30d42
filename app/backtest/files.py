"""Events for a back-test out of a file: an operator's CSV, or CloudEvents as JSON. Nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from app.backtest.errors import NoEvents
from app.backtest.lives import Life
from app.backtest.sent import Passed, Sent, find_map, is_json, read_csv, read_json
from app.core.errors import Refusal
from app.earning.envelope import Envelope, read_envelope
from app.earning.errors import EventMalformed, EventTypeUnknown
from app.earning.event_types import check_data
from app.earning.importing.declaration import load_map
from rules.catalogue import EVENT_TYPES
from rules.event import Event, Evidence

FIRST_FAULTS: Final = 5


@dataclass(slots=True)
class FileEvents:
    """`faults` are the first of the rows that could not be read: line and reason. `map` is None for CloudEvents."""

    name: str
    map: str | None = None
    rows: int = 0
    bad_rows: int = 0
    repeated: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)

    def refuse(self, line: int, reason: str) -> None:
        self.bad_rows += 1
        if len(self.faults) < FIRST_FAULTS:
            self.faults.append((line, reason))


def read_event_file(path: Path, *, map_path: Path | None, passed: Passed = lambda _: None) -> FileEvents:
    """Every card is a resident. Raises MapUndecided, MapUnusable, FileRefused or NoEvents.

    CloudEvents are taken for as well proven as can be, because only a registered source says how well they are.
    """
    evidence: Evidence = "registered_organisation"
    found = FileEvents(path.name)
    if map_path is None and is_json(path):
        events = read_json(path, passed)
    else:
        map_path = map_path or find_map(path)
        declared = load_map(map_path)
        found.map, evidence = map_path.name, declared.evidence
        events = read_csv(path, declared, passed)
    _gather(events, evidence, found)
    if not found.lives:
        first = f"line {found.faults[0][0]}: {found.faults[0][1]}" if found.faults else ""
        raise NoEvents(name=path.name, bad_rows=found.bad_rows, first=first)
    return found


def _gather(events: Iterable[Sent], evidence: Evidence, found: FileEvents) -> None:
    seen: set[tuple[str, str]] = set()
    people: dict[str, list[Event]] = {}
    for sent in events:
        found.rows += 1
        if isinstance(sent.sent, str):
            found.refuse(sent.line, sent.sent)
            continue
        try:
            card, event = _read_event(read_envelope(sent.sent), evidence)
        except Refusal as refusal:
            found.refuse(sent.line, str(refusal))
            continue
        if (event.source, event.id) in seen:
            found.repeated += 1
            continue
        seen.add((event.source, event.id))
        people.setdefault(card, []).append(event)
    found.lives = _order(people.values())


def _read_event(envelope: Envelope, evidence: Evidence) -> tuple[str, Event]:
    name = envelope.raw.get("type")
    kind = EVENT_TYPES.get(name) if isinstance(name, str) else None
    if kind is None or kind.derived:
        raise EventTypeUnknown
    if not isinstance(envelope.instant, datetime):
        raise EventMalformed("time", "must be an RFC 3339 time with a zone, such as 2026-09-01T06:41:07Z")
    if isinstance(envelope.subject, Refusal):
        raise envelope.subject
    data = check_data(kind, envelope.raw.get("data"))
    return envelope.subject, Event(
        source=envelope.source,
        id=envelope.id,
        type=kind.name,
        happened_at=envelope.instant,
        data=data,
        resident={},
        evidence=evidence,
    )


def _order(people: Iterable[Sequence[Event]]) -> list[Life]:
    return [Life(number, tuple(sorted(events, key=lambda event: event.key))) for number, events in enumerate(people)]
