"""What officers see first is what the ledger says, with the queues that wait for one of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.insight.overview import DAYS, Overview, WaitingRead, read_overview
from tests.api.city import City
from tests.api.undone import UndoneCity
from tests.earning.world import ride


@pytest.fixture
def city(undone_city: UndoneCity, now: datetime) -> City:
    return undone_city(now)


def look(city: City) -> Overview:
    now = city.clock.now()
    return city.runtime.database.in_transaction(lambda session: read_overview(session, now=now))


def test_points_given_and_redeemed_are_told_day_by_day(city: City) -> None:
    before, at = look(city), city.clock.now()
    city.world.send([ride(1, at, 4_000)], at=at)
    taken = city.take("drink").json()
    done = city.http.post("/v1/vouchers/redeem", json={"code": taken["code"]}, headers=city.by("till"))
    assert done.status_code == 200, done.text
    after = look(city)
    assert after.given_points - before.given_points == 8
    assert after.redeemed_points - before.redeemed_points == taken["points"]
    assert after.outstanding_points - before.outstanding_points == 8 - taken["points"]
    assert after.events == before.events + 1
    assert after.days[-1].on == london_date(at)
    assert len(after.days) == DAYS


def test_a_redemption_that_is_undone_is_taken_off_again(city: City) -> None:
    before = look(city)
    code = {"code": city.take("drink").json()["code"]}
    for step in ("redeem", "undo"):
        done = city.http.post(f"/v1/vouchers/{step}", json=code, headers=city.by("till"))
        assert done.status_code == 200, done.text
    assert look(city).redeemed_points == before.redeemed_points


def test_what_waits_for_an_officer_is_counted(city: City) -> None:
    at = city.clock.now()
    city.world.send([ride(1, at, 30_000, card=0, seconds=600)], at=at)
    ride_of = city.http.get("/v1/me/activity", headers=city.resident(0)).json()["items"][0]
    order = {"source": ride_of["source"], "id": ride_of["id"], "text": "It was a train."}
    for path, sent in (("appeals", order), ("complaints", {"text": "Nobody answered."})):
        made = city.http.post(f"/v1/me/{path}", json=sent, headers=city.resident(0))
        assert made.status_code == 201, made.text
    assert look(city).waiting == WaitingRead(1, 0, 1, 0, 1, 0)
    city.clock.at = at + timedelta(days=11)
    assert look(city).waiting.late_cases == 1
    city.clock.at = at + timedelta(days=31)
    assert look(city).waiting == WaitingRead(1, 1, 1, 1, 1, 1)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ("SELECT count(*) FROM events WHERE recorded_at >= now() - interval '28 days'", "ix_events_recorded"),
        (
            "SELECT sum(amount) FROM ledger_transfers WHERE effective_at >= now() - interval '28 days'",
            "ix_ledger_transfers_effective",
        ),
    ],
)
def test_four_weeks_are_found_without_reading_the_whole_history(city: City, wanted: str, index: str) -> None:
    def explain(session: Session) -> str:
        session.execute(text("SET LOCAL enable_seqscan = off"))  # the tests' few rows are read faster at one go
        return "\n".join(session.execute(text(f"EXPLAIN {wanted}")).scalars())

    assert index in city.runtime.database.in_transaction(explain)
