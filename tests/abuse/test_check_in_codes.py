"""Photo of a check-in code: it is worth nothing a minute later, elsewhere, or a second time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.hosting.check_in_codes import CODE_SECONDS
from tests.hosting.farm import Farm


def on_now(farm: Farm) -> str:
    return farm.lasting(1, 3, event_type="checkin.scan", place="central-library")


def at_the_start_of_a_code(farm: Farm) -> None:
    farm.city.clock.at = farm.now.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(0, None), (59, None), (60, "check-in-code-stale"), (3600, "check-in-code-stale")],
)
def test_a_forwarded_photo_of_a_code_is_worth_nothing_a_minute_later(
    farm: Farm, seconds: int, code: str | None
) -> None:
    at_the_start_of_a_code(farm)
    shown = farm.code(on_now(farm))
    farm.wait(timedelta(seconds=seconds))
    answer = farm.check_in(shown)
    assert answer.json().get("code") == code, answer.text


@pytest.mark.parametrize(("ahead", "code"), [(5, None), (6, "check-in-code-stale"), (3600, "check-in-code-stale")])
def test_a_servers_clock_may_run_five_seconds_ahead_and_no_more(farm: Farm, ahead: int, code: str | None) -> None:
    at_the_start_of_a_code(farm)
    session = on_now(farm)
    ahead_of_time = farm.code(session, farm.now + timedelta(seconds=CODE_SECONDS))
    farm.city.clock.at += timedelta(seconds=CODE_SECONDS - ahead)
    assert farm.check_in(ahead_of_time).json().get("code") == code


def test_a_code_counts_once_for_a_resident_and_so_does_a_session(farm: Farm) -> None:
    session = on_now(farm)
    assert farm.check_in(farm.code(session)).status_code == 201
    assert farm.check_in(farm.code(session)).json()["code"] == "already-checked-in"
    farm.city.clock.at += timedelta(minutes=10)
    assert farm.check_in(farm.code(session)).json()["code"] == "already-checked-in"
    assert farm.check_in(farm.code(session), 1).status_code == 201


@pytest.mark.parametrize(
    ("minutes", "code"), [(-16, "check-in-closed"), (-15, None), (195, None), (196, "check-in-closed")]
)
def test_a_code_counts_only_around_the_sessions_time(farm: Farm, minutes: int, code: str | None) -> None:
    session = farm.lasting(0, 3, event_type="checkin.scan", place="central-library")
    farm.wait(timedelta(minutes=minutes))
    assert farm.check_in(farm.code(session)).json().get("code") == code
    shown = farm.city.http.get(f"/v1/host/sessions/{session}/check-in", headers=farm.city.by("host"))
    assert shown.json().get("code") == (code or farm.code(session))


def test_a_code_that_we_did_not_sign_is_refused_whatever_was_changed(farm: Farm) -> None:
    code = farm.code(on_now(farm))
    for at in range(0, len(code) - 1, 5):
        changed = code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :]
        assert farm.check_in(changed).json()["code"] == "check-in-code-unknown"
    for nonsense in ("x", "????", code + "AAAA", code[:20], "é" * 20):
        assert farm.check_in(nonsense).json()["code"] == "check-in-code-unknown"
    assert farm.city.balance(0)["available"] == 0
