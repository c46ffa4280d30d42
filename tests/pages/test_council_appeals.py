"""Residents ask a person to look again, or complain: an officer answers on a page, before the clock runs out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from app.web import streams
from app.web.pages.visits import Role
from tests.earning.world import ride
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town

PAGE = "/officer/appeals"
SUPPORT, APPROVER, AUDITOR = range(3)


@pytest.fixture
def offices(town: Town, now: datetime) -> Town:
    """Support has refused a ride that was too fast; its resident appeals, and complains."""
    city = town.city
    city.world.send([ride(1, now, 30_000, card=0, seconds=600)], at=now)
    headers = city.by("support")
    (case,) = city.http.get("/v1/review", headers=headers).json()["items"]
    refused = {"decision": "refuse", "reason": "Nobody rides so fast."}
    assert city.http.post(f"/v1/review/{case['id']}/decide", json=refused, headers=headers).status_code == 200
    mine = city.resident(0)
    appeal = {"source": case["source"], "id": case["event_id"], "text": "The device was wrong.\nI did ride."}
    assert city.http.post("/v1/me/appeals", json=appeal, headers=mine).status_code == 201
    complaint = {"text": "It was refused without asking me."}
    assert city.http.post("/v1/me/complaints", json=complaint, headers=mine).status_code == 201
    return replace(town, officers=[city.officers[role] for role in ("support", "approver", "auditor")])


def test_an_appeal_is_decided_by_another_than_who_refused_and_then_it_counts(offices: Town) -> None:
    own, other = (offices.browser(Role.OFFICER, number=number) for number in (SUPPORT, APPROVER))
    page = visit(own, PAGE)
    assert "The device was wrong." in page.text
    assert "30 days left, until" in page.text
    form = page.form(f"{PAGE}/decide")
    page = own.send(form, decision="changed", words="They sent a photograph.")
    check(page, 403)
    assert "You decided about this the first time." in page.text
    assert "They sent a photograph." in page.response.text
    form = visit(other, PAGE).form(f"{PAGE}/decide")
    for wrong in ({"decision": "", "words": "So."}, {"decision": "changed", "words": ""}):
        check(other.send(form, **wrong), 422)
    page = other.send(form, decision="changed", words="They sent a photograph.")
    check(page)
    assert "No appeal is waiting." in page.text
    assert "They sent a photograph." in visit(offices.browser(Role.RESIDENT), "/you/asked").text
    check(other.send(form, decision="stands", words="Late."), 409)


def test_a_complaint_is_acknowledged_and_answered_once(offices: Town) -> None:
    browser = offices.browser(Role.OFFICER)
    page = visit(browser, PAGE)
    answer = page.form(f"{PAGE}/answer")
    page = browser.send(page.form(f"{PAGE}/acknowledge"))
    check(page)
    assert "Acknowledged" in page.text
    page = browser.send(answer, words=" ")
    check(page, 422)
    assert "Write what you found" in page.text
    check(browser.send(answer, words="4012 8888 8888 1881 was the card."), 422)
    page = browser.send(answer, words="You are right: we ask first from now on.")
    check(page)
    assert "No complaint is waiting." in page.text
    assert "we ask first from now on" in visit(offices.browser(Role.RESIDENT), "/you/asked").text
    page = browser.send(answer, words="Once more, then.")
    check(page, 409)
    assert "Once more, then." not in visit(offices.browser(Role.RESIDENT), "/you/asked").text


def test_the_auditor_reads_and_answers_nothing_and_the_look_is_written_down(offices: Town) -> None:
    auditor = offices.browser(Role.OFFICER, number=AUDITOR)
    page = visit(auditor, PAGE)
    assert [form for form in page.forms if form.action.startswith(PAGE)] == []
    assert f"resident:{offices.city.residents[0]}" in visit(auditor, "/officer/audit?act=person.looked_at").text


def test_an_open_page_hears_of_a_new_complaint(offices: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LONGEST_LOOKS", 1)
    browser, city = offices.browser(Role.OFFICER), offices.city
    before = browser.http.get(f"{PAGE}/stream").text
    sent = city.http.post("/v1/me/complaints", json={"text": "And another."}, headers=city.resident(0))
    assert sent.status_code == 201
    assert browser.http.get(f"{PAGE}/stream").text != before
