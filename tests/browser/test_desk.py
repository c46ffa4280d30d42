"""A library's desk in a real browser, by keyboard alone: an account is opened, and points go onto paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page

from app.core.database import Database
from app.core.secret_store import Secrets
from app.web.pages.visits import Role
from tests.api.city import build_city
from tests.api.serving import served
from tests.browser.visiting import Server, find_violations, overhang, press_until
from tests.databases import SCHEME, made_database
from tests.pages.test_support import member
from tests.pages.town import open_town

NUMBER = re.compile(r"\d{4} \d{3} \d{4}")


@pytest.fixture(scope="module")
def server(server_url: str, template_name: str, secrets: Secrets) -> Iterator[Server]:
    """The town with the officer who stands at the desk."""
    with made_database(server_url, f"{template_name}_desk", template_name) as url:
        database = Database(url, scheme=SCHEME, pool_size=20)
        city = build_city(database, secrets, datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
        town = open_town(city, officers=[city.officers["support"]])
        with served(town.app) as (host, port):
            yield Server(town, f"http://{host}:{port}")
        database.dispose()


def _type(page: Page, label: str, text: str) -> None:
    press_until(page, page.get_by_label(label))
    page.keyboard.type(text)


def _tick(page: Page, label: str) -> None:
    press_until(page, page.get_by_label(label))
    page.keyboard.press("Space")


def _say_why(page: Page) -> None:
    _tick(page, "The person is here and asked")
    _type(page, "In a sentence", "Came to the library.")


def _press(page: Page, name: str) -> None:
    press_until(page, page.get_by_role("button", name=name, exact=True))
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _look(page: Page) -> None:
    assert find_violations(page) == [], page.title()
    assert overhang(page) <= 0, page.title()


def test_by_keyboard_alone_the_desk_opens_an_account_and_puts_points_onto_paper(
    chromium: Browser, server: Server
) -> None:
    context = server.open_browser(chromium, Role.OFFICER)
    page = context.new_page()
    page.goto("/officer/desk/open")
    _look(page)
    _type(page, "Their name", "Ada Booth")
    _tick(page, "They live here")
    _tick(page, "They are 18 or over")
    _tick(page, "The terms were read to them")
    _say_why(page)
    _press(page, "Open the account")
    assert "The account of Ada Booth is open." in page.locator("main").inner_text()
    assert NUMBER.search(page.locator(".slr-voucher__code").inner_text())
    _look(page)
    page.goto("/officer/residents")
    _look(page)
    _type(page, "Member number or reference", member(server.town))
    _say_why(page)
    _press(page, "Look")
    _look(page)
    press_until(page, page.get_by_label("Take a reward and print its voucher"))
    page.keyboard.type("Drink")
    _press(page, "Take it and print")
    _look(page)
    code = page.locator(".slr-voucher__code").inner_text()
    page.emulate_media(media="print")
    assert page.locator(".slr-voucher__qr svg").is_visible()
    assert not page.get_by_role("navigation").first.is_visible()
    assert not page.get_by_role("button", name="Back to the account").is_visible()
    assert server.town.city.redeem(code).status_code == 200
    context.close()


def test_the_desks_other_pages_are_accessible(chromium: Browser, server: Server) -> None:
    context = server.open_browser(chromium, Role.OFFICER)
    page = context.new_page()
    for path in ("/officer/desk", "/officer/desk/letters"):
        page.goto(path)
        _look(page)
    context.close()
