"""Adjustments: nobody gives points alone, or more in a day than one person may; and a proposal changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx2
import pytest

from app.core.settings import Settings
from app.ledger.verify import verify_ledger
from tests.api.city import City
from tests.api.undone import UndoneCity

LIMITS = Settings(adjustment_most_points=100, adjustment_most_points_a_day=150, pool_size=20)


@pytest.fixture
def city(undone_city: UndoneCity, now: datetime) -> City:
    made = undone_city(now, points=10)
    object.__setattr__(made.runtime, "settings", LIMITS)
    order = {"funder": 1, "points": 1000, "campaign": "welcome", "reason": "For adjustments"}
    assert made.http.post("/v1/funding", json=order, headers=made.by("finance")).status_code == 201
    return made


def propose(city: City, points: int, *, who: str = "finance", resident: int = 0, **changes: object) -> httpx2.Response:
    order = {"resident": city.residents[resident], "campaign": "welcome", "points": points, "reason": "A lost trip"}
    return city.http.post("/v1/adjustments", json=order | changes, headers=city.by(who))


def decide(city: City, proposed: httpx2.Response, how: str = "approve", *, who: str = "approver") -> httpx2.Response:
    assert proposed.status_code == 201, proposed.text
    return city.http.post(f"/v1/adjustments/{proposed.json()['id']}/{how}", json={}, headers=city.by(who))


def test_what_one_officer_proposes_another_approves_once(city: City) -> None:
    proposed = propose(city, 40)
    assert city.balance()["available"] == 10
    done = decide(city, proposed)
    assert (done.status_code, done.json()["decision"]) == (200, "approved")
    assert city.balance()["available"] == 50
    again = decide(city, proposed, who="admin")
    assert (again.status_code, again.json()["code"]) == (409, "adjustment-decided")
    assert city.runtime.database.in_transaction(verify_ledger).findings == ()


def test_nobody_approves_what_they_proposed(city: City) -> None:
    proposed = propose(city, 40, who="approver")
    refused = decide(city, proposed)
    assert (refused.status_code, refused.json()["code"]) == (409, "own-work")
    assert city.balance()["available"] == 10
    assert decide(city, proposed, "refuse").json()["decision"] == "refused"
    assert decide(city, proposed, who="admin").json()["code"] == "adjustment-decided"
    assert city.balance()["available"] == 10


def test_one_award_and_one_officers_day_have_a_limit(city: City, now: datetime) -> None:
    too_large = propose(city, 101)
    assert (too_large.status_code, too_large.json()["code"]) == (409, "adjustment-too-large")
    first, second = propose(city, 100), propose(city, 50)
    limit = propose(city, 1)
    assert (limit.status_code, limit.json()["code"], limit.json()["left_points"]) == (
        409,
        "adjustment-limit-reached",
        0,
    )
    other = propose(city, 100, who="admin", resident=1)
    assert decide(city, first).status_code == 200
    assert decide(city, second).status_code == 200
    refused = decide(city, other)
    assert (refused.json()["code"], refused.json()["left_points"]) == ("adjustment-limit-reached", 0)
    assert city.balance()["available"] == 160
    city.clock.at = now + timedelta(days=1)
    city.tokens |= {who: city.token(city.officers[who], "officer") for who in ("finance", "approver")}
    assert propose(city, 100).status_code == 201
    assert decide(city, other).status_code == 200, "the next day is another day"


def test_what_was_refused_counts_no_longer(city: City) -> None:
    assert decide(city, propose(city, 100), "refuse").status_code == 200
    assert propose(city, 100).status_code == 201


def test_a_budget_gives_no_more_than_it_has(city: City) -> None:
    (drained,) = [
        one
        for one in city.http.get("/v1/campaigns", headers=city.by("finance")).json()["items"]
        if one["key"] == "welcome"
    ]
    object.__setattr__(
        city.runtime,
        "settings",
        Settings(pool_size=20, adjustment_most_points=10**6, adjustment_most_points_a_day=10**6),
    )
    refused = decide(city, propose(city, drained["left_points"] + 1))
    assert (refused.status_code, refused.json()["code"]) == (409, "budget-too-small")
    assert refused.json()["left_points"] == drained["left_points"]
    assert city.balance()["available"] == 10


def test_who_is_not_there_gets_nothing(city: City) -> None:
    city.residents[0] = f"res_{'0' * 32}"
    assert propose(city, 5).status_code == 404
    city.residents[0] = city.residents[1]
    assert propose(city, 5, campaign="none").status_code == 404
    assert propose(city, 5, reason="  ").json()["code"] == "reason-unfit"


def test_every_step_is_listed_and_in_the_audit_trail(city: City) -> None:
    first, second = propose(city, 5), propose(city, 6)
    decide(city, first)
    page = city.http.get("/v1/adjustments", params={"limit": 1}, headers=city.by("auditor"))
    assert page.json()["items"][0]["id"] == second.json()["id"]
    older = city.http.get(page.links["next"]["url"], headers=city.by("auditor")).json()
    assert (older["items"][0]["id"], older["items"][0]["decision"], older["after"]) == (
        first.json()["id"],
        "approved",
        None,
    )
    waiting = city.http.get("/v1/adjustments?state=open", headers=city.by("approver")).json()["items"]
    assert [one["id"] for one in waiting] == [second.json()["id"]]
    asked = {"act": "points.adjusted", "subject": f"resident:{city.residents[0]}"}
    trail = city.http.get("/v1/audit", params=asked, headers=city.by("auditor")).json()["items"]
    assert [(one["facts"]["what"], one["facts"]["points"]) for one in trail] == [
        ("approved", 5),
        ("proposed", 6),
        ("proposed", 5),
    ]
    assert [one["actor"] for one in trail[:2]] == [city.officers["approver"], city.officers["finance"]]
