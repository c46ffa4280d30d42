"""Officers pay partners on a page, always two of them; each refusal is told there with nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.settlement.tasks import close_last_week
from app.web.pages.visits import Role
from tests.pages.browser import Browser, Page
from tests.pages.business import open_as, open_as_colleague, pay_by_file, use_vouchers
from tests.pages.test_every_page import check, visit
from tests.pages.test_partner_money import BANK, GOOD, WEEK
from tests.pages.test_partner_money import MONEY as OWN_MONEY
from tests.pages.town import Town

MONEY = "/officer/money"


def _send(browser: Browser, begins: str, **filled: str) -> Page:
    return browser.send(visit(browser, MONEY).form(f"{MONEY}/{begins}"), **filled)


def press(browser: Browser, act: str, **filled: str) -> Page:
    """The first button that sends a form whose address ends like this."""
    page = visit(browser, MONEY)
    return browser.send(next(form for form in page.forms if form.action.endswith(f"/{act}")), **filled)


@pytest.fixture
def earned(shared_town: Town) -> Town:
    """Last week the café has earned the price of a drink, and nobody knows where to pay it."""
    use_vouchers(shared_town, "drink")
    close_last_week(shared_town.city.runtime.database, now=shared_town.city.clock.now() + timedelta(weeks=1))
    return shared_town


def _approve_bank(earned: Town) -> Page:
    owner, finance = open_as(earned, "owner"), open_as(earned, "finance")
    owner.send(visit(owner, BANK).form(BANK), **GOOD)
    path = next(link for link in visit(finance, MONEY).links() if link.startswith(f"{MONEY}/bank/"))
    page = visit(finance, path)
    assert "KIRKGATE COFFEE" in page.text
    return finance.send(page.form(path))


def test_partner_is_paid_by_two_officers_and_without_any_script(earned: Town) -> None:
    finance, admin, colleague = open_as(earned, "finance"), open_as(earned, "admin"), open_as_colleague(earned)
    check(_approve_bank(earned))
    page = _send(finance, "files")
    check(page)
    assert "Another officer has to say that the bank has it." in page.text
    assert "It is with the bank." in visit(colleague, OWN_MONEY).text
    link = next(link for link in page.links() if link.startswith(f"{MONEY}/files/"))
    lines = finance.http.get(link).text.splitlines()
    assert [len(line) for line in lines] == [100, 100]
    page = press(admin, "send")
    check(page)
    assert "Sent 1 payment, £0.80" in page.text
    assert "£0.80 Paid Paid 22 November 2026" in visit(colleague, OWN_MONEY).text
    assert "£0.00 is owed to you now." in visit(colleague, OWN_MONEY).text


def test_who_made_a_file_can_not_have_it_sent_even_by_a_form_of_their_own(earned: Town) -> None:
    finance = open_as(earned, "finance")
    _approve_bank(earned)
    _send(finance, "files")
    page = visit(finance, MONEY)
    assert [form.action for form in page.forms if form.action.endswith("/send")] == []
    form = next(form for form in page.forms if form.action.endswith("/drop"))
    form.action = form.action.replace("/drop", "/send")
    page = finance.send(form)
    check(page, 409)
    assert "You made this file yourself. Another officer has to send it." in page.text
    page = press(finance, "drop")
    check(page)
    assert "Its payments wait for the next one." in page.text


def test_a_file_with_nothing_to_pay_is_refused_in_words(earned: Town) -> None:
    page = _send(open_as(earned, "finance"), "files")
    check(page, 409)
    assert "No payment is waiting for a file." in page.text


def test_other_bank_details_than_were_read_are_never_approved(earned: Town) -> None:
    owner, finance = open_as(earned, "owner"), open_as(earned, "finance")
    owner.send(visit(owner, BANK).form(BANK), **GOOD)
    path = next(link for link in visit(finance, MONEY).links() if link.startswith(f"{MONEY}/bank/"))
    form = visit(finance, path).form(path)
    owner.send(visit(owner, BANK).form(BANK), **(GOOD | {"account": "87654321"}))
    page = finance.send(form)
    check(page, 409)
    assert "sent other bank details since you read these" in page.text
    assert "ends in" not in visit(owner, OWN_MONEY).text
    check(finance.send(visit(finance, path).form(path)))
    assert "ends in 21" in visit(owner, OWN_MONEY).text
    check(finance.open(path), 409)


def test_what_the_bank_gave_back_is_owed_again_and_the_partner_reads_why(earned: Town) -> None:
    pay_by_file(earned, GOOD, close=False)
    admin = open_as(earned, "admin")
    page = press(admin, "return", reason=" ")
    check(page, 422)
    assert "Say why, in a sentence that others can read." in page.text
    check(press(admin, "return", reason="The account is closed."))
    page = visit(open_as_colleague(earned), OWN_MONEY)
    assert "Came back Your bank gave it back: The account is closed." in page.text
    assert "£0.80 is owed to you now." in page.text


def test_a_refund_takes_two_officers_and_each_refusal_keeps_what_was_written(earned: Town) -> None:
    staff = open_as_colleague(earned)
    path = next(link for link in visit(staff, WEEK).links() if "/ask/" in link)
    staff.send(visit(staff, path).form(path), reason="The machine was broken.")
    finance, approver = open_as(earned, "finance"), open_as(earned, "approver")
    page = press(finance, "propose", points="lots", reason="Nobody got a drink.")
    check(page, 422)
    assert "Write the points as a whole number" in page.text
    kept = next(form for form in page.forms if form.action.endswith("/propose")).fields
    assert (kept["points"], kept["reason"]) == ("lots", "Nobody got a drink.")
    page = press(finance, "propose", reason="Nobody got a drink.")
    check(page)
    assert "You proposed this. Another officer has to approve it." in page.text
    assert [form for form in page.forms if form.action.endswith("/approve")] == []
    form = next(form for form in page.forms if form.action.endswith("/refuse"))
    form.action = form.action.replace("/refuse", "/approve")
    page = finance.send(form, points="100")
    check(page, 409)
    assert "Ask another approver." in page.text
    assert "Files for the bank" not in visit(approver, MONEY).text
    check(press(approver, "approve"))
    assert "Given back" in visit(staff, OWN_MONEY).text
    assert earned.city.balance()["available"] == 500


def test_an_officer_sees_and_does_only_what_their_roles_let_them(earned: Town) -> None:
    for role, found in (("auditor", 200), ("support", 200), ("editor", 403)):
        page = open_as(earned, role).open(MONEY)
        check(page, found)
        assert [form.action for form in page.forms if form.action.startswith(MONEY)] == []


def test_work_that_was_given_up_is_tried_again_from_the_page(earned: Town) -> None:
    dead = text("INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', :task, 'failed')")
    earned.city.runtime.database.in_transaction(lambda session: session.execute(dead, {"task": "webhooks.send"}))
    assert "1 piece of work was given up" in visit(open_as(earned, "finance"), MONEY).text
    page = press(open_as(earned, "admin"), "retry")
    check(page)
    assert "Nothing. Work that fails many times stands here" in page.text


def test_a_residents_or_partners_session_finds_nothing_there(earned: Town) -> None:
    for role in (Role.RESIDENT, Role.PARTNER):
        check(earned.browser(role).open(MONEY), 403)
