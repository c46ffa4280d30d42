"""Sessions: who gets one, what protects it, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app.core.settings import Settings
from app.identity.logins import Side
from app.identity.sessions import LASTS
from app.main import create_app
from app.web.pages.visits import Role
from tests.pages.browser import Browser, Form
from tests.pages.town import Town, in_demo_mode


def test_outside_the_demonstration_nobody_is_signed_in_by_one_click(town: Town) -> None:
    browser = town.browser(app=town.real)
    page = browser.send(Form("/demo/sign-in"), person=town.city.residents[0], csrf="")
    assert page.status == 404
    assert browser.open("/you").heading == "Sign in"
    for path in ("/", "/sign-in"):
        shown = browser.open(path)
        assert shown.forms == []
        assert "invented" not in shown.text


def test_only_people_of_the_demonstration_can_be_chosen(town: Town) -> None:
    browser = town.browser()
    form = browser.open("/sign-in").form("/demo/sign-in")
    for person in ("res_" + "0" * 32, "", "leeds-buses", town.city.residents[0].upper()):
        assert browser.send(form, person=person).status == 404
    assert browser.open("/you").heading == "Sign in"


@pytest.mark.parametrize("csrf", ["", "0" * 64, "é"])
def test_no_form_is_taken_without_the_sessions_own_token(town: Town, csrf: str) -> None:
    browser = town.browser(Role.RESIDENT)
    reward = f"/rewards/{town.city.rewards['drink']}"
    taken = browser.send(browser.open(reward).form(reward))
    for form in (taken.form("/vouchers/"), browser.open(reward).form(reward), taken.form("/sign-out")):
        page = browser.send(form, csrf=csrf)
        assert page.status == 403
        assert page.heading == "This page is out of date"
    assert town.city.balance() | {"expiring": None} == {"available": 400, "held": 100, "expiring": None}
    assert town.browser(Role.PARTNER).send(Form("/till"), code="AAAAA-AAAAA", csrf=csrf).status == 403
    assert town.browser().send(Form("/demo/sign-in"), person=town.city.residents[0], csrf=csrf).status == 403


def test_a_form_of_another_session_is_refused(town: Town) -> None:
    mine, theirs = town.browser(Role.RESIDENT), town.browser(Role.RESIDENT, number=1)
    form = theirs.open("/you").form("/sign-out")
    assert mine.send(form).status == 403
    assert mine.open("/you").heading == "Your points"


def test_signing_out_ends_it_on_this_device(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    assert browser.send(browser.open("/you").form("/sign-out")).heading == "Thank you, in points"
    assert browser.open("/you").heading == "Sign in"


@pytest.mark.parametrize(("role", "side"), [(Role.RESIDENT, Side.RESIDENT), (Role.OFFICER, Side.OFFICER)])
def test_a_session_ends_when_nobody_has_used_it(town: Town, role: Role, side: Side) -> None:
    browser = town.browser(role)
    for _ in range(3):  # each use lets it go on
        town.city.clock.at += LASTS[side].idle - timedelta(seconds=1)
        assert browser.open("/sessions").heading == "Where you are signed in"
    town.city.clock.at += LASTS[side].idle + timedelta(seconds=1)
    assert browser.open("/sessions").heading == "Sign in"


def test_a_session_ends_however_much_it_is_used(town: Town) -> None:
    browser, step = town.browser(Role.OFFICER), timedelta(minutes=29)
    for _ in range(LASTS[Side.OFFICER].longest // step):
        town.city.clock.at += step
        assert browser.open("/sessions").heading == "Where you are signed in"
    town.city.clock.at += step
    assert browser.open("/sessions").heading == "Sign in"


@pytest.mark.parametrize("cookie", ["nonsense", "a.b.c", "é", "x" * 9_000])
def test_a_cookie_that_is_not_ours_is_nobody(town: Town, cookie: str) -> None:
    answer = TestClient(town.app).get("/you", headers={b"Cookie": b"slr_session=" + cookie.encode()})
    assert answer.url.path == "/sign-in"


def test_a_token_for_the_api_is_no_session_of_the_pages(town: Town) -> None:
    answer = TestClient(town.app).get("/you", headers={"Cookie": f"slr_session={town.city.tokens['resident']}"})
    assert answer.url.path == "/sign-in"


@pytest.mark.parametrize(
    ("base_url", "named", "secure"),
    [("https://rewards.example", "__Host-slr_session", True), ("http://127.0.0.1:8000", "slr_session", False)],
)
def test_the_cookie_is_kept_from_scripts_and_other_sites(
    town: Town, base_url: str, named: str, *, secure: bool
) -> None:
    runtime = in_demo_mode(replace(town.city.runtime, settings=Settings(base_url=base_url)))
    http = TestClient(create_app(runtime), base_url=base_url)
    form = Browser(http).open("/sign-in").form("/demo/sign-in")
    answer = http.post(form.action, data=form.fields)
    told = [cookie for step in answer.history for cookie in step.headers.get_list("set-cookie")]
    cookie = next(cookie for cookie in told if cookie.startswith(f"{named}="))
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert all(("Secure" in cookie.split("; ")) is secure for cookie in told)
    assert "Max-Age" not in cookie  # it goes with the browser, unless somebody asked to be kept signed in
    assert answer.url.path == "/you"


def test_nothing_of_the_session_stands_in_a_page_or_an_address(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    token = browser.http.cookies["slr_session"]
    page = browser.open("/you")
    assert token not in page.response.text
    assert town.city.residents[0] not in page.response.text
    assert town.city.residents[0] not in str(page.response.url)
