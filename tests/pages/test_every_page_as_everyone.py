"""Every page and every form, as everybody: whoever may not is sent away, whatever they send.

The table of who may is in who_opens.py. Each is asked in a transaction that is rolled back.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx2
import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy import Connection
from starlette.testclient import TestClient

from app.web.pages.helping import STATEMENTS
from app.web.pages.rulewriting.parts import PAGES as PARTS
from app.web.redaction import REDACTED
from app.web.session_cookies import make_csrf_token
from tests.api.hardening.test_logs import PEOPLE
from tests.log_watch import find_personal
from tests.pages.addresses import list_routes
from tests.pages.browser import Page
from tests.pages.business import open_as
from tests.pages.test_till_pairing import pair_a_till
from tests.pages.town import Town
from tests.pages.who_opens import ANYBODY, FORM, FORMS, MAY_OPEN, NOBODYS, OFFICERS, ON_THE_WAY, PARTNER

TEMPLATE, DRAFT = "early_trip", "rul_before_the_peak"
OUT_OF_DATE = "This page is out of date"
ENDS = {"POST /sessions/end-all"}
"""After these whoever may is nobody."""
OTHERWISE = {"POST /stop-messages", "POST /officer/imports"}
"""What the message's own code allows, so that it needs no other protection; and a file, which no such form carries."""
TOLD = ("name", "title", "text", "words", "reason", "note", "notice", "email", "number", "postcode", "reference", "url")
"""Fields into which people write what they like."""
DRAFTS = {f"POST /officer/rules/{form}" for form in ("write", "{key}/draft/backtest", "{key}/draft/schedule")}
"""What these ask for is no secret among officers: every one of them may read a draft and try it."""
FORMS_OF_SOME = sorted(
    {route for route, may in MAY_OPEN.items() if route.startswith("POST") and may not in (ANYBODY, ON_THE_WAY)} - DRAFTS
)


@dataclass(frozen=True)
class Crowd:
    """Everybody signed in once; `secrets` are what their browsers keep, `places` what stands for names in paths."""

    town: Town
    connection: Connection
    http: TestClient
    secrets: dict[str, str]
    places: dict[str, str]

    def ask(
        self, route: str, who: str, *, is_own_form: bool = True, sent: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """Nothing that it does stays done. `sent` stands for what every form is sent."""
        method, path = route.split()
        secret = self.secrets[who]
        self.http.cookies.clear()
        self.http.cookies.set("slr_visit" if who == "nobody" else "slr_session", secret)
        form = dict(FORM | FORMS.get(route, {}) if sent is None else sent)
        if is_own_form:
            form |= {"csrf": make_csrf_token(self.town.city.runtime, secret)}
        kept = self.connection.begin_nested()
        try:
            return self.http.request(method, self._fill(path), data=form if method == "POST" else None)
        finally:
            kept.rollback()

    def _fill(self, path: str) -> str:
        named = {name: value for name, value in self.places.items() if not name.startswith("/")}
        folder = next((value for name, value in self.places.items() if path.startswith(name)), "none")
        return re.sub(r"\{(\w+)\}", lambda found: named.get(found[1], folder), path)


@pytest.fixture(scope="module")
def crowd(seeded: tuple[Town, Connection]) -> Iterator[Crowd]:
    town, connection = seeded
    people = {"resident": town.city.residents[0], "host": town.city.hosts["host"], **town.city.officers}
    people |= {"staff": town.city.staff["cafe"], "owner": town.city.staff["owner"]}
    browsers = {who: town.browser().sign_in(person) for who, person in people.items()} | {"till": pair_a_till(town)}
    secrets = {who: browser.http.cookies["slr_session"] for who, browser in browsers.items()}
    editor = open_as(town, "editor")
    address = f"/officer/rules/write/{TEMPLATE}"
    assert editor.send(editor.open(address).form(address), modes="bus").status == 200
    places = {
        "template": TEMPLATE,
        "key": DRAFT,
        "part": next(iter(PARTS)),
        "campaign": "welcome",
        "message": f"cmm_{NOBODYS}",
        "statement": STATEMENTS[0],
        "period": "2026-11",
        "reward": town.city.rewards["drink"],
        "payout": f"pay_{NOBODYS}",
        "dispute": f"dsp_{NOBODYS}",
        "file": f"bac_{NOBODYS}",
        "reversal": f"rvs_{NOBODYS}",
        "number": "1",
        "at": "0",
        "partner": f"prt_{NOBODYS}",
        "/rewards/": town.city.rewards["drink"],
        "/officer/people/": town.city.officers["auditor"],
        "/officer/imports/": f"imp_{NOBODYS}",
        "/officer/backtests/": f"bkt_{NOBODYS}",
        "/partner/integration/": f"whk_{NOBODYS}",
        "/partner/staff/": town.city.staff["cafe"],
        "/vouchers/": f"red_{NOBODYS}",
        "/partner/money/ask/": f"red_{NOBODYS}",
    }
    http = TestClient(town.app, follow_redirects=False)
    with start_blocking_portal() as http.portal:  # one loop for all that is asked
        yield Crowd(town, connection, http, secrets | {"nobody": "0" * 43}, places)


def test_every_page_says_who_may_open_it() -> None:
    assert set(MAY_OPEN) == set(list_routes())
    assert set().union(*MAY_OPEN.values()) <= ANYBODY


@pytest.mark.parametrize("route", sorted(MAY_OPEN))
def test_a_page_is_closed_to_everybody_else(crowd: Crowd, route: str) -> None:
    may = MAY_OPEN[route]
    for who in sorted(_list_askers(may)):
        if who in may and route.endswith("/stream"):
            continue  # it would last; tests/pages/test_live.py reads one
        answer = crowd.ask(route, who)
        told = (who, answer.status_code, answer.headers.get("location"), answer.text[-3000:])
        assert answer.status_code < 500, told
        sent_away = answer.headers.get("location") == "/sign-in"
        if may is ON_THE_WAY:
            continue
        if who in may:
            assert answer.status_code not in {401, 403}, told
            assert not sent_away or route in ENDS, told
        elif who == "nobody":
            assert sent_away, told
        else:
            assert answer.status_code == 403, told
            assert Page(answer).heading != OUT_OF_DATE, told


@pytest.mark.parametrize("route", FORMS_OF_SOME)
def test_who_may_not_send_a_form_is_not_told_how_to_fill_it_in(crowd: Crowd, route: str) -> None:
    for who in sorted(_list_askers(MAY_OPEN[route]) - MAY_OPEN[route] - {"nobody"}):
        answer = crowd.ask(route, who, sent={})
        assert answer.status_code == 403, (who, answer.status_code, answer.text[-3000:])


@pytest.mark.parametrize(
    "route", [route for route in list_routes() if route.startswith("POST") and route not in OTHERWISE]
)
def test_a_form_that_another_site_sends_does_nothing(crowd: Crowd, route: str) -> None:
    who = min(MAY_OPEN.get(route, OFFICERS) - {"nobody"}, default="nobody")
    answer = crowd.ask(route, who, is_own_form=False)
    assert (answer.status_code, Page(answer).heading) == (403, OUT_OF_DATE)


def test_no_form_of_a_page_logs_what_was_sent_or_who_sent_it(crowd: Crowd, capsys: pytest.CaptureFixture[str]) -> None:
    routes = [route for route in list_routes() if route.startswith("POST")]
    people = itertools.cycle(PEOPLE.values())
    asked = 0
    for route in routes:
        told = FORM | FORMS.get(route, {}) | {field: next(people) for field in TOLD}
        who = min(MAY_OPEN.get(route, OFFICERS), default="nobody")
        for sent in (told, dict.fromkeys(told, next(people))):
            crowd.ask(route, who, sent=sent)
            asked += 1
    logged = capsys.readouterr().err
    assert logged.count('"event": "request"') == asked > 200
    assert find_personal(logged) == set()
    assert REDACTED not in logged, "what has to be taken out should not have been logged"
    secrets = {secret for who, secret in crowd.secrets.items() if who != "nobody"}
    assert {one for one in {*PEOPLE.values(), *secrets} if one in logged} == set()


def _list_askers(may: frozenset[str]) -> frozenset[str]:
    """One of each side, and each role of officers, owner and staff only where one of them may and another may not."""
    if may in (ANYBODY, ON_THE_WAY):
        return frozenset({"nobody", "resident", "till"})
    officers = {"admin"} if not may & OFFICERS or may >= OFFICERS else OFFICERS
    partners = {"owner"} if not may & PARTNER or may >= PARTNER else PARTNER
    return frozenset({"nobody", "resident", "host", "till"}) | officers | partners
