"""Officers at their desks: cases are decided with a reason, files are followed, and every look is written down."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.earning.importing.declaration import load_map
from app.earning.importing.doors import open_door
from app.web import streams
from app.web.pages.visits import Role
from tests.earning.world import ride
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town

METRO = Path(__file__).parents[2] / "app" / "earning" / "maps" / "metro-taps.toml"


@pytest.fixture
def offices(town: Town) -> Town:
    """The town with a support officer and an auditor."""
    return replace(town, officers=[town.city.officers[role] for role in ("support", "auditor")])


def _hold(offices: Town) -> None:
    at = offices.city.clock.now()
    offices.city.world.send([ride(1, at, 30_000, card=0, seconds=600)], at=at)


def test_a_flagged_event_shows_its_evidence_and_is_decided_with_a_reason(offices: Town) -> None:
    _hold(offices)
    browser = offices.browser(Role.OFFICER)
    page = visit(browser, "/officer/review")
    assert "30000" in page.text
    page = browser.send(page.form("/officer/review"), decision="release", reason="The device had the wrong unit.")
    check(page)
    assert "Nothing is waiting." in page.text
    assert "Bike ride" in visit(offices.browser(Role.RESIDENT), "/you").text


@pytest.mark.parametrize(
    ("decision", "reason", "told"),
    [
        ("release", "", "Say why"),
        ("", "The unit was wrong.", "Choose whether it counts"),
        ("refuse", "x" * 501, "Say why"),
    ],
)
def test_a_decision_without_a_reason_or_a_choice_is_asked_for_again(
    offices: Town, decision: str, reason: str, told: str
) -> None:
    _hold(offices)
    browser = offices.browser(Role.OFFICER)
    page = browser.send(visit(browser, "/officer/review").form("/officer/review"), decision=decision, reason=reason)
    check(page, 422)
    assert told in page.text
    assert reason in page.response.text
    check(browser.open("/officer/review"))


def test_a_null_character_is_no_fault_of_ours(offices: Town) -> None:
    _hold(offices)
    browser = offices.browser(Role.OFFICER)
    form = visit(browser, "/officer/review").form("/officer/review")
    check(browser.send(form, decision="release", reason="\0"), 422)
    visit(offices.browser(Role.OFFICER, number=1), "/officer/audit?subject=%00&act=a%00b")


def test_a_case_that_another_officer_decided_meanwhile_is_told(offices: Town) -> None:
    _hold(offices)
    browser = offices.browser(Role.OFFICER)
    form = visit(browser, "/officer/review").form("/officer/review")
    browser.send(form, decision="refuse", reason="Nobody rides so fast.")
    page = browser.send(form, decision="release", reason="It was a train.")
    check(page, 409)
    assert "Another officer has decided this case meanwhile" in page.text
    assert "Their reason: Nobody rides so fast." in page.text
    assert "You wrote: It was a train." in page.text
    assert "Nothing is waiting." in page.text


def test_a_look_at_the_queue_is_written_down_for_the_resident_and_the_clock_is_told(offices: Town) -> None:
    _hold(offices)
    assert "10 days left, until" in visit(offices.browser(Role.OFFICER), "/officer/review").text
    acts = visit(offices.browser(Role.OFFICER, number=1), "/officer/audit?act=person.looked_at").text
    assert f"resident:{offices.city.residents[0]}" in acts


def test_an_open_queue_hears_of_a_new_case(offices: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LONGEST_LOOKS", 1)
    browser = offices.browser(Role.OFFICER)
    empty = browser.http.get("/officer/review/stream").text
    assert empty == "event: changed\ndata: \n\n"
    _hold(offices)
    (news,) = [
        tag.attributes for tag in visit(browser, "/officer/review").find_all("p") if "data-news" in tag.attributes
    ]
    assert news["data-news"] == "/officer/review/stream"
    assert browser.http.get(news["data-news"]).text == f"event: changed\ndata: {news['data-known']}\n\n"
    assert news["data-known"]


def test_the_auditor_reads_who_did_what_and_the_look_is_written_down(offices: Town) -> None:
    browser = offices.browser(Role.OFFICER, number=1)
    visit(browser, "/officer/audit")
    page = visit(browser, "/officer/audit?act=audit.read")
    assert re.search(r"The audit trail was read\s*acts: \d+\s*auditor\s*All that they did", page.text)
    own = next(link for link in page.links() if "actor=" in link)
    assert own.endswith(offices.city.officers["auditor"])
    theirs = visit(browser, own).text
    assert "The service itself" in visit(browser, "/officer/audit").text
    assert "The service itself" not in theirs
    check(browser.open("/officer/audit?actor=nobody"), 400)
    assert "Nothing was found." in visit(browser, "/officer/audit?act=nothing.like.this").text
    check(offices.browser(Role.OFFICER).open("/officer/audit"), 403)


def test_a_file_shows_how_far_it_has_come_and_what_could_not_be_kept(offices: Town) -> None:
    browser, city = offices.browser(Role.OFFICER), offices.city
    city.runtime.database.in_transaction(
        lambda session: open_door(
            session, name="metro", declared=load_map(METRO), schedule="daily", now=city.clock.now()
        )
    )
    headers = city.by("taps") | {"Content-Type": "text/csv"}
    sent = city.http.post("/v1/imports?door=metro&name=june.csv", content=b"nothing\n", headers=headers)
    assert sent.status_code == 202, sent.text
    (link,) = [link for link in visit(browser, "/officer/imports").links() if "/officer/imports/imp_" in link]
    page = visit(browser, link)
    assert page.heading == "june.csv"
    assert "0% is imported." in page.text
    assert browser.http.get(f"{link}/errors.csv").text.startswith("line,column")
