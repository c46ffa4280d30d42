"""Progress, amounts, stacking, limits and budgets, one example each."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from rules.artefact import Artefact
from rules.document import Rule
from rules.errors import RuleSetRefused
from rules.event import Event, Outcome
from rules.fold import replay
from tests.rules.making import MONDAY, make_event, make_rule, timeline_of

WEEK = [{"scope": "resident_rule", "per": "week", "times": 7}]
HOUR = timedelta(hours=1)


def picks(count: int, apart: timedelta = HOUR, **facts: Any) -> list[Event]:  # noqa: ANN401
    data = {"bags": 1, **facts}
    return [make_event(at=MONDAY + number * apart, data=data, name=f"{number:03}") for number in range(count)]


def run(rules: Iterable[Rule], events: list[Event], remaining: dict[str, int] | None = None) -> list[Outcome]:
    return replay(timeline_of(rules), events, remaining).outcomes


def points(rules: Iterable[Rule], events: list[Event], remaining: dict[str, int] | None = None) -> list[int]:
    return [outcome.points for outcome in run(rules, events, remaining)]


def count(reach: int, *, repeat: bool, per: str = "week") -> dict[str, object]:
    return {"kind": "count", "per": per, "reach": reach, "repeat": repeat}


def test_a_goal_pays_once_when_it_is_reached() -> None:
    assert points([make_rule(progress=count(3, repeat=False), limits=WEEK)], picks(7)) == [0, 0, 5, 0, 0, 0, 0]


def test_a_goal_that_repeats_pays_each_time() -> None:
    assert points([make_rule(progress=count(3, repeat=True), limits=WEEK)], picks(7)) == [0, 0, 5, 0, 0, 5, 0]


def test_progress_begins_anew_in_the_next_window() -> None:
    rule = make_rule(progress=count(3, repeat=False, per="day"), limits=WEEK)
    assert points([rule], [*picks(2), *picks(3, timedelta(days=1))[1:]]) == [0, 0, 0, 0]


def test_a_goal_whose_budget_was_spent_is_paid_by_the_next_event_with_a_budget() -> None:
    rules = [make_rule(progress=count(2, repeat=False), limits=WEEK)]
    folded = replay(timeline_of(rules), picks(2), {"cmp_test": 0})
    assert folded.outcomes[1].reasons == ("budget_spent",)
    assert points(rules, picks(3), None) == [0, 5, 0]


def test_a_line_that_got_nothing_uses_up_no_limit() -> None:
    left = {"cmp_test": 0}
    outcome = run([make_rule()], picks(1), left)[0]
    (line,) = outcome.lines
    assert (line.asked, line.got, line.limited_by) == (5, 0, "budget")
    assert line.before == line.after == {"progress": 0, "resident_rule:day:times": 0, "resident_rule:day:points": 0}


def test_a_budget_trims_and_is_debited() -> None:
    left = {"cmp_test": 7}
    assert points([make_rule(limits=WEEK)], picks(4), left) == [5, 2, 0, 0]
    assert left == {"cmp_test": 0}


def test_a_campaign_without_a_budget_pays_nothing() -> None:
    outcome = run([make_rule()], picks(1), {})[0]
    assert (outcome.points, outcome.reasons) == (0, ("budget_spent",))


@pytest.mark.parametrize(
    ("per", "apart", "expected"),
    [
        ("event", HOUR, [3, 3, 3, 3]),
        ("day", timedelta(hours=8), [3, 0, 3, 0]),
        ("week", timedelta(days=6), [3, 0, 3, 3]),
        ("month", timedelta(days=9), [3, 0, 0, 3]),
        ("validity", timedelta(days=40), [3, 0, 0, 0]),
        ("lifetime", timedelta(days=400), [3, 0, 0, 0]),
    ],
)
def test_a_points_limit_holds_for_its_window(per: str, apart: timedelta, expected: list[int]) -> None:
    limits = [{"scope": "resident_rule", "per": per, "points": 3}]
    if per == "event":
        limits.append({"scope": "resident_rule", "per": "week", "points": 100})
    # Monday 08:00 local, and three more.
    assert points([make_rule(limits=limits)], picks(4, apart)) == expected


def test_a_times_limit_counts_grants() -> None:
    assert points([make_rule(limits=[{"scope": "resident_rule", "per": "day", "times": 2}])], picks(4)) == [5, 5, 0, 0]


def test_a_campaigns_limit_binds_all_its_rules_whichever_of_them_states_it() -> None:
    other = make_rule(id="rul_a", limits=WEEK)
    bound = make_rule(id="rul_b", limits=[{"scope": "resident_campaign", "per": "week", "points": 12}])
    outcomes = run([other, bound], picks(2))
    assert [[line.got for line in outcome.lines] for outcome in outcomes] == [[5, 5], [2, 0]]
    assert outcomes[1].lines[0].limited_by == "limit:resident_campaign:week"
    assert outcomes[1].lines[1].limited_by == "limit:resident_campaign:week"


def test_a_campaigns_whole_life_is_one_window_whenever_its_rules_begin() -> None:
    limit = [{"scope": "resident_campaign", "per": "validity", "points": 12}]
    early = make_rule(id="rul_a", limits=limit, validity={"start": "2026-01-01", "until": "2027-01-01"})
    late = make_rule(id="rul_b", limits=limit, validity={"start": "2026-02-01", "until": "2027-01-01"})
    assert points([early, late], picks(3)) == [10, 2, 0]


def test_other_campaigns_do_not_count() -> None:
    other = make_rule(id="rul_a", campaign="cmp_other", limits=WEEK)
    bound = make_rule(id="rul_b", limits=[{"scope": "resident_campaign", "per": "week", "points": 5}])
    assert points([other, bound], picks(2)) == [10, 5]


def test_the_best_offer_of_a_group_pays_alone() -> None:
    group = {"group": "litter", "mode": "best"}
    small, large = (
        make_rule(id=f"rul_{size}", effect={"kind": "points", "points": size}, stacking=group) for size in (5, 8)
    )
    (outcome,) = run([small, large], picks(1))
    assert [(line.rule, line.got) for line in outcome.lines] == [("rul_8", 8)]


def test_the_best_offer_is_the_one_that_can_still_pay_most() -> None:
    group = {"group": "litter", "mode": "best"}
    small = make_rule(id="rul_5", stacking=group, limits=WEEK)
    large = make_rule(id="rul_8", effect={"kind": "points", "points": 8}, stacking=group)
    assert points([small, large], picks(2)) == [8, 5]


def test_offers_outside_a_group_and_in_a_sum_group_all_pay() -> None:
    rules = [make_rule(id=f"rul_{name}", stacking={"group": "g", "mode": "sum"}) for name in "ab"]
    assert points([*rules, make_rule(id="rul_c")], picks(1)) == [15]


def test_lines_stand_in_rule_order_whatever_was_settled_first() -> None:
    best = make_rule(id="rul_z", stacking={"group": "g", "mode": "best"})
    (outcome,) = run([best, make_rule(id="rul_a")], picks(1))
    assert [line.rule for line in outcome.lines] == ["rul_a", "rul_z"]


def test_a_rate_carries_its_remainder_within_the_shortest_window_only() -> None:
    rate = {"kind": "rate", "fact": "bags", "points": 2, "every": 3}
    limits = [{"scope": "resident_rule", "per": per, "points": 100} for per in ("week", "day")]
    rule = make_rule(effect=rate, limits=limits)
    assert points([rule], picks(3, bags=2)) == [0, 2, 2]
    assert points([rule], picks(3, timedelta(days=1), bags=2)) == [0, 0, 0]


def test_rules_with_one_filter_share_one_progress_which_an_event_moves_once() -> None:
    goals = [make_rule(id=f"rul_{reach}", progress=count(reach, repeat=False), limits=WEEK) for reach in (2, 4)]
    assert points(goals, picks(5)) == [0, 5, 0, 5, 0]


def test_rates_with_one_filter_and_window_share_one_remainder() -> None:
    limits = [{"scope": "resident_rule", "per": "day", "points": 100}]
    rates = [
        make_rule(id=f"rul_{size}", effect={"kind": "rate", "fact": "bags", "points": size, "every": 3}, limits=limits)
        for size in (1, 10)
    ]
    assert points(rates, picks(3, bags=2)) == [0, 11, 11]


@pytest.mark.parametrize(
    ("change", "event", "reason"),
    [
        ({"trigger": "cycle.trip"}, {}, "no_rule"),
        ({"validity": {"start": "2020-01-01", "until": "2026-09-07"}}, {}, "no_rule"),
        ({"source": "urn:leeds:other"}, {}, "conditions_not_met"),
        ({"evidence": "registered_organisation"}, {}, "conditions_not_met"),
        ({"when": [{"fact": "bags", "op": "at_least", "value": 2}]}, {}, "conditions_not_met"),
        ({"when": [{"fact": "local.time", "op": "below", "value": 480}]}, {}, "conditions_not_met"),
        ({"when": [{"fact": "local.weekday", "op": "is_not", "value": "monday"}]}, {}, "conditions_not_met"),
        ({"who": [{"fact": "ward", "op": "is", "value": "Armley"}]}, {}, "not_eligible"),
        ({"progress": count(2, repeat=False), "limits": WEEK}, {}, "progress_not_reached"),
    ],
)
def test_an_event_that_earns_nothing_says_why(change: dict[str, Any], event: dict[str, Any], reason: str) -> None:
    # 08:00 on a Monday in Leeds.
    outcome = run([make_rule(**change)], picks(1, **event))[0]
    assert (outcome.points, outcome.reasons, outcome.lines) == (0, (reason,), ())


def test_the_last_day_of_a_rule_is_the_day_before_until() -> None:
    rule = make_rule(validity={"start": "2026-09-07", "until": "2026-09-08"})
    assert points([rule], picks(3, timedelta(hours=15.9))) == [5, 0, 0]


def test_attested_evidence_meets_a_demand_for_verified() -> None:
    event = make_event(data={"bags": 1}, evidence="registered_organisation")
    assert points([make_rule(evidence="verified")], [event]) == [5]


def test_rules_that_cannot_stand_together_are_refused() -> None:
    with pytest.raises(RuleSetRefused, match="rul_test"):
        Artefact.publish([make_rule(), make_rule(version=2)])
    with pytest.raises(RuleSetRefused, match="stacking"):
        Artefact.publish(
            [
                make_rule(id="rul_a", stacking={"group": "g", "mode": "best"}),
                make_rule(id="rul_b", stacking={"group": "g", "mode": "sum"}),
            ]
        )
