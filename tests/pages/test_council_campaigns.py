"""Campaigns on officers' pages: opened and changed with dates that fit, and how their points go down."""

from __future__ import annotations

from datetime import timedelta

from app.core.clock import london_date
from app.core.units import Pence
from app.ledger.service import pay_into_pot
from app.rulebook.budgets import raise_alarms
from tests.earning.world import ride
from tests.pages.browser import Browser, Page
from tests.pages.business import open_as
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town

NEW = "/officer/campaigns/new"
WINTER = {"title": "Winter on the bus", "first_on": "2026-12-01", "last_on": "2027-02-28"}
WRONG = (
    ("title", "", "Enter a title of at most 100 characters"),
    ("title", "x" * 101, "Enter a title of at most 100 characters"),
    ("first_on", "", "Enter a day"),
    ("last_on", "9999-12-31", "Enter a day"),
    ("last_on", "soon", "Enter a day"),
    ("last_on", "2026-11-30", "The last day can&#39;t be before the first"),
)
"""Field, what is sent in it, what the page says."""


def _open(browser: Browser, **filled: str) -> Page:
    return browser.send(visit(browser, NEW).form(NEW), **(WINTER | filled))


def test_an_editor_opens_a_campaign_and_reads_that_it_has_no_points_yet(shared_town: Town) -> None:
    browser = open_as(shared_town, "editor")
    page = _open(browser)
    check(page)
    assert page.heading == "Winter on the bus Not begun"
    assert "The campaign is open." in page.text
    assert "1 December 2026 to 28 February 2027" in page.text
    assert "It has no points yet, so its rules give nothing." in page.text
    assert "editor opened it, 1 December 2026 to 28 February 2027" in page.text
    assert "/officer/campaigns/cmp_winter_on_the_bus" in visit(browser, "/officer/campaigns").links()
    acts = visit(open_as(shared_town, "auditor"), "/officer/audit?act=campaign.opened").text
    assert "campaign:cmp_winter_on_the_bus" in acts


def test_a_campaign_that_does_not_fit_is_asked_for_again_with_what_was_written(shared_town: Town) -> None:
    browser = open_as(shared_town, "editor")
    for field, value, told in WRONG:
        page = _open(browser, **{field: value})
        check(page, 422)
        assert page.title.startswith("Error:")
        assert told in page.response.text, field
        kept = WINTER | {field: value}
        assert [name for name, sent in kept.items() if page.form(NEW).fields[name] != sent] == []
    page = _open(browser, first_on="2026-01-01", last_on="2026-11-20")
    check(page, 409)
    assert "Yesterday, which ends it now, is the earliest" in page.text
    check(_open(browser))
    page = _open(browser, title="WINTER: on the bus!")
    check(page, 409)
    assert "There is a campaign with such a title already" in page.text


def test_a_title_without_a_letter_of_ours_is_as_good_as_another(shared_town: Town) -> None:
    page = _open(open_as(shared_town, "editor"), title="Зима")
    check(page)
    assert page.heading == "Зима Not begun"


def test_the_second_of_two_editors_learns_of_the_first_ones_change_and_loses_nothing(shared_town: Town) -> None:
    first, second = open_as(shared_town, "editor"), open_as(shared_town, "admin")
    address = "/officer/campaigns/welcome/change"
    mine, theirs = visit(first, address).form(address), visit(second, address).form(address)
    page = first.send(mine, title="Welcome back")
    check(page)
    assert "The campaign is changed, from now on." in page.text
    page = second.send(theirs, last_on="2028-06-30")
    check(page, 412)
    assert "Another officer has changed it meanwhile" in page.text
    assert "Until now: Welcome back, 1 June 2026 to 31 March 2028." in page.text
    assert page.form(address).fields["title"] == "Welcome"
    page = second.send(page.form(address), title="Welcome back")
    check(page)
    assert "1 June 2026 to 30 June 2028" in page.text
    assert "admin changed it, 1 June 2026 to 30 June 2028" in page.text


def test_a_campaign_is_not_made_shorter_than_its_rules(shared_town: Town) -> None:
    browser = open_as(shared_town, "editor")
    address = "/officer/campaigns/cmp_get_on_board/change"
    page = browser.send(visit(browser, address).form(address), last_on="2026-12-31")
    check(page, 409)
    assert "These rules are valid on days that would no longer be in the campaign" in page.text
    assert page.form(address).fields["last_on"] == "2026-12-31"


def test_the_way_of_the_points_down_is_drawn_and_told_in_words_and_numbers(shared_town: Town) -> None:
    now, world = shared_town.city.clock.now(), shared_town.city.world
    world.send([ride(number, now - timedelta(days=number), 4_000) for number in (1, 2, 3)], at=now)
    page = visit(open_as(shared_town, "auditor"), _find_campaign_of(shared_town, "rul_cycle_distance"))
    assert "At the present pace the points last to the end" in page.text
    assert "That supposes that the days from 19 November 2026 to yesterday come again and again." in page.text
    for percent in (75, 90, 100):
        assert f"{percent}% is not reached." in page.text
    (chart,) = [tag for tag in page.find_all("svg") if tag.attributes["class"] == "slr-chart"]
    assert chart.attributes["aria-labelledby"] == "burn-down-title burn-down-description"
    (drawn,) = [one for one in page.find_all("path") if one.attributes.get("class") == "slr-chart__left"]
    assert drawn.attributes["d"].count("V") == 3
    numbers = [" ".join(row.text.split()) for row in page.find_all("tr")]
    assert numbers == [
        "Day Given Left",
        "21 November 20268999,976",
        "20 November 20268999,984",
        "19 November 20268999,992",
    ]


def test_a_spent_campaign_says_so_and_which_alarms_were_raised(shared_town: Town) -> None:
    city = shared_town.city
    city.runtime.database.in_transaction(lambda session: raise_alarms(session, now=city.clock.now()))
    page = visit(open_as(shared_town, "auditor"), "/officer/campaigns/welcome")
    assert page.heading == "Welcome Spent"
    assert "Nothing is left." in page.text
    assert "100% was reached on 22 November 2026" in page.text
    assert "75% of 1,500 points was reached" in page.text
    assert "No rule spends from it yet." in page.text


def test_a_budget_that_will_not_last_tells_the_day_on_which_it_is_gone(shared_town: Town) -> None:
    _pay_in(shared_town, 2_000)
    browser, address = open_as(shared_town, "finance"), "/officer/campaigns/welcome/fund"
    check(browser.send(visit(browser, address).form(address), funder="9", points="2000", reason="More for autumn"))
    page = visit(open_as(shared_town, "auditor"), "/officer/campaigns/welcome")
    # 1,500 went on the first of 21 days: the next 1,500 go today, and 500 are too few 21 days later.
    assert (
        "At the present pace the points run out on 13 December 2026, before the last day, 31 March 2028." in page.text
    )
    (ahead,) = [one for one in page.find_all("path") if one.attributes.get("class") == "slr-chart__ahead"]
    assert ahead.attributes["d"].startswith("M")


def test_finance_gives_a_campaign_points_once_however_often_the_form_is_sent(shared_town: Town) -> None:
    _pay_in(shared_town, 2_000)
    browser = open_as(shared_town, "finance")
    address = "/officer/campaigns/welcome/fund"
    form = visit(browser, address).form(address)
    sent = {"funder": "9", "points": "1,500", "reason": "Grant agreement 2026"}
    for field, value in (("funder", ""), ("points", "many"), ("reason", "")):
        page = browser.send(form, **(sent | {field: value}))
        check(page, 422)
        assert page.form(address).fields["reason"] == (sent | {field: value})["reason"]
    page = browser.send(form, **sent)
    check(page)
    assert "The campaign has its points." in page.text
    assert browser.send(form, **sent).heading == "Welcome Running"
    page = visit(browser, "/officer/campaigns/welcome")
    assert "Left 1,500 points, £15.00" in page.text
    assert "finance gave it points, 1,500 points: Grant agreement 2026" in page.text
    page = browser.send(visit(browser, address).form(address), **sent)
    check(page, 409)
    assert "has set aside less than these points need" in page.text


def test_a_campaign_is_ended_now_by_making_yesterday_its_last_day(shared_town: Town) -> None:
    browser, yesterday = open_as(shared_town, "editor"), london_date(shared_town.city.clock.now()) - timedelta(days=1)
    address = "/officer/campaigns/welcome/change"
    check(browser.send(visit(browser, address).form(address), last_on=yesterday.isoformat()))
    page = visit(browser, "/officer/campaigns/welcome")
    assert page.heading == "Welcome Over"
    assert "The campaign is over and gives nothing more." in page.text


def test_challenges_of_a_campaign_stand_on_its_page_with_how_far_everybody_has_come(shared_town: Town) -> None:
    browser = open_as(shared_town, "auditor")
    pages = [visit(browser, link) for link in visit(browser, "/officer/campaigns").links() if "/campaigns/cmp_" in link]
    told = " ".join(page.text for page in pages)
    assert "Each resident for themselves: 10 in a week" in told
    assert "Everybody together: 0 of" in told


def test_a_campaign_that_is_none_is_a_page_that_says_so(shared_town: Town) -> None:
    check(open_as(shared_town, "editor").open("/officer/campaigns/cmp_nothing"), 404)
    check(open_as(shared_town, "editor").open("/officer/campaigns/cmp_nothing/change"), 404)


def _pay_in(town: Town, pence: int) -> None:
    city = town.city
    city.runtime.database.in_transaction(
        lambda session: pay_into_pot(session, funder_id=9, pence=Pence(pence), now=city.clock.now())
    )


def _find_campaign_of(town: Town, rule: str) -> str:
    browser = open_as(town, "auditor")
    pages = (link for link in visit(browser, "/officer/campaigns").links() if "/officer/campaigns/" in link)
    return next(link for link in pages if f"/officer/rules#{rule}" in visit(browser, link).links())
