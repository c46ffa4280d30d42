"""Property 8 where it is hardest to keep: few rules that get in each other's way, of the kinds that once broke it.

Each of these families breaks within some hundred examples when the check that keeps it is taken out.
"""

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rules.document import Rule, read_rule
from rules.errors import DocumentRefused, RuleSetRefused
from rules.event import Event
from rules.fold import replay
from rules.rule_set import refuse_incoherent
from tests.rules.making import make_document, make_event, timeline_of
from tests.rules.meeting import GROUP, LITTER, PART, WHOLE
from tests.rules.strategies import START

Json = dict[str, Any]
DAYS = st.one_of(st.integers(0, 1), st.integers(0, 1), st.integers(0, 12))
"""Days of a life, in which a week and a month end; most acts meet on the first two."""
ACTS = st.lists(st.tuples(DAYS, st.integers(0, 3), st.integers(1, 2)), min_size=2, max_size=5)
"""Day, quarter of it, and bags."""
PERS = st.sampled_from(["day", "day", "week", "week", "month", "validity"])


def make_act(number: int, day: int, quarter: int, bags: int) -> Event:
    at = START + timedelta(days=day, hours=6 * quarter)
    return make_event("litter.pick", at, {"bags": bags}, name=f"{number:02}")


def never_less(documents: list[Json], acts: list[tuple[int, int, int]]) -> None:
    """The first of the acts, added to the others, lowers no total. What may not stand together says nothing."""
    rules: list[Rule] = []
    with suppress(DocumentRefused, RuleSetRefused):
        rules = [read_rule(json.dumps(document).encode()) for document in documents]
        refuse_incoherent(rules)
        life = [make_act(number, *act) for number, act in enumerate(acts)]
        timeline = timeline_of(rules)
        more, less = (
            sum(one.points for one in replay(timeline, events, None, {}).outcomes) for events in (life, life[1:])
        )
        assert more >= less, (more, less)


def draw_limit(draw: st.DrawFn, scope: str) -> Json:
    if scope == "resident_campaign" or draw(st.booleans()):
        return {"scope": scope, "per": draw(PERS), "points": draw(st.sampled_from([5, 7, 8, 9]))}
    return {"scope": scope, "per": draw(PERS), "times": draw(st.integers(1, 2))}


@st.composite
def campaigns(draw: st.DrawFn) -> list[Json]:
    """A rule with a limit of its own, and one that fills the campaign's, about the same picks or about others."""
    own, other = draw_limit(draw, "resident_rule"), draw_limit(draw, "resident_campaign")
    big, small = ([{"fact": "bags", "op": op, "value": 2}] for op in ("at_least", "below"))
    picks = draw(st.sampled_from([[], small]))
    return [
        make_document(id="rul_a", when=big, limits=[other], effect={"kind": "points", "points": 7}),
        make_document(
            id="rul_b", when=picks, limits=[own], effect={"kind": "points", "points": draw(st.sampled_from([2, 5]))}
        ),
    ]


@given(campaigns(), ACTS)
def test_property_8_caps_of_a_campaign_that_cross_are_not_let_in(
    documents: list[Json], acts: list[tuple[int, int, int]]
) -> None:
    never_less(documents, acts)


@st.composite
def multipliers(draw: st.DrawFn) -> list[Json]:
    """A rule of a group, and what multiplies the group, for all or a part of the time."""
    member = make_document(
        id="rul_a",
        stacking={"group": GROUP, "mode": "sum"},
        limits=[draw_limit(draw, "resident_rule")],
        effect={"kind": "points", "points": draw(st.sampled_from([2, 5]))},
        progress=draw(st.sampled_from([None, {"kind": "count", "per": draw(PERS), "reach": 2, "repeat": True}])),
    )
    double = make_document(
        id="rul_b",
        source=LITTER,
        validity=draw(st.sampled_from([WHOLE, PART])),
        effect={"kind": "multiply", "group": GROUP, "percent": 200},
        limits=[{"scope": "resident_rule", "per": draw(PERS), "points": draw(st.sampled_from([2, 5, 9]))}],
    )
    return [member, double]


@given(multipliers(), ACTS)
def test_property_8_what_multiplies_unevenly_is_not_let_in(
    documents: list[Json], acts: list[tuple[int, int, int]]
) -> None:
    never_less(documents, acts)


@st.composite
def challenges(draw: st.DrawFn) -> list[Json]:
    """What opens a challenge, and what the challenge pays."""
    opener = make_document(
        id="rul_a",
        effect={"kind": "unlock", "challenge": "c"},
        limits=[{"scope": "resident_rule", "per": draw(PERS), "times": draw(st.integers(1, 2))}],
        progress=draw(st.sampled_from([None, {"kind": "count", "per": draw(PERS), "reach": 2, "repeat": True}])),
    )
    then = make_document(
        id="rul_b",
        trigger="challenge.unlocked",
        source=LITTER,
        when=[{"fact": "challenge", "op": "is", "value": "c"}],
        limits=[draw_limit(draw, "resident_rule")],
        progress=draw(st.sampled_from([None, {"kind": "count", "per": draw(PERS), "reach": 2, "repeat": True}])),
    )
    return [opener, then]


@given(challenges(), ACTS)
def test_property_8_challenges_that_open_too_early_are_not_let_in(
    documents: list[Json], acts: list[tuple[int, int, int]]
) -> None:
    never_less(documents, acts)


STREAKS = st.fixed_dictionaries(
    {
        "kind": st.just("streak_days"),
        "reach": st.integers(2, 4),
        "grace_days": st.integers(1, 2),
        "repeat": st.booleans(),
    }
)


@given(STREAKS, ACTS)
def test_property_8_another_day_never_breaks_a_streak(progress: Json, acts: list[tuple[int, int, int]]) -> None:
    never_less([make_document(progress=progress, limits=[{"scope": "resident_rule", "per": "day", "times": 1}])], acts)
