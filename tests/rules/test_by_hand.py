"""The evaluator that the engine's speed is measured against gives the very same decisions."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.event import Event, Value
from rules.fold import replay
from rules.packs import LEEDS, load_pack
from tests.bench.by_hand import FACTS, SOURCES, City, Resident
from tests.rules.making import timeline_of
from tests.rules.strategies import SHARE

PACK = [rule for rule in load_pack(LEEDS) if set(rule.sources) <= set(SOURCES.values())]
TIMELINE = timeline_of(PACK)
NAMES = [plan.rule for plan in TIMELINE.entries[0][1].program.plans]
FACTS_OF: dict[str, dict[str, Sequence[Value]]] = {
    "transit.tap": {"leg": ["on", "off", "unknown"], "stop": ["A", "B"], "mode": ["bus", "rail", "ferry"]},
    "cycle.trip": {"distance_m": [100, 499, 4_200, 20_000], "duration_seconds": [60, 20_000]},
    "litter.pick": {"bags": [0, 2, 700]},
    "checkin.scan": {},
}


@st.composite
def _events(draw: st.DrawFn, number: int, start: datetime) -> Event:
    kind = draw(st.sampled_from(sorted(SOURCES)))
    data = FACTS[kind] | {name: draw(st.sampled_from(values)) for name, values in FACTS_OF[kind].items()}
    ward, pass_type = draw(st.sampled_from([("Armley", "adult"), ("Middleton Park", "senior")]))
    return Event(
        source=SOURCES[kind],
        id=f"{number:03}",
        type=kind,
        happened_at=start + timedelta(minutes=draw(st.sampled_from([3, 70, 400, 1_430, 1_440])) * number),
        data=data,
        resident={"ward": ward, "pass_type": pass_type, "connection": "live"},
        evidence=draw(st.sampled_from(["verified", "verified", "any"])),
    )


@pytest.mark.parametrize("month", ["2026-09", "2027-04", "2028-03"], ids=["plain", "doubled from May", "ends in April"])
@SHARE
@given(st.data())
def test_the_engine_decides_as_a_programmer_would_have_written_it(month: str, data: st.DataObject) -> None:
    start = datetime.fromisoformat(f"{month}-20T04:00:00").replace(tzinfo=UTC)
    some = [data.draw(_events(number, start)) for number in range(data.draw(st.integers(1, 30)))]
    events = sorted(some, key=lambda event: event.key)
    left = {rule.campaign: data.draw(st.sampled_from([30, 9_000])) for rule in PACK}
    city = City(dict(left))
    by_hand = city.judge(Resident(), events)
    for outcome, (written, told) in zip(replay(TIMELINE, events, left, {}).outcomes, by_hand, strict=True):
        assert (outcome.lines, outcome.reasons, outcome.points) == (written.lines, written.reasons, written.points)
        assert [(NAMES[one.plan], one.outcome, one.done, one.needed) for one in outcome.verdicts] == told
    assert left == city.left
