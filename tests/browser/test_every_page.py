"""Every page in a real browser: what axe finds, on a narrow screen, and what the console says."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from app.web.pages.visits import Role
from tests.browser.visiting import Server, find_violations, overhang
from tests.pages.test_every_page import ANYBODYS, OWN, PUBLIC


@pytest.mark.parametrize("role", [None, *Role])
def test_every_page_is_accessible_fits_a_narrow_screen_and_breaks_no_rule_of_its_own(
    chromium: Browser, server: Server, role: Role | None
) -> None:
    context = server.open_browser(chromium, role)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.on("requestfailed", lambda request: said.append(f"{request.url} {request.failure}"))
    context.route("**/*stream", lambda route: route.fulfill(content_type="text/event-stream", body=": no\n\n"))
    for path in (*OWN[role], *ANYBODYS) if role else PUBLIC:
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok
        assert find_violations(page) == [], path
        assert overhang(page) <= 0, path
    assert said == []
    context.close()
