"""How what people did reaches the scheme: operators' files, late, doubled and out of order; batches of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random

from app.core.clock import LONDON
from app.earning.importing.declaration import ImportMap, load_map
from app.earning.importing.mapping import EventMapper
from tests.quarter.city import Act
from tests.quarter.record import Key

MAPS = Path(__file__).parents[2] / "app" / "earning" / "maps"
HASH_KEY = b"the quarter's own"
LATE_WINDOW = timedelta(days=14)
LATEST_DAYS = 12
"""How late a straggler comes and is still taken; one that comes TOO_LATE_DAYS after the day is not."""
TOO_LATE_DAYS = 16
Cells = dict[str, str]
Event = dict[str, object]


@dataclass(frozen=True)
class Door:
    """An operator that sends files of one type: its map, and how an act becomes a row."""

    mapper: EventMapper
    to_cells: Callable[[Act, int], Cells]

    @property
    def declared(self) -> ImportMap:
        return self.mapper.import_map


@dataclass(frozen=True)
class File:
    """Rows that come in one file; `broken` of them cannot be read."""

    door: Door
    name: str
    rows: Sequence[Cells]
    broken: int = 0


@dataclass(frozen=True)
class Batch:
    """CloudEvents of one source that come at once."""

    source: str
    events: Sequence[Event]


def _tap_cells(act: Act, number: int) -> Cells:
    rail = act.data["mode"] == "rail"
    leg = {"on": "metro_entry", "off": "metro_exit"}[str(act.data["leg"])] if rail else "bus_boarding"
    return {
        "card_no": act.person.card,
        "tapped_at_local": f"{act.at.astimezone(LONDON):%Y-%m-%d %H:%M:%S}",
        "kind": leg,
        "station": str(act.data["stop"]) if rail else "49",
        "gate": "1",
        "device": f"D{number}",
    }


def _ride_cells(act: Act, number: int) -> Cells:
    ends_at = act.at + timedelta(seconds=int(act.data["duration_seconds"]))
    return {
        "route_id": f"R-{number}",
        "user_id": act.person.card,
        "started_at": act.at.isoformat().replace("+00:00", "Z"),
        "ended_at": ends_at.isoformat().replace("+00:00", "Z"),
        "distance_m": str(act.data["distance_m"]),
    }


_WRITERS: Mapping[str, tuple[str, Callable[[Act, int], Cells]]] = {
    "transit.tap": ("metro-taps.toml", _tap_cells),
    "cycle.trip": ("bike-rides.toml", _ride_cells),
}


def open_doors(source_of: Mapping[str, str]) -> dict[str, Door]:
    """By event type, for the types that an operator of the project's own maps sends."""
    doors = {}
    for kind, (name, to_cells) in _WRITERS.items():
        declared = load_map(MAPS / name)
        if source_of.get(kind) == declared.source:
            doors[kind] = Door(EventMapper(declared, HASH_KEY), to_cells)
    return doors


@dataclass
class Post:
    """What is on its way, by the day on which it comes. `acts` learns of every event that is sent."""

    chance: Random
    doors: Mapping[str, Door]
    acts: dict[Key, Act]
    due: dict[date, list[File | Batch]] = field(default_factory=lambda: defaultdict(list))
    too_late: set[Key] = field(default_factory=set)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def send(self, on: date, acts: Sequence[Act]) -> None:
        """Hand in all that happened on one day."""
        by_type: dict[str, list[Act]] = defaultdict(list)
        for act in acts:
            by_type[act.type].append(act)
        for kind, done in sorted(by_type.items()):
            self.chance.shuffle(done)
            if kind in self.doors:
                self._send_files(on, self.doors[kind], done)
            else:
                self._send_batches(on, done)

    def arrivals(self, on: date) -> list[File | Batch]:
        """What comes on a day, in any order."""
        coming = self.due.pop(on, [])
        self.chance.shuffle(coming)
        return coming

    def _send_files(self, on: date, door: Door, acts: Sequence[Act]) -> None:
        rows: list[Cells] = []
        stragglers: list[Cells] = []
        for act in acts:
            cells = door.to_cells(act, next(self._numbers))
            self._know(door.mapper.to_event(cells), act)
            (stragglers if self.chance.random() < 0.01 else rows).append(cells)
        name = f"{door.declared.type}-{on}"
        # One file in six stays away for days, so that those after it come before it.
        after = self.chance.randrange(3, LATEST_DAYS - 3) if self.chance.randrange(6) == 0 else 1
        broken = [self._broken(door, rows[0])] if rows and self.chance.randrange(8) == 0 else []
        self._post(on, after, File(door, f"{name}.csv", [*rows, *broken], len(broken)))
        if self.chance.randrange(5) == 0:
            again = self.chance.sample(rows, len(rows))
            self._post(on, after + self.chance.randrange(3), File(door, f"{name}-again.csv", again))
        if stragglers:
            late = self.chance.randrange(2, LATEST_DAYS + 1)
            self._post(on, late, File(door, f"{name}-stragglers.csv", stragglers))

    def _send_batches(self, on: date, acts: Sequence[Act]) -> None:
        by_delay: dict[tuple[str, int], list[Event]] = defaultdict(list)
        for act in acts:
            event: Event = {
                "specversion": "1.0",
                "id": f"Q-{next(self._numbers)}",
                "source": act.source,
                "type": act.type,
                "time": act.at.isoformat().replace("+00:00", "Z"),
                "subject": f"card:{act.person.card}",
                "data": act.data,
            }
            key = self._know(event, act)
            delay = self._delay()
            if delay == TOO_LATE_DAYS:
                self.too_late.add(key)
            by_delay[act.source, delay].append(event)
        for (source, delay), events in by_delay.items():
            twice = [event for event in events if self.chance.random() < 0.03]
            self._post(on, delay, Batch(source, [*events, *twice]))
            if delay < LATEST_DAYS and self.chance.randrange(6) == 0:
                self._post(on, delay + 1, Batch(source, self.chance.sample(events, len(events))))

    def _delay(self) -> int:
        drawn = self.chance.randrange(300)
        if drawn == 0:
            return TOO_LATE_DAYS
        return self.chance.randrange(1, LATEST_DAYS + 1) if drawn < 24 else 0

    def _know(self, event: Event, act: Act) -> Key:
        key = (str(event["source"]), str(event["id"]))
        assert key not in self.acts, "every act has an id of its own"
        self.acts[key] = act
        return key

    def _post(self, on: date, days: int, parcel: File | Batch) -> None:
        self.due[on + timedelta(days=days)].append(parcel)

    def _broken(self, door: Door, cells: Cells) -> Cells:
        return cells | {door.declared.time.column: "yesterday"}
