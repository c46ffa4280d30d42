"""An approver names a deputy for a time, who approves in their place and never what either of them wrote."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.rulebook.drafting.desk import TUESDAY, Desk

DAY = timedelta(days=1)


def name(desk: Desk, approver: str, deputy: str, from_on: str = "2026-09-15", until_on: str = "2026-09-17") -> Any:  # noqa: ANN401
    order = {"deputy": desk.people.get(deputy, deputy), "from_on": from_on, "until_on": until_on}
    return desk.ask(approver, "POST", "/v1/deputies", order)


def test_a_deputy_approves_on_behalf_of_the_approver(desk: Desk) -> None:
    desk.submit()
    assert desk.take("fay", "approve").json()["code"] == "role-needed"
    named = name(desk, "cem", "fay")
    assert (named.status_code, named.json()["deputy"]["name"]) == (201, "fay")
    approved = desk.take("fay", "approve").json()
    assert approved["status"] == "approved"
    last = approved["steps"][-1]
    assert (last["by"]["name"], last["on_behalf_of"]["name"]) == ("fay", "cem")


def test_a_deputy_stands_in_from_the_first_day_to_the_last_and_no_longer(desk: Desk) -> None:
    desk.submit()
    name(desk, "cem", "fay", "2026-09-16", "2026-09-17")
    codes = []
    for at in (TUESDAY, TUESDAY + DAY / 2, TUESDAY + 1.5 * DAY):
        desk.city.clock.at = at
        answer = desk.take("fay", "return", 2, {"reason": "To look at again."})
        codes.append(answer.json()["code"])
    # Tuesday noon, Wednesday 01:00 and Thursday 01:00, British Summer Time.
    assert codes == ["role-needed", "draft-changed", "role-needed"]


def test_a_deputy_never_approves_own_work_nor_that_of_the_approver(desk: Desk) -> None:
    desk.hire("gus", "editor")
    name(desk, "cem", "ann")
    name(desk, "bob", "gus")
    draft = desk.begin("ann").json()
    desk.save("bob", draft["revision"], basis="Another paper")
    desk.attach(2)
    desk.take("ann", "check")
    desk.take("ann", "submit", 2)
    for who in ("ann", "gus"):
        assert desk.take(who, "approve", 2).json()["code"] == "own-work"
    name(desk, "dee", "gus")
    assert desk.take("gus", "approve", 2).json()["steps"][-1]["on_behalf_of"]["name"] == "dee"


def test_the_approver_in_whose_place_it_was_approved_is_no_second_pair_of_eyes(desk: Desk) -> None:
    desk.hire("gus", "approver", "finance")
    name(desk, "gus", "fay")
    desk.submit(points=200_000)
    assert desk.take("fay", "approve").json()["missing_approvals"] == ["finance"]
    assert desk.take("gus", "approve").json()["code"] == "approval-not-wanted"


def test_a_deputys_time_is_ended_early_by_the_approver_or_an_administrator(desk: Desk) -> None:
    desk.hire("ada", "admin")
    first, second = (name(desk, "cem", who).json()["id"] for who in ("fay", "ann"))
    assert [one["deputy"]["name"] for one in desk.ask("fay", "GET", "/v1/deputies").json()["items"]] == ["fay", "ann"]
    assert desk.ask("dee", "POST", f"/v1/deputies/{first}/end").json()["code"] == "deputy-unknown"
    assert desk.ask("cem", "POST", f"/v1/deputies/{first}/end").json()["ended_at"] == "2026-09-15T12:00:00Z"
    assert desk.ask("cem", "POST", f"/v1/deputies/{first}/end").json()["code"] == "deputy-ended"
    assert desk.ask("ada", "POST", f"/v1/deputies/{second}/end").status_code == 200
    desk.submit()
    assert desk.take("fay", "approve").json()["code"] == "role-needed"
    assert desk.ask("fay", "GET", "/v1/deputies").json() == {"items": []}


@pytest.mark.parametrize("deputy", ["cem", "nobody", f"off_{'0' * 32}"])
def test_a_deputy_is_another_officer(desk: Desk, deputy: str) -> None:
    refused = name(desk, "cem", deputy)
    assert (refused.status_code, refused.json()["code"]) == (422, "deputy-unfit")


@pytest.mark.parametrize(
    ("from_on", "until_on"), [("2026-09-14", "2026-09-20"), ("2026-09-16", "2026-09-16"), ("2026-09-16", "2027-09-18")]
)
def test_a_deputy_stands_in_for_a_time_that_is_to_come(desk: Desk, from_on: str, until_on: str) -> None:
    assert name(desk, "cem", "fay", from_on, until_on).json()["code"] == "deputy-span-unfit"


def test_only_an_approver_has_deputies(desk: Desk) -> None:
    assert name(desk, "eve", "fay").json()["code"] == "role-needed"
