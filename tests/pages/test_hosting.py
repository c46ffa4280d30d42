"""A host opens a session, shows its code and says who was there, by forms alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.web.pages.visits import Role
from tests.hosting.farm import Farm
from tests.pages.browser import Browser, Form, Page
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town

WHEN = {"kind": "volunteer.session", "title": "Digging", "day": "2026-11-22", "from": "08:00", "until": "10:00"}
"""The town's noon is two hours after it."""


@pytest.fixture
def town(shared_town: Town) -> Town:
    return shared_town


@pytest.fixture
def farm(town: Town) -> Farm:
    return Farm(town.city)


def _open(browser: Browser, **changes: str) -> Page:
    return browser.send(visit(browser, "/host/open").form("/host/open"), **(WHEN | changes))


def _attest(page: Page) -> Form:
    return next(form for form in page.forms if form.action.endswith("/attest"))


def _upload(browser: Browser, page: Page, content: str) -> Page:
    form = next(form for form in page.forms if form.action.endswith("/register"))
    files = {"file": ("register.csv", content.encode(), "text/csv")}
    return Page(browser.http.post(form.action, data={"csrf": form.fields["csrf"]}, files=files))


def test_a_host_opens_a_session_and_finds_it_in_the_list(town: Town) -> None:
    browser = town.browser(Role.HOST)
    page = _open(browser)
    check(page)
    assert page.heading == "Digging"
    assert "22 November 2026 at 8am to 10am" in page.text
    assert "Digging" in visit(browser, "/host").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": ""}, "Choose what you do there"),
        ({"kind": "checkin.scan"}, "Enter the place as one short name"),
        ({"title": ""}, "Enter what it is called"),
        ({"title": "4111 1111 1111 1111"}, "bank card"),
        ({"day": "soon"}, "Choose the day"),
        ({"day": "2026-01-02"}, "Choose a time from 14 days ago"),
        ({"from": ""}, "Enter when it starts"),
        ({"until": "07:00"}, "A session ends after it starts"),
    ],
)
def test_what_is_wrong_with_a_session_is_said_and_what_was_entered_is_kept(
    town: Town, changes: dict[str, str], said: str
) -> None:
    page = _open(town.browser(Role.HOST), place="", **changes)
    check(page, 422)
    assert said in page.text
    assert page.title.startswith("Error:")
    assert page.form("/host/open").fields["until"] == (WHEN | changes)["until"]


def test_people_are_noted_by_their_numbers_and_a_wrong_one_holds_nobody_up(town: Town, farm: Farm) -> None:
    browser = town.browser(Role.HOST)
    number = farm.members[0]
    page = browser.send(
        _attest(_open(browser)),
        **{"member-0": number, "minutes-0": "60", "member-1": "123", "member-2": farm.members[1], "minutes-2": "lots"},
    )
    check(page, 422)
    assert "2 lines could not be noted" in page.text
    assert "1 other person is noted" in page.text
    kept = _attest(page).fields
    assert (kept["member-0"], kept["member-1"], kept["minutes-1"]) == ("123", farm.members[1], "lots")
    page = browser.send(_attest(page), **{"member-0": "", "minutes-1": "90"})
    check(page)
    assert "Everybody is noted." in page.text
    assert "2 people, in the order" in page.text
    assert number not in page.text


def test_each_line_of_a_register_that_can_not_be_kept_is_told_with_its_number(town: Town, farm: Farm) -> None:
    browser = town.browser(Role.HOST)
    lines = ["member,minutes", f"{farm.members[0]},60", "999,60", f"{farm.members[1]},soon", f"{farm.members[2]},60,3"]
    page = _upload(browser, _open(browser), "\n".join(lines))
    check(page, 422)
    assert "1 other person is noted" in page.text
    for said in ("Line 3: This is not a member number", "Line 4: In this line, minutes", "Line 5: This line has other"):
        assert said in page.text
    assert [_attest(page).fields[f"member-{at}"] for at in range(3)] == ["999", *farm.members[1:3]]


def test_a_file_that_is_no_register_is_said_to_be_none(town: Town) -> None:
    browser = town.browser(Role.HOST)
    page = _open(browser)
    for content, said in (("", "Choose a file"), ("name\nAnn", "The first line has"), ("member\n\x00", "not")):
        answer = _upload(browser, page, content)
        check(answer, 422)
        assert said in answer.text


def test_nothing_of_a_register_is_lost_when_none_of_it_can_be_kept(town: Town, farm: Farm) -> None:
    browser = town.browser(Role.HOST)
    page = _open(browser, **{"day": "2026-11-22", "from": "11:30", "until": "13:00"})
    page = browser.send(_attest(page), **{"member-0": farm.members[0]})
    check(page, 422)
    assert "This has not ended yet" in page.text
    assert _attest(page).fields["member-0"] == farm.members[0]


def test_a_session_that_has_not_begun_asks_for_nobody_yet(town: Town) -> None:
    page = _open(town.browser(Role.HOST), day="2026-11-23")
    assert "The session has not begun." in page.text
    assert not [form for form in page.forms if form.action.endswith(("/attest", "/register"))]


def test_a_resident_checks_in_by_the_code_that_is_read_aloud_and_the_host_ticks_them(town: Town) -> None:
    browser = town.browser(Role.HOST)
    page = _open(browser, until="12:05")
    screen = visit(browser, next(link for link in page.links() if link.endswith("/screen")))
    assert int(screen.response.headers["Refresh"]) in range(1, 31)
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", screen.text)
    assert code is not None
    resident = town.browser(Role.RESIDENT)
    typed = code[0].lower().replace("-", " ")
    assert "You are checked in" in resident.send(visit(resident, "/check-in").form("/check-in"), code=typed).text
    town.city.clock.at += timedelta(minutes=6)
    page = visit(browser, page.response.url.path)
    ticked = _attest(page).boxes["here"]
    page = browser.send(_attest(page), here=ticked)
    check(page)
    assert "Counted" in page.text


def test_a_code_that_was_read_aloud_is_good_for_a_minute(town: Town) -> None:
    browser, resident = town.browser(Role.HOST), town.browser(Role.RESIDENT)
    screen = visit(browser, _open(browser, until="12:05").response.url.path + "/screen")
    code = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", screen.text)[0]
    town.city.clock.at += timedelta(seconds=90)
    page = resident.send(visit(resident, "/check-in").form("/check-in"), code=code)
    check(page, 409)
    assert "no longer shown" in page.text


def test_a_screen_that_is_put_up_too_early_or_too_late_says_when(town: Town) -> None:
    browser = town.browser(Role.HOST)
    early = visit(browser, _open(browser, day="2026-11-23").response.url.path + "/screen")
    assert "Checking in begins on 23 November 2026 at 7:45am" in early.text
    late = visit(browser, _open(browser).response.url.path + "/screen")
    assert "Checking in ended on 22 November 2026 at 10:15am" in late.text
    assert "Refresh" not in late.response.headers


def test_a_long_day_waits_for_another_host_who_agrees_or_takes_it_back(town: Town, farm: Farm) -> None:
    browser, second = town.browser(Role.HOST), town.browser(Role.HOST, number=1)
    page = _open(browser, **{"day": "2026-11-21", "from": "08:00", "until": "18:00"})
    page = browser.send(_attest(page), **{"member-0": farm.members[0], "member-1": farm.members[1]})
    assert page.text.count("another host of your organisation agrees") == 2
    agree = [form for form in visit(second, page.response.url.path).forms if form.action.endswith("/agree")]
    assert not [form for form in page.forms if form.action.endswith("/agree")]
    page = second.send(agree[0])
    check(page)
    assert "You agreed." in page.text
    withdraw = [form for form in page.forms if form.action.endswith("/withdraw")]
    check(second.send(withdraw[1]), 422)
    page = second.send(withdraw[1], reason="The wrong number.")
    check(page)
    assert "Taken back" in page.text


def test_whoever_attested_a_long_day_can_not_agree_to_it_by_a_form_of_their_own(town: Town, farm: Farm) -> None:
    browser, second = town.browser(Role.HOST), town.browser(Role.HOST, number=1)
    page = _open(browser, **{"day": "2026-11-21", "from": "08:00", "until": "18:00"})
    page = browser.send(_attest(page), **{"member-0": farm.members[0]})
    agree = next(f for f in visit(second, page.response.url.path).forms if f.action.endswith("/agree"))
    agree.fields["csrf"] = _attest(page).fields["csrf"]
    answer = browser.send(agree)
    check(answer, 409)
    assert "Another host of your organisation has to approve it" in answer.text


def test_a_host_never_sees_or_changes_another_organisations_session(town: Town, farm: Farm) -> None:
    browser, other = town.browser(Role.HOST), town.browser(Role.HOST, number=2)
    page = browser.send(_attest(_open(browser)), **{"member-0": farm.members[0]})
    path = page.response.url.path
    assert "Digging" not in visit(other, "/host").text
    for address in (path, f"{path}/screen"):
        check(other.open(address), 404)
    csrf = visit(other, "/host/open").form("/host/open").fields["csrf"]
    for form in [form for form in page.forms if form.action.startswith(path)]:
        form.fields |= {"csrf": csrf, "member-0": farm.members[1], "reason": "Mine."}
        check(other.send(form), 404)
    assert "1 person, in the order" in visit(browser, path).text


def test_a_forms_token_is_asked_for(town: Town) -> None:
    browser = town.browser(Role.HOST)
    page = _open(browser)
    for form in page.forms:
        if form.action != "/sign-out":
            form.fields["csrf"] = "x"
            check(browser.send(form), 403)


def test_no_name_and_no_points_of_anybody_are_on_a_hosts_pages(town: Town, farm: Farm) -> None:
    browser = town.browser(Role.HOST)
    page = browser.send(_attest(_open(browser)), **{"member-0": farm.members[0]})
    assert "points" not in page.text
    assert not [one for one in town.city.residents if one in page.response.text]
