"""Pages about one thing, to which only a step on another page leads: in a real browser, for whoever may open them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from app.web.pages.visits import Role
from tests.browser.test_every_page import look_at
from tests.browser.visiting import Server
from tests.earning.world import ride
from tests.pages.business import open_as
from tests.pages.test_hosting import WHEN
from tests.pages.test_partner_integration import URL
from tests.pages.town import Town

PERIOD = "/partner/money/statements/2026-11"
BANK = {"sort_code": "20-00-00", "account": "12345678", "name": "Kirkgate Coffee"}


def of_nobody(town: Town) -> list[str]:
    owner = open_as(town, "owner")
    invited = owner.send(owner.open("/partner/staff").form("/partner/staff"), name="Ada Barista")
    code = invited.text.partition("/invitation/")[2].split()[0]
    return [f"/rewards/{town.city.rewards['drink']}", f"/invitation/{code}"]


def of_a_resident(town: Town) -> list[str]:
    at = town.city.clock.now()
    town.city.world.send([ride(1, at, 4_000)], at=at)
    page = town.browser(Role.RESIDENT).open("/you")
    why = next(link for link in page.links() if "/why?" in link)
    return [f"/rewards/{town.city.rewards['drink']}", why, why.replace("/why?", "/again?")]


def of_an_owner(town: Town) -> list[str]:
    """The lists have something in them now, too."""
    city, browser = town.city, open_as(town, "owner")
    city.redeem(city.take("drink").json()["code"])
    browser.send(browser.open("/partner/integration").form("/partner/integration"), url=URL)
    browser.send(browser.open("/partner/money/bank").form("/partner/money/bank"), **BANK)
    ask = next(link for link in browser.open(PERIOD).links() if "/ask/" in link)
    webhook = next(link for link in browser.open("/partner/integration").links() if "/whk_" in link)
    change = f"/partner/offers/{city.rewards['drink']}/change"
    lists = ["/partner/offers", "/partner/staff", "/partner/integration", "/partner/money"]
    return [*lists, "/partner/offers/new", change, "/partner/money/bank", PERIOD, ask, webhook]


def of_a_host(town: Town) -> list[str]:
    browser = town.browser(Role.HOST)
    session = browser.send(browser.open("/host/open").form("/host/open"), **WHEN, place="").response.url.path
    return ["/host", session, f"{session}/screen"]


def of_the_admin(town: Town) -> list[str]:
    return ["/officer/people", "/officer/people/new", f"/officer/people/{town.city.officers['editor']}"]


def of_the_approver(_: Town) -> list[str]:
    return ["/officer/adjustments", "/officer/partners"]


def of_finance(town: Town) -> list[str]:
    """After the owner has sent their bank details."""
    links = open_as(town, "finance").open("/officer/money").links()
    return ["/officer/money", next(link for link in links if "/bank/" in link)]


WHO = {
    "": of_nobody,
    "resident": of_a_resident,
    "owner": of_an_owner,
    "host": of_a_host,
    "admin": of_the_admin,
    "approver": of_the_approver,
    "finance": of_finance,
}


@pytest.mark.parametrize("who", WHO)
def test_a_page_about_one_thing_is_accessible_and_fits_a_narrow_screen(
    chromium: Browser, server: Server, who: str
) -> None:
    city = server.town.city
    people = {"": None, "resident": city.residents[0]} | city.hosts | city.staff | city.officers
    paths = WHO[who](server.town)
    look_at(server.open_browser(chromium, person=people[who]), paths)
