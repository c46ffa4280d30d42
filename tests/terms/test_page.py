from __future__ import annotations

from datetime import datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from app.residents.terms.book import LEEDS_TERMS
from app.web.pages.terms import Block, split_blocks
from app.web.pages.visits import Role
from tests.api.city import build_city
from tests.pages.town import Town, open_town


@pytest.fixture
def town(database: Database, secrets: Secrets, now: datetime) -> Town:
    return open_town(build_city(database, secrets, now))


def test_everybody_can_read_every_line_of_the_terms(town: Town) -> None:
    page = town.browser().open("/terms")
    assert page.heading == LEEDS_TERMS.versions[-1].text.splitlines()[0].removeprefix("# ")
    shown = " ".join(page.text.split())
    for block in split_blocks(LEEDS_TERMS.versions[-1].text):
        assert all(line in shown for line in block.lines)
    assert page.forms == []
    assert "/terms" in town.browser().open("/").links()


def test_a_resident_is_told_that_terms_wait_and_accepts_them(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    home = browser.open("/you")
    assert "You have not accepted our terms yet." in home.text
    page = browser.open("/terms")
    accepted = browser.send(page.form("/terms"))
    assert accepted.heading == "Your points"
    assert "accepted our terms" not in accepted.text
    assert [form.action for form in browser.open("/terms").forms if form.action == "/terms"] == []


@pytest.mark.parametrize(("filled", "status"), [({"csrf": "another"}, 403), ({"version": "1999-01-01"}, 422)])
def test_nothing_else_is_accepted(town: Town, filled: dict[str, str], status: int) -> None:
    browser = town.browser(Role.RESIDENT)
    assert browser.send(browser.open("/terms").form("/terms"), **filled).status == status
    assert "You have not accepted our terms yet." in browser.open("/you").text


def test_the_parts_of_a_text_are_told_apart() -> None:
    text = "# Title\n\n**Draft.** One\nline.\n\n## Next\n\n- one\n  and more\n- two\n"
    assert list(split_blocks(text)) == [
        Block("heading", ("Title",)),
        Block("paragraph", ("Draft. One line.",)),
        Block("heading", ("Next",)),
        Block("list", ("one and more", "two")),
    ]
