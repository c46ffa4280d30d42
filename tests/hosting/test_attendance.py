"""What a host says counts once, within what can be, and above eight hours with a second person's word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.earning.verify import find_event_drift
from app.ledger.verify import verify_ledger
from app.residents.members import MemberNumberMalformed, parse_member_number
from tests.hosting.farm import Farm, written


def test_a_volunteer_gets_the_thanks_when_the_host_ticks_their_number(farm: Farm) -> None:
    session = farm.opened()
    (ticked,) = farm.tick(session, 0)
    assert (ticked["status"], ticked["problem"]) == ("awarded", None)
    assert farm.city.balance(0)["available"] == ticked["points"] > 0
    (activity, *_) = farm.city.http.get("/v1/me/activity", headers=farm.city.resident(0)).json()["items"]
    assert (activity["type"], activity["points"]) == ("volunteer.session", ticked["points"])
    assert [one["state"] for one in farm.told(session)] == ["counted"]


def test_ticking_somebody_twice_counts_once(farm: Farm) -> None:
    session = farm.opened()
    farm.tick(session, 0)
    assert [one["status"] for one in farm.tick(session, 0, 0)] == ["already", "already"]
    assert farm.city.http.get("/v1/me/activity", headers=farm.city.resident(0)).json()["after"] is None
    assert len(farm.told(session)) == 1


def test_one_line_that_cannot_be_does_not_sink_the_others(farm: Farm) -> None:
    session = farm.opened()
    wrong = farm.members[0][:-1] + str((int(farm.members[0][-1]) + 1) % 10)
    answer = farm.attest(session, {"member": wrong}, {"member": farm.members[1]}, {"member": "10000000003"})
    results = answer.json()["results"]
    assert [one["status"] for one in results] == ["refused", "awarded", "refused"]
    assert results[0]["problem"]["code"] == "member-number-malformed"
    assert wrong not in answer.text


def test_a_long_day_waits_for_a_second_host_who_is_somebody_else(farm: Farm) -> None:
    session = farm.lasting(12, 9)
    assert [one["status"] for one in farm.tick(session, 0)] == ["waiting"]
    assert farm.city.balance(0)["available"] == 0
    (waiting,) = farm.told(session)
    path = f"/v1/host/sessions/{session}/attendance/{waiting['id']}/approve"
    own = farm.city.http.post(path, headers=farm.city.by("host"))
    assert (own.status_code, own.json()["code"]) == (409, "second-person-needed")
    other = farm.city.http.post(path, headers=farm.city.by("other_host"))
    assert (other.status_code, other.json()["code"]) == (404, "session-unknown")
    agreed = farm.city.http.post(path, headers=farm.city.by("second_host"))
    assert (agreed.status_code, agreed.json()["status"]) == (200, "awarded")
    again = farm.city.http.post(path, headers=farm.city.by("second_host"))
    assert again.json()["code"] == "attendance-settled"


def test_eight_hours_in_pieces_need_a_second_host_like_eight_hours_at_once(farm: Farm) -> None:
    assert [one["status"] for one in farm.tick(farm.lasting(12, 5), 0)] == ["awarded"]
    (second,) = farm.tick(farm.lasting(6, 4), 0)
    assert second["status"] == "waiting"


def test_a_mistake_is_withdrawn_as_if_it_had_never_counted(farm: Farm) -> None:
    session = farm.opened()
    farm.tick(session, 0)
    (counted,) = farm.told(session)
    path = f"/v1/host/sessions/{session}/attendance/{counted['id']}/withdraw"
    done = farm.city.http.post(path, json={"reason": "Another person."}, headers=farm.city.by("host"))
    assert (done.status_code, done.json()["status"]) == (200, "withdrawn")
    assert farm.city.balance(0)["available"] == 0
    (again,) = farm.tick(session, 0)
    assert again["problem"]["code"] == "attendance-settled"
    database = farm.city.runtime.database
    assert not database.in_transaction(find_event_drift)
    assert not database.in_transaction(verify_ledger).findings


def test_a_register_counts_like_ticks_and_a_broken_one_says_where(farm: Farm) -> None:
    session = farm.opened()
    text = f"\ufeffMember,Minutes\r\n{farm.members[0][:4]} {farm.members[0][4:]},60\r\n\r\n{farm.members[1]},\r\n"
    headers = farm.city.by("host") | {"Content-Type": "text/csv"}
    path = f"/v1/host/imports?session={session}"
    done = farm.city.http.post(path, content=text.encode(), headers=headers)
    assert [one["status"] for one in done.json()["results"]] == ["awarded", "awarded"]
    assert [one["minutes"] for one in farm.told(session)] == [60, 180]
    for content, code, line in (
        (b"name\nx\n", "register-unfit", None),
        (b"member,minutes\n1,one\n", "register-unfit", 2),
        (b"member\n1\n1,2\n", "register-unfit", 3),
        (b"member\n\xff\n", "register-unfit", None),
        (b'member\n"1\n', "register-unfit", 2),
        (b"", "register-unfit", None),
        (b"member\n4111 1111 1111 1111\n", "bank-card-number", None),
    ):
        refused = farm.city.http.post(path, content=content, headers=headers)
        assert (refused.status_code, refused.json()["code"], refused.json().get("line")) == (422, code, line), content
        assert "4111" not in refused.text


@pytest.mark.parametrize("minutes", [181, 1440])
def test_nobody_is_attested_for_longer_than_the_session_lasted(farm: Farm, minutes: int) -> None:
    (refused,) = farm.tick(farm.opened(), 0, minutes=minutes)
    assert refused["problem"]["code"] == "attendance-unfit"


def test_who_joined_after_the_session_began_does_not_count(farm: Farm) -> None:
    now = farm.now
    farm.city.clock.at = farm.city.world.now.replace(month=7, day=5)
    early = farm.opened(starts_at="2026-06-30T20:00:00Z", ends_at="2026-07-01T02:00:00Z")
    (refused,) = farm.tick(early, 0)
    assert refused["problem"]["code"] == "joined-later"
    farm.city.clock.at = now
    (old,) = [farm.attest(early, {"member": farm.members[0]})]
    assert (old.status_code, old.json()["code"]) == (409, "session-too-old")


def test_a_host_who_tries_many_numbers_learns_nothing_and_is_stopped(farm: Farm) -> None:
    session = farm.opened()
    guesses = [{"member": number} for number in _sound_numbers(201)]
    refused = farm.attest(session, *guesses)
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-unknown-members")
    assert farm.attest(session, *guesses[:200]).status_code == 200
    assert farm.attest(session, guesses[0]).json()["code"] == "too-many-unknown-members"
    assert farm.attest(session, {"member": farm.members[0]}).status_code == 200
    farm.wait(timedelta(days=1))
    assert farm.attest(session, guesses[0]).status_code == 200


def test_another_organisations_session_is_nobody_elses(farm: Farm) -> None:
    session = farm.opened()
    for path, method in (("", "GET"), ("/attendance", "GET"), ("/check-in", "GET"), ("/attendance", "POST")):
        answer = farm.city.http.request(
            method,
            f"/v1/host/sessions/{session}{path}",
            json={"attended": [{"member": farm.members[0]}]} if method == "POST" else None,
            headers=farm.city.by("other_host"),
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "session-unknown")
    assert farm.city.http.get("/v1/host/sessions", headers=farm.city.by("other_host")).json()["items"] == []


def test_whose_hosting_has_ended_is_not_let_in_any_more(farm: Farm) -> None:
    organisations = farm.city.http.get("/v1/organisations", headers=farm.city.by("admin")).json()["items"]
    farms = next(one for one in organisations if one["name"] == "Kirkstall Valley Farm")
    path = f"/v1/organisations/{farms['id']}/hosts/{farm.city.hosts['host']}"
    assert farm.city.http.delete(path, headers=farm.city.by("admin")).status_code == 204
    assert farm.open().json()["code"] == "token-invalid"
    assert farm.city.http.delete(path, headers=farm.city.by("admin")).json()["code"] == "host-unknown"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"event_type": "transit.tap"}, "event_type"),
        ({"title": " "}, "title"),
        ({"event_type": "checkin.scan"}, "place"),
        ({"place": "no spaces here"}, "place"),
        ({"ends_at": "2026-11-21T10:00:00Z"}, "ends_at"),
        ({"starts_at": "2026-11-20T13:00:00Z"}, "ends_at"),
        ({"starts_at": "2026-11-01T13:00:00Z", "ends_at": "2026-11-01T14:00:00Z"}, "starts_at"),
        ({"starts_at": "2028-11-01T13:00:00Z", "ends_at": "2028-11-01T14:00:00Z"}, "starts_at"),
    ],
)
def test_a_session_that_cannot_be_is_refused_with_the_member(farm: Farm, changes: dict[str, str], where: str) -> None:
    refused = farm.open(**changes)
    assert (refused.status_code, refused.json()["code"], refused.json()["where"]) == (422, "session-unfit", where)


def test_a_session_to_come_can_be_opened_and_is_listed(farm: Farm) -> None:
    tomorrow = farm.now + timedelta(days=1)
    session = farm.opened(starts_at=written(tomorrow), ends_at=written(tomorrow + timedelta(hours=2)))
    listed = farm.city.http.get("/v1/host/sessions", headers=farm.city.by("second_host")).json()["items"]
    assert [one["id"] for one in listed] == [session]


def _sound_numbers(count: int) -> list[str]:
    """Numbers whose check digit is right and which nobody has."""
    found = []
    for first in range(1_000_000_000, 1_000_100_000):
        found += [number for last in range(10) if _is_sound(number := f"{first}{last}")]
        if len(found) == count:
            break
    return found


def _is_sound(number: str) -> bool:
    try:
        parse_member_number(number)
    except MemberNumberMalformed:
        return False
    return True
