"""Officers' menus: every link of every role's pages leads somewhere that the role may look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from app.web.pages.menu import LINKS
from app.web.pages.visits import Role
from tests.earning.world import ride
from tests.insight.test_approvals import leave_everything
from tests.pages.browser import Page
from tests.pages.town import Town

ROLES = ("admin", "approver", "auditor", "editor", "finance", "support")


@pytest.fixture
def offices(town: Town, now: datetime) -> Town:
    """One officer for each role, in the order of ROLES; a case waits, and everything that needs a second person."""
    city = town.city
    leave_everything(city)
    city.world.send([ride(1, now, 30_000, card=0, seconds=600)], at=now)
    return replace(town, officers=[city.officers[role] for role in ROLES])


def list_menu(page: Page) -> list[str]:
    return [
        tag.attributes["href"] for tag in page.find_all("a") if tag.attributes.get("class") == "slr-navigation__link"
    ]


def test_no_link_of_an_officers_pages_leads_where_their_role_may_not_look_and_none_is_left_out(offices: Town) -> None:
    for number, role in enumerate(ROLES):
        browser = offices.browser(Role.OFFICER, number=number)
        page = browser.open("/officer")
        assert page.status == 200
        menu = list_menu(page)
        waiting, seen = page.links(), {"/officer"}
        while waiting:
            path = waiting.pop().partition("#")[0]
            if path in seen or not path.startswith("/officer"):
                continue
            seen.add(path)
            page = browser.open(path)
            assert page.status == 200, f"{role}: {path}"
            waiting += page.links()
        assert {link for link in menu if link.startswith("/officer")} <= seen
        hidden = [link.href for link in LINKS if link.href not in menu]
        assert [path for path in hidden if browser.open(path).status != 403] == []


def test_only_officers_have_an_officers_menu(offices: Town) -> None:
    for role in (Role.RESIDENT, Role.PARTNER, Role.HOST, None):
        assert [link for link in list_menu(offices.browser(role).open("/help")) if link.startswith("/officer")] == []
