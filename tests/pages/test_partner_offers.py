"""A partner's people see their day, and its owner proposes what they offer, by forms alone."""

from __future__ import annotations

from datetime import timedelta

from app.web.pages.visits import Role
from tests.pages.browser import Browser, Page
from tests.pages.business import approve_offers, open_as, open_as_colleague, use_vouchers
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town
from tests.partner_life.office import agree, find_cafe, terms

OFFERS = "/partner/offers"
SOUP = {"title": "Soup", "description": "With bread.", "kind": "food", "points": "1,200", "blackout_on": "25/12/2026"}


def _propose(browser: Browser, **filled: str) -> Page:
    return browser.send(visit(browser, f"{OFFERS}/new").form(f"{OFFERS}/new"), **(SOUP | filled))


def _open_change(town: Town, browser: Browser) -> Page:
    return visit(browser, f"{OFFERS}/{town.city.rewards['drink']}/change")


def test_today_counts_what_was_redeemed_today_and_what_is_left(shared_town: Town) -> None:
    use_vouchers(shared_town, "drink", "cake")
    page = visit(open_as_colleague(shared_town), "/partner")
    assert "Redeemed today 2 vouchers Value of these £1.60 Owed to you in all £1.60" in page.text
    assert "Breakfast 0 10 Cake 1 1 Drink 1 No limit" in page.text
    shared_town.city.clock.at += timedelta(days=1)
    page = visit(open_as_colleague(shared_town), "/partner")
    assert "Redeemed today 0 vouchers Value of these £0.00 Owed to you in all £1.60" in page.text


def test_a_days_stock_and_a_day_left_out_are_told_on_today(shared_town: Town) -> None:
    owner = open_as(shared_town, "owner")
    form = _open_change(shared_town, owner).form(OFFERS)
    check(owner.send(form, stock_per_day="1"))
    approve_offers(shared_town)
    assert "Drink 0 1" in visit(owner, "/partner").text
    use_vouchers(shared_town, "drink")
    assert "Drink 1 0" in visit(owner, "/partner").text
    form = _open_change(shared_town, owner).form(OFFERS)
    owner.send(form, stock_per_day="1", blackout_on="22 November 2026\n1 January 2027")
    approve_offers(shared_town)
    assert "Drink 1 Not today" in visit(owner, "/partner").text
    assert "Not on 22 November 2026, 1 January 2027" in visit(owner, OFFERS).text


def test_another_partner_sees_nothing_of_it(shared_town: Town) -> None:
    use_vouchers(shared_town, "drink")
    other = shared_town.browser(Role.PARTNER, number=1)
    assert "Redeemed today 0 vouchers" in visit(other, "/partner").text
    assert "Drink" not in visit(other, OFFERS).text
    check(open_as(shared_town, "other_owner").open(f"{OFFERS}/{shared_town.city.rewards['drink']}/change"), 404)


def test_a_reward_that_the_owner_proposes_is_offered_once_an_officer_approved_it(shared_town: Town) -> None:
    agree(shared_town.city, find_cafe(shared_town.city), terms())
    owner = open_as(shared_town, "owner")
    page = _propose(owner)
    check(page)
    assert "Until one has approved it, nothing changes for residents." in page.text
    assert "Soup Waits for an officer" in page.text
    assert "1,200 points" in page.text
    assert "Not on 25 December 2026" in page.text
    assert "Soup" not in visit(shared_town.browser(), "/rewards").text
    approve_offers(shared_town)
    assert "Soup On offer" in visit(owner, OFFERS).text
    assert "Soup" in visit(shared_town.browser(), "/rewards").text


def test_what_can_not_be_read_is_told_beside_its_field_and_nothing_filled_in_is_lost(shared_town: Town) -> None:
    owner = open_as(shared_town, "owner")
    page = _propose(owner, title=" ", points="many", blackout_on="Christmas", voucher_days="0", description="Hot.")
    check(page, 422)
    assert page.title.startswith("Error:")
    shown = {tag.attributes["href"] for tag in page.find_all("a")}
    assert {"#title", "#points", "#blackout_on", "#voucher_days"} <= shown
    values = {tag.attributes.get("id", ""): tag.attributes.get("value") or tag.text.strip() for tag in page.tags}
    assert (values["points"], values["blackout_on"], values["description"]) == ("many", "Christmas", "Hot.")
    assert "Soup" not in visit(owner, OFFERS).text


def test_a_change_tells_only_what_is_otherwise_and_can_be_taken_back(shared_town: Town) -> None:
    owner = open_as(shared_town, "owner")
    page = owner.send(_open_change(shared_town, owner).form(OFFERS), points="150", title="Hot drink", given="no")
    check(page)
    change = page.text.partition("A change Waits for an officer")[2]
    assert change.startswith(" Name Hot drink Price 150 points Can residents get it No Take it back")
    page = owner.send(page.form(f"{OFFERS}/withdraw"))
    check(page)
    assert "A change Waits" not in page.text
    assert "Hot drink Taken back" in page.text


def test_a_reward_that_its_owner_stops_is_no_longer_had(shared_town: Town) -> None:
    owner = open_as(shared_town, "owner")
    owner.send(_open_change(shared_town, owner).form(OFFERS), given="no")
    assert shared_town.city.take("drink").status_code == 201
    approve_offers(shared_town)
    assert "Drink Stopped" in visit(owner, OFFERS).text
    assert shared_town.city.take("drink", resident=1).status_code == 409


def test_two_owners_who_change_one_reward_do_not_overwrite_each_other_unseen(shared_town: Town) -> None:
    first, second = open_as(shared_town, "owner"), open_as(shared_town, "owner")
    form = _open_change(shared_town, first).form(OFFERS)
    check(second.send(_open_change(shared_town, second).form(OFFERS), points="150"))
    page = first.send(form, points="170")
    check(page, 412)
    assert "has changed. Read it again first." in page.text
    kept = page.form(OFFERS)
    assert kept.fields["points"] == "170"
    check(first.send(kept))
    assert "Price 170 points" in visit(first, OFFERS).text


def test_only_an_owner_proposes(shared_town: Town) -> None:
    browser = open_as_colleague(shared_town)
    page = visit(browser, OFFERS)
    assert "An owner of your partner can propose" in page.text
    assert [form.action for form in page.forms if form.action.startswith(OFFERS)] == []
    check(browser.open(f"{OFFERS}/new"), 403)
