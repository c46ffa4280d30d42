"""Writing a draft: from whatever one begins with, with what lint and the examples say at every save."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.packs import LEEDS, load_pack
from tests.api.city import bearer
from tests.rulebook.drafting.desk import KEY, Desk, make_example, make_rides_document

IN_FORCE = "rul_check_in"
_MANY = make_example(2_000, 3)["events"][0] | {"times": 100, "every_minutes": 1}


def test_a_draft_is_shown_with_its_sentence_findings_and_examples_run(desk: Desk) -> None:
    begun = desk.begin(examples=[make_example(2_000, 3), make_example(1_999, 3)])
    assert begun.status_code == 201
    draft = begun.json()
    assert (draft["id"], draft["version"], draft["revision"], draft["status"]) == (KEY, 1, 1, "draft")
    assert "3 points" in draft["sentence"]
    assert [(one["points"], one["passed"]) for one in draft["examples"]] == [(3, True), (0, False)]
    assert {one["code"] for one in draft["missing"]} == {"example-fails", "no-evidence"}
    assert (draft["author"]["name"], [one["name"] for one in draft["editors"]]) == ("ann", ["ann"])
    assert desk.show() == draft


def test_a_save_says_anew_what_lint_finds_and_how_to_mend_it(desk: Desk) -> None:
    tag = desk.begin().json()["revision"]
    weekend = [{"fact": "local.weekday", "op": "in", "value": ["saturday"]}, *make_rides_document()["when"]]
    never = [*weekend, {"fact": "local.weekday", "op": "in", "value": ["monday"]}]
    saved = desk.save("bob", tag, when=never)
    assert (saved.status_code, saved.headers["etag"]) == (200, '"2"')
    (finding,) = (one for one in saved.json()["findings"] if one["severity"] == "fault")
    assert (finding["code"], finding["path"][:4]) == ("contradiction", "when")
    assert finding["sentence"]
    assert finding["mend"]
    assert {one["name"] for one in saved.json()["editors"]} == {"ann", "bob"}


def test_what_is_shown_can_be_saved_as_it_is(desk: Desk) -> None:
    assert desk.begin().json()["document"] == make_rides_document()
    desk.ask("ann", "POST", "/v1/rules", {"next_of": IN_FORCE})
    shown = desk.ask("ann", "GET", f"/v1/rules/{IN_FORCE}/draft").json()["document"]
    saved = desk.ask("ann", "PUT", f"/v1/rules/{IN_FORCE}/draft", {"document": shown}, tag=1)
    assert (saved.status_code, saved.json()["document"]) == (200, shown)


def test_a_draft_begins_from_a_template_and_its_answers(desk: Desk) -> None:
    answers = {"id": "rul_far", "every": 250, "cap": 8}
    begun = desk.ask("ann", "POST", "/v1/rules", {"template": "distance", "answers": answers})
    assert begun.status_code == 201, begun.text
    assert (begun.json()["id"], begun.json()["document"]["effect"]["every"]) == ("rul_far", 250)
    assert all(one["passed"] for one in begun.json()["examples"])


@pytest.mark.parametrize(
    ("template", "answers", "status", "path"),
    [("distance", {"every": 1}, 422, "every"), ("distance", {"x": 1}, 422, ""), ("none", {}, 404, None)],
)
def test_an_answer_that_fits_no_blank_is_told_by_the_blank(
    desk: Desk, template: str, answers: dict[str, Any], status: int, path: str | None
) -> None:
    refused = desk.ask("ann", "POST", "/v1/rules", {"template": template, "answers": answers})
    assert refused.status_code == status
    if path is not None:
        assert [fault["path"] for fault in refused.json()["faults"]] == [path]


def test_the_next_version_begins_as_the_one_in_force(desk: Desk) -> None:
    begun = desk.ask("ann", "POST", "/v1/rules", {"next_of": IN_FORCE})
    assert begun.status_code == 201
    (rule,) = (one for one in load_pack(LEEDS) if one.id == IN_FORCE)
    written = rule.model_dump(mode="json", by_alias=True) | {"version": 2}
    assert begun.json()["document"] == written
    assert desk.ask("ann", "POST", "/v1/rules", {"next_of": "rul_unheard_of"}).status_code == 404


_CIRCLE: dict[str, Any] = {
    "trigger": "challenge.unlocked",
    "when": [{"fact": "challenge", "op": "is", "value": "tour"}],
    "effect": {"kind": "unlock", "challenge": "tour"},
    "examples": [],
}


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ({"colour": "red"}, "colour"),
        ({"effect": {"kind": "points", "points": 3.5}}, "effect.points"),
        ({"effect": {"kind": "points", "points": 10**40}}, "effect.points"),
        ({"limits": [{"scope": "resident_rule", "per": "day", "times": 0}]}, "limits[0].times"),
        ({"limits": []}, "limits"),
        ({"limits": [{"scope": "resident_rule", "per": "event", "points": 3}]}, "limits"),
        ({"limits": [{"scope": "resident_rule", "per": "day", "times": 2.0}]}, "limits[0].times"),
        ({"limits": [{"scope": "resident_rule", "per": "day", "times": 2, "weeks": 1}]}, "limits[0].weeks"),
        (_CIRCLE, "effect.challenge"),
        ({"effect": {"kind": "points", "points": -3}}, "effect.points"),
        ({"examples": [make_example(2_000, 3) | {"events": [_MANY] * 26}] * 2}, "examples"),
        ({"version": 2}, "version"),
        ({"id": IN_FORCE}, "version"),
    ],
)
def test_what_is_no_rule_is_refused_with_the_path_of_the_fault_and_kept_nowhere(
    desk: Desk, written: dict[str, Any], path: str
) -> None:
    refused = desk.begin(**written)
    assert (refused.status_code, refused.json()["code"]) == (422, "document-unfit")
    (fault,) = refused.json()["faults"]
    assert fault["path"] == path
    assert fault["sentence"].endswith(".")
    assert desk.ask("ann", "GET", "/v1/rules/drafts").json() == {"items": []}


def test_a_member_that_is_given_twice_is_refused_with_its_path(desk: Desk) -> None:
    body = json.dumps({"document": make_rides_document()}).replace('"version": 1', '"version": 1, "version": 1')
    headers = bearer(desk.city.token(desk.people["ann"], "officer")) | {"Content-Type": "application/json"}
    refused = desk.city.http.post("/v1/rules", content=body, headers=headers)
    assert [fault["path"] for fault in refused.json()["faults"]] == ["version"]


@pytest.mark.parametrize("body", [{}, {"document": {}, "next_of": IN_FORCE}, [], {"next_of": 1}])
def test_one_begins_in_one_of_three_ways(desk: Desk, body: object) -> None:
    refused = desk.ask("ann", "POST", "/v1/rules", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "body-invalid")


def test_a_rule_has_one_open_draft(desk: Desk) -> None:
    desk.begin()
    refused = desk.begin("bob")
    assert (refused.status_code, refused.json()["code"]) == (409, "draft-exists")
    (shown,) = desk.ask("fay", "GET", "/v1/rules/drafts").json()["items"]
    assert (shown["id"], shown["author"]["name"]) == (KEY, "ann")


def test_a_draft_stays_a_draft_of_its_rule_and_version(desk: Desk) -> None:
    tag = desk.begin().json()["revision"]
    for changes, path in (({"id": "rul_other"}, "id"), ({"version": 2}, "version")):
        refused = desk.save("ann", tag, **changes)
        assert [fault["path"] for fault in refused.json()["faults"]] == [path]


def test_a_discarded_draft_makes_room_and_its_evidence_counts_no_more(desk: Desk) -> None:
    desk.begin()
    desk.attach(1)
    assert desk.ask("bob", "DELETE", f"/v1/rules/{KEY}/draft", tag=1).status_code == 204
    assert desk.ask("ann", "GET", f"/v1/rules/{KEY}/draft").json()["code"] == "draft-not-found"
    anew = desk.begin("bob").json()
    assert (anew["revision"], anew["evidence"], [one["name"] for one in anew["editors"]]) == (2, [], ["bob"])


def test_the_second_of_two_edits_is_refused_and_nothing_is_lost(desk: Desk) -> None:
    tag = desk.begin().json()["revision"]
    assert desk.save("bob", tag, basis="Bob's").status_code == 200
    refused = desk.save("ann", tag, basis="Ann's")
    assert (refused.status_code, refused.json()["code"], refused.json()["revision"]) == (412, "draft-changed", 2)
    assert desk.show()["document"]["basis"] == "Bob's"
    assert desk.ask("ann", "DELETE", f"/v1/rules/{KEY}/draft", tag=tag).status_code == 412
    assert desk.save("ann", 2, basis="Ann's").json()["revision"] == 3


def test_an_edit_without_a_tag_is_refused(desk: Desk) -> None:
    desk.begin()
    assert desk.save("ann", None, basis="Blind").status_code == 400
    assert desk.show()["revision"] == 1


@pytest.mark.parametrize("who", ["eve", "fay"])
def test_only_editors_and_approvers_write(desk: Desk, who: str) -> None:
    assert desk.begin(who).json()["code"] == "role-needed"


def test_the_same_request_begins_one_draft(desk: Desk) -> None:
    body = {"document": make_rides_document()}
    first, again = (desk.ask("ann", "POST", "/v1/rules", body, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
