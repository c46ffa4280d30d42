"""What is redeemed is counted to the penny, and told once, in time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.core.units import Pence
from app.identity.logins import LoginKeys
from app.notices.addressing import Telling
from app.notices.officers import tell_officers
from app.notify.service import MessageKeys
from app.redemption.refunds import refund_redemption
from app.redemption.values import find_year_start, find_years_start
from app.settlement.value_alarms import Thresholds, raise_value_alarms
from app.web.api.voucher_shapes import read_redemption_id
from tests.api.city import City

THRESHOLDS = Thresholds(notification_pence=Pence(200), subsidy_pence=Pence(320))


@pytest.mark.parametrize(
    ("today", "year", "years"),
    [
        (date(2026, 11, 22), date(2025, 11, 22), date(2024, 4, 1)),
        (date(2027, 3, 31), date(2026, 3, 31), date(2024, 4, 1)),
        (date(2027, 4, 1), date(2026, 4, 1), date(2025, 4, 1)),
        (date(2028, 2, 29), date(2027, 3, 1), date(2025, 4, 1)),
    ],
)
def test_periods_begin_a_year_ago_and_two_financial_years_before_this_one(today: date, year: date, years: date) -> None:
    assert (find_year_start(today), find_years_start(today)) == (year, years)


def _spend(city: City) -> str:
    voucher = city.take("drink").json()
    assert city.redeem(voucher["code"]).status_code == 200
    return str(voucher["id"])


def _raise(city: City) -> set[tuple[str, bool, int]]:
    raised = city.runtime.database.in_transaction(
        lambda session: raise_value_alarms(session, thresholds=THRESHOLDS, now=city.clock.now())
    )
    return {(one.kind, one.partner_id == 0, one.percent) for one in raised}


def _report(city: City) -> dict[str, Any]:
    report: dict[str, Any] = city.http.get("/v1/reports/partners", headers=city.by("auditor")).json()
    return report


def test_values_are_those_of_the_ledger_less_what_came_back(city: City) -> None:
    vouchers = [_spend(city) for _ in range(3)]
    undone = city.take("drink").json()["code"]
    city.redeem(undone)
    city.http.post("/v1/vouchers/undo", json={"code": undone}, headers=city.by("staff"))
    city.runtime.database.in_transaction(
        lambda session: refund_redemption(
            session, redemption=read_redemption_id(vouchers[0]), points=None, reason="Cold", now=city.clock.now()
        )
    )
    report = _report(city)
    owed = city.http.get("/v1/register/money").json()["owed_to_partners_pence"]
    assert report["year_pence"] == owed == 160
    assert [(one["name"], one["year_pence"], one["assistance_pence"]) for one in report["items"]] == [
        ("Kirkgate Café", 160, 160), ("Aire Books", 0, 0),
    ]  # fmt: skip
    listed = city.http.get("/v1/partners", headers=city.by("auditor")).json()["items"]
    assert [one["redeemed"]["year_pence"] for one in listed] == [0, 160]
    for days, year_pence in ((365, 160), (1, 0)):
        city.clock.at += timedelta(days=days)
        assert _report(city)["year_pence"] == year_pence
        assert {one["assistance_pence"] for one in _report(city)["items"]} == {160, 0}


def test_each_alarm_is_raised_once_and_told_to_who_can_act(city: City) -> None:
    _spend(city)
    assert _raise(city) == set()
    _spend(city)
    assert _raise(city) == {("notification", True, 75), ("notification", False, 75)}, "160 of 200"
    assert _raise(city) == set()
    _spend(city)
    assert _raise(city) == {("notification", True, 100), ("notification", False, 100), ("subsidy", False, 75)}
    notices = city.runtime.database.in_transaction(
        lambda s: s.execute(text("SELECT role, count(*) FROM officer_notices WHERE kind = 'value_alarm' GROUP BY 1"))
    )
    assert dict(notices.all()) == {"finance": 5, "admin": 5}
    keys = LoginKeys(city.runtime.secrets), MessageKeys(city.runtime.secrets)
    telling = Telling(city.runtime.database, city.clock, *keys, delivers=True)
    told = city.runtime.database.in_transaction(
        lambda session: tell_officers(session, telling, now=city.clock.now(), limit=100)
    )
    assert told == 10
    acts = city.http.get("/v1/audit?act=partner.alarm_raised", headers=city.by("auditor")).json()["items"]
    assert len(acts) == 5
    cafe = _report(city)["items"][0]
    assert {(one["kind"], one["percent"]) for one in cafe["alarms"]} == {
        ("notification", 75), ("notification", 100), ("subsidy", 75),
    }  # fmt: skip


def test_an_alarm_ends_when_the_value_has_fallen_and_is_raised_anew(city: City) -> None:
    for _ in range(2):
        _spend(city)
    _raise(city)
    city.clock.at += timedelta(days=366)
    assert _raise(city) == set()
    assert _report(city)["alarms"] == []
    for resident in (1, 2):
        voucher = city.take("drink", resident=resident).json()
        city.redeem(voucher["code"])
    assert ("notification", True, 75) in _raise(city)
