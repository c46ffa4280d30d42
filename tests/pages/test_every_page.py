"""Every page, for everybody who can open it."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from app.main import create_app
from app.web.pages.errors import show_problem
from app.web.pages.helping import STATEMENTS
from app.web.pages.visits import Role
from app.web.problems import STATUSES, Problem
from tests.earning.world import TAPS, event, ride, tap
from tests.pages.addresses import list_pages
from tests.pages.browser import Browser, Page
from tests.pages.town import Town, in_demo_mode
from tests.pages.valid import find_faults

HELP = ("/help", *(f"/help/{statement}" for statement in STATEMENTS))
PUBLIC = (
    *("/", "/sign-in", "/sign-in/partner", "/sign-in/again", "/ways-to-earn", "/rewards", "/give", "/terms"),
    *("/goodbye", "/offline", "/stop-messages", "/till/pair", *HELP),
)
OWN = {
    Role.RESIDENT: (
        *("/you", "/you/activity", "/vouchers", "/you/account", "/you/details", "/you/choices", "/you/cards"),
        *("/you/member-card", "/you/data", "/you/leave", "/you/asked", "/you/missing", "/you/complain", "/check-in"),
        *("/you/invite", "/you/household", "/you/messages"),
    ),
    Role.PARTNER: (
        *("/till", "/till/devices", "/partner", "/partner/offers", "/partner/money", "/partner/money/stripe"),
        *("/partner/staff", "/partner/integration"),
    ),
    Role.OFFICER: (
        "/officer",
        "/officer/approvals",
        "/officer/rules",
        "/officer/campaigns",
        "/officer/partners",
        "/officer/money",
        "/officer/money/stripe",
        "/officer/review",
        "/officer/adjustments",
        "/officer/appeals",
        "/officer/imports",
        "/officer/people",
        "/officer/audit",
    ),
    Role.HOST: ("/host", "/host/open"),
}
ANYBODYS = ("/sessions",)
"""Of whoever is signed in."""
ON_THE_WAY = {
    *("/join", "/officer/desk", "/officer/rules/write", "/sign-in/code", "/signed-out", "/partner/offers/new"),
    "/partner/money/bank",
    "/officer/people/new",
    "/officer/campaigns/new",
    "/officer/pause",
    "/officer/unanswered",
    *("/officer/desk/open", "/officer/desk/letters", "/officer/residents"),
}
"""Where only a step before leads to; their own tests look at them."""

LED_TO = {"why", "again", "done", "stream", "provider", "manifest.webmanifest", "service-worker.js"}
"""Last parts of addresses that make no sense without a query, or are no pages."""

STATIC = Path(__file__).parents[2] / "app" / "web" / "static"


def check(page: Page, status: int = 200) -> None:
    """What holds for every page."""
    assert page.status == status, page.text
    assert page.unbalanced == []
    assert find_faults(page.response) == []
    assert len(page.find_all("h1")) == 1
    assert page.heading
    assert page.title.endswith("Smart Leeds Rewards")
    assert page.title.split()[0].rstrip(",").isalnum() or page.title.startswith(("Yes:", "No", "Error:"))
    assert page.find_all("html")[0].attributes["lang"] == "en-GB"
    assert [len(page.find_all(name)) for name in ("main", "header", "footer")] == [1, 1, 1]
    assert page.links()[0] == "#main-content"
    assert page.find_all("main")[0].attributes["id"] == "main-content"
    assert page.find_all("style") == []
    assert all(script.attributes.get("src") and not script.text.strip() for script in page.find_all("script"))
    assert not [tag for tag in page.tags if any(name == "style" or name.startswith("on") for name in tag.attributes)]
    ids = [tag.attributes["id"] for tag in page.tags if "id" in tag.attributes]
    assert len(ids) == len(set(ids))
    assert "None" not in page.text
    assert "Undefined" not in page.text
    headers = page.response.headers
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", "")
    assert ("wasm-unsafe-eval" in policy) == ("camera=(self)" in headers.get("Permissions-Policy", ""))
    sent = [form for form in page.forms if form.method == "post" and "csrf" not in form.fields]
    assert sent == []


def visit(browser: Browser, path: str) -> Page:
    page = browser.open(path)
    check(page)
    return page


@pytest.mark.parametrize("role", [None, *Role])
def test_each_page_is_whole_for_whoever_may_see_it_and_closed_to_others(town: Town, role: Role | None) -> None:
    browser = town.browser(role)
    for path in PUBLIC:
        visit(browser, path)
    for side, paths in (*OWN.items(), (role, ANYBODYS)):
        for path in paths:
            page = browser.open(path)
            if role is None:
                check(page)
                assert page.heading == "Sign in"
            elif side is role:
                check(page)
            else:
                check(page, 403)
                assert page.heading == "You can't see this page"


@pytest.mark.parametrize("role", list(Role))
def test_every_link_and_every_file_of_a_page_exists(town: Town, role: Role) -> None:
    browser = town.browser(role)
    town.city.world.send([ride(1, town.city.clock.now(), 4_000)], at=town.city.clock.now())
    waiting, seen = ["/", *OWN[role], *ANYBODYS], set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen or path.startswith("#"):
            continue
        seen.add(path)
        if path.startswith("/you/data?") or path.endswith((".csv", ".pdf")):  # a file to keep
            assert browser.http.get(path).status_code == 200
            continue
        if role is not Role.RESIDENT and path.startswith(("/you/", "/check-in")):  # help for all leads there, too
            check(browser.open(path), 403)
            continue
        page = visit(browser, path)
        waiting += page.links()
        files = [tag.attributes["href"] for tag in page.find_all("link")]
        files += [tag.attributes["src"] for tag in page.find_all("script")]
        for file in files:
            got = browser.http.get(file)
            assert got.status_code == 200, file
            assert not file.startswith("/static/") or "immutable" in got.headers["Cache-Control"]
    assert len(seen) >= 6


def test_no_page_is_left_out_of_these_lists() -> None:
    listed = {*PUBLIC, *ANYBODYS, *(path for paths in OWN.values() for path in paths)}
    led_to = {path for path in list_pages() if "{" in path or path.rpartition("/")[2] in LED_TO}
    assert list_pages() - listed - led_to == ON_THE_WAY


def test_the_module_that_the_script_imports_is_there(town: Town) -> None:
    assert town.browser().http.get("/static/vendor/govuk-frontend.min.js").status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_with_nothing_yet_each_page_says_so_in_words(empty_town: Town, role: Role) -> None:
    browser = empty_town.browser(role)
    texts = {path: visit(browser, path).text for path in OWN[role]}
    words = {
        "/you": "Nothing has arrived yet.",
        "/you/activity": "Nothing has arrived yet.",
        "/vouchers": "You have no vouchers yet.",
        "/you/asked": "You have asked nothing yet.",
        "/till": "No voucher has been redeemed here today.",
        "/till/devices": "No till has been added yet.",
        "/partner/money": "No statement yet.",
        "/partner/staff": "No till yet.",
        "/partner/integration": "No address yet.",
        "/partner": "Redeemed today 0 vouchers",
        "/officer": "Nothing is waiting.",
        "/officer/approvals": "Nothing waits for your approval.",
        "/officer/rules": "have given 0 points so far",
        "/officer/campaigns": "0% is given",
        "/officer/partners": "Redeemed in 12 months £0.00",
        "/officer/money": "No file has been made yet.",
        "/officer/review": "Nothing is waiting.",
        "/officer/adjustments": "Nothing has been decided yet.",
        "/officer/appeals": "No complaint is waiting.",
        "/officer/imports": "No file has come yet.",
        "/host": "No session has been opened yet.",
        "/officer/audit": "Who looked at or changed",
    }
    assert [path for path, said in words.items() if path in texts and said not in texts[path]] == []


def test_errors_are_pages_in_plain_english(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    for path in ("/nothing-here", "/rewards/rew_0", "/vouchers/red_0", "/you/activity/why", "/you/activity/why?id=%00"):
        check(browser.open(path), 404)
    for path in ("/vouchers", "/rewards", "/you/activity"):
        check(browser.open(f"{path}?after=nonsense"), 400)
    check(Page(browser.http.delete("/you")), 405)


def test_a_page_for_each_kind_of_refusal_says_in_its_heading_what_is_the_matter(town: Town) -> None:
    def show(request: Request, status: int) -> Response:
        return show_problem(request, Problem(status, "some-refusal", "A sentence."))

    app = create_app(in_demo_mode(town.city.runtime))
    app.add_api_route("/shows/{status}", show)
    headings = set()
    for status in {*STATUSES.values(), 503} - {401}:
        page = Browser(TestClient(app)).open(f"/shows/{status}")
        check(page, status)
        headings.add(page.heading)
    assert "Sorry, something went wrong" not in headings
    page = Browser(TestClient(app)).open("/shows/500")
    check(page, 500)
    assert page.heading == "Sorry, something went wrong"


def test_the_api_answers_problems_and_not_pages(town: Town) -> None:
    answer = town.browser().http.get("/v1/nothing-here")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_pages_are_not_in_the_description_of_the_api(town: Town) -> None:
    paths = town.browser().http.get("/openapi.json").json()["paths"]
    assert [path for path in paths if not path.startswith(("/v1/", "/oauth/", "/health/", "/.well-known/"))] == []


def test_a_resident_reads_why_an_event_earned_points_and_why_another_did_not(town: Town) -> None:
    at = town.city.clock.now()
    town.city.world.send([ride(1, at, 4_000), tap(1, at)], at=at)
    browser = town.browser(Role.RESIDENT)
    page = visit(browser, "/you")
    assert "508 points to spend" in page.text
    assert "Bike ride" in page.text
    assert "Travel card tap on a bus" in page.text
    earned, counted = (visit(browser, link) for link in page.links() if "/why?" in link)
    assert {earned.heading, counted.heading} == {"Why these points", "Why no points"}
    assert "This earned 8 points." in earned.text + counted.text
    assert "This is number 1 of 10 this week" in earned.text + counted.text


def test_nobody_reads_why_of_somebody_elses_event(town: Town) -> None:
    at = town.city.clock.now()
    town.city.world.send([ride(1, at, 4_000)], at=at)
    path = next(link for link in town.browser(Role.RESIDENT).open("/you").links() if "/why?" in link)
    check(town.browser(Role.RESIDENT, number=1).open(path), 404)


def test_the_list_of_what_somebody_did_goes_on_to_older_pages(town: Town) -> None:
    at = town.city.clock.now()
    odd = [
        event(TAPS, f"odd-{number}&after=#?", "transit.tap", at, card=0, data={"mode": "bus", "leg": "off"})
        for number in range(30)
    ]
    town.city.world.send(odd, at=at)
    browser = town.browser(Role.RESIDENT)
    first = visit(browser, "/you/activity")
    older = next(link for link in first.links() if "after=" in link)
    second = visit(browser, older)
    whys = [link for page in (first, second) for link in page.links() if "/why?" in link]
    assert len(whys) == len(set(whys)) == 30
    visit(browser, whys[0])


def test_an_officer_reads_each_rule_with_its_facts_and_its_cost(town: Town) -> None:
    at = town.city.clock.now()
    town.city.world.send([ride(1, at, 4_000)], at=at)
    text = visit(town.browser(Role.OFFICER), "/officer/rules").text
    assert "9 of 17 rules are on. Together they have given 8 points so far." in text
    assert "8 points, with £0.08 set aside for them" in text
    for words in ("Campaign", "Source", "Points", "Limits", "Dates", "Basis", "At most 4 times a calendar month"):
        assert words in text


def test_a_rule_that_is_off_says_why(town: Town) -> None:
    town.city.clock.at = town.city.clock.at.replace(year=2028, month=5)
    text = visit(town.browser(Role.OFFICER), "/officer/rules").text
    assert "0 of 17 rules are on." in text
    assert "It ended on 31 March 2028." in text
    assert "There are no rules yet." in visit(town.browser(), "/ways-to-earn").text
