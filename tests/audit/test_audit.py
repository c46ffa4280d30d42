"""The audit trail: with the change or not at all, never changed, and read under its own eyes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.audit import SYSTEM, list_acts, record_act
from app.core.paging import CursorUnknown
from tests.api.city import City
from tests.earning.world import TAPS, tap


def _record(session: Session, now: datetime, *subjects: str) -> None:
    for subject in subjects:
        record_act(session, actor=SYSTEM, act="rule.stopped", subject=subject, now=now)


def test_an_act_that_is_not_in_the_list_is_a_mistake_of_the_program(session: Session, now: datetime) -> None:
    with pytest.raises(AssertionError, match=r"person\.forgotten"):
        record_act(session, actor=SYSTEM, act="person.forgotten", subject="resident:x", now=now)


@pytest.mark.parametrize("deed", ["UPDATE audit_acts SET act = 'x'", "DELETE FROM audit_acts", "TRUNCATE audit_acts"])
@pytest.mark.parametrize("role", ["rewards_app", "NONE"])
def test_nobody_changes_an_act_not_even_the_tables_owner(session: Session, now: datetime, deed: str, role: str) -> None:
    _record(session, now, "rule:rul_one")
    session.execute(text(f"SET LOCAL ROLE {role}"))
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        session.execute(text(deed))


def test_acts_are_found_by_what_they_are_about_in_pages(session: Session, now: datetime) -> None:
    _record(session, now, "rule:rul_one", "rule:rul_two", "rule:rul_one", "rule:rul_one")
    first = list_acts(session, subject="rule:rul_one", limit=2)
    assert first.after is not None
    second = list_acts(session, subject="rule:rul_one", limit=2, after=first.after)
    assert [len(page.items) for page in (first, second)] == [2, 1]
    assert second.after is None
    assert len({act.number for act in (*first.items, *second.items)}) == 3
    with pytest.raises(CursorUnknown):
        list_acts(session, after="x")


def test_reading_the_trail_is_an_act_too(city: City) -> None:
    wanted = {"act": "audit.read"}
    assert city.http.get("/v1/audit", headers=city.by("auditor"), params=wanted).json()["items"] == []
    (seen,) = city.http.get("/v1/audit", headers=city.by("auditor"), params=wanted).json()["items"]
    assert (seen["act"], seen["actor_kind"], seen["subject"]) == ("audit.read", "officer", "audit")
    asked = wanted | {"actor": seen["actor"], "since": "2026-01-01T00:00:00Z"}
    assert city.http.get("/v1/audit", headers=city.by("auditor"), params=asked).json()["items"] != []
    assert city.http.get("/v1/audit?actor=somebody", headers=city.by("auditor")).status_code == 400


def test_money_campaigns_pauses_roles_and_voids_leave_their_acts(city: City, now: datetime) -> None:
    def post(who: str, path: str, **order: object) -> None:
        answer = city.http.post(path, json={"reason": "Grant agreement", **order}, headers=city.by(who))
        assert answer.status_code in {200, 201}, answer.text

    post("finance", "/v1/pots/payments", funder=3, pence=900)
    post("finance", "/v1/funding", campaign="welcome", funder=3, points=500)
    post("finance", "/v1/backing-rate", funder=3, pence_per_100_points=100)
    post("editor", "/v1/campaigns", key="cmp_ours", title="Ours", starts_on="2026-11-23", ends_on="2027-11-23")
    post("approver", "/v1/pauses", what="earning", notice="We count. Back at noon.")
    (pause,) = city.http.get("/v1/pauses").json()["items"]
    post("approver", f"/v1/pauses/{pause['id']}/end")
    taken = tap(1, now - timedelta(hours=1))
    city.send(taken)
    post("taps", f"/v1/events/{TAPS}/{taken['id']}/void")
    mine = city.resident(0)
    assert city.http.put("/v1/me/thanks", json={"declined": []}, headers=mine).status_code == 200
    assert city.http.patch("/v1/me", json={"name": "Somebody Else"}, headers=mine).status_code == 200
    told = city.http.get("/v1/audit", headers=city.by("auditor"), params={"limit": 200})
    acts = [(one["act"], one["actor_kind"]) for one in told.json()["items"]]
    assert acts[:8] == [
        ("person.changed", "resident"),
        ("person.changed", "resident"),
        ("event.voided", "machine"),
        ("scheme.resumed", "officer"),
        ("scheme.paused", "officer"),
        ("campaign.opened", "officer"),
        ("budget.rate_changed", "officer"),
        ("budget.funded", "officer"),
    ]
    assert ("role.given", "system") in acts
    assert "Somebody Else" not in told.text
    paid = city.http.get("/v1/audit", headers=city.by("auditor"), params={"act": "budget.paid_in"}).json()["items"][0]
    assert (paid["actor"], paid["facts"]["amount"]) == (city.officers["finance"], 900)


def test_what_was_refused_leaves_no_act(city: City) -> None:
    order = {"campaign": "welcome", "funder": 3, "points": 500, "reason": "Grant"}
    assert city.http.post("/v1/funding", json=order, headers=city.by("finance")).status_code == 409
    asked = {"act": "budget.funded"}
    assert city.http.get("/v1/audit", headers=city.by("auditor"), params=asked).json()["items"] == []
