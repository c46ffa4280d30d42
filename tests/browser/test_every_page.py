"""Every page in a real browser: what axe finds, on a narrow screen, and what the console says."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from playwright.sync_api import Browser, BrowserContext

from app.web.pages.visits import Role
from tests.browser.visiting import Server, find_violations, list_small_targets, overhang
from tests.pages.test_every_page import ANYBODYS, OWN, PUBLIC

TEMPLATE, NEXT = "/officer/rules/write/early_trip", "/officer/rules/rul_ten_trips"
CAMPAIGN = "/officer/campaigns/welcome"
BEHIND_A_STEP = {
    "editor": (
        *("/officer/rules/write", TEMPLATE, f"{NEXT}/draft", f"{NEXT}/compare", f"{NEXT}/forecast"),
        *(f"{NEXT}/draft/change/{part}" for part in ("when", "progress", "limits")),
        *(f"{NEXT}/draft/examples/{at}" for at in ("1", "new")),
        *("/officer/campaigns/new", CAMPAIGN, f"{CAMPAIGN}/change", f"{CAMPAIGN}/messages"),
    ),
    "approver": ("/officer/pause", "/officer/unanswered"),
    "finance": (f"{CAMPAIGN}/fund",),
}
"""By the role of an officer who may open them; the draft and a message are begun by the test."""


def look_at(context: BrowserContext, paths: Iterable[str]) -> None:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.on("requestfailed", lambda request: said.append(f"{request.url} {request.failure}"))
    context.route("**/*stream", lambda route: route.fulfill(content_type="text/event-stream", body=": no\n\n"))
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path
        assert find_violations(page) == [], path
        assert overhang(page) <= 0, path
        assert list_small_targets(page) == [], path
    assert said == []
    context.close()


@pytest.mark.parametrize("role", [None, *Role])
def test_every_page_is_accessible_fits_a_narrow_screen_and_breaks_no_rule_of_its_own(
    chromium: Browser, server: Server, role: Role | None
) -> None:
    look_at(server.open_browser(chromium, role), (*OWN[role], *ANYBODYS) if role else PUBLIC)


@pytest.mark.parametrize("role", list(BEHIND_A_STEP))
def test_so_is_every_page_that_a_step_leads_to(chromium: Browser, server: Server, role: str) -> None:
    context = server.open_browser(chromium, person=server.town.city.officers[role])
    paths = list(BEHIND_A_STEP[role])
    if role == "editor":
        page = context.new_page()
        page.goto("/officer/rules/write")
        page.get_by_label("Rule", exact=True).select_option("rul_ten_trips")
        page.get_by_role("button", name="Write the next version").click()
        page.goto(f"{CAMPAIGN}/messages")
        page.get_by_label("Subject").fill("Free rides on Sunday")
        page.get_by_label("What they read").fill("All buses are free on Sunday.")
        page.get_by_role("button", name="Hand it to another officer").click()
        paths.append(page.url)
        page.close()
    look_at(context, paths)
