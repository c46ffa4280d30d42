"""Every word of the pages can be said in another language, shown with a made-up one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import html5lib  # type: ignore[import-untyped]
import pytest

from app.main import create_app
from app.web.catalogues import PSEUDO, accent_all, extract_catalog, list_texts, read_texts
from app.web.languages import ENGLISH, LOCALE, load_language
from app.web.pages.rendering import WEB, make_environment
from app.web.pages.visits import Role
from tests.pages.browser import Browser
from tests.pages.test_every_page import ANYBODYS, OWN, PUBLIC
from tests.pages.town import Town, in_demo_mode
from tests.pages.valid import XHTML
from tests.pages.wording import find_hard_coded

TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
DOCUMENTS = {"/terms"}
"""Texts that the council agrees on word by word; one in another language is another document."""

MARKED = re.compile(r"⟦[^⟦⟧]*⟧")


def test_a_template_says_nothing_that_is_in_no_catalogue() -> None:
    english = make_environment(ENGLISH)
    found = {path.name: find_hard_coded(english, path.read_text(encoding="utf-8")) for path in TEMPLATES}
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_words_outside_a_catalogue_would_be_found() -> None:
    english = make_environment(ENGLISH)
    for source in (
        "<p>Hello</p>",
        '<p aria-label="Hello there"></p>',
        '{{ f({"text": "Hello"}) }}',
        '{{ "Hello" if x }}',
    ):
        assert find_hard_coded(english, source), source


def test_the_catalogues_hold_what_the_pages_say() -> None:
    catalog = extract_catalog()
    told = "run: python -m app.web.catalogues"
    assert read_texts(LOCALE / "messages.pot").keys() == list_texts(catalog).keys(), told
    assert read_texts(LOCALE / f"{PSEUDO}.po") == list_texts(accent_all(catalog)), told


def test_a_language_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(LookupError, match="en_GB, en_XA"):
        load_language("tlh")


def test_dates_and_numbers_are_written_as_people_do(town: Town) -> None:
    english = load_language(ENGLISH)
    assert english.write_day(town.city.clock.now()) == "22 November 2026"
    assert english.write_moment(town.city.clock.now()) == "22 November 2026 at 12pm"
    assert [english.write_points(number) for number in (0, 1, 1234)] == ["0 points", "1 point", "1,234 points"]
    assert english.write_pounds(123_456) == "£1,234.56"


def test_what_a_control_or_heading_says_comes_from_the_catalogue(town: Town) -> None:
    runtime = town.city.runtime
    other = replace(runtime, settings=runtime.settings.model_copy(update={"pages_language": PSEUDO}))
    app = create_app(in_demo_mode(other))
    for role in (None, *Role):
        browser = town.browser(role, app=app)
        for path in (*OWN[role], *ANYBODYS) if role else sorted({*PUBLIC} - DOCUMENTS):
            assert list(_list_unmarked(browser, path)) == [], path


def _list_unmarked(browser: Browser, path: str) -> Iterator[str]:
    tree = html5lib.parse(browser.http.get(path).text)
    assert tree.get("lang") == "en-XA"
    for name in ("title", "h1", "label", "legend", "button"):
        for one in tree.iter(f"{XHTML}{name}"):
            said = " ".join("".join(one.itertext()).split())
            if not MARKED.search(said):
                yield f"{name}: {said}"
