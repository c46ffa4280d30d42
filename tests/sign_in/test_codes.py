"""Codes by e-mail and text, and what a session then is: for the API too, rotated, seen, ended."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app.identity.sign_in_codes import CODE_LASTS, MOST_WRONG
from app.notify.interface import Channel, Template
from app.web.sign_in_limits import CODES_SENT, WRONG_FOR
from app.web.step_up import RECENT
from app.worker import work_jobs
from tests.pages.browser import Browser, Page
from tests.sign_in.conftest import Door


def join(door: Door, address: str, **more: str) -> Browser:
    """Somebody who joins with an address."""
    browser = door.browser()
    page = enter(door, browser, door.ask(browser, address, **more))
    form = page.form("/join")
    browser.send(form, name="Ada", connection="live", postcode="", of_age="yes", terms=form.boxes["terms"])
    return browser


def enter(door: Door, browser: Browser, page: Page) -> Page:
    return browser.send(page.form("/sign-in/code"), code=door.code())


def csrf(browser: Browser) -> dict[str, str]:
    return {"X-CSRF-Token": browser.http.get("/v1/session").json()["csrf_token"]}


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.mark.parametrize("address", ["ada@example.org", "07700 900 123"])
def test_somebody_joins_with_a_code_and_comes_back_with_another(door: Door, address: str) -> None:
    assert join(door, address).open("/you").heading == "Your points"
    browser = door.browser()
    asked = door.ask(browser, address.upper())
    assert asked.heading == "Enter the code"
    assert enter(door, browser, asked).heading == "Your points"
    sent = door.notify.sent[-1]
    assert sent.channel is (Channel.EMAIL if "@" in address else Channel.TEXT)
    assert sent.to == ("+447700900123" if sent.channel is Channel.TEXT else address)


def test_each_purpose_is_asked_for_itself_and_what_is_left_open_is_no_consent(door: Door) -> None:
    browser = door.browser()
    form = enter(door, browser, door.ask(browser, "purposes@example.org")).form("/join")
    filled = {"name": "Ada", "connection": "live", "of_age": "yes", "terms": form.boxes["terms"]}
    browser.send(form, **filled, may_news="yes", may_scheme="no", may_research="perhaps")
    said = {one["purpose"]: one for one in browser.http.get("/v1/me/consents").json()["items"]}
    assert (said["news"]["given"], len(said["news"]["history"])) == (True, 1)
    assert (said["research"]["given"], said["research"]["history"]) == (False, [])
    assert said["scheme"]["history"] == []


def test_what_is_said_never_tells_who_has_an_account(door: Door) -> None:
    join(door, "known@example.org")
    pages = [door.ask(door.browser(), address) for address in ("known@example.org", "other@example.org")]
    texts = {page.text.replace("known@", "*").replace("other@", "*") for page in pages}
    assert len(texts) == 1
    assert {page.status for page in pages} == {200}


def test_a_code_is_good_once_in_the_browser_that_asked_and_for_ten_minutes(door: Door) -> None:
    browser, other = door.browser(), door.browser()
    page = door.ask(browser, "once@example.org")
    code = door.code()
    theirs = door.ask(other, "thief@example.org").form("/sign-in/code")
    assert other.send(theirs, code=code).heading == "Enter the code"
    assert browser.send(page.form("/sign-in/code"), code=f" {code[:3]} {code[3:]}").heading.startswith("Join")
    assert browser.send(page.form("/sign-in/code"), code=code).status == 403  # the visit is over
    late = door.ask(browser := door.browser(), "late@example.org")
    door.city.clock.at += CODE_LASTS
    assert browser.send(late.form("/sign-in/code"), code=door.notify.sent[-1].values["code"]).heading == "Sign in"


def test_guessing_ends_after_five_and_then_for_the_address(door: Door) -> None:
    address, guesses = "guessed@example.org", 0
    for _ in range(CODES_SENT.limit.amount):
        browser = door.browser()
        form = door.ask(browser, address).form("/sign-in/code")
        code = door.code()
        pages = [browser.send(form, code=other_than(code)) for _ in range(MOST_WRONG)]
        guesses += sum(page.status == 422 for page in pages)
        assert {page.heading for page in pages} <= {"Enter the code", "Ask for a new code", "Please wait a little"}
        assert browser.send(form, code=code).heading == pages[-1].heading  # not even the right one
    assert guesses <= WRONG_FOR.limit.amount
    refused = door.ask(door.browser(), address)
    assert refused.status == 429
    assert refused.response.headers["Retry-After"]


@pytest.mark.parametrize("address", ["", "ada", "ada@", "a b@example.org", "+1 900 555 0100", "0113 496 0000", "@x.y"])
def test_an_address_that_nothing_can_be_sent_to_is_told_and_kept_in_the_form(door: Door, address: str) -> None:
    page = door.ask(door.browser(), address)
    assert page.status == 422
    assert page.title.startswith("Error:")
    assert page.form("/sign-in/ask").fields["address"] == address
    assert door.notify.sent == []


def test_a_message_that_could_not_be_sent_waits_sealed_and_goes_when_the_service_is_back(door: Door) -> None:
    browser = door.browser()
    page = door.ask(browser, "patient@example.org")
    with door.city.runtime.database.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM messages, sign_in_codes").all()
    assert "patient" not in str(kept)
    assert enter(door, browser, page).heading.startswith("Join")
    with door.city.runtime.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM messages").scalar() == 0


def test_a_session_begins_under_a_new_secret_whatever_the_browser_had(door: Door) -> None:
    browser = door.browser()
    browser.http.cookies.set("slr_session", "planted", domain="127.0.0.1")
    page = enter(door, browser, door.ask(browser, "fixed@example.org"))
    joining = browser.http.cookies["slr_session"]
    form = page.form("/join")
    browser.send(form, name="Ada", connection="live", postcode="", of_age="yes", terms=form.boxes["terms"])
    joined = browser.http.cookies["slr_session"]
    assert len({"planted", joining, joined}) == 3
    for old in ("planted", joining):
        assert TestClient(browser.http.app, cookies={"slr_session": old}).get("/v1/me").status_code == 401


def test_the_api_takes_a_session_and_wants_its_token_for_what_changes_something(door: Door) -> None:
    browser = join(door, "api@example.org")
    http = browser.http
    assert http.get("/v1/me").json()["name"] == "Ada"
    order = {"reward_id": door.city.rewards["drink"]}
    for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}, csrf(join(door, "api2@example.org"))):
        answer = http.post("/v1/redemptions", json=order, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf-refused")
    allowed = http.post("/v1/redemptions", json=order, headers=csrf(browser))
    assert (allowed.status_code, allowed.json()["code"]) == (409, "first-reward-later")
    assert http.get("/v1/audit").status_code == 403
    stolen = TestClient(http.app)
    assert stolen.get("/v1/me").status_code == 401


def test_somebody_sees_where_they_are_signed_in_is_told_of_a_new_device_and_signs_out_everywhere(door: Door) -> None:
    first = join(door, "devices@example.org")
    second = door.browser()
    second.http.headers["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0"
    enter(door, second, door.ask(second, "devices@example.org"))
    door.deliver()
    told = [message for message in door.notify.sent if message.template is Template.NEW_DEVICE]
    assert [(message.to, dict(message.values)) for message in told] == [
        ("devices@example.org", {"device": "Firefox on Windows"})
    ]
    page = first.open("/sessions")
    assert "Firefox on Windows" in page.text
    other = first.http.get("/v1/sessions").json()["items"]
    assert [line["current"] for line in other] == [False, True]
    stranger = join(door, "stranger@example.org")
    gone = stranger.http.delete(f"/v1/sessions/{other[0]['id']}", headers=csrf(stranger))
    assert gone.status_code == 404
    first.send(page.form("/sessions/end-all"))
    for browser in (first, second):
        assert browser.open("/you").heading == "Sign in"
    assert stranger.open("/you").heading == "Your points"


def test_who_asks_to_be_kept_signed_in_is_for_thirty_days_at_most(door: Door) -> None:
    kept, brief = join(door, "kept@example.org"), door.browser()
    again = door.browser()
    enter(door, again, door.ask(again, "kept@example.org", keep="yes"))
    enter(door, brief, door.ask(brief, "kept@example.org", keep=""))
    door.city.clock.at += timedelta(days=13)
    assert brief.open("/you").heading == kept.open("/you").heading == "Sign in"
    assert again.open("/you").heading == "Your points"
    door.city.clock.at += timedelta(days=13)
    assert again.open("/you").heading == "Your points"
    door.city.clock.at += timedelta(days=5)
    assert again.open("/you").heading == "Sign in"


def test_many_points_are_spent_after_a_recent_sign_in_only(door: Door) -> None:
    browser = join(door, "spender@example.org")
    reward, limited = door.city.rewards["drink"], {"reward_id": door.city.rewards["drink"]}
    browser = door.browser(step_up_points=99)
    enter(door, browser, door.ask(browser, "spender@example.org"))
    fresh = browser.http.post("/v1/redemptions", json=limited, headers=csrf(browser))
    assert fresh.json()["code"] == "first-reward-later"
    door.city.clock.at += RECENT + timedelta(seconds=1)
    old = browser.http.post("/v1/redemptions", json=limited, headers=csrf(browser)).json()
    assert (old["status"], old["code"]) == (403, "step-up-needed")
    again = browser.open(old["sign_in_at"])
    assert again.heading == "Sign in again to go on"
    asked = browser.send(again.form("/sign-in/ask"), address="spender@example.org")
    assert enter(door, browser, asked).response.url.path == f"/rewards/{reward}"
    now = browser.http.post("/v1/redemptions", json=limited, headers=csrf(browser))
    assert now.json()["code"] == "first-reward-later"


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example", "/you?x=1", "you"])
def test_nobody_is_sent_elsewhere_after_signing_in(door: Door, back: str) -> None:
    address = f"back{back.encode().hex()}@example.org"
    browser = join(door, address)
    page = door.ask(browser, address, back=back)
    assert enter(door, browser, page).response.url.path == "/you"


def test_the_worker_sends_what_was_promised(door: Door) -> None:
    door.ask(door.browser(), "worker@example.org")
    asyncio.run(work_jobs(replace(door.city.runtime, ways_in=door.ways_in), wait=False))
    assert [message.to for message in door.notify.sent if message.to == "worker@example.org"] == ["worker@example.org"]


def test_partners_people_come_in_by_code_once_they_were_invited(door: Door) -> None:
    browser, host = door.browser(), door.city.hosts["host"]
    form = browser.open("/sign-in/partner").form("/sign-in/ask")
    assert (
        enter(door, browser, browser.send(form, address="host@example.org")).heading == "You have not been invited yet"
    )
    invited = door.city.http.post("/v1/staff-invitations", json={"person": host}, headers=door.city.by("admin")).json()
    form = browser.open(f"/invitation/{invited['code'].lower()}").form("/sign-in/ask")
    page = enter(door, browser, browser.send(form, address="host@example.org"))
    assert page.heading == "Sessions"
    assert browser.http.get("/v1/host/sessions").status_code == 200
    again = door.browser()
    form = again.open("/sign-in/partner").form("/sign-in/ask")
    assert enter(door, again, again.send(form, address="host@example.org")).heading == "Sessions"
    acts = door.city.http.get("/v1/audit?act=session.began", headers=door.city.by("auditor")).json()["items"]
    assert [act["subject"] for act in acts if host in act["subject"]] == [f"host:{host}"] * 2


def test_only_those_who_are_there_can_be_invited_and_only_by_an_administrator(door: Door) -> None:
    for person in (door.city.residents[0], f"stf_{'0' * 32}", "x"):
        answer = door.city.http.post("/v1/staff-invitations", json={"person": person}, headers=door.city.by("admin"))
        assert (answer.status_code, answer.json()["code"]) == (404, "person-unknown")
