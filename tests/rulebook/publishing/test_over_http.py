"""The life of a rule as officers, residents and the public see it over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.identity.service import create_officer
from app.rulebook.queries import load_timeline
from app.rulebook.service import open_campaign
from rules.packs import LEEDS, load_pack
from rules.sentence import sentence
from tests.api.city import City, bearer
from tests.api.undone import UndoneCity
from tests.earning.world import CHECK_IN, event
from tests.rulebook.publishing.rulemaking import TUESDAY, schedule

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
RULE = "rul_check_in"


@pytest.fixture
def city(undone_city: UndoneCity) -> City:
    """The Leeds pack, on a Tuesday in September."""
    return undone_city(TUESDAY)


def officer(city: City, *roles: str) -> dict[str, str]:
    """Headers of a new officer with these roles."""
    made = city.runtime.database.in_transaction(
        lambda session: create_officer(
            session, name="Sam", email=f"{'-'.join(roles)}@example.org", roles=list(roles), now=city.clock.now()
        )
    )
    return bearer(city.token(made.public_id, "officer"))


def check_in(city: City, number: int) -> Any:  # noqa: ANN401 - a result
    city.tokens["check_in"] = city.token("check-in", "events:write")
    sent = event(CHECK_IN, f"C-{number}", "checkin.scan", city.clock.at, card=0, data={"place": "central-library"})
    (answer,) = city.send(sent, who="check_in").json()["results"]
    return answer


def next_version(points: int) -> Any:  # noqa: ANN401 - a rule
    rule = next(rule for rule in load_pack(LEEDS) if rule.id == RULE)
    return rule.model_copy(update={"version": 2, "effect": rule.effect.model_copy(update={"points": points})})


def shown(city: City, path: str) -> dict[str, Any]:
    headers = bearer(city.token(city.officer, "officer"))
    answer: dict[str, Any] = city.http.get(path, headers=headers).json()
    return answer


def on_register(city: City) -> dict[str, Any]:
    items = city.http.get("/v1/register/rules").json()["items"]
    return next(rule for rule in items if rule["id"] == RULE)


def stop(city: City, headers: dict[str, str], **order: object) -> Any:  # noqa: ANN401 - an answer
    sent = {"reason": "Codes were shared online.", "honour": False} | order
    return city.http.post(f"/v1/rules/{RULE}/stop", json=sent, headers=headers)


def test_officers_see_what_a_rule_is_and_when_it_changes(city: City) -> None:
    begins = schedule(city.world, next_version(9)).from_at
    rule = shown(city, f"/v1/rules/{RULE}")
    assert (rule["version"], rule["status"], rule["next_change_at"]) == (1, "in_force", "2026-09-15T23:00:00Z")
    versions = shown(city, f"/v1/rules/{RULE}/versions")["items"]
    assert [(one["version"], one["status"]) for one in versions] == [(1, "in_force"), (2, "scheduled")]
    assert all(len(sha256) == 64 for one in versions for sha256 in one["artefacts"])
    city.clock.at = begins
    assert shown(city, f"/v1/rules/{RULE}")["version"] == 2


@pytest.mark.parametrize("id", ["rul_unheard_of", "none", "rul_%C3%A9"])
def test_a_rule_that_is_not_in_the_book_is_not_found(city: City, id: str) -> None:  # noqa: A002 - the path's own word
    for path in (f"/v1/rules/{id}", f"/v1/rules/{id}/versions"):
        answer = city.http.get(path, headers=city.by("officer"))
        assert (answer.status_code, answer.json()["code"]) == (404, "rule-not-found")


def test_one_officer_stops_a_rule_and_the_public_reads_why(city: City) -> None:
    answer = stop(city, officer(city, "editor"))
    assert (answer.status_code, answer.json()["ends_at"]) == (201, "2026-09-15T12:00:00Z")
    entry = on_register(city)
    assert (entry["status"], entry["in_force"]) == ("stopped", False)
    assert entry["off_reason"] == entry["history"][0]["stop"]["reason"] == "Codes were shared online."
    assert check_in(city, 1)["points"] == 0
    again = stop(city, officer(city, "admin"))
    assert (again.status_code, again.json()["code"]) == (409, "already-stopped")


def test_the_same_key_stops_once(city: City) -> None:
    headers = officer(city, "approver") | {"Idempotency-Key": "one"}
    assert stop(city, headers).json() == stop(city, headers).json()


def test_a_stop_that_honours_the_window_says_until_when(city: City) -> None:
    answer = stop(city, officer(city, "approver"), honour=True).json()
    assert answer["ends_at"] > "2026-09-15T12:00:00Z"
    assert on_register(city)["next_change_at"] == answer["ends_at"]
    assert on_register(city)["in_force"]


@pytest.mark.parametrize("role", ["support", "finance", "auditor"])
def test_others_do_not_stop_rules(city: City, role: str) -> None:
    assert stop(city, officer(city, role)).json()["code"] == "role-needed"


def test_what_was_scheduled_is_taken_back(city: City) -> None:
    editor = officer(city, "editor")
    path = f"/v1/rules/{RULE}/unschedule"
    assert city.http.post(path, headers=editor).json()["code"] == "nothing-scheduled"
    schedule(city.world, next_version(9))
    assert [one["status"] for one in on_register(city)["history"]] == ["in_force", "scheduled"]
    answer = city.http.post(path, headers=editor)
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert [one["status"] for one in on_register(city)["history"]] == ["in_force"]


def test_the_register_shows_what_a_rule_has_cost(city: City) -> None:
    assert (on_register(city)["cost_points"], on_register(city)["cost_pence"]) == (0, 0)
    points = check_in(city, 1)["points"]
    assert points > 0
    assert (on_register(city)["cost_points"], on_register(city)["cost_pence"]) == (points, points)
    assert on_register(city)["budget_spent"] is False


def test_a_rule_whose_campaign_has_nothing_left_says_so(city: City) -> None:
    dates = {"starts_on": date(2026, 6, 1), "ends_on": date(2028, 4, 1)}
    city.runtime.database.in_transaction(
        lambda session: open_campaign(session, key="cmp_empty", title="Empty", **dates)
    )
    schedule(city.world, next_version(9).model_copy(update={"campaign": "cmp_empty"}))
    assert on_register(city)["budget_spent"] is False
    city.clock.at = TUESDAY + DAY
    assert on_register(city)["budget_spent"] is True


def test_an_old_event_is_explained_as_on_its_day_after_the_rule_changed_and_stopped(city: City) -> None:
    check_in(city, 1)
    path = f"/v1/events/{CHECK_IN}/C-1/explanation"
    before = shown(city, path)
    assert before["points"] > 0
    schedule(city.world, next_version(9))
    city.clock.at = TUESDAY + DAY
    assert check_in(city, 2)["points"] == 9
    assert shown(city, path) == before
    assert stop(city, officer(city, "admin")).status_code == 201
    city.clock.at = TUESDAY + DAY + HOUR
    assert shown(city, path) == before


def test_every_rule_in_force_stands_on_the_register_with_its_sentence_its_cost_and_its_history(city: City) -> None:
    assert check_in(city, 1)["points"] == 5
    schedule(city.world, next_version(9))
    items = {rule["id"]: rule for rule in city.http.get("/v1/register/rules").json()["items"]}
    on = {rule.id: rule for rule in city.world.database.in_transaction(load_timeline).entries[-1][1].rules}
    assert set(items) >= set(on)
    for key, rule in items.items():
        now = [version for version in rule["history"] if version["status"] == "in_force"]
        assert bool(now) == rule["in_force"], key
        assert [(one["version"], one["sentence"]) for one in now] == [(rule["version"], rule["sentence"])] * len(now)
        assert rule["cost_points"] == (5 if key == RULE else 0)
        assert (rule["cost_pence"] > 0) == (key == RULE)
    assert [one["status"] for one in items[RULE]["history"]] == ["in_force", "scheduled"]
    assert items[RULE]["sentence"] == sentence(next(rule for rule in load_pack(LEEDS) if rule.id == RULE))
