"""Lists come in pages that can be followed to their end, and each is its reader's own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rules.packs import LEEDS, load_pack
from tests.api.city import City
from tests.earning.world import TAPS, tap


def _follow(city: City, path: str, headers: dict[str, str]) -> list[str]:
    seen: list[str] = []
    following: str | None = f"{path}?limit=2"
    while following:
        answer = city.http.get(following, headers=headers)
        seen += [item["id"] for item in answer.json()["items"]]
        link = answer.headers.get("link")
        assert (link is None) == (answer.json()["after"] is None)
        following = link.split(">")[0].removeprefix("<") if link else None
    return seen


def test_activity_can_be_followed_to_its_end_newest_first(own_city: City) -> None:
    for number in range(5):
        own_city.send(tap(number, own_city.clock.now() - timedelta(hours=number + 1), card=2))
    assert _follow(own_city, "/v1/me/activity", own_city.resident(2)) == [f"T-{number}" for number in range(5)]
    shown = own_city.http.get("/v1/me/activity", headers=own_city.resident(2))
    assert "450010441" not in shown.text  # never the stop
    assert own_city.http.get("/v1/me/activity", headers=own_city.resident(1)).json()["items"] == []


def test_vouchers_and_rewards_can_be_followed_to_their_end(own_city: City) -> None:
    taken = [own_city.take("drink").json()["id"] for _ in range(3)]
    assert _follow(own_city, "/v1/redemptions", own_city.resident(0)) == taken[::-1]
    assert sorted(_follow(own_city, "/v1/rewards", {})) == sorted(own_city.rewards.values())


def test_a_reward_is_shown_to_anybody(city: City) -> None:
    shown = city.http.get(f"/v1/rewards/{city.rewards['cake']}").json()
    assert (shown["title"], shown["points"], shown["partner"]["name"]) == ("Cake", 100, "Kirkgate Café")


def test_the_resident_sees_what_is_held_about_them(city: City) -> None:
    me = city.http.get("/v1/me", headers=city.resident(0)).json()
    assert (me["id"], me["ward"]) == (city.residents[0], "Armley")


def test_rules_are_public_and_their_cost_is_for_officers(city: City) -> None:
    register = city.http.get("/v1/register/rules").json()["items"]
    assert {rule["id"] for rule in register} == {rule.id for rule in load_pack(LEEDS)}
    assert all(rule["sentence"] and rule["source"] for rule in register)
    assert "points_given" not in register[0]
    officers = city.http.get("/v1/rules", headers=city.by("officer")).json()["items"]
    assert all(isinstance(rule["points_given"], int) for rule in officers)
    assert city.http.get("/v1/rules", headers=city.by("resident")).status_code == 403


@pytest.mark.parametrize("after", ["nonsense", "\0", "9" * 40, "-", "1-", "-1", "1-x", "\u0661-\u0661"])
@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/v1/rewards", "nobody"),
        ("/v1/redemptions", "resident"),
        ("/v1/me/activity", "resident"),
        (f"/v1/sources/{TAPS}/tokens", "taps"),
    ],
)
def test_a_cursor_that_no_page_gave_is_refused_by_every_list(city: City, path: str, who: str, after: str) -> None:
    headers = {} if who == "nobody" else city.by(who)
    answer = city.http.get(path, params={"after": after}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-unknown")


def test_tokens_can_be_followed_to_their_end_in_pages_of_any_size(own_city: City) -> None:
    path = f"/v1/sources/{TAPS}/tokens"
    whole = own_city.http.get(path, headers=own_city.by("taps"))
    tokens = [item["token"] for item in whole.json()["items"]]
    assert len(tokens) >= 3
    assert (whole.json()["more"], whole.headers.get("link")) == (False, None)
    seen: list[str] = []
    following: str | None = f"{path}?limit=2"
    while following:
        answer = own_city.http.get(following, headers=own_city.by("taps"))
        seen += [item["token"] for item in answer.json()["items"]]
        assert len(answer.json()["items"]) <= 2
        link = answer.headers.get("link")
        assert (link is not None) == answer.json()["more"]
        following = link.split(">")[0].removeprefix("<") if link else None
    assert seen == tokens
    later = own_city.http.get(path, params={"after": whole.json()["after"]}, headers=own_city.by("taps")).json()
    assert (later["items"], later["after"]) == ([], whole.json()["after"])


@pytest.mark.parametrize("limit", ["0", "1001", "all"])
def test_a_page_of_tokens_has_1_to_1000(city: City, limit: str) -> None:
    answer = city.http.get(f"/v1/sources/{TAPS}/tokens", params={"limit": limit}, headers=city.by("taps"))
    assert (answer.status_code, answer.json()["where"]) == (400, "limit")
