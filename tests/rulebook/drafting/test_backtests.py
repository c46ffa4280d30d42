"""Back-tests of a draft over HTTP: asked for, looked at as JSON or a table, called off."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest

from app.backtest.attaching import attach_to_draft
from app.backtest.jobs import MOST_OPEN
from app.backtest.work import work_next_backtest
from app.core.database import Database
from app.core.secret_store import Secrets
from tests.api.city import build_city
from tests.databases import SCHEME
from tests.earning.world import ride
from tests.rulebook.drafting.desk import KEY, TUESDAY, Desk

SPAN = {"from_on": "2026-09-01", "to_on": "2026-09-15"}


@pytest.fixture
def desk(database: Database, secrets: Secrets) -> Desk:
    """A city with two rides, and Ann's draft about rides."""
    made = Desk(build_city(database, secrets, TUESDAY), {})
    made.hire("ann", "editor")
    made.city.world.send([ride(n, TUESDAY - timedelta(hours=n), 3_000, card=n) for n in (1, 2)], at=TUESDAY)
    made.begin()
    return made


def work(desk: Desk) -> None:
    """What the worker of a server does, in this thread."""
    runtime = desk.city.runtime
    work_next_backtest(
        runtime.database,
        scheme=SCHEME,
        clock=runtime.clock,
        processes=1,
        attach=attach_to_draft,
        stop=lambda: False,
    )


def test_a_back_test_is_asked_for_and_read_as_json_or_as_a_table(desk: Desk) -> None:
    asked = desk.ask("ann", "POST", f"/v1/rules/{KEY}/backtest", SPAN)
    assert (asked.status_code, asked.json()["status"], asked.json()["revision"]) == (202, "waiting", 1)
    path = f"/v1/backtests/{asked.json()['id']}"
    early = desk.ask("ann", "GET", path, accept="text/csv")
    assert (early.status_code, early.json()["code"]) == (409, "backtest-unfinished")
    work(desk)
    done = desk.ask("ann", "GET", path).json()
    assert (done["status"], done["result"]["draft"]["points"]) == ("done", 6)
    table = desk.ask("ann", "GET", path, accept="text/csv")
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["difference"] for row in rows if (row["section"], row["key"]) == ("rules", KEY)] == ["6"]
    (listed,) = desk.ask("ann", "GET", f"/v1/rules/{KEY}/backtests").json()["items"]
    assert listed == {name: value for name, value in done.items() if name != "result"}


def test_what_it_found_stands_in_the_draft_and_lets_it_be_checked(desk: Desk) -> None:
    asked = desk.ask("ann", "POST", f"/v1/rules/{KEY}/backtest", SPAN).json()
    assert desk.take("ann", "check").json()["code"] == "not-ready"
    work(desk)
    (evidence,) = desk.show()["evidence"]
    assert (evidence["kind"], evidence["reference"], evidence["revision"]) == ("backtest", asked["id"], 1)
    assert desk.take("ann", "check").json()["status"] == "checked"


def test_one_that_ends_after_the_points_were_changed_says_nothing_about_them(desk: Desk) -> None:
    desk.ask("ann", "POST", f"/v1/rules/{KEY}/backtest", SPAN)
    desk.save("ann", 1, effect={"kind": "points", "points": 9})
    work(desk)
    assert desk.show()["evidence"] == []


def test_a_back_test_is_called_off_once(desk: Desk) -> None:
    asked = desk.ask("ann", "POST", f"/v1/rules/{KEY}/backtest", SPAN).json()
    path = f"/v1/backtests/{asked['id']}/cancel"
    assert desk.ask("ann", "POST", path).json()["status"] == "cancelled"
    assert desk.ask("ann", "POST", path).json()["code"] == "backtest-ended"
    work(desk)
    assert desk.show()["evidence"] == []


def test_a_span_that_is_none_and_a_draft_that_is_not_there_are_told(desk: Desk) -> None:
    upside_down = {"from_on": "2026-09-15", "to_on": "2026-09-01"}
    refused = desk.ask("ann", "POST", f"/v1/rules/{KEY}/backtest", upside_down)
    assert (refused.status_code, refused.json()["code"]) == (422, "span-upside-down")
    assert desk.ask("ann", "POST", "/v1/rules/rul_none/backtest", SPAN).json()["code"] == "draft-not-found"
    assert desk.ask("ann", "GET", "/v1/backtests/bkt_none").json()["code"] == "backtest-unknown"


def test_officers_wait_for_so_many_back_tests_and_no_more(desk: Desk) -> None:
    asked = [desk.ask("ann", "POST", f"/v1/rules/{KEY}/backtest", SPAN) for _ in range(MOST_OPEN + 1)]
    assert [answer.status_code for answer in asked] == [202] * MOST_OPEN + [409]
    assert asked[-1].json()["code"] == "too-many-backtests"


def test_times_are_told_in_utc(desk: Desk) -> None:
    asked = desk.ask("ann", "POST", f"/v1/rules/{KEY}/backtest", SPAN).json()
    assert datetime.fromisoformat(asked["asked_at"]) == TUESDAY
