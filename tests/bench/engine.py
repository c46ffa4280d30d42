"""How fast the engine is: `python -m tests.bench.engine`. Ratios within one run, for machines are noisy.

The hand-written chain is what a programmer would write for the same forty rules: the sender once, then an `if` a rule,
the likeliest condition to fail first. Of N rules few match an event, as in a city where most are for some ward or line.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
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


def compare_matching() -> None:
    small, large = make_rules(40), make_rules(4_000)
    chain = write_chain(small)
    forty = by_matcher(Artefact.publish(small).program.matchers["transit.trip"])
    many = by_matcher(Artefact.publish(large).program.matchers["transit.trip"])
    few, far = pairs_of(make_events(40)), pairs_of(make_events(4_000))
    assert all(tuple(chain(event, moment)) == tuple(forty(event, moment)) for event, moment in few)
    rounds = [(time_each(chain, few), time_each(forty, few), time_each(many, far)) for _ in range(ROUNDS)]
    hits = [sum(len(run(*pair)) for pair in some) / len(some) for run, some in ((forty, few), (many, far))]
    base = statistics.median(each[0] for each in rounds)
    print(f"Hand-written chain of 40 rules: {base:.0f} ns an event")
    for name, at in (("40 rules", 1), ("4,000 rules", 2)):
        ratio = statistics.median(each[at] / each[0] for each in rounds)
        print(f"Matching {name}: {ratio:.2f} times that, {hits[at - 1]:.2f} rules match an event")


def time_folding() -> None:
    """A batch of a thousand events of as many residents in the middle of their week, by the pilot's pack."""
    timeline = Timeline([(LONG_AGO, Artefact.publish(load_pack(LEEDS)))])
    taps: dict[str, Value] = {"mode": "bus", "leg": "on", "stop": "450010441"}
    kinds: list[tuple[str, str, dict[str, Value]]] = [("transit.tap", TAPS, taps)] * 6
    kinds += [("cycle.trip", "urn:leeds:cycle-hire", {"distance_m": 4_200, "duration_seconds": 1_200})] * 2
    kinds += [("checkin.scan", "urn:leeds:check-in", {"place": "library"})]
    kinds += [("litter.pick", "urn:leeds:friends-of-groups", {"bags": 2})]
    monday = datetime(2026, 9, 7, 6, tzinfo=UTC)

    def event(name: str, kind: int, at: datetime) -> Event:
        kind_name, source, data = kinds[kind % 10]
        return Event(source, name, kind_name, at, data, {"ward": "Armley", "connection": "live"}, "verified")

    before = [event(f"a{n}", n, monday + timedelta(hours=3 * n)) for n in range(12)]
    state = fold(timeline, State(), before, None).state
    for name, some in (("taps", range(6)), ("all kinds", range(10))):
        fresh = [event(f"b{n}", some[n % len(some)], monday + timedelta(days=3, seconds=n)) for n in range(1_000)]
        rounds = []
        for _ in range(ROUNDS):
            begun = time.perf_counter_ns()
            for one in fresh:
                fold(timeline, state, [one], {"cmp_get_on_board": 10**9, "cmp_ride_leeds": 10**9,
                                              "cmp_drop_in": 10**9, "cmp_clean_streets": 10**9})  # fmt: skip
            rounds.append((time.perf_counter_ns() - begun) / 1_000_000)
        print(f"Folding {name}, one event a resident: {statistics.median(rounds):.1f} µs an event")
    week = [event(f"c{n}", n, monday + timedelta(minutes=100 * n)) for n in range(1_000)]
    rounds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter_ns()
        fold(timeline, State(), week, None)
        rounds.append((time.perf_counter_ns() - begun) / 1_000_000)
    print(f"Folding a thousand events of one resident: {statistics.median(rounds):.1f} µs an event")


if __name__ == "__main__":
    compare_matching()
    time_folding()
