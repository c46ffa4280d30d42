"""How fast the engine is: `python -m tests.bench.engine`. Ratios within one run, for machines are noisy.

The hand-written chain is what a programmer would write for the same forty rules: the sender once, then an `if` a rule,
the likeliest condition to fail first. Of N rules few match an event, as in a city where most are for some ward or line.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rules.artefact import Artefact, Timeline
from rules.clock import LONDON, Moment, day_number, to_micros
from rules.document import Rule
from rules.event import Event, Value
from rules.fold import fold
from rules.matcher import TypeMatcher
from rules.packs import LEEDS, load_pack
from rules.state import State
from tests.rules.making import LONG_AGO, TAPS, make_rule

ROUNDS = 15
MODES = ("bus", "tram", "rail", "ferry")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Matching = Callable[[Event, Moment], Sequence[int]]


def make_rules(count: int) -> list[Rule]:
    """Rule n is for one mode, one line of stops, some days and some hours of the day; every fourth is for a ward."""
    return [
        make_rule(
            id=f"rul_{number:04}",
            trigger="transit.trip",
            when=[
                {"fact": "stop", "op": "in", "value": [f"S{number % lines}", f"S{(number * 7 + 1) % lines}"]},
                {"fact": "mode", "op": "is", "value": MODES[number % 3]},
                {"fact": "local.weekday", "op": "not_in", "value": [DAYS[number % 7]]},
                {"fact": "local.time", "op": "between", "value": [300 + number % 300, 900 + number % 500]},
            ],
            who=[{"fact": "ward", "op": "is", "value": f"W{number % 33}"}] if number % 4 == 0 else [],
        )
        for lines in (max(count // 2, 20),)
        for number in range(count)
    ]


def make_events(rules: int, count: int = 1_000) -> list[Event]:
    lines = max(rules // 2, 20)
    start = datetime(2026, 9, 7, 4, tzinfo=UTC)
    return [
        Event(
            TAPS,
            f"{number}",
            "transit.trip",
            start + timedelta(minutes=number * 37 % (7 * 1_440)),
            {"mode": MODES[number % 4], "stop": f"S{number * 13 % lines}"},
            {"ward": f"W{number % 33}", "connection": "live"},
            "verified",
        )
        for number in range(count)
    ]


def write_chain(rules: Sequence[Rule]) -> Matching:
    """The source of a plain function, as a person would type it, compiled."""
    start, until = day_number(rules[0].validity.start), day_number(rules[0].validity.until)
    lines = [
        "def chain(event, moment):",
        "    hits = []",
        f"    if event.source != {TAPS!r} or event.evidence == 'any' or not {start} <= moment.day < {until}:",
        "        return hits",
        "    data = event.data",
        "    stop, mode, ward = data.get('stop'), data.get('mode'), event.resident.get('ward')",
        "    weekday, minute = moment.weekday, moment.minute",
    ]
    for index, rule in enumerate(rules):
        stops, mode, days, hours = (part.scalars() for part in rule.when)  # type: ignore[union-attr]
        ward = f" and ward == {rule.who[0].scalars()[0]!r}" if rule.who else ""  # type: ignore[union-attr]
        lines.append(
            f"    if mode == {mode[0]!r} and stop in {stops!r} and weekday != {days[0]!r}"
            f" and {hours[0]} <= minute <= {hours[1]}{ward}:"
        )
        lines.append(f"        hits.append({index})")
    lines.append("    return hits")
    names: dict[str, Matching] = {}
    exec("\n".join(lines), names)  # noqa: S102 - the text above
    return names["chain"]


def by_matcher(matcher: TypeMatcher) -> Matching:
    match = matcher.match

    def run(event: Event, moment: Moment) -> Sequence[int]:
        return match(event.source, event.evidence, event.data, event.resident, moment).rules

    return run


def time_each(run: Matching, pairs: Sequence[tuple[Event, Moment]]) -> float:
    """Nanoseconds for one event."""
    begun = time.perf_counter_ns()
    for event, moment in pairs:
        run(event, moment)
    return (time.perf_counter_ns() - begun) / len(pairs)


def pairs_of(events: Sequence[Event]) -> list[tuple[Event, Moment]]:
    return [(event, LONDON.moment(to_micros(event.happened_at))) for event in events]


@dataclass(frozen=True)
class Figure:
    """One measured number and the most or least that it should be, if there is such a number."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def missed(self) -> bool:
        too_much = self.at_most is not None and self.value > self.at_most
        return too_much or (self.at_least is not None and self.value < self.at_least)


def measure() -> list[Figure]:
    """Matching as multiples of the chain's time, then folding. About three seconds."""
    return [*measure_matching(), *measure_folding()]


def measure_matching() -> list[Figure]:
    small, large = make_rules(40), make_rules(4_000)
    chain = write_chain(small)
    forty = by_matcher(Artefact.publish(small).program.matchers["transit.trip"])
    many = by_matcher(Artefact.publish(large).program.matchers["transit.trip"])
    few, far = pairs_of(make_events(40)), pairs_of(make_events(4_000))
    assert all(tuple(chain(event, moment)) == tuple(forty(event, moment)) for event, moment in few)
    rounds = [(time_each(chain, few), time_each(forty, few), time_each(many, far)) for _ in range(ROUNDS)]
    return [
        Figure("Hand-written chain of 40 rules", statistics.median(each[0] for each in rounds), "ns an event"),
        Figure("Matching 40 rules", statistics.median(each[1] / each[0] for each in rounds), "times the chain", 1.3),
        Figure("Matching 4,000 rules", statistics.median(each[2] / each[0] for each in rounds), "times the chain", 4),
    ]


def measure_folding() -> list[Figure]:
    """A thousand events of as many residents in the middle of their week, by the rules of the pack that are on."""
    kinds: list[tuple[str, str, dict[str, Value]]] = [
        ("transit.tap", TAPS, {"mode": "bus", "leg": "on", "stop": "450010441"})
    ] * 6
    kinds += [("cycle.trip", "urn:leeds:cycle-hire", {"distance_m": 4_200, "duration_seconds": 1_200})] * 2
    kinds += [("checkin.scan", "urn:leeds:check-in", {"place": "library"})]
    kinds += [("litter.pick", "urn:leeds:friends-of-groups", {"bags": 2})]
    live = {source for _, source, _ in kinds}
    pack = [rule for rule in load_pack(LEEDS) if live.issuperset(rule.sources)]
    timeline = Timeline([(LONG_AGO, Artefact.publish(pack))])
    monday = datetime(2026, 9, 7, 11, tzinfo=UTC)

    def event(name: str, kind: int, at: datetime) -> Event:
        kind_name, source, data = kinds[kind % 10]
        return Event(source, name, kind_name, at, data, {"ward": "Armley", "connection": "live"}, "verified")

    before = [event(f"a{n}", n, monday + timedelta(hours=3 * n)) for n in range(12)]
    state = fold(timeline, State(), before, None).state
    figures = []
    for name, some in (("taps", range(6)), ("all kinds", range(10))):
        fresh = [event(f"b{n}", some[n % len(some)], monday + timedelta(days=3, seconds=n)) for n in range(1_000)]
        took = time_folds(timeline, state, [[one] for one in fresh], {rule.campaign: 10**9 for rule in pack})
        figures.append(Figure(f"Folding {name}, one event a resident", took / 1_000, "µs an event"))
    week = [event(f"c{n}", n, monday + timedelta(minutes=100 * n)) for n in range(1_000)]
    took = time_folds(timeline, State(), [week], None)
    figures.append(Figure("Folding a thousand events of one resident", took / 1_000, "µs an event"))
    return figures


def time_folds(
    timeline: Timeline, state: State, batches: Sequence[list[Event]], remaining: dict[str, int] | None
) -> float:
    """Nanoseconds for one event, of a thousand in all."""
    rounds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter_ns()
        for batch in batches:
            fold(timeline, state, batch, remaining)
        rounds.append((time.perf_counter_ns() - begun) / 1_000)
    return statistics.median(rounds)


if __name__ == "__main__":
    for figure in measure():
        most = f" (at most {figure.at_most:g})" if figure.at_most else ""
        print(f"{figure.name}: {figure.value:.2f} {figure.unit}{most}")
