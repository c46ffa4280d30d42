"""Coming and going in a real browser: somebody joins and links a card; a resident takes everything along and leaves."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from app.notify.in_memory import InMemoryNotify
from app.notify.service import MessageKeys
from app.notify.tasks import Delivery, send_message
from app.web.pages.visits import Role
from tests.browser.visiting import Server, find_violations, overhang


def read_code(server: Server) -> str:
    """From the newest message, as the worker sends it."""
    runtime, notify = server.town.city.runtime, InMemoryNotify()
    with runtime.database.engine.connect() as connection:
        newest = connection.exec_driver_sql("SELECT max(id) FROM messages").scalar_one()
    send_message(Delivery(runtime.database, runtime.clock, MessageKeys(runtime.secrets), notify), message=newest)
    return notify.sent[0].values["code"]


def look(page: Page, heading: str) -> None:
    """Where the journey is now, and that everybody can use it here."""
    expect(page.locator("h1")).to_have_text(heading)
    assert find_violations(page) == []
    width = (page.viewport_size or {"width": 390})["width"]
    assert overhang(page) <= 0
    assert overhang(page, width=width) <= 0


def join(page: Page, server: Server) -> None:
    page.goto("/")
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_label("E-mail address or UK mobile number").fill("ada@example.org")
    page.get_by_role("button", name="Send me a code").click()
    look(page, "Enter the code")
    page.get_by_label("Code", exact=True).fill(read_code(server))
    page.get_by_role("button", name="Continue").click()
    look(page, "Join Smart Leeds Rewards")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("I live here").check()
    page.get_by_role("group", name="News about the scheme").get_by_label("Yes").check()
    page.get_by_role("group", name="Asking what you think").get_by_label("No").check()
    page.get_by_role("button", name="Join").click()
    look(page, "Join Smart Leeds Rewards")
    expect(page.get_by_role("alert")).to_contain_text("18 or over")
    assert page.get_by_role("group", name="News about the scheme").get_by_label("Yes").is_checked()
    page.get_by_label("I am 18 or over").check()
    page.get_by_label("I have read the terms and accept them").check()
    page.get_by_role("button", name="Join").click()
    look(page, "Your points")


def test_somebody_joins_links_a_travel_card_and_says_each_purpose_for_itself(chromium: Browser, server: Server) -> None:
    context = server.open_browser(chromium)
    page = context.new_page()
    join(page, server)
    page.goto("/you/choices")
    assert page.get_by_label("News about the scheme").is_checked()
    assert not page.get_by_label("Asking what you think").is_checked()
    page.goto("/you/account")
    page.get_by_role("link", name="Travel cards").click()
    look(page, "Travel cards")
    page.get_by_label("Card number").fill("6335 9700 1234 5678")
    page.get_by_label("At the help desk or a library").check()
    page.get_by_role("button", name="Link this card").click()
    look(page, "Travel cards")
    expect(page.locator(".slr-activity__item")).to_contain_text("Card ending 5678")
    expect(page.locator(".slr-activity__item")).to_contain_text("Waiting for proof")
    context.close()


def test_a_resident_downloads_everything_and_leaves(chromium: Browser, server: Server, tmp_path: Path) -> None:
    context = server.open_browser(chromium, Role.RESIDENT)
    page = context.new_page()
    page.goto("/you/account")
    page.get_by_role("link", name="Everything we hold about you").click()
    look(page, "Everything we hold about you")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download it as data (JSON)").click()
    kept = tmp_path / "mine.json"
    coming.value.save_as(kept)
    held = json.loads(kept.read_text(encoding="utf-8"))
    assert server.town.city.residents[0] in kept.read_text(encoding="utf-8")
    assert len(held) > 1
    page.goto("/you/leave")
    look(page, "Leave the scheme")
    expect(page.locator(".govuk-warning-text")).to_contain_text("500 points")
    page.get_by_role("button", name="Leave and delete my data").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the box")
    page.get_by_label("I want to leave").check()
    page.get_by_role("button", name="Leave and delete my data").click()
    page.wait_for_url("**/goodbye")
    assert find_violations(page) == []
    page.goto("/you")
    page.wait_for_url("**/sign-in**")
    context.close()
