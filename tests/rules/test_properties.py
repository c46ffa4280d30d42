"""Properties 1 to 9, 11 and 12 of the design of the rules, over random rule sets of all kinds and random lives.

Properties 10 and 15 are in test_clock.py, 8 is in test_more_effort.py.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, reject
from hypothesis import strategies as st
from msgspec.structs import replace

from rules.artefact import Artefact
from rules.clock import LONDON, WEEKDAYS, Moment, to_micros
from rules.conditions import Condition
from rules.document import Rule
from rules.errors import DocumentRefused, NeedsReplay
from rules.event import Event, Outcome, Value
from rules.explain import explain
from rules.fold import fold, replay
from rules.parts import Limit, needed_facts
from rules.reference import Check, all_hold, check_event, check_resident, in_force
from rules.state import State
from rules.verdicts import _in_the_way
from tests.rules.living import Life
from tests.rules.making import HIRE, MONDAY, make_event, make_rule, timeline_of
from tests.rules.meeting import PICKS, close_rule_sets, make_pick
from tests.rules.strategies import SHARE, ZONES, asking_rules, budgets, busy_lives, busy_rule_sets, lives, rule_sets

NAMED = {zone.name: zone for zone in ZONES}
LEEDS = ZoneInfo("Europe/London")
Budget = dict[str, int] | None


def _copy(budget: Budget) -> Budget:
    return None if budget is None else dict(budget)


@SHARE
@given(rule_sets(), busy_lives())
def test_property_1_the_matcher_agrees_with_the_slow_reading(rules: list[Rule], events: list[Event]) -> None:
    program = Artefact.publish(rules, ZONES).program
    for event in events:
        kind = "transit.trip" if event.type == "transit.tap" else event.type
        moment = LONDON.moment(to_micros(event.happened_at))
        matcher = program.matchers.get(kind)
        matched = (
            matcher.match(event.source, event.evidence, event.data, event.resident, moment).rules if matcher else ()
        )
        expected = [
            rule.id
            for rule in sorted(rules, key=lambda rule: rule.id)
            if rule.trigger == kind
            and in_force(rule, moment)
            and all_hold(check_event(rule, event, moment, NAMED))
            and all_hold(check_resident(rule, event))
        ]
        assert [program.plans[index].rule for index in matched] == expected


@SHARE
@given(rule_sets(shared=False), lives(), budgets())
def test_property_2_any_arrival_in_any_batches_ends_like_a_replay(
    rules: list[Rule], events: list[Event], budget: Budget
) -> None:
    life = Life(timeline_of(rules, ZONES), _copy(budget))
    for number in range(0, len(events), 3):
        life.take(events[number : number + 3])
    left = _copy(budget)
    whole = replay(life.timeline, events, left)
    assert life.outcomes == {outcome.key: outcome for outcome in whole.outcomes}
    assert life.state == whole.state
    # A refold gives one's own grants back first, so a resident alone on a budget spends it as if all came in order.
    assert life.remaining == left


@SHARE
@given(rule_sets(shared=False), lives(), budgets(), st.data())
def test_fold_in_any_split_equals_replay(
    rules: list[Rule], events: list[Event], budget: Budget, data: st.DataObject
) -> None:
    ordered = sorted(events, key=lambda event: event.key)
    life, left = Life(timeline_of(rules, ZONES), _copy(budget)), _copy(budget)
    start = 0
    while start < len(ordered):
        end = data.draw(st.integers(start + 1, len(ordered)))
        life.take(ordered[start:end])
        start = end
    whole = replay(life.timeline, events, left)
    assert life.state.to_bytes() == whole.state.to_bytes()
    assert [life.outcomes[event.key] for event in ordered] == whole.outcomes
    assert life.remaining == left


@SHARE
@given(rule_sets(), lives(), budgets())
def test_property_3_lines_sum_to_the_award_the_trace_and_the_budget(
    rules: list[Rule], events: list[Event], budget: Budget
) -> None:
    timeline, left = timeline_of(rules, ZONES), _copy(budget)
    outcomes = replay(timeline, events, left).outcomes
    paid: Counter[str] = Counter()
    for outcome in outcomes:
        assert outcome.points == sum(line.got for line in outcome.lines)
        assert bool(outcome.reasons) == (outcome.points == 0)
        explanation = explain(timeline, events, outcome.key, budget)
        assert explanation.points == outcome.points == sum(rule.got for rule in explanation.rules)
        assert [rule.rule for rule in explanation.rules if rule.asked] == [line.rule for line in outcome.lines]
        for line in outcome.lines:
            paid[line.campaign] += line.got
    if budget is not None and left is not None:
        assert {name: budget[name] - left[name] for name in budget} == {name: paid[name] for name in budget}


@SHARE
@given(busy_rule_sets(), busy_lives(), budgets())
def test_property_4_no_limit_is_ever_exceeded(rules: list[Rule], events: list[Event], budget: Budget) -> None:
    left = _copy(budget)
    outcomes = replay(timeline_of(rules, ZONES), events, left).outcomes
    assert all(0 <= line.got <= line.asked for outcome in outcomes for line in outcome.lines)
    assert left is None or all(points >= 0 for points in left.values())
    for rule in rules:
        for limit in rule.limits:
            for points, times in _used(rule, limit, outcomes):
                assert limit.times is None or times <= limit.times
                assert limit.points is None or points <= limit.points


@SHARE
@given(close_rule_sets(), st.lists(PICKS, min_size=4, max_size=14), budgets())
def test_property_4_rules_that_meet_exceed_no_limit_either(
    rules: list[Rule], picks: list[tuple[int, int]], budget: Budget
) -> None:
    events = [make_pick(number, *pick) for number, pick in enumerate(picks)]
    outcomes = replay(timeline_of(rules), events, _copy(budget)).outcomes
    for rule in rules:
        for limit in rule.limits:
            for points, times in _used(rule, limit, outcomes):
                assert limit.times is None or times <= limit.times
                assert limit.points is None or points <= limit.points


def _used(rule: Rule, limit: Limit, outcomes: list[Outcome]) -> list[tuple[int, int]]:
    """(points, times) of each window, counted from the lines by another calendar; a campaign's over all its rules."""
    points: Counter[date | int] = Counter()
    times: Counter[date | int] = Counter()
    for outcome in outcomes:
        local = outcome.key[0].astimezone(LEEDS).date()
        windows: dict[str, date | int] = {
            "event": len(points), "day": local, "week": local - timedelta(days=local.weekday()),
            "month": local.replace(day=1),
        }  # fmt: skip
        for line in outcome.lines:
            counts = line.campaign == rule.campaign if limit.scope == "resident_campaign" else line.rule == rule.id
            if counts and line.got:
                points[windows.get(limit.per, 0)] += line.got
                times[windows.get(limit.per, 0)] += 1
    return [(points[window], times[window]) for window in points]


@SHARE
@given(busy_rule_sets(), busy_lives(), budgets())
def test_property_4_a_rule_that_states_a_campaign_limit_never_pays_beyond_it(
    rules: list[Rule], events: list[Event], budget: Budget
) -> None:
    limited = {rule.id: [limit for limit in rule.limits if limit.scope == "resident_campaign"] for rule in rules}
    for outcome in replay(timeline_of(rules, ZONES), events, _copy(budget)).outcomes:
        for line in outcome.lines:
            for limit in limited[line.rule]:
                name = f"resident_campaign:{limit.per}:points"
                room = max((limit.points or 0) - line.before[name], 0)
                assert line.got <= room
                assert line.after[name] == line.before[name] + line.got


@SHARE
@given(rule_sets(), lives(), budgets())
def test_property_5_evaluating_the_same_event_twice_changes_nothing(
    rules: list[Rule], events: list[Event], budget: Budget
) -> None:
    timeline, left, left_again = timeline_of(rules, ZONES), _copy(budget), _copy(budget)
    once = replay(timeline, events, left)
    twice = replay(timeline, [*events, *reversed(events)], left_again)
    assert (once.state, once.outcomes, left) == (twice.state, twice.outcomes, left_again)


@SHARE
@given(busy_rule_sets(shared=False), busy_lives(), budgets(), st.data())
def test_property_6_a_voided_event_never_happened(
    rules: list[Rule], events: list[Event], budget: Budget, data: st.DataObject
) -> None:
    timeline = timeline_of(rules, ZONES)
    extra = data.draw(st.sampled_from(_EXTRAS))
    with_it, left = Life(timeline, _copy(budget)), _copy(budget)
    with_it.take([*events, extra])
    with_it.void(extra)
    without = replay(timeline, events, left)
    assert with_it.state == without.state
    assert with_it.outcomes == {outcome.key: outcome for outcome in without.outcomes}
    assert with_it.remaining == left


_EXTRAS = tuple(
    make_event(kind, datetime.fromisoformat(at), data, name="extra")
    for kind, at, data in (
        ("litter.pick", "2026-10-23T10:00:00Z", {"bags": 450}),
        ("cycle.trip", "2026-10-25T00:30:00Z", {"distance_m": 900, "duration_seconds": 450}),
        ("transit.tap", "2026-10-22T00:03:00Z", {"mode": "bus", "leg": "on", "stop": "x"}),
        ("transit.tap", "2026-10-22T00:05:00Z", {"mode": "bus", "leg": "off", "stop": "x"}),
    )
)


_WINDOWS_OF_POINTS = (
    ("resident_rule", "day"), ("resident_rule", "week"), ("resident_rule", "month"), ("resident_rule", "lifetime"),
    ("household", "week"), ("resident_campaign", "month"),
)  # fmt: skip


@given(
    st.integers(1, 700),
    st.integers(1, 5),
    st.lists(st.integers(0, 3_000), min_size=1, max_size=6),
    st.lists(st.integers(0, 3_000), min_size=1, max_size=6),
    st.lists(
        st.tuples(st.sampled_from(_WINDOWS_OF_POINTS), st.integers(1, 120)),
        min_size=1,
        max_size=3,
        unique_by=lambda bound: bound[0],
    ),
)
def test_property_9_splitting_a_session_changes_nothing(
    every: int, points: int, parts: list[int], earlier: list[int], bounds: list[tuple[tuple[str, str], int]]
) -> None:
    limits = [{"scope": scope, "per": per, "points": most} for (scope, per), most in bounds]
    try:
        rule = make_rule(
            trigger="cycle.trip",
            effect={"kind": "rate", "fact": "distance_m", "points": points, "every": every},
            limits=limits,
        )
    except DocumentRefused:
        reject()  # windows that cross
    timeline = timeline_of([rule])

    def total(*sessions: list[int]) -> int:
        """One session a day, from a Monday on."""
        rides = [
            Event(
                HIRE, f"{day}-{number}", "cycle.trip", MONDAY + timedelta(days=day, minutes=number),
                {"distance_m": metres}, {"household": "home"}, "verified",
            )
            for day, session in enumerate(sessions) for number, metres in enumerate(session)
        ]  # fmt: skip
        return sum(outcome.points for outcome in replay(timeline, rides, None).outcomes)

    assert total(earlier, parts) == total([sum(earlier)], [sum(parts)])
    assert total(parts) == min(sum(parts) // every * points, *(most for _, most in bounds))


@SHARE
@given(asking_rules())
def test_property_11_of_every_kind_of_condition_the_failing_ones_are_all_that_is_in_the_way(
    asked: tuple[Rule, list[Event]],
) -> None:
    rule, events = asked
    _match_when_mended([rule], events)


@SHARE
@given(rule_sets(), lives(taps=False))
def test_property_11_making_exactly_the_failing_checks_pass_makes_the_rule_match(
    rules: list[Rule], events: list[Event]
) -> None:
    _match_when_mended(rules, events)


def _match_when_mended(rules: list[Rule], events: list[Event]) -> None:
    for rule in rules:
        matcher = Artefact.publish([rule], ZONES).program.matchers[rule.trigger]
        for event in (event for event in events if event.type == rule.trigger):
            mended = _mend(rule, event, LONDON.moment(to_micros(event.happened_at)))
            if mended is not None:
                fitting, moment = mended
                match = matcher.match(fitting.source, fitting.evidence, fitting.data, fitting.resident, moment)
                assert match.rules == (0,)


def _mend(rule: Rule, event: Event, moment: Moment) -> tuple[Event, Moment] | None:
    """The event with the facts of its failing checks changed until they pass; None where conditions contradict."""
    for check in _in_the_way((*check_event(rule, event, moment, NAMED), *check_resident(rule, event))):
        if check.fact in ("source", "evidence"):
            event = replace(event, **{check.fact: check.wanted})
            continue
        for changed, at in _tries(check, event, moment):
            failing = _in_the_way((*check_event(rule, changed, at, NAMED), *check_resident(rule, changed)))
            together = PLACES if check.fact in PLACES else {check.fact}
            if all(other.fact not in together for other in failing):
                event, moment = changed, at
                break
        else:
            return None
    return event, moment


PLACES = {"location", "zone"}
"""Both read where it happened, so mending one may spoil the other."""

COMMON_WORDS = ("x", "y", "z", "bus", "tram", "live", "work", "adult", "young")


def _tries(check: Check, event: Event, moment: Moment) -> Iterator[tuple[Event, Moment]]:
    if check.fact in ("location", "zone"):
        for north, east in product((0, 450, 450_000, 900), (0, 450, 900, 950)):
            yield replace(event, data={**event.data, "latitude_e6": north, "longitude_e6": east}), moment
        return
    wanted: tuple[Value, ...] = (
        check.wanted if isinstance(check.wanted, tuple) else () if check.wanted is None else (check.wanted,)
    )
    near = [value + step for value in wanted if isinstance(value, int) for step in (0, 1, -1)]
    words = [value for value in wanted if isinstance(value, str)]
    values: list[Value] = [*near, *words, 0, 450, *COMMON_WORDS, *WEEKDAYS]
    for value in values:
        if check.fact == "local.time" and isinstance(value, int):
            yield event, msgspec.structs.replace(moment, minute=value)
        elif check.fact == "local.weekday" and value in WEEKDAYS:
            yield event, msgspec.structs.replace(moment, weekday=str(value))
        elif check.personal:
            yield replace(event, resident={**event.resident, check.fact: value}), moment
        else:
            yield replace(event, data={**event.data, check.fact: value}), moment


@SHARE
@given(asking_rules())
def test_property_12_without_a_fact_that_a_condition_asks_for_nothing_matches(asked: tuple[Rule, list[Event]]) -> None:
    rule, events = asked
    _never_match_without([rule], events)


@SHARE
@given(st.sampled_from(["rate", "sum"]), st.sampled_from(["distance_m", "duration_seconds"]), lives(taps=False))
def test_property_12_without_its_quantity_nothing_matches(kind: str, fact: str, events: list[Event]) -> None:
    rate = {"effect": {"kind": "rate", "fact": fact, "points": 1, "every": 9}}
    total = {"progress": {"kind": "sum", "fact": fact, "per": "day", "reach": 9, "repeat": True}}
    points = [{"scope": "resident_rule", "per": "day", "points": 9}]
    _never_match_without(
        [make_rule(trigger="cycle.trip", limits=points, **(rate if kind == "rate" else total))], events
    )


@SHARE
@given(rule_sets(), lives())
def test_property_12_a_missing_fact_never_matches(rules: list[Rule], events: list[Event]) -> None:
    _never_match_without(rules, events)


def _never_match_without(rules: list[Rule], events: list[Event]) -> None:
    for event in events:
        kind = "transit.trip" if event.type == "transit.tap" else event.type
        moment = LONDON.moment(to_micros(event.happened_at))
        for rule in rules:
            wanted = {part.fact for part in rule.when if isinstance(part, Condition)}
            asked = (wanted | set(needed_facts(rule.progress, rule.effect))) & set(event.data)
            for name in asked if rule.trigger == kind else ():
                poorer = {key: value for key, value in event.data.items() if key != name}
                matcher = Artefact.publish([rule], ZONES).program.matchers[kind]
                match = matcher.match(event.source, event.evidence, poorer, event.resident, moment)
                assert match.rules == ()
                assert not all_hold(check_event(rule, replace(event, data=poorer), moment, NAMED))


@SHARE
@given(rule_sets(), lives())
def test_folding_leaves_what_it_was_given_alone(rules: list[Rule], events: list[Event]) -> None:
    ordered = sorted(events, key=lambda event: event.key)
    timeline, half = timeline_of(rules, ZONES), len(events) // 2
    state = replay(timeline, ordered[:half], None).state
    before = state.to_bytes()
    with suppress(NeedsReplay):
        fold(timeline, state, ordered[half:], None)
    assert state.to_bytes() == before
    assert State.from_bytes(before) == state
