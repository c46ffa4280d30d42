"""Households behind HTTP."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app.identity.service import register_client
from tests.api.city import SECRET, City, bearer
from tests.households.homes import CHECKS, ELSEWHERE, HOME, NOW, check


def _put(city: City, resident: int, uprn: str) -> tuple[int, dict[str, object]]:
    answer = city.http.put("/v1/me/household", json={"uprn": uprn}, headers=city.resident(resident))
    return answer.status_code, answer.json()


def test_two_of_one_household_share_its_limit_and_a_third_elsewhere_does_not(city: City) -> None:
    for resident, uprn in ((0, HOME), (1, HOME), (2, ELSEWHERE)):
        assert _put(city, resident, uprn) == (200, {"known": True, "since_on": "2026-11-22"})
    city.runtime.database.in_transaction(
        lambda session: register_client(
            session,
            client_id="fire-service",
            secret=SECRET,
            title="Fire service",
            scopes=["events:write"],
            sources=[CHECKS],
            event_types=["home.safety_check"],
        )
    )
    headers = bearer(city.token("fire-service", "events:write"))
    checks = [check(f"C-{card}", NOW - timedelta(hours=3 - card), card=card) for card in range(3)]
    answer = city.http.post(
        "/v1/events", json=checks, headers=headers | {"Content-Type": "application/cloudevents-batch+json"}
    )
    assert [result["points"] for result in answer.json()["results"]] == [100, 0, 100]
    facts = city.runtime.database.in_transaction(
        lambda session: session.execute(text("SELECT resident_facts->>'household' FROM events ORDER BY id")).scalars()
    )
    first, second, third = facts
    assert first == second != third


def test_hopping_is_refused_with_the_day_it_ends(city: City) -> None:
    _put(city, 0, HOME)
    status, told = _put(city, 0, ELSEWHERE)
    assert (status, told["code"], told["opens_on"]) == (409, "household-changed-lately", "2027-02-20")
    answer = city.http.delete("/v1/me/household", headers=city.resident(0))
    assert (answer.status_code, answer.json()["code"]) == (409, "household-changed-lately")


def test_a_wrong_number_is_not_repeated(city: City) -> None:
    status, told = _put(city, 0, "99 Kirkgate")
    assert (status, told["code"]) == (422, "uprn-malformed")
    assert "Kirkgate" not in str(told)


def test_somebody_without_a_household_leaves_none(city: City) -> None:
    answer = city.http.delete("/v1/me/household", headers=city.resident(0))
    assert (answer.status_code, answer.json()) == (200, {"known": False, "since_on": None})
