"""A flagged event waits for a person: released it counts as if it had come just then, refused it says why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.earning.verify import find_event_drift
from app.ledger.verify import verify_ledger
from app.rulebook.pauses import Paused, pause_scheme, resume_scheme
from tests.api.city import City
from tests.api.undone import UndoneCity
from tests.earning.world import HUB, RIDES, event, ride

NOT_HELD = "recorded awarded"
MORNING = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def city(undone_city: UndoneCity, now: datetime) -> City:
    return undone_city(now, points=0)


def waiting(city: City, state: str = "waiting") -> list[dict[str, Any]]:
    shown = city.http.get("/v1/review", params={"state": state}, headers=city.by("support"))
    assert shown.status_code == 200, shown.text
    items: list[dict[str, Any]] = shown.json()["items"]
    return items


def decide(city: City, case: str, decision: str, who: str = "support") -> httpx2.Response:
    order = {"decision": decision, "reason": "The device had the wrong unit."}
    return city.http.post(f"/v1/review/{case}/decide", json=order, headers=city.by(who))


def too_fast(number: int = 1, *, card: int = 0) -> dict[str, object]:
    return ride(number, MORNING, 30_000, card=card, seconds=600)


def points_of(city: City, event_id: str) -> int:
    shown = city.http.get(f"/v1/events/{RIDES}/{event_id}", headers=city.by("officer")).json()
    return int(shown["points"])


def books_are_right(city: City) -> bool:
    database = city.runtime.database
    return not database.in_transaction(verify_ledger).findings and not database.in_transaction(find_event_drift)


def test_what_hardly_anybody_can_have_done_is_held_and_nothing_is_taken(city: City) -> None:
    before = city.balance()
    (result,) = city.world.send([too_fast()])
    assert (result.status, result.points, result.reasons) == ("held", 0, ("held_for_review",))
    assert city.balance() == before
    (case,) = waiting(city)
    assert (case["flag"], case["overdue"], case["decision"]) == ("too_fast", False, None)
    assert case["facts"] == {"distance_m": 30_000, "duration_seconds": 600}
    assert datetime.fromisoformat(case["due_at"]) - city.clock.now() == timedelta(days=10)
    (again,) = city.world.send([too_fast()])
    assert (again.status, len(waiting(city))) == ("duplicate", 1)


@pytest.mark.parametrize(
    ("kind", "data", "status"),
    [
        ("volunteer.session", {"minutes": 720}, NOT_HELD),
        ("volunteer.session", {"minutes": 721}, "held"),
        ("litter.pick", {"bags": 100}, NOT_HELD),
        ("litter.pick", {"bags": 101}, "held"),
        ("walk.day", {"steps": 60_001}, "held"),
        ("cycle.trip", {"distance_m": 10_000, "duration_seconds": 600}, NOT_HELD),
        ("cycle.trip", {"distance_m": 10_001, "duration_seconds": 600}, "held"),
        ("cycle.trip", {"distance_m": 300_001}, "held"),
        ("recycle.drop", {"grams": 1_000_001}, "held"),
    ],
)
def test_an_event_is_held_beyond_the_bound_and_not_at_it(
    city: City, kind: str, data: dict[str, object], status: str
) -> None:
    (result,) = city.world.send([event(HUB, "E-1", kind, MORNING, card=0, data=data)])
    assert result.status in status.split()


def test_a_released_event_earns_what_it_would_have_earned_and_others_are_decided_anew(city: City) -> None:
    evening = ride(2, MORNING + timedelta(hours=9), 5_000)
    city.world.send([too_fast(), evening])
    (lived,) = city.world.send([too_fast(3, card=1) | {"data": {"distance_m": 10_000, "duration_seconds": 3600}}])
    city.world.send([ride(4, MORNING + timedelta(hours=9), 5_000, card=1)])
    (case,) = waiting(city)
    done = decide(city, case["id"], "release")
    assert (done.status_code, done.json()["decision"]) == (200, "release")
    assert points_of(city, "R-1") == lived.points > 0
    assert points_of(city, "R-2") == points_of(city, "R-4")  # the day's limit is what it is, in either order
    assert city.balance(0) == city.balance(1)
    assert books_are_right(city)
    assert (waiting(city), len(waiting(city, "decided"))) == ([], 1)


def test_a_refused_event_stays_on_record_with_the_reason_and_the_right_of_appeal(city: City) -> None:
    before = city.balance()
    city.world.send([too_fast()])
    (case,) = waiting(city)
    decide(city, case["id"], "refuse")
    (mine,) = city.http.get("/v1/me/reviews", headers=city.resident(0)).json()["items"]
    assert (mine["decision"], mine["reason"]) == ("refuse", "The device had the wrong unit.")
    assert "appeal" in mine["appeal"]
    (activity, *_) = city.http.get("/v1/me/activity", headers=city.resident(0)).json()["items"]
    assert (activity["status"], activity["reasons"]) == ("recorded", ["refused_by_review"])
    assert city.balance() == before
    assert city.http.get("/v1/me/reviews", headers=city.resident(1)).json()["items"] == []


def test_a_case_is_decided_once(city: City) -> None:
    city.world.send([too_fast()])
    (case,) = waiting(city)
    assert decide(city, case["id"], "release").status_code == 200
    second = decide(city, case["id"], "refuse", who="approver")
    assert (second.status_code, second.json()["code"]) == (409, "case-decided")
    assert decide(city, f"rev_{'0' * 32}", "release").json()["code"] == "case-unknown"
    assert decide(city, "nonsense", "release").json()["code"] == "case-unknown"
    assert books_are_right(city)


def test_a_case_that_nobody_looked_at_in_time_shows_as_overdue(city: City) -> None:
    city.world.send([too_fast()])
    city.clock.at += timedelta(days=10, seconds=1)
    city.tokens["support"] = city.token(city.officers["support"], "officer")
    assert [case["overdue"] for case in waiting(city)] == [True]


def test_an_event_that_its_source_voided_meanwhile_stays_void(city: City) -> None:
    before = city.balance()
    city.world.send([too_fast()])
    city.world.void(RIDES, "R-1")
    (case,) = waiting(city)
    assert decide(city, case["id"], "release").status_code == 200
    assert city.balance() == before
    assert books_are_right(city)


def test_an_event_from_a_pause_earns_nothing_however_late_it_is_released(city: City) -> None:
    database, at = city.runtime.database, MORNING - timedelta(hours=1)
    city.world.send([too_fast()])
    pause = database.in_transaction(
        lambda session: pause_scheme(session, what=Paused.EARNING, notice="Works.", officer_id=1, now=at)
    )
    database.in_transaction(
        lambda session: resume_scheme(session, pause=pause.id, officer_id=1, now=MORNING + timedelta(hours=1))
    )
    (case,) = waiting(city)
    decide(city, case["id"], "release")
    assert points_of(city, "R-1") == 0


def test_a_batch_without_anything_odd_never_asks_about_cases(city: City) -> None:
    """The table is gone for a moment: whoever asked for it would fail."""
    renamed = text("ALTER TABLE review_cases RENAME TO cases_put_away")

    def put_away(session: Session) -> None:
        session.execute(text("SET ROLE NONE"))
        session.execute(renamed)

    city.runtime.database.in_transaction(put_away)
    assert [one.status for one in city.world.send([ride(1, MORNING, 5_000)])] == ["awarded"]
