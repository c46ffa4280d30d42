"""Property 8: more effort never earns less, for every rule set that the checks accept."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rules.document import Rule
from rules.event import Event, Value
from rules.fold import replay
from tests.rules.making import timeline_of
from tests.rules.meeting import PICKS, close_rule_sets, make_pick
from tests.rules.strategies import SHARE, ZONES, events, lives, residents, rule_sets


def _total(rules: Sequence[Rule], life: Sequence[Event]) -> int:
    return sum(outcome.points for outcome in replay(timeline_of(rules, ZONES), life, None, {}).outcomes)


@SHARE
@given(rule_sets(), lives(taps=False, most=14), events(999, taps=False), residents())
def test_property_8_another_event_never_lowers_a_residents_total(
    rules: list[Rule], life: list[Event], extra: Event, resident: dict[str, Value]
) -> None:
    # Of a trip, which taps it is made of is a matter of the sender; and who the resident is stays as it is.
    one = [replace(event, resident=resident) for event in life]
    assert _total(rules, [*one, replace(extra, resident=resident)]) >= _total(rules, one)


@SHARE
@given(close_rule_sets(), st.lists(PICKS, min_size=1, max_size=12), PICKS)
def test_property_8_another_pick_among_rules_that_meet_never_lowers_a_residents_total(
    rules: list[Rule], picks: list[tuple[int, int]], extra: tuple[int, int]
) -> None:
    life = [make_pick(number, *pick) for number, pick in enumerate(picks)]
    assert _total(rules, [*life, make_pick(99, *extra)]) >= _total(rules, life)
