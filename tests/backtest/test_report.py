"""The parts of a report that have an answer of their own."""

from collections import Counter
from datetime import date, timedelta

import pytest

from app.backtest.bands import draw_bands
from app.backtest.report import Setting, write_report
from app.backtest.rows import FEW
from app.backtest.spread import spread
from app.backtest.table import write_table
from app.backtest.tallies import Tallies
from app.rulebook.run_out import find_run_out
from rules.document import Rule
from rules.packs import LEEDS, load_pack

MONDAY = date(2026, 6, 1)


def _draft() -> Rule:
    return next(rule for rule in load_pack(LEEDS) if rule.id == "rul_cycle_distance")


def _find(left: int, *, until_on: date = date(2027, 1, 1), today_on: date = date(2026, 7, 1)) -> date | None:
    """Ten points on the first day of a span of a week."""
    days = Counter({("cmp_one", MONDAY): 10})
    return find_run_out(
        *(days, "cmp_one"),
        left_points=left,
        first_on=MONDAY,
        last_on=MONDAY + timedelta(days=6),
        today_on=today_on,
        until_on=until_on,
    )


@pytest.mark.parametrize(("left", "weeks"), [(0, 0), (9, 0), (10, 1), (19, 1), (25, 2)])
def test_a_budget_runs_out_on_the_first_day_that_finds_too_little(left: int, weeks: int) -> None:
    assert _find(left) == date(2026, 7, 1) + timedelta(weeks=weeks)


def test_a_budget_that_lasts_has_no_date() -> None:
    assert _find(10**12) is None
    assert _find(10, until_on=date(2026, 7, 8)) is None
    assert _find(10, until_on=date(2026, 7, 9)) == date(2026, 7, 8)


def test_residents_who_are_all_alike_leave_no_doubt_about_the_total() -> None:
    groups = Counter(dict.fromkeys(range(200), 5))
    assert draw_bands([groups], [1], sorted(groups)) == {"p5": 1000, "p50": 1000, "p95": 1000}


def test_the_fewer_residents_hold_the_points_the_wider_the_band() -> None:
    few = Counter({group: 100 if group < 10 else 0 for group in range(200)})
    many = Counter({group: 10 if group < 100 else 0 for group in range(200)})
    wide, narrow = (draw_bands([groups], [1], range(200)) for groups in (few, many))
    assert wide["p5"] < narrow["p5"] < 1000 < narrow["p95"] < wide["p95"]


def test_a_spread_counts_every_resident_once() -> None:
    assert spread(Counter({0: 50, 10: 45, 99: 5})) == {"p50": 0, "p95": 10, "max": 99}
    assert spread(Counter()) == {"p50": 0, "p95": 0, "max": 0}


def test_wards_with_few_residents_stand_together() -> None:
    tallies = Tallies(residents=9, first_on=MONDAY, last_on=MONDAY)
    tallies.ward_residents.update({"Headingley": 6, "Otley": 2, "Hyde Park": 1})
    tallies.after.wards.update({"Headingley": 60, "Otley": 20, "Hyde Park": 1})
    report = write_report(tallies, Setting(draft=_draft(), today_on=MONDAY, left_points={}, samples=[]))
    wards = report["wards"]
    assert isinstance(wards, list)
    assert [(row["key"], row["residents"], row["after_points"]) for row in wards] == [
        ("Headingley", 6, 60),
        (FEW, 3, 21),
    ]


def test_a_ward_that_looks_like_a_formula_is_led_by_an_apostrophe() -> None:
    tallies = Tallies(first_on=MONDAY, last_on=MONDAY)
    tallies.ward_residents["=1+1"] = 5
    table = write_table(write_report(tallies, Setting(_draft(), MONDAY, {}, [])))
    assert "wards,'=1+1," in table
    assert "wards,=" not in table


def test_a_campaign_says_when_its_budget_would_be_spent_before_and_after() -> None:
    tallies = Tallies(first_on=MONDAY, last_on=MONDAY)
    tallies.before.days["cmp_ride_leeds", MONDAY] = 1
    tallies.after.days["cmp_ride_leeds", MONDAY] = 10
    setting = Setting(_draft(), date(2026, 7, 1), {"cmp_ride_leeds": 30}, [])
    assert write_report(tallies, setting)["run_out"] == [
        {"key": "cmp_ride_leeds", "left_points": 30, "before_on": "2026-07-31", "after_on": "2026-07-04"}
    ]
