"""A rule from the first idea to its emergency stop, as officers, a worker, the clock and residents live it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from app.core.clock import SetClock
from app.core.database import Database
from app.core.secret_store import Secrets
from app.earning.importing.declaration import load_map
from app.earning.importing.faults import FaultFile
from app.earning.importing.mapping import EventMapper
from app.earning.importing.reading import read_rows
from app.earning.importing.run import ImportJob, Tally, client_for, run_import
from app.earning.intake import IntakeOptions
from app.identity.service import register_client
from app.residents.service import enrol_resident, link_card
from tests.api.city import SECRET, build_city
from tests.earning.world import RIDES, ride
from tests.rulebook.drafting.desk import KEY, Desk, make_example

JUNE = Path(__file__).with_name("rides_june_2020.csv")
"""Made up, in the shape and with the dirt of an operator's file: a ride of 13 hours, one of 0 m, a row that repeats."""
MAP = load_map(Path(__file__).parents[3] / "app" / "earning" / "maps" / "bike-rides.toml")
BEFORE = datetime(2020, 6, 1, tzinfo=UTC)
NOON = datetime(2026, 9, 15, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 9, 15, 23, tzinfo=UTC)
"""In Leeds, in summer."""
WRONG = [{"fact": "distance_m", "op": op, "value": 5_000} for op in ("at_least", "below")]
LONG_RIDES: dict[str, Any] = {
    "title": {"en": "A long ride"},
    "when": [{"fact": "distance_m", "op": "at_least", "value": 5_000}],
    "effect": {"kind": "points", "points": 20},
    "limits": [{"scope": "resident_rule", "per": "day", "times": 1}],
    "examples": [make_example(5_000, 20), make_example(4_999, 0)],
}


@pytest.fixture
def desk(database: Database, secrets: Secrets, tmp_path: Path) -> Iterator[Desk]:
    """The Leeds pack and eight riders with the rides of June 2020 on record; Ann may write and approve, Cem approve."""
    city = build_city(database, secrets, NOON)
    made = Desk(city, {})
    made.hire("ann", "editor", "approver")
    made.hire("cem", "approver")

    def seed(session: Session) -> None:
        for number in range(1, 9):
            rider = enrol_resident(
                session, name=f"Rider {number}", connection="live", ward="Armley", enrolled_at=BEFORE, now=BEFORE
            )
            link_card(
                session,
                resident_id=rider.id,
                subject=f"card:rider-{number}",
                source_id=None,
                keys=city.runtime.card_keys,
                enrolled_at=BEFORE,
            )
        register_client(
            session,
            client_id="rides",
            secret=SECRET,
            title="Rides",
            scopes=["events:write"],
            sources=[RIDES],
            event_types=["cycle.trip"],
        )

    database.in_transaction(seed)
    options = IntakeOptions(None, history=True)
    job = ImportJob(EventMapper(MAP, b"key"), client_for(MAP), city.runtime.card_keys, options)
    with FaultFile(tmp_path / "errors.csv") as faults:
        tally = run_import(
            database, rows=read_rows(JUNE, MAP.file, MAP.columns()), job=job, faults=faults, clock=SetClock(NOON)
        )
    assert _count(tally) == {"duplicate": 1, "not_enrolled": 1, "recorded": tally.read - 2}
    with city.http:
        yield made


def test_a_day_in_the_life_of_a_rule(desk: Desk) -> None:
    # Drafted, with a slip that lint finds and says how to mend.
    begun = desk.begin(**LONG_RIDES | {"when": WRONG, "examples": [make_example(5_000, 0)]}).json()
    (finding,) = (one for one in begun["findings"] if one["severity"] == "fault")
    assert (finding["code"], finding["path"]) == ("contradiction", "when[1]")
    assert desk.take("ann", "check").json()["missing"][0]["code"] == "lint-fault"
    # Mended: what it says is what was meant, and the examples show it.
    mended = desk.save("ann", begun["revision"], **LONG_RIDES).json()
    assert "20 points" in mended["sentence"]
    assert all(one["passed"] for one in mended["examples"])
    assert [one["code"] for one in mended["missing"]] == ["no-evidence"]
    # Tried on the rides of June 2020, by the worker of the running server.
    report = _back_test(desk)
    assert report["residents"]["total"] == 8
    assert report["draft"]["points"] == 20 * _long_rides_by_day()
    assert report["history"]["enough"] is False
    (evidence,) = desk.show()["evidence"]
    assert evidence["advice"] == report["history"]["advice"]
    assert evidence["high_points"] >= evidence["central_points"] > 0
    # Checked, submitted, not approved by its author, approved by another.
    assert desk.take("ann", "check").json()["status"] == "checked"
    assert desk.take("ann", "submit", 2).json()["status"] == "submitted"
    refused = desk.take("ann", "approve", 2)
    assert (refused.status_code, refused.json()["code"]) == (409, "own-work")
    assert desk.take("cem", "approve", 2).json()["status"] == "approved"
    # Scheduled; until midnight nothing changes, and the next event after it earns.
    scheduled = desk.take("ann", "schedule", 2, {"on": "2026-09-16"}).json()
    assert scheduled["from_at"] == "2026-09-15T23:00:00Z"
    instant = timedelta(microseconds=1)
    assert _ride(desk, 1, MIDNIGHT - instant) == 0
    assert _on_register(desk)["status"] == "scheduled"
    assert _ride(desk, 2, MIDNIGHT) == 20
    assert (_on_register(desk)["status"], _on_register(desk)["cost_points"]) == ("in_force", 20)
    # Stopped by one officer, with a reason that the public reads.
    noon = MIDNIGHT + timedelta(hours=36)
    desk.city.clock.at = noon
    order = {"reason": "A bike told wrong distances.", "honour": False}
    assert desk.ask("ann", "POST", f"/v1/rules/{KEY}/stop", order).json()["ends_at"] == "2026-09-17T11:00:00Z"
    assert _ride(desk, 3, noon + instant) == 0
    assert (_on_register(desk)["status"], _on_register(desk)["off_reason"]) == ("stopped", order["reason"])


def _back_test(desk: Desk) -> dict[str, Any]:
    asked = desk.ask("ann", "POST", f"/v1/rules/{KEY}/backtest", {"from_on": "2020-06-01", "to_on": "2020-06-30"})
    assert (asked.status_code, asked.json()["result"]) == (202, None)
    path, deadline = f"/v1/backtests/{asked.json()['id']}", time.monotonic() + 60
    while (job := desk.ask("cem", "GET", path).json())["status"] in ("waiting", "running"):
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
    assert (job["status"], job["percent"], job["residents"]) == ("done", 100, 8)
    report: dict[str, Any] = job["result"]
    return report


def _long_rides_by_day() -> int:
    """How often a rider, one who joined, rode 5 km or more on a day."""
    rows = (line.split(",") for line in JUNE.read_text(encoding="utf-8").splitlines()[1:])
    return len({(rider, at[:10]) for _, rider, at, _, metres in rows if int(metres) >= 5_000 and rider != "rider-9"})


def _ride(desk: Desk, number: int, at: datetime) -> int:
    """What the rule gives for a long ride, sent as it ends."""
    city = desk.city
    city.clock.at = at
    city.tokens["rides"] = city.token("rides", "events:write")
    sent = ride(number, at, 6_000)
    (result,) = city.send(sent, who="rides").json()["results"]
    assert result["status"] == "awarded"  # the pack's own rule pays for the distance
    trace = city.world.explain(str(sent["source"]), str(sent["id"])).trace
    assert trace is not None
    return sum(rule.got for rule in trace.rules if rule.rule == KEY)


def _on_register(desk: Desk) -> dict[str, Any]:
    items = desk.city.http.get("/v1/register/rules").json()["items"]
    found: dict[str, Any] = next(rule for rule in items if rule["id"] == KEY)
    return found


def _count(tally: Tally) -> dict[str, int]:
    return dict(Counter({name: n for name, n in vars(tally).items() if name != "read" and n}))
