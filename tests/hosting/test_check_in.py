"""Checking in at a place counts at once; at a session of volunteers it waits for the host's word."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app.core.flag_bounds import USUAL_BOUNDS
from app.core.ids import parse_public_id
from app.hosting.check_in_codes import CODE_SECONDS
from tests.hosting.farm import Farm

CROWD = USUAL_BOUNDS.code_users


def on_now(farm: Farm, event_type: str = "checkin.scan") -> str:
    return farm.lasting(1, 3, event_type=event_type, place="central-library")


def _crowd(farm: Farm, session: str, people: int) -> None:
    """So many others have used the code that is shown now."""
    uuid = parse_public_id("ses", session)
    number = int(farm.now.timestamp()) // CODE_SECONDS
    insert = text(
        "INSERT INTO attendances (id, public_id, session_id, resident_id, state, code_number, scanned_at)"
        " SELECT -n, gen_random_uuid(), s.id, -n, 'counted', :number, :now FROM host_sessions s,"
        " generate_series(1, :people) AS n WHERE s.public_id = :session"
    )
    facts = {"number": number, "now": farm.now, "people": people, "session": uuid}
    farm.city.runtime.database.in_transaction(lambda session: session.execute(insert, facts))


def test_the_code_on_the_screen_checks_a_resident_in_at_once(farm: Farm) -> None:
    session = on_now(farm)
    shown = farm.city.http.get(f"/v1/host/sessions/{session}/check-in", headers=farm.city.by("host")).json()
    assert shown["code"] == farm.code(session)
    assert shown["qr"].startswith("data:image/svg+xml;base64,")
    done = farm.check_in(shown["code"])
    assert (done.status_code, done.json()["status"]) == (201, "awarded")
    assert farm.city.balance(0)["available"] == done.json()["points"] > 0


def test_a_volunteer_who_checked_in_counts_when_the_host_says_so(farm: Farm) -> None:
    session = on_now(farm, "volunteer.session")
    assert farm.check_in(farm.code(session)).json()["status"] == "here"
    assert farm.city.balance(0)["available"] == 0
    farm.wait(timedelta(hours=2))
    (here,) = farm.told(session)
    assert here["state"] == "here"
    (ticked,) = farm.attest(session, {"id": here["id"]}).json()["results"]
    assert ticked["status"] == "awarded"
    assert farm.attest(session, {"id": f"att_{'0' * 32}"}).json()["results"][0]["problem"]["code"] == (
        "attendance-unknown"
    )


def test_more_people_than_a_screen_sees_in_a_minute_are_looked_at(farm: Farm) -> None:
    """The last of a crowd: 31 with one code."""
    session = on_now(farm)
    code = farm.code(session)
    _crowd(farm, session, CROWD - 1)
    assert farm.check_in(code, 0).json()["status"] == "awarded"
    held = farm.check_in(code, 1).json()
    assert (held["status"], held["points"]) == ("held", 0)
    (case,) = farm.city.http.get("/v1/review", headers=farm.city.by("support")).json()["items"]
    assert (case["flag"], case["facts"]) == ("crowded_code", {"place": "central-library"})
