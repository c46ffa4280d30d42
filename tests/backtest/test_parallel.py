"""A back-test in pieces against one single fold of everybody."""

from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.backtest.lives import HeldChunk, Life, cut_chunks, join_households
from app.backtest.run import run_backtest
from app.backtest.sets import RuleSets, build_sets, load_engine
from app.backtest.tallies import Tallies
from rules.artefact import Timeline
from rules.document import Rule, Validity
from rules.errors import RuleSetRefused
from rules.event import Event
from rules.fold import fold
from rules.packs import LEEDS, load_pack
from rules.rule_set import refuse_incoherent
from rules.state import Register, State
from tests.rules.strategies import SHARE, ZONES, lives, rule_sets

SPAN = {"from_on": date(2026, 10, 1), "until_on": date(2026, 12, 1)}


# The whole of the span, whole weeks within it, and parts that begin and end within weeks.
DATES = [
    Validity(start=start, until=until)
    for start, until in (
        (date(2020, 1, 1), date(2041, 1, 1)),
        (date(2026, 10, 19), date(2026, 11, 2)),
        (date(2026, 10, 1), date(2026, 11, 1)),
        (date(2026, 10, 24), date(2026, 10, 29)),
    )
]


@st.composite
def dated_sets(draw: st.DrawFn) -> list[Rule]:
    """At least one rule, and none that could not stand with the others as they are written."""
    rules: list[Rule] = []
    for rule in draw(rule_sets()):
        dated = rule.model_copy(update={"validity": draw(st.sampled_from(DATES))})
        with suppress(RuleSetRefused):
            refuse_incoherent([*rules, dated])
            rules.append(dated)
    assume(rules)
    return rules


def _sets(rules: list[Rule], draft: int) -> RuleSets:
    """The rules with the draft taken out are in force. What stands together is never refused."""
    tried = rules[draft]
    return build_sets(tried, in_force=[rule for rule in rules if rule is not tried], zones=ZONES, **SPAN)


def _people(each: list[list[Event]]) -> list[Life]:
    return [
        Life(number, tuple(sorted((replace(e, id=f"{number}-{e.id}") for e in events), key=lambda e: e.key)))
        for number, events in enumerate(each)
    ]


def _fold_everybody(timeline: Timeline, people: list[Life]) -> Tallies:
    """Event by event in the order in which they happened, with one set of shared counters."""
    tallies = Tallies()
    ((_, artefact),) = timeline.entries
    rules = artefact.rules
    shared: dict[str, Register] = {}
    states = {life.number: State() for life in people}
    totals: Counter[int] = Counter()
    for event, number in sorted(((e, life.number) for life in people for e in life.events), key=lambda t: t[0].key):
        folded = fold(timeline, states[number], [event], None, shared)
        states[number] = folded.state
        for line in folded.outcomes[0].lines:
            tallies.after.rules[line.rule] += line.got
            totals[number] += line.got
            if line.limited_by is not None:
                tallies.after.limits[line.rule, line.limited_by] += 1
        for verdict in folded.outcomes[0].verdicts:
            if verdict.limited_by is not None:
                tallies.after.limits[rules[verdict.plan].id, verdict.limited_by] += 1
    tallies.after.points = totals.total()
    tallies.totals.update((0, totals[life.number]) for life in people if life.events)
    return tallies


@SHARE
@given(dated_sets(), st.lists(lives(taps=False, most=6), min_size=1, max_size=5), st.data())
def test_a_back_test_in_pieces_equals_one_fold_of_everybody(
    rules: list[Rule], each: list[list[Event]], data: st.DataObject
) -> None:
    people = _people(each)
    sets = _sets(rules, data.draw(st.integers(0, len(rules) - 1)))
    engine = load_engine(sets)
    groups = join_households(people)
    wholes = [
        run_backtest(sets, cut_chunks(groups, most_events=most), processes=1).tallies for most in (1, 5, 1_000_000)
    ]
    for side, timeline in (("before", engine.before), ("after", engine.after)):
        alone = _fold_everybody(timeline, people)
        for whole in wholes:
            found = getattr(whole, side)
            assert found.points == alone.after.points
            assert +found.rules == +alone.after.rules
            assert found.limits == alone.after.limits
            index = 0 if side == "before" else 1
            assert Counter(pair[index] for pair in whole.totals.elements()) == Counter(
                points for _, points in alone.totals.elements()
            )
    for whole in wholes:
        assert whole.events == sum(len(life.events) for life in people)
        assert whole.outcomes.total() == whole.trigger_events


@SHARE
@given(dated_sets(), st.lists(lives(most=8), min_size=2, max_size=4))
def test_how_the_residents_are_cut_into_chunks_changes_nothing(rules: list[Rule], each: list[list[Event]]) -> None:
    sets = _sets(rules, 0)
    groups = join_households(_people(each))
    one = run_backtest(sets, [HeldChunk(tuple(groups))], processes=1).tallies
    many = run_backtest(sets, [HeldChunk((group,)) for group in reversed(groups)], processes=1).tallies
    for name in ("before", "after", "totals", "outcomes", "residents", "events", "members", "first_on", "last_on"):
        assert getattr(one, name) == getattr(many, name)


def test_two_processes_count_what_one_does() -> None:
    rules = [rule for rule in load_pack(LEEDS) if rule.id in ("rul_litter_goal", "rul_litter_pick")]
    sets = build_sets(rules[0], in_force=rules[1:], zones=(), **SPAN)
    events = [
        [
            Event(
                source="urn:leeds:friends-of-groups",
                id=f"{person}-{day}",
                type="litter.pick",
                happened_at=datetime(2026, 10, day, 9, tzinfo=UTC),
                data={"bags": 40},
                resident={},
                evidence="verified",
            )
            for day in range(1, 20)
        ]
        for person in range(4)
    ]
    chunks = cut_chunks(join_households(_people(events)), most_events=20)
    one, two = (run_backtest(sets, chunks, processes=number).tallies for number in (1, 2))
    assert one == two
    assert two.after.rules["rul_litter_goal"] == 4 * 20
