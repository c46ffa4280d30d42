"""Whole decisions with state: `python -m tests.bench.stateful`, the engine's rate as a share of a hand-written one's.

Both give the same: lines with their counters, reasons, and what came of every rule. Forty rules, as in
`tests/bench/engine.py`, some of them with progress; then the pilot's own ten, of which a programmer needs not even look
at most.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from rules.artefact import Artefact, Timeline
from rules.clock import Moment, day_number
from rules.document import Rule
from rules.event import Event, Line
from rules.fold import fold
from rules.packs import LEEDS, load_pack
from rules.state import State
from tests.bench.by_hand import FACTS, SOURCES, City, Resident, Told
from tests.bench.engine import MODES, Figure, make_rules
from tests.rules.making import LONG_AGO, TAPS

ROUNDS: Final = 25
PLENTY: Final = 10**9
_MONDAY: Final = datetime(2026, 9, 7, 4, tzinfo=UTC)
_REACH: Final = 2
_PROGRESS: Final = (None, ("count", "week"), ("distinct_days", "month"))
"""Of every three of the forty rules; each pays once in the window."""
Judge = Callable[[City, Resident, Event, Moment, list[Line], list[Told]], str | None]


def make_stateful_rules() -> list[Rule]:
    """The forty of the matching bench, two of three with progress that pays once."""
    return [_with_progress(rule, _PROGRESS[number % 3]) for number, rule in enumerate(make_rules(40))]


def _with_progress(rule: Rule, progress: tuple[str, str] | None) -> Rule:
    if progress is None:
        return rule
    kind, per = progress
    document = rule.model_dump(mode="json", by_alias=True) | {
        "progress": {"kind": kind, "per": per, "reach": _REACH, "repeat": False},
        "limits": [{"scope": "resident_rule", "per": per, "times": 1}],
    }
    return Rule.model_validate_json(json.dumps(document))


class FortyRider(Resident):
    """Counts and dates by rule, each with its window."""

    __slots__ = ("counts", "dates")

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, tuple[int, int]] = {}
        self.dates: dict[str, tuple[int, int, int]] = {}


class FortyCity(City):
    """The forty rules, by a chain of `if`s."""

    def __init__(self, left: dict[str, int], judge: Judge) -> None:
        super().__init__(left)
        self._chain = judge

    def judge_one(
        self, resident: Resident, event: Event, moment: Moment, lines: list[Line], told: list[Told]
    ) -> str | None:
        return self._chain(self, resident, event, moment, lines, told)


def write_judge(rules: Sequence[Rule]) -> Judge:
    """The source of a plain function, as a person would type it, compiled."""
    start, until = day_number(rules[0].validity.start), day_number(rules[0].validity.until)
    lines = [
        "def judge(city, resident, event, moment, lines, told):",
        "    day = moment.day",
        f"    if not {start} <= day < {until}:",
        "        return 'no_rule'",
        f"    if event.source != {TAPS!r} or event.evidence == 'any':",
        "        return 'conditions_not_met'",
        "    data = event.data",
        "    stop, mode, ward = data.get('stop'), data.get('mode'), event.resident.get('ward')",
        "    weekday, minute = moment.weekday, moment.minute",
        "    eligible = True",
    ]
    for rule in rules:
        lines += _write_rule(rule)
    lines += ["    if not told:", "        return 'conditions_not_met' if eligible else 'not_eligible'"]
    names: dict[str, Judge] = {}
    exec("\n".join(lines), names)  # noqa: S102 - the text above
    return names["judge"]


def _write_rule(rule: Rule) -> list[str]:
    stops, mode, days, hours = (part.scalars() for part in rule.when)  # type: ignore[union-attr]
    where = f"mode == {mode[0]!r} and stop in {stops!r}"
    when = f"weekday != {days[0]!r} and {hours[0]} <= minute <= {hours[1]}"
    head, body = f"    if {where} and {when}:", _write_body(rule)
    if not rule.who:
        return [head, *(f"        {line}" for line in body)]
    ward = f"        if ward == {rule.who[0].scalars()[0]!r}:"  # type: ignore[union-attr]
    return [head, ward, *(f"            {line}" for line in body), "        else:", "            eligible = False"]


def _write_body(rule: Rule) -> list[str]:
    name = repr(rule.id)
    if rule.progress is None:
        return [f"city.pay_once(resident, {name}, 'cmp_test', 'day', day, 5, lines, told)"]
    if rule.progress.kind == "count":
        per, window = "week", "moment.windows[2]"
        kept = [
            f"kept, before = resident.counts.get({name}, (0, 0))",
            "before = before if kept == window else 0",
            "after = before + 1",
            f"resident.counts[{name}] = (window, after)",
        ]
    else:
        per, window = "month", "moment.windows[3]"
        kept = [
            f"kept, before, latest = resident.dates.get({name}, (0, 0, 0))",
            "before = before if kept == window else 0",
            "after = before if before and latest == day else before + 1",
            f"resident.dates[{name}] = (window, after, day)",
        ]
    paid = f"city.pay_once(resident, {name}, 'cmp_test', '{per}', window, 5, lines, told, before, after, {_REACH})"
    return [
        f"window = {window}",
        *kept,
        f"if after >= {_REACH}:",
        f"    {paid}",
        "else:",
        f"    told.append(({name}, 'progress_not_reached', after, {_REACH}))",
    ]


def make_life(count: int = 1_000) -> list[Event]:
    """Of one resident, an hour apart."""
    return [
        Event(
            TAPS,
            f"{number:04}",
            "transit.trip",
            _MONDAY + timedelta(minutes=61 * number),
            {"mode": MODES[number % 3], "stop": f"S{number * 7 % 20}"},
            {"ward": f"W{number % 33}", "connection": "live"},
            "verified",
        )
        for number in range(count)
    ]


def make_pilot_life(first: int, count: int = 100) -> list[Event]:
    """Of ten events six are taps, two rides, one a check-in and one a litter pick; some seventeen hours apart."""
    kinds = ["transit.tap"] * 6 + ["cycle.trip"] * 2 + ["checkin.scan", "litter.pick"]
    return [
        Event(
            SOURCES[kind],
            f"{number:04}",
            kind,
            _MONDAY + timedelta(minutes=1_000 * number + first),
            FACTS[kind],
            {"ward": "Armley", "connection": "live"},
            "verified",
        )
        for number in range(count)
        for kind in [kinds[(number * 7 + first) % 10]]
    ]


def measure_evaluation() -> list[Figure]:
    """Ratios of rates within one run, of processor time: what else the machine does is no part of either."""
    rules = make_stateful_rules()
    judge = write_judge(rules)
    forty = _compare(rules, [make_life()], lambda left: FortyCity(left, judge), FortyRider)
    live = set(SOURCES.values())
    pilot = [rule for rule in load_pack(LEEDS) if live.issuperset(rule.sources)]
    ten = _compare(pilot, [make_pilot_life(first) for first in range(10)], City, Resident)
    return [
        Figure("Whole decisions with state, 40 rules", forty, "of a hand-written one's rate", at_least=0.7),
        Figure("The same, the pilot's ten rules", ten, "of a hand-written one's rate"),
    ]


def _compare(
    rules: Sequence[Rule],
    lives: Sequence[list[Event]],
    make_city: Callable[[dict[str, int]], City],
    make_resident: Callable[[], Resident],
) -> float:
    artefact = Artefact.publish(rules)
    timeline = Timeline([(LONG_AGO, artefact)])
    budget = {rule.campaign: PLENTY for rule in rules}
    names = [plan.rule for plan in artefact.program.plans]
    for life in lives:
        folded = fold(timeline, State(), life, dict(budget), {})
        for outcome, (by_hand, told) in zip(
            folded.outcomes, make_city(dict(budget)).judge(make_resident(), life), strict=True
        ):
            assert (outcome.key, outcome.lines, outcome.reasons) == (by_hand.key, by_hand.lines, by_hand.reasons)
            assert [(names[one.plan], one.outcome, one.done, one.needed) for one in outcome.verdicts] == told
    ratios = []
    for _ in range(ROUNDS):
        begun = time.process_time_ns()
        for life in lives:
            fold(timeline, State(), life, dict(budget), {})
        turned = time.process_time_ns()
        for life in lives:
            make_city(dict(budget)).judge(make_resident(), life)
        ratios.append((time.process_time_ns() - turned) / (turned - begun))
    return statistics.median(ratios)


if __name__ == "__main__":
    for figure in measure_evaluation():
        least = f" (at least {figure.at_least:g})" if figure.at_least else ""
        print(f"{figure.name}: {figure.value:.2f} {figure.unit}{least}")
