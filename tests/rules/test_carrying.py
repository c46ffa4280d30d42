"""Versions follow each other: what becomes of the progress that a resident has made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.artefact import Artefact, Timeline
from rules.document import Rule
from rules.errors import ArtefactAltered, RuleSetRefused
from rules.event import Event
from rules.fold import fold, replay
from rules.program import progress_counter, progress_unit
from rules.state import State
from tests.rules.making import LONG_AGO, MONDAY, make_event, make_rule

HOUR = timedelta(hours=1)
SWITCH = MONDAY + 24 * HOUR
LIMITS = [{"scope": "resident_rule", "per": "month", "times": 1}]
CLEARED = [{"fact": "bags", "op": "at_least", "value": 1}]
KINDS = st.sampled_from(
    [
        {"kind": "count", "per": "month", "reach": 4, "repeat": False},
        {"kind": "sum", "fact": "bags", "per": "month", "reach": 6, "repeat": False},
        {"kind": "distinct_days", "per": "month", "reach": 3, "repeat": False},
        {"kind": "community", "fact": None, "per": "month", "reach": 4},
    ]
)
# Bags of each pick, and the hours between picks.
PICKS = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 30)), min_size=1, max_size=12)


def picks(rows: Sequence[tuple[int, int]]) -> list[Event]:
    at, made = MONDAY, []
    for number, (bags, hours) in enumerate(rows):
        at += hours * HOUR
        made.append(make_event(at=at, data={"bags": bags}, name=f"{number:02}"))
    return made


def counting(progress: dict[str, object], version: int = 1, points: int = 5, **changes: object) -> Rule:
    effect = {"kind": "points", "points": points}
    return make_rule(version=version, progress=progress, effect=effect, limits=LIMITS, **changes)


def two(first: Artefact, second: Artefact) -> Timeline:
    return Timeline([(LONG_AGO, first), (SWITCH, second)])


def awards(timeline: Timeline, events: Sequence[Event]) -> list[bool]:
    return [bool(outcome.points) for outcome in replay(timeline, events, None).outcomes]


@given(KINDS, PICKS)
def test_a_version_with_other_points_keeps_progress(progress: dict[str, object], rows: list[tuple[int, int]]) -> None:
    events, rule = picks(rows), counting(progress)
    unchanged = Timeline([(LONG_AGO, Artefact.publish([rule]))])
    changed = two(Artefact.publish([rule]), Artefact.publish([counting(progress, 2, 9)]))
    assert awards(changed, events) == awards(unchanged, events)


@given(KINDS, PICKS)
def test_carry_over_with_another_filter_keeps_progress(
    progress: dict[str, object], rows: list[tuple[int, int]]
) -> None:
    events, rule = picks(rows), counting(progress)
    after = counting(progress, 2, when=CLEARED)
    counter = progress_counter(rule)
    assert counter is not None
    assert progress_counter(after) != counter
    assert progress_unit(after) == progress_unit(rule)
    unchanged = Timeline([(LONG_AGO, Artefact.publish([rule]))])
    carried = two(Artefact.publish([rule]), Artefact.publish([after], carried={"rul_test": counter}))
    assert awards(carried, events) == awards(unchanged, events)


@given(KINDS, PICKS)
def test_a_restart_begins_anew(progress: dict[str, object], rows: list[tuple[int, int]]) -> None:
    events = picks(rows)
    after = Artefact.publish([counting(progress, 2, id="rul_after", when=CLEARED)])
    restarted = Timeline([(SWITCH, after)])
    both = two(Artefact.publish([counting(progress)]), after)
    late = [event for event in events if event.happened_at >= SWITCH]
    assert awards(both, events)[len(events) - len(late) :] == awards(restarted, late)


@given(KINDS, PICKS, st.integers(0, 12))
def test_a_replay_over_both_artefacts_equals_live(
    progress: dict[str, object], rows: list[tuple[int, int]], cut: int
) -> None:
    events, rule = picks(rows), counting(progress)
    counter = progress_counter(rule) or ""
    second = Artefact.publish([counting(progress, 2, when=CLEARED)], carried={"rul_test": counter})
    timeline = two(Artefact.publish([rule]), Artefact.load(second.body, second.sha256))
    shared: dict[str, tuple[int, int, int]] = {}
    first = fold(timeline, State(), events[:cut], None, shared)
    then = fold(timeline, first.state, events[cut:], None, shared)
    whole = replay(timeline, events, None)
    assert [one.lines for one in (*first.outcomes, *then.outcomes)] == [one.lines for one in whole.outcomes]
    assert then.state == whole.state


def test_what_came_before_is_remembered_through_a_stricter_version() -> None:
    after = {"kind": "sequence", "after": "cycle.trip", "source": "urn:leeds:cycle-hire", "within_minutes": 600}
    lax, strict = make_rule(progress=after, evidence="any"), make_rule(progress=after, version=2)
    events = [
        make_event("cycle.trip", SWITCH - HOUR, {"distance_m": 3_000}, name="a"),
        make_event(at=SWITCH + HOUR, name="b"),
    ]
    counter = progress_counter(lax) or ""
    assert awards(two(Artefact.publish([lax]), Artefact.publish([strict])), events) == [False, False]
    carried = Artefact.publish([strict], carried={"rul_test": counter})
    assert awards(two(Artefact.publish([lax]), carried), events) == [False, True]


def test_nothing_carried_leaves_the_bytes_as_they_were() -> None:
    rule = make_rule()
    assert Artefact.publish([rule], carried={}).body == Artefact.publish([rule]).body
    assert Artefact.publish([rule], carried={"rul_gone": "progress/week/0"}).body == Artefact.publish([rule]).body


def test_what_is_carried_is_sealed_and_loaded() -> None:
    progress = {"kind": "count", "per": "month", "reach": 4, "repeat": False}
    published = Artefact.publish([counting(progress)], carried={"rul_test": "progress/month/0"})
    loaded = Artefact.load(published.body, published.sha256)
    assert loaded == published
    assert loaded.program == published.program
    altered = published.body.replace(b"progress/month/0", b"progress/month/1")
    with pytest.raises(ArtefactAltered) as refusal:
        Artefact.load(altered, published.sha256)
    assert refusal.value.differs == ("carried",)


def test_two_rules_that_count_different_events_never_share_what_was_carried() -> None:
    progress = {"kind": "count", "per": "month", "reach": 4, "repeat": False}
    first = counting(progress, id="rul_first")
    counter = progress_counter(first) or ""
    with pytest.raises(RuleSetRefused, match="rul_first counts its own"):
        Artefact.publish([first, counting(progress, when=CLEARED)], carried={"rul_test": counter})
