"""A partner adds a till by its page and removes it again, by forms alone."""

from __future__ import annotations

from app.web.pages.visits import Role
from tests.pages.browser import Browser, Page
from tests.pages.town import Town


def _add(browser: Browser, title: str = "Front counter") -> Page:
    return browser.send(browser.open("/till/devices").form("/till/devices"), title=title)


def _code_on(page: Page) -> str:
    return page.find_all("h2")[0].text.strip()


def test_a_till_is_added_by_a_code_and_removed_with_one_click(town: Town) -> None:
    browser = town.browser(Role.PARTNER)
    page = _add(browser)
    assert page.status == 200
    assert "works once" in page.text
    code = _code_on(page)
    assert code not in browser.open("/till/devices").text
    paired = browser.http.post("/v1/tills/pair", json={"code": code}).json()
    assert paired["title"] == "Front counter"
    page = browser.open("/till/devices")
    assert "Front counter Added 22 November 2026. Not used yet." in page.text
    page = browser.send(page.form("/till/devices/til_"))
    assert page.status == 200
    assert "Front counter, removed 22 November 2026" in page.text
    auth = (paired["client_id"], paired["client_secret"])
    assert browser.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=auth).status_code == 401


def test_a_till_without_a_name_is_asked_for_one(town: Town) -> None:
    for title in ("", "  ", "x" * 61):
        page = _add(town.browser(Role.PARTNER), title)
        assert page.status == 422
        assert page.title.startswith("Error:")


def test_another_partners_till_can_not_be_removed(town: Town) -> None:
    browser, other = town.browser(Role.PARTNER), town.browser(Role.PARTNER, number=1)
    browser.http.post("/v1/tills/pair", json={"code": _code_on(_add(browser))})
    form = browser.open("/till/devices").form("/till/devices/til_")
    assert "Front counter Added" not in other.open("/till/devices").text
    form.fields["csrf"] = other.open("/till/devices").form("/till/devices").fields["csrf"]
    assert other.send(form).status == 404
    assert "Front counter Added" in browser.open("/till/devices").text


def test_too_many_codes_are_refused_in_words(town: Town) -> None:
    browser = town.browser(Role.PARTNER)
    for _ in range(30):
        assert _add(browser).status == 200
    page = _add(browser)
    assert page.status == 429
    assert "Too many tries" in page.text


def test_a_form_of_another_session_changes_nothing(town: Town) -> None:
    browser = town.browser(Role.PARTNER)
    form = browser.open("/till/devices").form("/till/devices")
    form.fields["csrf"] = "x"
    assert browser.send(form, title="Front counter").status == 403
