"""A forecast over HTTP: it stands in where there is no history, and a draft can be submitted on its strength."""

from __future__ import annotations

from typing import Any

from tests.rulebook.drafting.desk import KEY, Desk

ASSUMED = {
    "people": {"low": 1_000, "central": 2_000, "high": 4_000},
    "share_percent": {"low": 5, "central": 10, "high": 20},
    "times": {"low": 1, "central": 2, "high": 3},
    "per": "week",
    "basis": "Take-up of the travel plan survey of 2025",
}


def forecast(desk: Desk, **changes: Any) -> Any:  # noqa: ANN401 - an answer
    return desk.ask("ann", "POST", f"/v1/rules/{KEY}/forecast", ASSUMED | changes)


def faults_of(answer: Any) -> list[str]:  # noqa: ANN401 - an answer
    assert (answer.status_code, answer.json()["code"]) == (422, "forecast-unfit")
    assert all(fault["sentence"] for fault in answer.json()["faults"])
    return [fault["path"] for fault in answer.json()["faults"]]


def test_it_is_attached_to_the_draft_which_is_submitted_on_its_strength(desk: Desk) -> None:
    draft = desk.begin().json()
    assert [one["code"] for one in draft["missing"]] == ["no-evidence"]
    made = forecast(desk).json()
    (evidence,) = desk.show()["evidence"]
    assert (evidence["kind"], evidence["revision"], evidence["advice"]) == ("forecast", 1, made["advice"])
    assert evidence["high_points"] == made["high"]["points"] == desk.show()["points_over_validity"]
    assert evidence["result"]["central"]["steps"] == made["central"]["steps"]
    assert desk.take("ann", "check").json()["status"] == "checked"
    submitted = desk.take("ann", "submit").json()
    assert (submitted["status"], submitted["missing_approvals"]) == ("submitted", ["approver", "finance"])


def test_todays_budget_pays_no_more_than_it_has_and_hides_nothing(desk: Desk) -> None:
    desk.begin(campaign="cmp_get_on_board")
    made = forecast(desk, people={"low": 1, "central": 2_000, "high": 9_000_000}).json()
    left = made["budget_left_points"]
    assert made["high"]["paid_points"] == left < made["high"]["points"]
    assert made["high"]["steps"][-1] == (
        f"The budget has {left:,} points left, and other rules may use it, too: it pays no more."
    )
    # Who approves has to know what it may cost once the campaign has more points.
    assert desk.show()["points_over_validity"] == made["high"]["points"]


def test_a_campaign_without_points_is_told(desk: Desk) -> None:
    desk.begin(campaign="cmp_nobody_has_opened")
    made = forecast(desk).json()
    assert (made["budget_left_points"], made["high"]["paid_points"]) == (None, 0)
    assert "no points yet" in made["advice"]
    assert made["high"]["points"] > 0


def test_whatever_is_wrong_is_named_by_its_path(desk: Desk) -> None:
    desk.begin()
    negative = {"low": -1, "central": 2, "high": 3}
    whole = {"low": 0, "central": 101, "high": 200}
    upside_down = {"low": 3, "central": 2, "high": 1}
    huge = {"low": 1, "central": 2, "high": 10**17}
    nothing = {"low": 0, "central": 0, "high": 0}
    wrong = forecast(desk, people=huge, share_percent=whole, times=negative)
    assert faults_of(wrong) == ["people.high", "share_percent.central", "share_percent.high", "times.low"]
    assert faults_of(forecast(desk, times=upside_down)) == ["times.central", "times.high"]
    assert faults_of(forecast(desk, share_percent=nothing)) == ["share_percent.high"]
    assert faults_of(forecast(desk, amount=whole)) == ["amount"]
    assert faults_of(forecast(desk, basis=" ")) == ["basis"]
    half = forecast(desk, people={"low": 0.5, "central": 1, "high": 2})
    assert (half.json()["code"], half.json()["where"]) == ("body-invalid", "$.people.low")
    assert desk.ask("ann", "POST", f"/v1/rules/{KEY}/forecast", {}).json()["code"] == "body-invalid"
    assert desk.show()["evidence"] == []


def test_without_a_draft_there_is_nothing_to_forecast(desk: Desk) -> None:
    assert forecast(desk).json()["code"] == "draft-not-found"
