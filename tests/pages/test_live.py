"""What a resident's open page hears, how far challenges have come, and what makes the pages an app."""

from __future__ import annotations

import json

import httpx
import pytest

from app.web import streams
from app.web.pages.installing import SHELL
from app.web.pages.visits import Role
from tests.api.serving import served
from tests.earning.world import ride, tap
from tests.pages.town import Town


def test_points_that_land_are_told_to_an_open_page(lasting_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "EVERY_SECONDS", 0.05)
    monkeypatch.setattr(streams, "LONGEST_LOOKS", 300)
    at = lasting_town.city.clock.now()
    with served(lasting_town.city.app) as (host, port):
        asked = httpx.stream(
            "GET", f"http://{host}:{port}/v1/me/stream", headers=lasting_town.city.resident(0), timeout=20
        )
        with asked as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            lines = (line.removeprefix("data: ") for line in answer.iter_lines() if line.startswith("data: "))
            assert json.loads(next(lines))["available"] == 500
            lasting_town.city.world.send([ride(1, at, 4_000)], at=at)
            assert json.loads(next(lines))["available"] == 508


def test_the_stream_ends_with_the_session(lasting_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "EVERY_SECONDS", 0.02)
    monkeypatch.setattr(streams, "LONGEST_LOOKS", 3)
    browser = lasting_town.browser(Role.RESIDENT)
    assert browser.http.get("/v1/me/stream").text.count("event: balance") == 1
    browser.send(browser.open("/you").form("/sign-out"))
    assert browser.http.get("/v1/me/stream").status_code == 401


def test_challenges_show_how_far_a_resident_has_come(town: Town) -> None:
    at = town.city.clock.now()
    before = {one["rule"]: one for one in _challenges(town)}
    assert before
    assert {one["done"] for one in before.values()} == {0}
    town.city.world.send([tap(1, at)], at=at)
    after = {one["rule"]: one for one in _challenges(town)}
    moved = {rule: (one["done"], one["needed"]) for rule, one in after.items() if one["done"]}
    assert moved == {"rul_seven_day_streak": (1, 7), "rul_ten_trips": (1, 10)}
    assert "How far you have come" in town.browser(Role.RESIDENT).open("/you").text


def test_a_challenge_of_a_week_begins_anew_with_the_next_and_a_broken_streak_is_over(town: Town) -> None:
    at = town.city.clock.now()
    town.city.world.send([tap(1, at)], at=at)
    town.city.clock.at = at.replace(day=23)
    assert {one["rule"] for one in _challenges(town) if one["done"]} == {"rul_seven_day_streak"}
    town.city.clock.at = at.replace(day=25)  # a streak may miss one day, not two
    assert {one["rule"] for one in _challenges(town) if one["done"]} == set()


def test_the_pages_can_be_installed_and_everything_they_keep_is_there(town: Town) -> None:
    http = town.browser().http
    told = http.get("/manifest.webmanifest").json()
    assert (told["display"], told["start_url"], told["scope"]) == ("standalone", "/you", "/")
    assert all(http.get(icon["src"]).status_code == 200 for icon in told["icons"])
    worker = http.get("/service-worker.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert all(name.rpartition("/")[2] in worker.text for name in SHELL)
    assert http.get("/offline").status_code == 200


def test_only_residents_get_the_worker_that_keeps_vouchers(town: Town) -> None:
    for role in Role:
        body = town.browser(role).open("/").find_all("body")[0]
        assert ("data-worker" in body.attributes) == (role is Role.RESIDENT)


def _challenges(town: Town) -> list[dict[str, object]]:
    answer = town.city.http.get("/v1/me/challenges", headers=town.city.resident(0))
    items: list[dict[str, object]] = answer.json()["items"]
    return items
