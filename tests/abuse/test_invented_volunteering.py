"""Invented volunteering: what has not been, could not be, or only one person says, does not count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.earning.world import HUB, event
from tests.hosting.farm import Farm, written


def test_future_sessions_are_refused(farm: Farm) -> None:
    tomorrow = farm.now + timedelta(days=1)
    session = farm.opened(starts_at=written(tomorrow), ends_at=written(tomorrow + timedelta(hours=2)))
    refused = farm.attest(session, {"member": farm.members[0]})
    assert (refused.status_code, refused.json()["code"]) == (409, "session-in-future")


def test_a_session_that_is_still_on_counts_no_further_than_now(farm: Farm) -> None:
    session = farm.lasting(1, 3)
    (whole,) = farm.tick(session, 0)
    assert whole["problem"]["code"] == "session-in-future"
    (so_far,) = farm.tick(session, 0, minutes=60)
    assert so_far["status"] == "awarded"


def test_overlapping_sessions_are_refused_whichever_organisations_they_are_of(farm: Farm) -> None:
    first, second = farm.lasting(6, 3), farm.lasting(4, 2, who="other_host")
    farm.tick(first, 0)
    refused = farm.attest(second, {"member": farm.members[0]}, {"member": farm.members[1]}, who="other_host")
    assert [one["status"] for one in refused.json()["results"]] == ["refused", "awarded"]
    assert refused.json()["results"][0]["problem"]["code"] == "sessions-overlap"
    next_to_it = farm.lasting(3, 1)
    assert [one["status"] for one in farm.tick(next_to_it, 0)] == ["awarded"]


def test_a_day_has_no_more_than_24_hours_whoever_tells_of_them(farm: Farm) -> None:
    at = datetime(2026, 11, 21, 1, tzinfo=UTC)
    told = event(HUB, "V-1", "volunteer.session", at, card=0, data={"minutes": 700})
    farm.city.world.send([told], at=farm.now)
    late_evening = farm.lasting(13, 13)
    (refused,) = farm.tick(late_evening, 0)
    assert refused["problem"]["code"] == "day-too-long"
    (less,) = farm.tick(late_evening, 0, minutes=740)
    assert less["status"] == "waiting"


def test_above_the_threshold_one_persons_word_is_not_enough(farm: Farm) -> None:
    session = farm.lasting(10, 9)
    assert [one["status"] for one in farm.tick(session, 0, minutes=480)] == ["awarded"]
    assert [one["status"] for one in farm.tick(session, 1, minutes=481)] == ["waiting"]
    assert farm.city.balance(1)["available"] == 0


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(hours=st.lists(st.tuples(st.integers(1, 40), st.integers(1, 12)), min_size=1, max_size=6))
def test_whatever_hosts_attest_nobody_is_in_two_places_or_has_longer_days(
    farm: Farm, hours: list[tuple[int, int]]
) -> None:
    for ago, long in hours:
        who = "host" if long % 2 else "other_host"
        session = farm.lasting(ago + long, long, who=who)
        farm.attest(session, {"member": farm.members[3]}, who=who)
    overlapping = text(
        "SELECT count(*) FROM attendances a JOIN host_sessions s ON s.id = a.session_id"
        " JOIN attendances b ON b.resident_id = a.resident_id AND b.id > a.id"
        " JOIN host_sessions t ON t.id = b.session_id"
        " WHERE s.starts_at < t.starts_at + make_interval(mins => b.minutes)"
        " AND t.starts_at < s.starts_at + make_interval(mins => a.minutes)"
    )
    longest = text(
        "SELECT coalesce(max(total), 0) FROM (SELECT sum(a.minutes) AS total FROM attendances a"
        " JOIN host_sessions s ON s.id = a.session_id"
        " GROUP BY a.resident_id, (s.starts_at AT TIME ZONE 'Europe/London')::date) AS days"
    )
    database = farm.city.runtime.database
    assert database.in_transaction(lambda session: session.execute(overlapping).scalar_one()) == 0
    assert database.in_transaction(lambda session: session.execute(longest).scalar_one()) <= 24 * 60
