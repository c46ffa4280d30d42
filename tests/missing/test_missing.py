from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlmodel import Session

from app.earning.freshness import note_file
from app.earning.missing import MOST_OPEN
from app.identity.sources import list_sources
from tests.api.city import City
from tests.api.conftest import NOW
from tests.api.undone import UndoneCity
from tests.earning.world import RIDES, TAPS, ride, tap

FRIDAY = date(2026, 11, 20)


@pytest.fixture
def city(undone_city: UndoneCity) -> City:
    return undone_city(NOW)


def report(city: City, *, resident: int = 0, key: str | None = None, **order: str) -> httpx2.Response:
    headers = city.resident(resident) | ({"Idempotency-Key": key} if key else {})
    return city.http.post("/v1/me/missing", json={"on": FRIDAY.isoformat()} | order, headers=headers)


def listed(city: City, *, resident: int = 0) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = city.http.get("/v1/me/missing", headers=city.resident(resident)).json()["items"]
    return items


def complete(city: City, source: str, on: date) -> None:
    def note(session: Session) -> None:
        note_file(session, source_id=list_sources(session)[source].id, last_on=on, received_at=NOW)

    city.runtime.database.in_transaction(note)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, tzinfo=UTC)


def test_a_trip_that_is_missing_waits_until_it_comes_and_closes_by_itself(city: City) -> None:
    made = report(city, type="transit.trip", note="The 72 to town")
    assert made.status_code == 201
    told = made.json()
    assert (told["state"], told["sources"], told["type"], told["note"]) == (
        "open",
        [TAPS],
        "transit.tap",
        "The 72 to town",
    )
    city.world.send([tap(1, at(FRIDAY), card=1), tap(2, at(FRIDAY - timedelta(days=1))), ride(1, at(FRIDAY), 900)])
    assert [one["state"] for one in listed(city)] == ["open"]  # somebody else's, another day, another kind
    city.world.send([tap(3, at(FRIDAY))])
    (closed,) = listed(city)
    assert (closed["state"], closed["id"]) == ("closed", told["id"])
    assert closed["closed_at"] is not None
    assert "arrived" in closed["sentence"]


def test_it_goes_to_review_when_its_day_is_complete_without_it(city: City) -> None:
    report(city, source=RIDES)
    complete(city, RIDES, FRIDAY - timedelta(days=1))
    assert [one["state"] for one in listed(city)] == ["open"]
    complete(city, RIDES, FRIDAY)
    assert [one["state"] for one in listed(city)] == ["review"]
    city.world.send([ride(1, at(FRIDAY), 900)])
    assert [one["state"] for one in listed(city)] == ["closed"]


def test_a_day_is_that_of_leeds(city: City) -> None:
    city.clock.at = datetime(2026, 7, 10, 12, tzinfo=UTC)
    report(city, source=TAPS, on="2026-07-09")
    late_evening = datetime(2026, 7, 8, 23, 30, tzinfo=UTC)  # half past midnight on the ninth in Leeds
    city.world.send([tap(1, late_evening)], at=city.clock.at)
    assert [one["state"] for one in listed(city)] == ["closed"]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({}, "missing-kind-unknown"),
        ({"type": "moon.walk"}, "missing-kind-unknown"),
        ({"type": "referral.qualified"}, "missing-kind-unknown"),
        ({"source": "urn:nobody"}, "missing-kind-unknown"),
        ({"source": TAPS, "on": "2026-11-23"}, "missing-day-unfit"),
        ({"source": TAPS, "on": "2026-11-07"}, "missing-day-unfit"),
        ({"source": TAPS, "on": "yesterday"}, "body-invalid"),
        ({"source": TAPS, "note": "a\nb"}, "body-invalid"),
    ],
)
def test_what_can_not_arrive_is_not_waited_for(city: City, order: dict[str, str], code: str) -> None:
    refused = city.http.post("/v1/me/missing", json={"on": FRIDAY.isoformat()} | order, headers=city.resident(0))
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert listed(city) == []


def test_the_same_is_told_once_and_again_after_it_came(city: City) -> None:
    assert report(city, source=TAPS).status_code == 201
    again = report(city, source=TAPS)
    assert (again.status_code, again.json()["code"]) == (409, "missing-already-reported")
    assert report(city, source=TAPS, resident=1).status_code == 201
    city.world.send([tap(1, at(FRIDAY))])
    city.clock.at = NOW + timedelta(seconds=1)
    assert report(city, source=TAPS).status_code == 201
    assert [one["state"] for one in listed(city)] == ["open", "closed"]


def test_a_key_makes_a_repeated_report_one(city: City) -> None:
    first = report(city, source=TAPS, key="once")
    assert report(city, source=TAPS, key="once").json() == first.json()
    assert len(listed(city)) == 1


def test_nobody_waits_for_more_than_can_be_looked_for(city: City) -> None:
    days = [NOW.date() - timedelta(days=back) for back in range(14)]
    orders = [{"source": source, "on": day.isoformat()} for source in (TAPS, RIDES) for day in days]
    told = [report(city, source=order["source"], on=order["on"]) for order in orders[: MOST_OPEN + 1]]
    assert {one.status_code for one in told[:MOST_OPEN]} == {201}
    assert (told[-1].status_code, told[-1].json()["code"]) == (409, "too-many-missing-reports")


def test_reports_are_listed_newest_first_in_pages_and_to_their_resident_only(city: City) -> None:
    for back in range(3):
        city.clock.at = NOW + timedelta(seconds=back)
        report(city, source=TAPS, on=(FRIDAY - timedelta(days=back)).isoformat())
    asked = {"headers": city.resident(0), "params": {"limit": 2}}
    first = city.http.get("/v1/me/missing", **asked).json()  # type: ignore[arg-type]  # a dict of two kinds
    rest = city.http.get("/v1/me/missing", params={"after": first["after"]}, headers=city.resident(0)).json()
    assert [one["on"] for one in first["items"] + rest["items"]] == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert rest["after"] is None
    assert listed(city, resident=1) == []
