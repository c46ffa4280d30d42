"""A partner reads to the penny what it earned and how it is paid, says where to, and asks about a voucher."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from app.core.database import Database
from app.core.secret_store import Secrets
from app.settlement.period_sums import list_sums
from app.settlement.queries import get_statement
from app.settlement.tasks import close_last_week
from app.web.api.payout_shapes import get_partner_by_id
from app.web.pages.visits import Role
from tests.api.city import build_city
from tests.pages.browser import Browser, Page
from tests.pages.business import move_on, open_as, open_as_colleague, pay_by_file, use_vouchers
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town, open_town
from tests.partner_life.office import find_cafe

MONEY, BANK = "/partner/money", "/partner/money/bank"
WEEK = f"{MONEY}/statements/2026-W47"
GOOD = {"sort_code": "20-00-00", "account": "1234 5678", "name": "Kirkgate Coffee"}


def _ask(browser: Browser, reason: str) -> Page:
    path = next(link for link in visit(browser, WEEK).links() if "/ask/" in link)
    return browser.send(visit(browser, path).form(path), reason=reason)


def test_what_was_redeemed_stands_on_the_statements_with_its_vat(shared_town: Town) -> None:
    use_vouchers(shared_town, "drink", "cake")
    browser = open_as_colleague(shared_town)
    page = visit(browser, MONEY)
    assert "£1.60 is owed to you now." in page.text
    assert "16 November 2026 to 22 November 2026 £1.60 £0.00" in page.text
    assert "November 2026 £1.60 £0.00" in page.text
    statement = visit(browser, WEEK)
    assert "20%, multi-purpose vouchers £1.33 £0.27 £1.60" in statement.text
    assert "Redeemed: Cake 22 November 2026" in statement.text
    table, sheet = (browser.http.get(f"{WEEK}.{kind}") for kind in ("csv", "pdf"))
    assert table.text.splitlines()[-4].endswith("Closing balance,,,1.60,,")
    assert (sheet.headers["Content-Type"], sheet.content[:5]) == ("application/pdf", b"%PDF-")
    check(browser.open(f"{WEEK}.exe"), 404)
    check(browser.open(f"{MONEY}/statements/2026-13"), 404)
    other = shared_town.browser(Role.PARTNER, number=1)
    assert "£0.00 is owed to you now." in visit(other, MONEY).text
    assert "Nothing was redeemed or paid." in visit(other, WEEK).text


def test_the_sums_of_each_period_are_those_of_its_statement(shared_town: Town) -> None:
    city = shared_town.city
    use_vouchers(shared_town, "drink", "cake")
    move_on(shared_town, timedelta(days=9))
    code = city.take("drink", resident=2).json()["code"]
    city.redeem(code)
    city.http.post("/v1/vouchers/undo", json={"code": code}, headers=city.by("staff"))
    pay_by_file(shared_town, GOOD)
    move_on(shared_town, timedelta(days=20))
    city.redeem(code)

    def compare(session: Session) -> int:
        mine, now = get_partner_by_id(session, find_cafe(city)).id, city.clock.now()
        rows = [*list_sums(session, partner_id=mine, unit="week", limit=9)]
        rows += list_sums(session, partner_id=mine, unit="month", limit=9)
        for one in rows:
            told = get_statement(session, partner_id=mine, period=one.period, now=now)
            assert one.earned_pence == told.sum_of("redemption") + told.sum_of("correction")
            assert (one.paid_pence, one.owed_pence) == (-told.sum_of("payment"), told.closing_pence)
        return len(rows)

    assert city.runtime.database.in_transaction(compare) >= 4


def test_a_payment_is_told_in_words_until_it_is_paid(shared_town: Town) -> None:
    use_vouchers(shared_town, "drink")
    owner = open_as(shared_town, "owner")
    assert "No payment yet." in visit(owner, MONEY).text
    close_last_week(shared_town.city.runtime.database, now=shared_town.city.clock.now() + timedelta(weeks=1))
    assert "£0.80 Waiting We do not know yet where to pay it." in visit(owner, MONEY).text
    pay_by_file(shared_town, GOOD, close=False)
    page = visit(owner, MONEY)
    assert "£0.80 Paid Paid 22 November 2026" in page.text
    assert "the account that ends in 78" in page.text


def test_bank_details_wait_for_an_officer_and_what_is_wrong_is_told_with_nothing_lost(shared_town: Town) -> None:
    owner = open_as(shared_town, "owner")
    assert "do not know your bank account" in visit(owner, "/partner").text
    page = owner.send(visit(owner, BANK).form(BANK), **(GOOD | {"account": "12345"}))
    check(page, 422)
    assert "the account number as eight" in page.text
    form = page.form(BANK)
    assert (form.fields["account"], form.fields["name"]) == ("12345", "Kirkgate Coffee")
    page = owner.send(form, account="12345678")
    check(page)
    assert "New bank details wait for an officer" in page.text
    assert "12345678" not in page.text + visit(owner, BANK).text
    assert "do not know your bank account" not in visit(owner, "/partner").text
    colleague = open_as_colleague(shared_town)
    assert "An owner of your partner can change this." in visit(colleague, MONEY).text
    check(colleague.open(BANK), 403)


def test_a_few_new_people_are_not_counted_out(database: Database, secrets: Secrets, now: datetime) -> None:
    town = open_town(build_city(database, secrets, now, residents=5))
    use_vouchers(town, "drink", "drink", "drink", "drink")
    browser = town.browser(Role.PARTNER)
    assert "November 2026 4 vouchers, fewer than 5 new people October 2026 Nobody" in visit(browser, MONEY).text
    assert town.city.redeem(town.city.take("drink", resident=4).json()["code"]).status_code == 200
    assert "November 2026 5 vouchers, 5 new people" in visit(browser, MONEY).text


def test_what_a_partner_asks_about_is_answered_on_the_page(shared_town: Town) -> None:
    use_vouchers(shared_town, "drink")
    browser = open_as_colleague(shared_town)
    page = _ask(browser, " ")
    check(page, 422)
    page = _ask(browser, "The machine was broken.")
    check(page)
    for told in ("Drink Being looked at", "The machine was broken.", "You get an answer by 6 December 2026."):
        assert told in page.text
    page = _ask(browser, "It still is.")
    check(page, 409)
    assert "Somebody is looking at this voucher already." in page.text
    assert "It still is." in page.form(MONEY).fields["reason"]
    waiting = shared_town.city.http.get("/v1/disputes", headers=shared_town.city.by("finance")).json()["items"][0]["id"]
    refused = {"reason": "The resident says that it was good."}
    shared_town.city.http.post(f"/v1/disputes/{waiting}/refuse", json=refused, headers=shared_town.city.by("finance"))
    page = visit(browser, MONEY)
    assert "Drink It stays as it is" in page.text
    assert "The answer: The resident says that it was good." in page.text


def test_nobody_asks_about_another_partners_voucher(shared_town: Town) -> None:
    use_vouchers(shared_town, "drink")
    path = next(link for link in visit(open_as_colleague(shared_town), WEEK).links() if "/ask/" in link)
    other = shared_town.browser(Role.PARTNER, number=1)
    check(other.open(path), 404)
    form = visit(open_as_colleague(shared_town), path).form(path)
    form.fields["csrf"] = visit(other, "/till").form("/till").fields["csrf"]
    check(other.send(form, reason="Why?"), 404)
