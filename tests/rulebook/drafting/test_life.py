"""From draft to checked, submitted, approved and scheduled: nobody skips a step, nobody approves their own work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.city import City
from tests.earning.world import ride
from tests.rulebook.drafting.desk import KEY, TUESDAY, Desk, make_example, make_rides_document

DAY = timedelta(days=1)
WEDNESDAY = {"on": "2026-09-16"}


def code(answer: Any) -> tuple[int, str]:  # noqa: ANN401 - an answer
    return answer.status_code, answer.json()["code"]


def test_a_draft_is_checked_once_nothing_is_missing(desk: Desk) -> None:
    desk.begin(examples=[make_example(1_999, 3)])
    refused = desk.take("ann", "check")
    assert code(refused) == (409, "not-ready")
    assert [one["code"] for one in refused.json()["missing"]] == ["example-fails", "no-evidence"]
    desk.save("ann", 1, examples=[])
    assert {one["code"] for one in desk.take("ann", "check").json()["missing"]} == {"no-example", "no-evidence"}
    desk.save("ann", 2)
    desk.attach(3)
    checked = desk.take("ann", "check")
    assert (checked.status_code, checked.json()["status"], checked.json()["missing"]) == (200, "checked", [])


def test_a_lint_fault_keeps_a_draft_from_being_checked(desk: Desk) -> None:
    far = [{"fact": "distance_m", "op": op, "value": 2_000} for op in ("at_least", "below")]
    desk.begin(when=far, examples=[make_example(2_000, 0)])
    desk.attach()
    refused = desk.take("ann", "check")
    assert [one["code"] for one in refused.json()["missing"]] == ["lint-fault"]
    assert desk.show()["status"] == "draft"


@pytest.mark.parametrize(("days", "enough"), [(28, True), (27, False)])
def test_a_forecast_is_no_stand_in_once_four_weeks_of_rides_are_stored(desk: Desk, days: int, enough: bool) -> None:  # noqa: FBT001 - a row of the table
    began_at = TUESDAY - timedelta(days=days - 1)
    for number, at in enumerate((began_at, TUESDAY)):
        desk.city.world.send([ride(number, at, 3_000)], at=at)
    desk.begin()
    desk.attach()
    missing = ["backtest-needed"] if enough else []
    assert [one["code"] for one in desk.show()["missing"]] == missing
    assert desk.take("ann", "check").status_code == (409 if enough else 200)
    desk.attach(kind="backtest")
    assert desk.take("ann", "check").json()["status"] == "checked"


def test_dates_that_leave_the_campaign_are_told_by_the_path_before_anybody_is_asked_to_approve(desk: Desk) -> None:
    begun = desk.begin(validity={"start": "2026-09-01", "until": "2028-04-02"})
    (finding,) = (one for one in begun.json()["findings"] if one["code"] == "leaves_campaign")
    assert (finding["severity"], finding["path"]) == ("fault", "validity.until")
    assert "ends on 1 April 2028" in finding["sentence"]
    saved = desk.save("ann", 1, validity={"start": "2026-09-01", "until": "2028-04-01"})
    assert "leaves_campaign" not in {one["code"] for one in saved.json()["findings"]}


def test_only_what_is_checked_is_submitted_and_only_what_is_submitted_is_approved(desk: Desk) -> None:
    desk.begin()
    assert code(desk.take("ann", "submit")) == (409, "draft-status-unfit")
    assert code(desk.take("cem", "approve")) == (409, "draft-status-unfit")
    assert code(desk.take("ann", "schedule", body=WEDNESDAY)) == (409, "draft-status-unfit")


def test_an_edit_after_the_check_makes_it_a_draft_again(desk: Desk) -> None:
    desk.begin()
    desk.attach()
    assert desk.take("ann", "check").json()["status"] == "checked"
    assert desk.save("bob", 1, basis="Another paper").json()["status"] == "draft"
    assert code(desk.take("ann", "submit", 2)) == (409, "draft-status-unfit")


def test_evidence_outlives_other_words_and_not_other_points(desk: Desk) -> None:
    desk.begin()
    desk.attach()
    assert len(desk.save("ann", 1, title={"en": "A good ride"}).json()["evidence"]) == 1
    assert desk.take("ann", "check").status_code == 200
    changed = desk.save("ann", 2, effect={"kind": "points", "points": 4}, examples=[make_example(2_000, 4)])
    assert changed.json()["evidence"] == []
    # What was asked about the earlier revision and comes late says nothing about this one.
    desk.attach(2)
    assert [one["code"] for one in desk.take("ann", "check").json()["missing"]] == ["no-evidence"]


def test_another_officer_approves_and_never_one_who_wrote_it(desk: Desk) -> None:
    draft = desk.begin("bob").json()
    desk.hire("gus", "editor", "approver")
    desk.save("gus", draft["revision"], basis="Another paper")
    desk.attach(2)
    desk.take("bob", "check")
    desk.take("bob", "submit", 2)
    for writer in ("bob", "gus"):
        assert code(desk.take(writer, "approve", 2)) == (409, "own-work")
    approved = desk.take("cem", "approve", 2).json()
    assert (approved["status"], approved["missing_approvals"]) == ("approved", [])
    assert approved["steps"][-1]["by"]["name"] == "cem"


def test_what_was_not_read_is_not_approved(desk: Desk) -> None:
    desk.submit()
    desk.save("ann", 1, effect={"kind": "points", "points": 90}, examples=[make_example(2_000, 90)])
    desk.attach(2)
    desk.take("ann", "check")
    desk.take("ann", "submit", 2)
    assert code(desk.take("cem", "approve", 1)) == (412, "draft-changed")


def test_a_draft_is_sent_back_with_a_reason_and_its_approvals_are_void(desk: Desk) -> None:
    desk.submit(points=200_000)
    assert desk.take("cem", "approve").json()["missing_approvals"] == ["finance"]
    returned = desk.take("eve", "return", body={"reason": "Too dear for this campaign."}).json()
    assert (returned["status"], returned["steps"][-1]["reason"]) == ("draft", "Too dear for this campaign.")
    desk.take("ann", "check")
    assert desk.take("ann", "submit").json()["missing_approvals"] == ["approver", "finance"]


def test_above_the_threshold_the_budget_holder_approves_too(desk: Desk) -> None:
    assert desk.submit(points=100_001)["missing_approvals"] == ["approver", "finance"]
    assert desk.take("eve", "approve").json()["status"] == "submitted"
    assert desk.take("cem", "approve").json()["status"] == "approved"


def test_up_to_the_threshold_the_budget_holder_is_not_asked(desk: Desk) -> None:
    assert desk.submit(points=100_000)["missing_approvals"] == ["approver"]
    assert code(desk.take("eve", "approve")) == (409, "approval-not-wanted")


def test_two_approvals_come_from_two_people(desk: Desk) -> None:
    desk.hire("gus", "approver", "finance")
    desk.submit(points=200_000)
    assert desk.take("gus", "approve").json()["missing_approvals"] == ["finance"]
    again = desk.take("gus", "approve")
    assert (code(again), again.json()["wanted"]) == ((409, "approval-not-wanted"), ["finance"])
    assert desk.take("eve", "approve").json()["status"] == "approved"


def test_the_scheme_sets_its_threshold_with_a_reason(desk: Desk) -> None:
    path = "/v1/approval-threshold"
    assert desk.ask("fay", "GET", path).json() == {"points": 100_000}
    order = {"points": 400, "reason": "Board of 1 September"}
    assert desk.ask("eve", "POST", path, order).json() == {"points": 400}
    assert desk.submit(points=401)["missing_approvals"] == ["approver", "finance"]
    assert desk.ask("cem", "POST", path, order).json()["code"] == "role-needed"


def test_dearer_evidence_after_the_approval_asks_for_the_budget_holder(desk: Desk) -> None:
    desk.submit()
    assert desk.take("cem", "approve").json()["status"] == "approved"
    desk.attach(1, 200_000)
    refused = desk.take("ann", "schedule", body=WEDNESDAY)
    assert [one["code"] for one in refused.json()["missing"]] == ["approval-missing"]
    assert desk.take("eve", "approve").json()["status"] == "approved"
    assert desk.take("ann", "schedule", body=WEDNESDAY).status_code == 201


def test_an_approved_draft_judges_from_the_midnight_that_it_is_scheduled_for(desk: Desk) -> None:
    desk.submit()
    desk.take("cem", "approve")
    scheduled = desk.take("ann", "schedule", body=WEDNESDAY)
    assert (scheduled.status_code, scheduled.json()["from_at"]) == (201, "2026-09-15T23:00:00Z")
    assert desk.ask("ann", "GET", f"/v1/rules/{KEY}/draft").status_code == 404
    (version,) = desk.ask("ann", "GET", f"/v1/rules/{KEY}/versions").json()["items"]
    assert (version["status"], version["version"]) == ("scheduled", 1)
    assert _earned(desk.city, 1, TUESDAY) == 0
    assert _earned(desk.city, 2, TUESDAY + DAY) == 3
    following = desk.ask("bob", "POST", "/v1/rules", {"next_of": KEY}).json()
    assert (following["version"], following["author"]["name"]) == (2, "bob")


def test_other_events_than_before_need_a_choice_about_progress(desk: Desk) -> None:
    counted: dict[str, Any] = {"progress": {"kind": "count", "per": "week", "reach": 3, "repeat": False}}
    for version in (1, 2):
        metres = 2_000 * version
        when = [{"fact": "distance_m", "op": "at_least", "value": metres}]
        examples = [make_example(metres, 0)]
        draft = desk.begin(version=version, when=when, examples=examples, **counted).json()
        desk.attach(draft["revision"])
        desk.take("ann", "check")
        desk.take("ann", "submit", draft["revision"])
        desk.take("cem", "approve", draft["revision"])
        if version == 2:
            refused = desk.take("ann", "schedule", 2, {"on": "2026-09-17"})
            assert (code(refused), set(refused.json()["choices"])) == (
                (409, "choice-needed"),
                {"carry_over", "restart"},
            )
        order = {"on": f"2026-09-{15 + version}"} | ({"progress": "carry_over"} if version == 2 else {})
        assert desk.take("ann", "schedule", draft["revision"], order).status_code == 201


def test_what_cannot_be_scheduled_stays_approved(desk: Desk) -> None:
    desk.submit()
    desk.take("cem", "approve")
    assert code(desk.take("ann", "schedule", body={"on": "2026-09-15"})) == (409, "too-soon")
    assert desk.show()["status"] == "approved"


def test_every_step_stays_on_record(desk: Desk) -> None:
    desk.submit()
    desk.take("cem", "return", body={"reason": "Say who decided."})
    desk.save("bob", 1, basis="The board")
    told = [(step["step"], step["by"]["name"], step["revision"]) for step in desk.show()["steps"]]
    assert told == [
        ("written", "ann", 1),
        ("checked", "ann", 1),
        ("submitted", "ann", 1),
        ("returned", "cem", 1),
        ("saved", "bob", 2),
    ]


def test_what_was_approved_and_by_whom_is_read_after_it_was_scheduled(desk: Desk) -> None:
    desk.submit()
    desk.take("cem", "approve")
    desk.take("ann", "schedule", body=WEDNESDAY)
    desk.begin("bob", version=2)
    desk.ask("bob", "DELETE", f"/v1/rules/{KEY}/draft", tag=2)
    newest, first = desk.ask("fay", "GET", f"/v1/rules/{KEY}/drafts").json()["items"]
    assert (newest["status"], newest["version"], newest["missing_approvals"]) == ("discarded", 2, [])
    assert (first["status"], first["document"]) == ("scheduled", make_rides_document())
    assert [step["by"]["name"] for step in first["steps"] if step["step"] == "approved"] == ["cem"]
    assert desk.ask("fay", "GET", "/v1/rules/rul_other/drafts").json() == {"items": []}


def test_the_audit_trail_has_every_change_and_names_nobody(desk: Desk) -> None:
    desk.hire("aud", "auditor")
    desk.submit()
    desk.take("cem", "return", body={"reason": "Say who decided."})
    desk.save("ann", 1)
    for who, step in (("ann", "check"), ("ann", "submit"), ("cem", "approve")):
        assert desk.take(who, step, 2).status_code == 200
    desk.take("ann", "schedule", 2, WEDNESDAY)
    desk.ask("ann", "POST", f"/v1/rules/{KEY}/unschedule")
    acts = desk.ask("aud", "GET", f"/v1/audit?subject=rule:{KEY}").json()["items"]
    assert [act["act"].removeprefix("rule.") for act in reversed(acts)] == [
        *("drafted", "submitted", "sent_back", "drafted", "submitted", "approved", "scheduled", "unscheduled")
    ]
    assert acts[2]["actor"] == desk.people["cem"]
    assert "Say who decided." not in str(acts)


@pytest.mark.parametrize("step", ["check", "submit", "approve", "schedule"])
def test_steps_of_a_draft_that_is_not_there_are_not_found(desk: Desk, step: str) -> None:
    assert code(desk.take("bob", step, body=WEDNESDAY)) == (404, "draft-not-found")


def _earned(city: City, number: int, at: Any) -> int:  # noqa: ANN401 - an instant
    (result,) = city.world.send([ride(number, at, 3_000)], at=at)
    mine = [line for line in city.world.explain(*_key(number)).trace.rules if line.rule == KEY]  # type: ignore[union-attr]
    assert result.status == "awarded"
    return sum(rule.got for rule in mine)


def _key(number: int) -> tuple[str, str]:
    sent = ride(number, TUESDAY, 1)
    return str(sent["source"]), str(sent["id"])


def test_a_rule_of_a_campaign_that_is_not_open_is_not_scheduled(desk: Desk) -> None:
    draft = desk.begin(campaign="cmp_unheard_of").json()
    desk.attach(draft["revision"])
    for who, step in (("ann", "check"), ("ann", "submit"), ("cem", "approve")):
        assert desk.take(who, step).status_code == 200
    assert code(desk.take("ann", "schedule", body=WEDNESDAY)) == (422, "campaign-unknown")
