"""Warnings for those who decide: limits, volunteering, phones and wards; and the pilot's own rules."""

from time import perf_counter
from typing import Any

import pytest

from rules.lint.findings import Finding, Surroundings
from rules.lint.run import lint
from rules.packs import LEEDS, load_pack
from tests.rules.making import make_rule

CITY = Surroundings(wards=("Armley", "Beeston & Holbeck", "Chapel Allerton"))
PRICED = Surroundings(cheapest_reward_points=100, typical_per_4_weeks={"litter.pick": 56})
MONTHLY = [{"scope": "resident_rule", "per": "month", "times": 4}]
SESSION: dict[str, Any] = {"trigger": "volunteer.session", "limits": MONTHLY}


def find(around: Surroundings = CITY, beside: Any = (), **changes: Any) -> tuple[Finding, ...]:  # noqa: ANN401
    return lint(make_rule(**changes), beside=beside, around=around)


def minutes(op: str, value: int) -> dict[str, Any]:
    return {"fact": "minutes", "op": op, "value": value}


def daily(**measure: int) -> list[dict[str, Any]]:
    return [{"scope": "resident_rule", "per": "day"} | measure]


@pytest.mark.parametrize("rule", load_pack(LEEDS), ids=lambda rule: rule.id)
def test_no_rule_of_the_pilot_is_warned_of_anything(rule: Any) -> None:  # noqa: ANN401 - ids hide its type
    assert lint(rule, beside=load_pack(LEEDS), around=Surroundings()) == ()


def test_one_rule_among_forty_is_looked_at_while_an_officer_types() -> None:
    beside = [make_rule(id=f"rul_{number}", when=[minutes("at_least", 1)], **SESSION) for number in range(40)]
    began = perf_counter()
    lint(make_rule(when=[minutes("at_least", 60)], **SESSION), beside=beside, around=CITY)
    assert perf_counter() - began < 0.5


def test_a_set_that_would_be_refused_is_a_fault_of_the_rule_that_spoils_it() -> None:
    beside = [make_rule(id="rul_other", trigger="cycle.trip", stacking={"group": "g", "mode": "sum"})]
    (finding,) = find(beside=beside, stacking={"group": "g", "mode": "best"})
    assert (finding.code, finding.severity, finding.path) == ("cannot_stand_together", "fault", "stacking.mode")


def test_rules_that_open_each_others_challenges_are_told_where_the_circle_is() -> None:
    def opens(challenge: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        once = [{"scope": "resident_rule", "per": "month", "times": 1}]
        return {"effect": {"kind": "unlock", "challenge": challenge}, "limits": once} | changes

    def about(challenge: str) -> list[dict[str, Any]]:
        return [{"fact": "challenge", "op": "is", "value": challenge}]

    other = make_rule(id="rul_other", trigger="challenge.unlocked", when=about("one"), **opens("two"))
    found = find(beside=[other], trigger="challenge.unlocked", when=about("two"), **opens("one"))
    assert ("cannot_stand_together", "effect.challenge") in {(one.code, one.path) for one in found}


def test_a_zone_that_is_not_there_is_a_fault_at_its_value() -> None:
    nowhere = {"fact": "location", "op": "within", "value": "no_such_zone"}
    (finding,) = find(when=[{"any": [minutes("at_least", 1) | {"fact": "bags"}, nowhere]}])
    assert (finding.code, finding.severity, finding.path) == ("unknown_zone", "fault", "when[0].any[1].value")


def test_a_fault_of_others_alone_is_not_laid_on_a_rule_beside_them() -> None:
    fine = make_rule(id="rul_z", trigger="cycle.trip")
    beside = [make_rule(id=f"rul_{mode}", stacking={"group": "g", "mode": mode}) for mode in ("best", "sum")]
    assert lint(fine, beside=beside, around=CITY) == ()


def test_a_limit_that_nobody_meets_in_good_faith_bounds_nothing() -> None:
    assert find(around=Surroundings(), limits=daily(times=100)) == ()
    (finding,) = find(around=Surroundings(), limits=daily(times=101))
    assert (finding.code, finding.path) == ("bounds_nothing", "limits[0].times")


@pytest.mark.parametrize("beside", [{}, {"times": 10_000}], ids=["alone", "with a limit in times"])
def test_a_limit_in_points_that_nobody_meets_in_good_faith_bounds_nothing(beside: dict[str, int]) -> None:
    more = daily(**beside) if beside else []
    assert find(around=Surroundings(), limits=[*daily(points=1_000), *more]) == ()
    (finding,) = find(around=Surroundings(), limits=[*daily(points=1_001), *more])
    assert (finding.code, finding.path) == ("bounds_nothing", "limits[0].points")


def test_points_for_more_than_ten_rewards_a_month_are_warned_of() -> None:
    assert find(PRICED, limits=daily(points=35)) == ()
    (finding,) = find(PRICED, limits=daily(points=36))
    assert (finding.code, finding.path) == ("worth_too_much", "limits[0]")
    assert "1,008 points" in finding.sentence


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"effect": {"kind": "rate", "fact": "minutes", "points": 1, "every": 60},
          "limits": [{"scope": "resident_rule", "per": "month", "points": 20}]}, "effect"),
        ({"progress": {"kind": "sum", "fact": "minutes", "per": "month", "reach": 60}}, "progress"),
    ],
)  # fmt: skip
def test_volunteering_by_the_hour_names_the_risk_and_the_way_out(changes: dict[str, Any], path: str) -> None:
    (finding,) = find(**(SESSION | changes))
    assert (finding.code, finding.severity, finding.path) == ("paid_by_the_hour", "warning", path)
    assert "workers" in finding.sentence
    assert "benefits" in finding.sentence
    assert "fixed thank-you" in finding.mend


@pytest.mark.parametrize("points", [5, 9])
@pytest.mark.parametrize(("when", "path"), [([minutes("at_least", 60)], "when[0]"), ([], "when")])
def test_a_ladder_of_minutes_is_pay_by_the_hour_in_steps(points: int, when: Any, path: str) -> None:  # noqa: ANN401
    effect = {"kind": "points", "points": points}
    longer = make_rule(id="rul_long", when=[minutes("at_least", 120)], effect=effect, **SESSION)
    (finding,) = find(beside=[longer], when=when, effect={"kind": "points", "points": 5}, **SESSION)
    assert (finding.code, finding.path) == ("paid_by_the_hour", path)
    assert find(when=when, **SESSION) == ()


def test_volunteering_is_thanked_so_many_times_a_month() -> None:
    (finding,) = find(trigger="volunteer.session", limits=daily(times=1))
    assert (finding.code, finding.path) == ("volunteering_without_monthly_cap", "limits")


def test_steps_need_a_phone_unless_the_campaign_has_another_way() -> None:
    (finding,) = find(trigger="walk.day")
    assert (finding.code, finding.path) == ("needs_a_phone", "trigger")
    desk = make_rule(id="rul_desk", trigger="checkin.scan")
    assert find(trigger="walk.day", beside=[desk]) == ()
    elsewhere = make_rule(id="rul_desk", trigger="checkin.scan", campaign="cmp_other")
    assert find(trigger="walk.day", beside=[elsewhere]) == (finding,)


def test_what_must_come_after_steps_needs_a_phone_too() -> None:
    after = {"kind": "sequence", "after": "walk.day", "source": "urn:leeds:steps", "within_minutes": 60}
    (finding,) = find(trigger="checkin.scan", progress=after)
    assert (finding.code, finding.path) == ("needs_a_phone", "progress.after")


def test_wards_that_a_rule_leaves_out_are_named() -> None:
    (finding,) = find(who=[{"fact": "ward", "op": "in", "value": ["Armley", "Chapel Allerton"]}])
    assert (finding.code, finding.path) == ("wards_left_out", "who")
    assert "1 of 3 wards" in finding.sentence
    assert "Beeston & Holbeck" in finding.sentence
    assert "Armley" not in finding.sentence
    either = {
        "any": [{"fact": "ward", "op": "is", "value": "Armley"}, {"fact": "connection", "op": "is", "value": "live"}]
    }
    assert find(who=[either]) == ()


def test_a_ward_that_does_not_exist_gets_its_likely_name() -> None:
    unknown, _ = find(who=[{"fact": "ward", "op": "in", "value": ["Armley", "Beeston and Holbeck"]}])
    assert (unknown.code, unknown.path) == ("unknown_ward", "who[0].value")
    assert unknown.mend == "Write Beeston & Holbeck instead."


TEN = {"kind": "count", "per": "month", "reach": 10, "repeat": False}


def test_more_than_three_typical_weeks_to_the_first_points_are_too_many() -> None:
    slow = Surroundings(typical_per_4_weeks={"litter.pick": 8})
    (finding,) = find(slow, progress=TEN, limits=MONTHLY)
    assert (finding.code, finding.severity, finding.path) == ("slow_to_first_reward", "warning", "progress")
    assert "8 litter picks in four weeks" in finding.sentence
    assert find(Surroundings(typical_per_4_weeks={"litter.pick": 20}), progress=TEN, limits=MONTHLY) == ()


def test_the_mend_for_a_slow_rule_is_enough() -> None:
    around = Surroundings(cheapest_reward_points=100, typical_per_4_weeks={"litter.pick": 8})
    (finding,) = find(around, effect={"kind": "points", "points": 5})
    assert finding.mend.startswith("Pay 17 points instead of 5")
    assert find(around, effect={"kind": "points", "points": 17}) == ()
    assert find(around, effect={"kind": "points", "points": 16}) != ()


@pytest.mark.parametrize(
    "changes",
    [
        {"limits": [{"scope": "resident_rule", "per": "lifetime", "times": 1}]},
        {"trigger": "home.energy_visit"},
        {"progress": {"kind": "community", "per": "month", "reach": 1000}, "limits": MONTHLY},
        {"validity": {"start": "2026-09-07", "until": "2026-09-14"}},
    ],
)
def test_a_gift_that_leads_to_no_reward_is_not_called_slow(changes: dict[str, Any]) -> None:
    assert find(Surroundings(cheapest_reward_points=10_000), **changes) == ()


def test_a_typical_participant_comes_when_and_as_the_rule_asks() -> None:
    wanted = [
        {"fact": "local.weekday", "op": "is", "value": "sunday"},
        {"fact": "local.time", "op": "between", "value": [600, 660]},
        {"fact": "bags", "op": "at_least", "value": 7},
    ]
    after = {"kind": "sequence", "after": "parking.stay", "source": "urn:leeds:test", "within_minutes": 1}
    assert find(Surroundings(), when=wanted, who=[{"fact": "segment", "op": "is", "value": "new"}]) == ()
    assert find(Surroundings(), trigger="checkin.scan", progress=after) == ()
