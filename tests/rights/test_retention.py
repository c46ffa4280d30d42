"""What has been kept long enough goes, and nothing that still decides points."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.secret_store import Secrets
from app.earning.verify import find_event_drift
from app.rights.retention import KINDS, purge_due
from app.worker import SCHEDULES
from rules.catalogue import EVENT_TYPES
from tests.api.city import City, bearer
from tests.api.conftest import NOW
from tests.api.undone import UndoneCity
from tests.earning.world import RIDES, event, ride, tap
from tests.rights.year import NOW as YEAR_ENDS
from tests.rights.year import live_a_year

YEARS = timedelta(days=800)


def admin(city: City) -> dict[str, str]:
    return bearer(city.token(city.officers["admin"], "officer"))


def due(city: City) -> dict[str, int]:
    listed = city.http.get("/v1/retention", headers=admin(city)).json()["items"]
    return {one["key"]: one["due"] for one in listed}


def data_of(city: City, event_id: str) -> dict[str, Any]:
    def read(session: Session) -> dict[str, Any]:
        row = text("SELECT data FROM events WHERE external_id = :id")
        data: dict[str, Any] = session.execute(row, {"id": event_id}).scalar_one()
        return data

    return city.runtime.database.in_transaction(read)


def test_a_dry_run_counts_what_the_purge_then_takes(database: Database, secrets: Secrets) -> None:
    city = live_a_year(database, secrets).city
    assert {kind for kind, rows in due(city).items() if rows} == {"stops"}
    for path in ("cards", "complaints", "appeals"):
        for one in city.http.get(f"/v1/me/{path}", headers=city.resident(0)).json()["items"]:
            if path == "cards":
                city.http.delete(f"/v1/me/cards/{one['id']}", headers=city.resident(0))
            elif path == "complaints":
                order = {"answer": "So."}
                city.http.post(f"/v1/complaints/{one['id']}/answer", json=order, headers=admin(city))
            else:
                order = {"decision": "stands", "reason": "So."}
                city.http.post(f"/v1/appeals/{one['id']}/decide", json=order, headers=admin(city))
    points = database.in_transaction(lambda session: session.execute(text("SELECT sum(points) FROM events")).scalar())
    wrong = database.in_transaction(find_event_drift)
    city.clock.at = YEAR_ENDS + YEARS
    counted = due(city)
    assert purge_due(database, now=city.clock.at, batch=2) == counted
    assert {kind for kind, rows in counted.items() if not rows} == {"sensitive", "missing_reports"}
    assert set(due(city).values()) == {0}
    assert database.in_transaction(find_event_drift) == wrong
    kept = database.in_transaction(lambda session: session.execute(text("SELECT sum(points) FROM events")).scalar())
    assert kept == points


def test_a_stop_becomes_a_word_that_means_nothing_and_still_pairs_taps(undone_city: UndoneCity) -> None:
    city = undone_city(NOW)
    city.world.send([tap(1, NOW - timedelta(hours=3)), tap(2, NOW - timedelta(hours=2), leg="off")])
    city.world.send([tap(3, NOW - timedelta(hours=1), stop="450099")])
    before = data_of(city, "T-1")
    purge_due(city.runtime.database, now=NOW + timedelta(days=99))
    assert data_of(city, "T-1") == before
    purge_due(city.runtime.database, now=NOW + timedelta(days=101))
    first, second, other = (data_of(city, f"T-{number}") for number in (1, 2, 3))
    assert first["stop"] == second["stop"] != other["stop"]
    assert "4500" not in str([first, second, other])
    assert first | {"stop": ""} == before | {"stop": ""}


def test_details_of_health_that_no_rule_asks_for_go_and_the_others_stay(undone_city: UndoneCity) -> None:
    city = undone_city(NOW)
    assert EVENT_TYPES["health.session"].sensitive
    data = {"minutes": 40, "activity": "swimming"}
    city.world.send([event(RIDES, "H-1", "health.session", NOW - timedelta(hours=2), card=0, data=data)])
    city.world.send([ride(1, NOW - timedelta(hours=1), 5000)])
    purge_due(city.runtime.database, now=NOW + timedelta(days=101))
    assert "activity" not in data_of(city, "H-1")
    assert data_of(city, "R-1")["distance_m"] == 5000


def test_a_scheme_keeps_a_kind_longer_or_shorter_within_reason(undone_city: UndoneCity) -> None:
    city = undone_city(NOW)
    set_to = city.http.put("/v1/retention/notices", json={"days": 500}, headers=admin(city)).json()["items"]
    assert {one["key"]: one["days"] for one in set_to}["notices"] == 500
    assert {one["key"]: one["usual_days"] for one in set_to} == {key: kind.days for key, kind in KINDS.items()}
    short = city.http.put("/v1/retention/stops", json={"days": 30}, headers=admin(city))
    assert (short.status_code, short.json()["code"]) == (422, "retention-unfit")
    unknown = city.http.put("/v1/retention/sleep", json={"days": 30}, headers=admin(city))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "retention-kind-unknown")


def test_what_is_purged_is_longer_than_an_event_can_change() -> None:
    """An event can be taken back, and so replayed, for 90 days."""
    assert all(kind.least_days > 90 for kind in KINDS.values() if kind.table == "events")


def test_an_answer_is_given_again_for_its_period_and_then_the_nightly_job_takes_it(undone_city: UndoneCity) -> None:
    city = undone_city(NOW)
    first = city.take("drink", key="once").json()
    days = KINDS["commands"].days
    count = text("SELECT count(*) FROM commands")
    [nightly] = [one for one in SCHEDULES if one.name == "records.purge"]
    city.clock.at = NOW + timedelta(days=days - 1)
    nightly.run(city.runtime)
    assert city.take("drink", key="once").json()["id"] == first["id"]
    city.clock.at = NOW + timedelta(days=days, seconds=1)
    nightly.run(city.runtime)
    assert city.runtime.database.in_transaction(lambda session: session.execute(count).scalar_one()) == 0


def test_an_officers_note_goes_and_what_was_done_stays(database: Database, secrets: Secrets) -> None:
    city = live_a_year(database, secrets).city
    read = text("SELECT note, act, purpose FROM desk_acts ORDER BY id")
    before = database.in_transaction(lambda session: session.execute(read).all())
    assert purge_due(database, now=YEAR_ENDS + timedelta(days=729))["desk_notes"] == 0
    assert purge_due(database, now=YEAR_ENDS + timedelta(days=731))["desk_notes"] == len(before)
    assert city.clock.at == YEAR_ENDS
    after = database.in_transaction(lambda session: session.execute(read).all())
    assert [tuple(row) for row in after] == [("", row.act, row.purpose) for row in before]
    assert before
