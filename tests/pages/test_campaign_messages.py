"""Messages of a campaign on pages: written by one officer, let out by another, to those who asked for them."""

from __future__ import annotations

from sqlalchemy import text

from app.web.pages.visits import Role
from tests.pages.browser import Browser, Form, Page
from tests.pages.business import open_as
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town

ADDRESS = "/officer/campaigns/welcome/messages"
WORDS = {"subject": "Free rides on Sunday", "body": "All buses are free on Sunday.\r\nCome along."}


def _write(browser: Browser, **filled: str) -> Page:
    return browser.send(visit(browser, ADDRESS).form(ADDRESS), **(WORDS | filled))


def _want(town: Town, resident: int, *, given: bool = True) -> None:
    path = "/v1/me/campaign-messages/welcome"
    answer = town.city.http.put(path, json={"given": given}, headers=town.city.resident(resident))
    assert answer.status_code == 200


def test_a_message_waits_for_another_officer_and_is_sent_once_they_have_approved(shared_town: Town) -> None:
    page = _write(open_as(shared_town, "editor"))
    check(page)
    assert page.heading == "Free rides on Sunday Waiting for approval"
    assert "All buses are free on Sunday. Come along. You get this because you asked for messages about" in page.text
    assert "You wrote it, so another officer" in page.text
    assert [form for form in page.forms if form.action.endswith("/approve")] == []
    approver = open_as(shared_town, "approver")
    rows = visit(approver, "/officer/approvals")
    assert "Free rides on Sunday Message of a campaign editor" in rows.text
    (link,) = [link for link in rows.links() if link.startswith("/officer/campaign-messages/cmm_")]
    page = approver.send(visit(approver, link).form(f"{link}/approve"))
    check(page)
    assert "Approved. It is being sent to everybody who wants it." in page.text
    assert page.heading == "Free rides on Sunday Being sent"
    assert "approver approved a message" in visit(approver, "/officer/campaigns/welcome").text
    acts = visit(open_as(shared_town, "auditor"), "/officer/audit?act=campaign.message_sent").text
    assert acts.count("campaign:welcome") == 2


def test_nobody_approves_their_own_message_and_is_told_why(shared_town: Town) -> None:
    both = text("UPDATE officers SET roles = '{editor,approver}' WHERE name = 'editor'")
    shared_town.city.runtime.database.in_transaction(lambda session: session.execute(both))
    browser = open_as(shared_town, "editor")
    page = _write(browser)
    form = page.form("/officer/campaign-messages/")
    page = browser.send(Form(form.action.replace("/discard", "/approve"), "post", form.fields))
    check(page, 409)
    assert "Somebody who wrote, changed or proposed this can't approve it." in page.text
    assert page.heading == "Free rides on Sunday Waiting for approval"


def test_how_many_want_messages_is_told_and_nobody_is_named(shared_town: Town) -> None:
    _want(shared_town, 0)
    _want(shared_town, 1)
    _want(shared_town, 1, given=False)
    page = visit(open_as(shared_town, "editor"), ADDRESS)
    assert "1 resident wants messages about this campaign. 0 have an address that one can go to." in page.text
    assert "Resident 0" not in page.response.text
    assert not [one for one in shared_town.city.residents if one in page.response.text]


def test_a_resident_finds_the_messages_of_campaigns_asks_for_one_and_takes_it_back(shared_town: Town) -> None:
    browser, auditor = shared_town.browser(Role.RESIDENT), open_as(shared_town, "auditor")
    assert "/you/messages" in visit(browser, "/you/account").links()
    page = visit(browser, "/you/messages")
    assert not [tag for tag in page.tags if "checked" in tag.attributes]
    assert "May we write to you about Welcome? You get one message a week at most" in page.text
    check(browser.send(page.form("/you/messages"), campaign="welcome"))
    page = visit(browser, "/you/messages")
    assert [tag.attributes["value"] for tag in page.tags if "checked" in tag.attributes] == ["welcome"]
    assert "Last said on 22 November 2026." in page.text
    assert "1 resident wants messages" in visit(auditor, ADDRESS).text
    check(browser.send(page.form("/you/messages"), campaign=""))
    assert "0 residents want messages" in visit(auditor, ADDRESS).text
    acts = visit(auditor, "/officer/audit?act=person.consent_changed").find_all("td")
    assert len([cell for cell in acts if "Somebody gave or withdrew a consent" in cell.text]) == 2


def test_a_message_that_does_not_fit_comes_back_as_it_was_written(shared_town: Town) -> None:
    browser = open_as(shared_town, "editor")
    for field, value, told in (
        ("subject", "", "Enter a subject of one line"),
        ("body", "", "Enter what they read"),
        ("body", "x" * 501, "Enter what they read"),
        ("body", "Pay with 4111 1111 1111 1111.", "bank card"),
    ):
        page = _write(browser, **{field: value})
        check(page, 422)
        assert told in page.text
        kept = page.form(ADDRESS).fields
        assert kept["subject"] == (WORDS | {field: value})["subject"]
        assert kept["body"].replace("\r\n", "\n") == (WORDS | {field: value})["body"].replace("\r\n", "\n")


def test_a_second_message_in_a_week_is_told_when_it_may_go(shared_town: Town) -> None:
    editor, approver = open_as(shared_town, "editor"), open_as(shared_town, "approver")
    first, path = (
        _write(editor, subject=name).form("/officer/campaign-messages/").action.removesuffix("/discard")
        for name in ("One", "Two")
    )
    check(approver.send(visit(approver, first).form(f"{first}/approve")))
    page = approver.send(visit(approver, path).form(f"{path}/approve"))
    check(page, 409)
    assert "A campaign sends one message in 7 days." in page.text
    assert "The next one may go on 29 November 2026 at 12pm." in page.text
    page = approver.send(page.form(f"{path}/discard"))
    check(page)
    assert "Discarded. Nobody gets it." in page.text
    assert "Two Discarded" in visit(editor, ADDRESS).text


def test_who_may_not_write_reads_who_does_and_nothing_is_written_about_what_is_over(shared_town: Town) -> None:
    page = visit(open_as(shared_town, "auditor"), ADDRESS)
    assert "Officers with the role Editor or Administrator write messages." in page.text
    editor = open_as(shared_town, "editor")
    form = visit(editor, ADDRESS).form(ADDRESS)
    change = "/officer/campaigns/welcome/change"
    check(editor.send(visit(editor, change).form(change), last_on="2026-11-21"))
    page = editor.send(form, **WORDS)
    check(page, 409)
    assert "This campaign is over, so nobody is written to about it." in page.text
    check(editor.open("/officer/campaign-messages/cmm_nothing"), 404)
