"""The stop switch over HTTP: officers turn it, everybody sees it, and what is out already still works."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.api.city import City

Headers = dict[str, str]
NOTICE = "A partner's tills are down. We expect to be back on Monday."


def pause(city: City, headers: Headers, what: str = "redeeming") -> dict[str, Any]:
    answer = city.http.post("/v1/pauses", json={"what": what, "notice": NOTICE}, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def end(city: City, headers: Headers, pause_id: str) -> httpx2.Response:
    return city.http.post(f"/v1/pauses/{pause_id}/end", headers=headers)


def test_while_redeeming_is_paused_nobody_takes_a_reward_or_loses_points(city: City, approver: Headers) -> None:
    pause(city, approver)
    refused = city.take("drink")
    assert (refused.status_code, refused.json()["code"]) == (409, "redeeming-paused")
    assert refused.json()["notice"] == NOTICE
    assert NOTICE in refused.json()["detail"]
    assert city.balance()["available"] == 500


def test_a_voucher_that_is_out_is_still_honoured_or_given_back(city: City, approver: Headers) -> None:
    used, unused = city.take("drink").json(), city.take("drink").json()
    pause(city, approver)
    assert city.redeem(used["code"]).status_code == 200
    cancelled = city.http.post(f"/v1/redemptions/{unused['id']}/cancel", headers=city.resident(0))
    assert cancelled.status_code == 200
    assert city.balance()["available"] == 400


def test_when_the_pause_ends_rewards_can_be_taken_again(city: City, approver: Headers, admin: Headers) -> None:
    begun = pause(city, approver)
    ended = end(city, admin, begun["id"])
    assert ended.json() == begun | {"until": "2026-11-22T12:00:00Z"}
    assert city.take("drink").status_code == 201
    assert end(city, admin, begun["id"]).json()["code"] == "pause-ended"


def test_a_pause_of_earning_leaves_rewards_alone(city: City, approver: Headers) -> None:
    pause(city, approver, "earning")
    assert city.take("drink").status_code == 201


def test_everybody_can_read_what_is_paused_and_why(city: City, approver: Headers) -> None:
    assert city.http.get("/v1/pauses").json() == {"items": []}
    earning, redeeming = pause(city, approver, "earning"), pause(city, approver)
    assert city.http.get("/v1/pauses").json() == {"items": [earning, redeeming]}
    assert city.http.get("/v1/me", headers=city.resident(0)).json()["paused"] == [earning, redeeming]
    end(city, approver, earning["id"])
    assert city.http.get("/v1/pauses").json() == {"items": [redeeming]}


def test_every_page_carries_the_notice_as_text(city: City, approver: Headers) -> None:
    notice = "Closed for <b>stocktaking</b>."
    city.http.post("/v1/pauses", json={"what": "redeeming", "notice": notice}, headers=approver)
    pages = TestClient(city.app)
    for path in ("/", "/rewards", "/ways-to-earn"):
        shown = pages.get(path).text
        assert "Getting rewards is paused" in shown
        assert "Closed for &lt;b&gt;stocktaking&lt;/b&gt;." in shown


def test_without_a_pause_no_page_speaks_of_one(city: City) -> None:
    assert "paused" not in TestClient(city.app).get("/rewards").text


@pytest.mark.parametrize("who", ["resident", "staff", "taps", "till", "officer"])
def test_only_an_admin_or_approver_pauses_and_resumes(city: City, approver: Headers, who: str) -> None:
    order = {"what": "earning", "notice": NOTICE}
    refused = city.http.post("/v1/pauses", json=order, headers=city.by(who))
    assert refused.status_code == 403
    begun = pause(city, approver)
    assert end(city, city.by(who), begun["id"]).status_code == 403
    assert city.http.get("/v1/pauses").json()["items"] == [begun]


def test_an_officer_without_the_role_is_told_which_one_is_needed(city: City) -> None:
    refused = city.http.post("/v1/pauses", json={"what": "earning", "notice": NOTICE}, headers=city.by("officer"))
    assert refused.json()["code"] == "role-needed"
    assert refused.json()["roles"] == ["admin", "approver"]


def test_a_repeat_under_the_same_key_pauses_once(city: City, approver: Headers) -> None:
    order, headers = {"what": "earning", "notice": NOTICE}, approver | {"Idempotency-Key": "k-1"}
    first, again = (city.http.post("/v1/pauses", json=order, headers=headers) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    other = city.http.post("/v1/pauses", json=order, headers=approver)
    assert (other.status_code, other.json()["code"]) == (409, "already-paused")


@pytest.mark.parametrize(
    "order",
    [{}, {"what": "everything", "notice": NOTICE}, {"what": "earning"}, {"what": "earning", "notice": " "}],
)
def test_an_order_that_says_too_little_is_refused(city: City, approver: Headers, order: dict[str, str]) -> None:
    assert city.http.post("/v1/pauses", json=order, headers=approver).status_code == 422
    assert city.http.get("/v1/pauses").json() == {"items": []}


@pytest.mark.parametrize("pause_id", ["pau_0", "red_" + "0" * 32, "pau_" + "0" * 32])
def test_an_unknown_pause_is_not_found(city: City, approver: Headers, pause_id: str) -> None:
    refused = end(city, approver, pause_id)
    assert (refused.status_code, refused.json()["code"]) == (404, "pause-unknown")
