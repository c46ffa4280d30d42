"""While a rule's form is changed, its sentence and what lint says of it are told, and nothing is saved."""

from __future__ import annotations

import pytest

from app.web.pages.rulewriting.parts import PAGES
from tests.pages.browser import Browser, Form, Page
from tests.pages.business import open_as
from tests.pages.test_every_page import visit
from tests.pages.test_writing_rules import DRAFT, begin
from tests.pages.town import Town

EARLY = "/officer/rules/write/early_trip"


@pytest.fixture
def browser(shared_town: Town) -> Browser:
    return open_as(shared_town, "editor")


def _ask(browser: Browser, form: Form, **filled: str) -> str:
    """What the part of the page says with the form filled in so."""
    answer = Page(browser.http.post(f"{form.action}/ahead", data=form.fields | filled))
    assert answer.status == 200
    assert answer.unbalanced == []
    assert [tag.name for tag in answer.tags if tag.name in ("html", "h1", "form", "script")] == []
    return " ".join(" ".join(tag.text for tag in answer.tags if tag.name in ("p", "li")).split())


def _open(browser: Browser, part: str) -> Form:
    address = f"{DRAFT}/change/{part}"
    return visit(browser, address).form(address)


def test_on_every_question_page_the_sentence_is_that_of_the_draft_until_something_is_changed(browser: Browser) -> None:
    begin(browser)
    said = next(tag.text for tag in visit(browser, DRAFT).find_all("p") if tag.attributes.get("class") == "slr-lead")
    for part in PAGES:
        page = visit(browser, f"{DRAFT}/change/{part}")
        assert said in page.text
        assert "As it is saved." in page.text
        assert said in _ask(browser, page.form(f"{DRAFT}/change/{part}"))


def test_a_change_is_told_with_its_examples_and_is_not_saved(browser: Browser) -> None:
    begin(browser)
    told = _ask(browser, _open(browser, "award"), **{"effect-points-points": "12"})
    assert "they get 12 points" in told
    assert "1 of 3 worked examples give what they should." in told
    assert "With what you have entered. Nothing is saved yet." in told
    page = visit(browser, DRAFT)
    assert "they get 10 points" in page.text
    assert "changed it" not in page.text


def test_what_lint_finds_is_told_before_anything_is_saved(browser: Browser) -> None:
    begin(browser)
    never = {"when-3-fact": "local.time", "when-3-op": "at_least", "when-3-value": "12:00"}
    told = _ask(browser, _open(browser, "when"), **never)
    assert "The check has" in told
    assert "Fault" in told
    assert "The check finds nothing." in _ask(browser, _open(browser, "when"))


def test_an_entry_that_does_not_fit_yet_is_told_calmly(browser: Browser) -> None:
    begin(browser)
    for part, filled in (
        ("when", {"when-1-value": "soon"}),
        ("award", {"effect-points-points": "many"}),
        ("limits", {"limits-0-scope": ""}),
        ("about", {"until": "2026-01-01"}),
    ):
        told = _ask(browser, _open(browser, part), **filled)
        assert "This is no whole rule yet:" in told, part
        assert "they get" not in told


def test_a_templates_blanks_are_told_as_the_rule_that_they_would_make(browser: Browser) -> None:
    form = visit(browser, EARLY).form(EARLY)
    assert "before 07:30" in _ask(browser, form, modes="bus")
    assert "before 06:45" in _ask(browser, form, modes="bus", before="06:45")
    assert "Choose at least one" in _ask(browser, form, modes="")
    assert DRAFT not in visit(browser, "/officer/rules").links()


def test_what_another_site_sends_is_told_nothing(browser: Browser) -> None:
    begin(browser)
    form = _open(browser, "award")
    assert browser.http.post(f"{form.action}/ahead", data=form.fields | {"csrf": "0" * 43}).status_code == 403
