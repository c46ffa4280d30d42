"""Two steps pause the scheme for everybody, one lets it go on; who may not, is told so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.web.pages.visits import Role
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town

PAGE = "/officer/pause"
NOTICE = "The tills are down. We expect to be back on Monday."


@pytest.fixture
def offices(town: Town) -> Town:
    """An administrator, a support officer and an auditor."""
    return replace(town, officers=[town.city.officers[role] for role in ("admin", "support", "auditor")])


def test_a_pause_is_confirmed_first_told_to_everybody_kept_in_the_trail_and_ended(offices: Town) -> None:
    browser, resident = offices.browser(Role.OFFICER), offices.browser(Role.RESIDENT)
    page = browser.send(visit(browser, PAGE).form(PAGE), what="redeeming", notice=NOTICE)
    check(page)
    assert page.heading == "Pause getting rewards for everybody?"
    assert NOTICE not in visit(resident, "/you").text
    sure = next(form for form in page.forms if form.fields.get("sure"))
    page = browser.send(next(form for form in page.forms if form.fields.get("change")))
    check(page)
    assert NOTICE in page.response.text
    page = browser.send(sure)
    check(page)
    assert "It is paused, and every page says so." in page.text
    assert NOTICE in visit(resident, "/you").text
    assert offices.city.take("drink").status_code == 409
    check(browser.send(sure), 409)
    page = browser.send(page.form(f"{PAGE}/end"))
    check(page)
    assert NOTICE not in visit(resident, "/you").text
    trail = visit(offices.browser(Role.OFFICER, number=2), "/officer/audit").find_all("td")
    for act in ("paused", "resumed"):
        assert [cell for cell in trail if f"Earning or redeeming was {act}" in cell.text]


def test_nothing_is_paused_without_a_choice_or_words_or_by_another_role(offices: Town) -> None:
    browser, support = offices.browser(Role.OFFICER), offices.browser(Role.OFFICER, number=1)
    form = visit(browser, PAGE).form(PAGE)
    for wrong, told in (
        ({"notice": NOTICE}, "Choose what to pause"),
        ({"what": "earning"}, "Write what everybody reads"),
    ):
        page = browser.send(form, **({"sure": "yes"} | wrong))
        check(page, 422)
        assert told in page.text
    check(support.open(PAGE), 403)
    form.fields["csrf"] = visit(support, "/officer").form("/sign-out").fields["csrf"]
    for step in ("", "yes"):
        check(support.send(form, what="earning", notice=NOTICE, sure=step), 403)
    assert NOTICE not in visit(browser, "/officer").text
