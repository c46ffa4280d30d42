"""Lists come in pages that can be followed to their end, and each is its reader's own."""

from __future__ import annotations

from datetime import timedelta

from tests.api.city import City
from tests.earning.world import tap


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
    assert len(register) == 5
    assert all(rule["sentence"] and rule["source"] for rule in register)
    assert "points_given" not in register[0]
    officers = city.http.get("/v1/rules", headers=city.by("officer")).json()["items"]
    assert all(isinstance(rule["points_given"], int) for rule in officers)
    assert city.http.get("/v1/rules", headers=city.by("resident")).status_code == 403
