"""A browser becomes a till by a code alone: it redeems for its partner, opens nothing else, and can be taken away."""

from __future__ import annotations

from datetime import timedelta

from app.web.pages.visits import Role
from tests.pages.browser import Browser, Page
from tests.pages.business import open_as_colleague
from tests.pages.test_every_page import OWN, check, visit
from tests.pages.test_till_devices import _add, _code_on
from tests.pages.town import Town

PAIR = "/till/pair"


def _pair(town: Town, code: str, browser: Browser | None = None) -> tuple[Browser, Page]:
    device = browser or town.browser()
    return device, device.send(visit(device, PAIR).form(PAIR), code=code)


def _make_code(town: Town) -> str:
    return _code_on(_add(open_as_colleague(town)))


def pair_a_till(town: Town) -> Browser:
    """The café's, where nobody is signed in."""
    return _pair(town, _make_code(town))[0]


def _redeem(town: Town, device: Browser, *, resident: int = 0) -> Page:
    code = town.city.take("drink", resident=resident).json()["code"]
    return device.send(visit(device, "/till").form("/till"), code=code)


def test_a_paired_browser_redeems_without_anybody_signing_in_and_undoes(town: Town) -> None:
    device, page = _pair(town, _make_code(town).lower())
    check(page)
    assert (page.heading, "Kirkgate Café" in page.text) == ("Redeem a voucher", True)
    page = _redeem(town, device)
    check(page)
    assert page.title.startswith("Yes: Drink")
    page = device.send(page.form("/till/undo"))
    assert "The voucher is good again." in page.text
    assert "Front counter Added 22 November 2026. Last there" in open_as_colleague(town).open("/till/devices").text


def test_the_way_to_pair_is_found_from_signing_in(town: Town) -> None:
    for path in ("/sign-in", "/sign-in/partner"):
        assert PAIR in visit(town.browser(), path).links(), path


def test_a_till_opens_the_till_and_nothing_else(town: Town) -> None:
    device, page = _pair(town, _make_code(town))
    assert [link for link in page.links() if link.startswith(("/partner", "/sessions", "/till/"))] == []
    assert [form.action for form in page.forms if form.action == "/sign-out"] == []
    for path in (*OWN[Role.PARTNER], "/partner/money/bank", "/sessions"):
        assert device.open(path).status == (200 if path == "/till" else 403), path
    for path in (*OWN[Role.RESIDENT], *OWN[Role.OFFICER]):
        assert device.open(path).status == 403, path
    for path in ("/v1/partner/staff", "/v1/partner/payouts", "/v1/partner/tills", "/v1/sessions", "/v1/me"):
        assert device.http.get(path).status_code in (401, 403, 404), path
    assert device.http.get("/v1/partner/redemptions").status_code == 200


def test_a_till_that_is_removed_is_refused_from_its_next_request_on(town: Town) -> None:
    device, _ = _pair(town, _make_code(town))
    owner = open_as_colleague(town)
    page = owner.open("/till/devices")
    owner.send(page.form("/till/devices/til_"))
    assert device.open("/till").heading == "Sign in"
    assert device.http.get("/v1/partner/redemptions").status_code == 401


def test_a_till_stays_for_weeks_and_ends_when_nobody_uses_it(town: Town) -> None:
    device, _ = _pair(town, _make_code(town))
    for _ in range(3):
        town.city.clock.at += timedelta(days=50)
        visit(device, "/till")
    town.city.clock.at += timedelta(days=61)
    assert device.open("/till").heading == "Sign in"


def test_a_code_works_once_and_a_wrong_one_is_told_with_what_was_typed(town: Town) -> None:
    code = _make_code(town)
    _pair(town, code)
    for typed, status in ((code, 404), ("AAAA-AAAA", 404), ("", 422)):
        device, page = _pair(town, typed)
        check(page, status)
        assert page.title.startswith("Error:")
        assert page.form(PAIR).fields["code"] == typed
        assert device.open("/till").heading == "Sign in"


def test_guessing_codes_is_stopped(town: Town) -> None:
    for _ in range(10):
        _, page = _pair(town, "AAAA-AAAA")
        assert page.status == 404
    _, page = _pair(town, _make_code(town))
    check(page, 429)


def test_pairing_signs_out_whoever_was_signed_in_there(town: Town) -> None:
    code = _make_code(town)
    browser = town.browser(Role.RESIDENT)
    before = browser.http.cookies.get("slr_session")
    assert "is signed out in this browser" in visit(browser, PAIR).text
    _pair(town, code, browser)
    assert browser.http.cookies.get("slr_session") != before
    assert browser.open("/you").status == 403
    old = town.browser()
    old.http.cookies.set("slr_session", before or "")
    assert old.open("/you").heading == "Sign in"


def test_a_form_of_another_browser_pairs_nothing(town: Town) -> None:
    code, device = _make_code(town), town.browser()
    form = visit(device, PAIR).form(PAIR)
    form.fields["csrf"] = visit(town.browser(), PAIR).form(PAIR).fields["csrf"]
    assert device.send(form, code=code).status == 403
    _, page = _pair(town, code)
    check(page)
