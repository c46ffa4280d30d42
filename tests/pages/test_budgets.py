"""What a page may cost, as bytes and statements: that holds on any machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import event

from app.core.database import Database
from app.core.secret_store import Secrets
from app.web.pages.visits import Role
from tests.api.city import build_city
from tests.earning.world import ride, tap
from tests.pages.browser import Browser
from tests.pages.business import open_as, use_vouchers
from tests.pages.test_every_page import HELP, OWN
from tests.pages.test_vouchers import take
from tests.pages.town import Town, open_town

FIRST_LOAD_BYTES = 100 * 1024
AFTER_BYTES = 20 * 1024
MOST_STATEMENTS = 15
CAMPAIGN = "/officer/campaigns/welcome"
OF_OFFICERS = {"/officer": 17, CAMPAIGN: 17}
"""These sum up what stands on several pages; none asks once for each of what it lists."""
PAGES = ("/rewards", "/give", "/ways-to-earn", *HELP, *OWN[Role.RESIDENT], "/sessions", "/terms")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that were executed in the block."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def weigh(browser: Browser, path: str) -> int:
    """Bytes over the wire, packed as a browser asks for them."""
    with browser.http.stream("GET", path) as answer:
        assert answer.status_code == 200, path
        return sum(len(part) for part in answer.iter_raw())


def test_a_residents_pages_stay_within_their_bytes_and_statements(lasting_town: Town) -> None:
    at = lasting_town.city.clock.now()
    lasting_town.city.world.send([*(ride(number, at, 4_000) for number in range(30)), tap(1, at)], at=at)
    browser = lasting_town.browser(Role.RESIDENT)
    voucher = take(lasting_town, browser).form("/vouchers/").action.removesuffix("/cancel")
    ridden = next(link for link in browser.open("/you/activity").links() if "/why?" in link)
    deeper = (voucher, ridden, ridden.replace("/why?", "/again?"), f"/rewards/{lasting_town.city.rewards['drink']}")
    files = {
        tag.attributes.get("href") or tag.attributes["src"]
        for path in ("/you", "/rewards")
        for tag in browser.open(path).tags
        if tag.name == "script" or (tag.name == "link" and "stylesheet" in tag.attributes["rel"])
    }
    files |= {"/static/vendor/govuk-frontend.min.js", "/static/icon.svg"}  # the script imports one, every page has one
    shell = sum(weigh(browser, file) for file in files)
    told = {}
    for path in (*PAGES, *deeper):
        with counted(lasting_town.city.runtime.database) as statements:
            told[path] = (weigh(browser, path), len(statements))
    with counted(lasting_town.city.runtime.database) as statements:
        told["/"] = (
            weigh(lasting_town.browser(app=lasting_town.real), "/"),
            len(statements),
        )  # the demonstration's shows its people
    assert {path: size for path, (size, _) in told.items() if size > AFTER_BYTES} == {}
    assert {path: size for path, (size, _) in told.items() if size + shell > FIRST_LOAD_BYTES} == {}
    assert {path: number for path, (_, number) in told.items() if number > MOST_STATEMENTS} == {}


def test_nothing_of_a_page_comes_from_elsewhere(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    for path in PAGES:
        page = browser.open(path)
        addresses = [value for tag in page.tags for name, value in tag.attributes.items() if name in {"src", "srcset"}]
        addresses += [tag.attributes["href"] for tag in page.find_all("link")]
        assert [one for one in addresses if not one.startswith("/") or one.startswith("//")] == [], path


def test_a_partners_pages_stay_within_their_bytes_and_statements(lasting_town: Town) -> None:
    use_vouchers(lasting_town, "drink", "cake", "drink")
    owner = open_as(lasting_town, "owner")
    told = {}
    for path in OWN[Role.PARTNER]:
        with counted(lasting_town.city.runtime.database) as statements:
            told[path] = (weigh(owner, path), len(statements))
    assert {path: size for path, (size, _) in told.items() if size > AFTER_BYTES} == {}
    assert {path: number for path, (_, number) in told.items() if number > MOST_STATEMENTS} == {}


def test_officers_and_hosts_pages_stay_within_their_statements_however_much_waits(
    database: Database, secrets: Secrets, now: datetime
) -> None:
    city, at = build_city(database, secrets, now), now
    town = open_town(city, officers=[*city.officers.values()])
    use_vouchers(town, "drink", "cake", "drink")
    for number in range(9):
        city.world.send([ride(700 + number, at, 30_000 + number, card=number % 3, seconds=600)], at=at)
        sent = {"text": f"Words {number}."}
        assert city.http.post("/v1/me/complaints", json=sent, headers=city.resident(number % 3)).is_success
    told = {}
    for who, paths in (
        dict.fromkeys(("admin", "support"), (*OWN[Role.OFFICER], CAMPAIGN)) | {"host": OWN[Role.HOST]}
    ).items():
        browser = town.browser().sign_in((city.officers | city.hosts)[who])
        for path in paths:
            with counted(city.runtime.database) as statements:
                if browser.http.get(path).status_code == 200:
                    told[path, who] = len(statements)
    assert len(told) > 20
    assert {at: most for at, most in told.items() if most > OF_OFFICERS.get(at[0], MOST_STATEMENTS)} == {}
