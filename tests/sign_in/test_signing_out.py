"""Signing out here, and at the provider that somebody came by, where it has a page for that."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from app.identity.logins import Side
from app.web.sign_in_ways import WaysIn
from app.web.step_up import RECENT
from tests.pages.browser import Browser
from tests.sign_in.conftest import BASE_URL, Door


def enter(door: Door, sub: str) -> Browser:
    """An officer's directory knows them; a new provider, so that what it publishes is learned anew."""
    door.abroad.plan(sub=sub, email="admin@city.example.org" if sub == "the-admin" else None)
    browser = door.browser(WaysIn({side: door.provider() for side in Side}, door.notify))
    side = "officer" if sub == "the-admin" else "resident"
    door.sign_in(browser, f"/sign-in/with/{side}")
    return browser


@pytest.mark.parametrize("form", ["/sign-out", "/sessions/end-all"])
def test_whoever_signs_out_is_led_to_the_providers_own_page_for_it(door: Door, form: str) -> None:
    door.abroad.plan(ends=True)
    browser = enter(door, "the-admin")
    page = browser.send(browser.open("/sessions").form(form))
    assert page.heading == "You are signed out"
    assert browser.open("/officer/rules").heading == "Sign in"
    (place,) = [link for link in page.links() if link.startswith(door.abroad.issuer)]
    asked = parse_qs(urlsplit(place).query)
    assert asked == {"theme": ["dark"], "client_id": ["rewards"], "post_logout_redirect_uri": [f"{BASE_URL}/"]}
    back = door.abroad.http.get(place)
    assert (back.status_code, back.headers["location"]) == (303, f"{BASE_URL}/")


def test_who_joins_is_known_to_have_come_by_the_provider(door: Door) -> None:
    door.abroad.plan(ends=True)
    browser = enter(door, "joins-and-leaves")
    form = browser.open("/join").form("/join")
    browser.send(form, name="Ada", connection="work", postcode="", of_age="yes", terms=form.boxes["terms"])
    assert browser.send(browser.open("/you").form("/sign-out")).heading == "You are signed out"


def test_a_provider_without_such_a_page_and_a_code_lead_to_the_start_page(door: Door) -> None:
    browser = enter(door, "the-admin")
    assert browser.send(browser.open("/sessions").form("/sign-out")).response.url.path == "/"
    for at in ("", "officer", "nobody", "https://evil.example"):
        assert door.browser().open(f"/signed-out?at={at}").response.url.path == "/"


def test_a_provider_that_sends_elsewhere_in_the_clear_is_not_followed(door: Door) -> None:
    provider = door.provider()
    known = provider._learn()
    for place in ("http://evil.example/end", "javascript:alert(1)", "//evil.example", 7):
        object.__setattr__(known, "metadata", dict(known.metadata) | {"end_session_endpoint": place})
        assert provider.leave(back_to=BASE_URL) is None


def test_many_points_take_a_fresh_word_of_the_provider_too(door: Door) -> None:
    """Step-up by OpenID Connect: asked with prompt=login and max_age=0, and believed with an auth_time only."""
    browser = enter(door, "spends-much")
    form = browser.open("/join").form("/join")
    browser.send(form, name="Ada", connection="work", postcode="", of_age="yes", terms=form.boxes["terms"])
    order = {"reward_id": door.city.rewards["drink"]}
    strict = door.browser(WaysIn({side: door.provider() for side in Side}, door.notify), step_up_points=99)
    strict.http.cookies = browser.http.cookies
    token = {"X-CSRF-Token": strict.http.get("/v1/session").json()["csrf_token"]}
    door.city.clock.at += RECENT * 2
    refused = strict.http.post("/v1/redemptions", json=order, headers=token)
    assert (refused.status_code, refused.json()["code"]) == (403, "step-up-needed")
    now = int(door.city.clock.at.timestamp())
    again = next(link for link in strict.open(refused.json()["sign_in_at"]).links() if "/sign-in/with/resident" in link)
    asked = parse_qs(urlsplit(strict.http.get(again, follow_redirects=False).headers["location"]).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    door.abroad.plan(now=now, claims={"auth_time": now - 3600})  # the provider did not ask again
    assert door.sign_in(strict, again).status == 403
    door.abroad.plan(now=now, claims={})
    door.sign_in(strict, again)
    token = {"X-CSRF-Token": strict.http.get("/v1/session").json()["csrf_token"]}
    taken = strict.http.post("/v1/redemptions", json=order, headers=token)
    assert taken.json()["code"] == "first-reward-later", "the sign-in was recent enough; only the account is new"
