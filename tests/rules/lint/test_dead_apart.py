"""Property 13 where it is hardest to keep: rules that look dead, and can just be met."""

import json
from typing import Any

from hypothesis import given, reject
from hypothesis import strategies as st

from rules.decide import AWARDED
from rules.document import read_rule
from rules.errors import DocumentRefused, RuleSetRefused
from rules.fold import replay
from rules.lint.dead import find_dead
from rules.rule_set import refuse_incoherent
from tests.rules.making import make_document, timeline_of
from tests.rules.test_more_effort_apart import DAYS, challenges, make_act, multipliers

Json = dict[str, Any]
LIVES = st.lists(st.tuples(DAYS, st.integers(0, 3), st.integers(1, 2)), min_size=4, max_size=14)
LIFETIME = [{"scope": "resident_rule", "per": "lifetime", "times": 1}]
AT_WEEKENDS = {"fact": "local.weekday", "op": "in", "value": ["saturday", "sunday"]}
ONE_DAY = {"fact": "local.weekday", "op": "is", "value": "friday"}
FEW_BAGS = {"fact": "bags", "op": "below", "value": 2}
MANY_BAGS = {"fact": "bags", "op": "at_least", "value": 2}


@st.composite
def narrow_rules(draw: st.DrawFn) -> list[Json]:
    """A goal that needs almost all days, or bags, that its conditions leave."""
    per = draw(st.sampled_from(["week", "month", "validity"]))
    reach = draw(st.integers(1, 3))
    progress: Json = draw(
        st.sampled_from(
            [
                {"kind": "distinct_days", "per": per, "reach": reach, "repeat": False},
                {"kind": "sum", "fact": "bags", "per": per, "reach": reach, "repeat": False},
                {"kind": "streak_days", "reach": reach + 1, "grace_days": draw(st.integers(0, 2)), "repeat": False},
            ]
        )
    )
    conditions = st.sampled_from([AT_WEEKENDS, ONE_DAY, FEW_BAGS, MANY_BAGS])
    when = draw(st.lists(conditions, max_size=2))
    validity = {"start": "2026-10-22", "until": draw(st.sampled_from(["2026-10-26", "2026-11-05", "2027-11-05"]))}
    return [make_document(when=when, progress=progress, limits=LIFETIME, validity=validity)]


@given(st.one_of(narrow_rules(), multipliers(), challenges()), LIVES)
def test_property_13_what_can_just_be_met_is_not_called_dead(
    documents: list[Json], acts: list[tuple[int, int, int]]
) -> None:
    try:
        rules = [read_rule(json.dumps(document).encode()) for document in documents]
        refuse_incoherent(rules)
    except (DocumentRefused, RuleSetRefused):
        reject()
    dead = {rule.id for rule in rules if any(True for _ in find_dead(rule, [o for o in rules if o is not rule]))}
    timeline = timeline_of(rules)
    ordered = timeline.entries[0][1].rules
    for outcome in replay(timeline, [make_act(n, *act) for n, act in enumerate(acts)], None, {}).outcomes:
        fired = {ordered[v.plan].id for v in outcome.verdicts if v.outcome in (AWARDED, "unlocked")}
        assert not fired & dead
