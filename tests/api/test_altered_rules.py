"""While the stored rules are not what was published nothing is judged by them, and nothing is lost for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx2
from sqlalchemy import text
from sqlmodel import Session

from tests.api.city import City
from tests.earning.world import TAPS, tap
from tests.rulebook.tampering import change_rules


@contextmanager
def altered_rules(city: City) -> Iterator[None]:
    """The stored rule set with one number changed, for a process that has yet to read it; then as it was."""

    def replace(session: Session, old: bytes, new: bytes) -> None:
        body = bytes(session.execute(text("SELECT body FROM rule_artefacts")).scalar_one())
        assert old in body
        # Under an id of its own, because a process reads each artefact once.
        change_rules(session, "UPDATE rule_artefacts SET id = id + 1, body = :body", body=body.replace(old, new))

    right, wrong = b'"reach":10,', b'"reach":9,'
    city.runtime.database.in_transaction(lambda session: replace(session, right, wrong))
    yield
    city.runtime.database.in_transaction(lambda session: replace(session, wrong, right))


def assert_to_be_mended(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, "artefact-damaged")
    assert answer.json()["differs"] == ["rule rul_ten_trips"]
    assert answer.headers["retry-after"] == "60"


def test_events_under_altered_rules_are_kept_nowhere_and_may_be_sent_again(own_city: City) -> None:
    event = tap(1, own_city.clock.now() - timedelta(hours=1))
    with altered_rules(own_city):
        assert_to_be_mended(own_city.send(event))
        found = own_city.http.get(f"/v1/events/{TAPS}/{event['id']}", headers=own_city.by("taps"))
        assert found.status_code == 404
    assert own_city.send(event).json()["results"][0]["status"] == "recorded"


def test_a_request_that_met_altered_rules_is_served_under_the_same_key_once_they_are_mended(own_city: City) -> None:
    event = tap(1, own_city.clock.now() - timedelta(hours=1))
    own_city.send(event)
    path, key = f"/v1/events/{TAPS}/{event['id']}/void", own_city.by("taps") | {"Idempotency-Key": "one"}

    def void() -> httpx2.Response:
        return own_city.http.post(path, json={"reason": "Sent by mistake"}, headers=key)

    with altered_rules(own_city):
        assert_to_be_mended(void())
    assert void().status_code == 200


def test_a_server_that_cannot_judge_is_not_ready(own_city: City) -> None:
    with altered_rules(own_city):
        assert_to_be_mended(own_city.http.get("/health/ready"))
        assert own_city.http.get("/health/live").status_code == 200
    assert own_city.http.get("/health/ready").status_code == 200
