"""A card's number proves nothing: what has to happen before it counts, and what nobody learns meanwhile."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from app.core.clock import LONDON
from app.core.database import Database
from app.core.ids import uuid7
from app.core.secret_store import Secrets
from app.residents.claims import MOST_CLAIMS, WAITS, end_lapsed_claims
from app.residents.micro_check import WINDOW, name_windows
from app.residents.service import COOLING_OFF
from tests.api.city import City, bearer, build_city
from tests.api.conftest import NOW
from tests.api.undone import UndoneCity
from tests.earning.world import CHECK_IN, TAPS, event

MINUTE = timedelta(minutes=1)
KEPT = {"awarded", "recorded"}
"""Whether a tap earns is a question of rules; that it is kept shows that the card is linked."""


@pytest.fixture
def city(undone_city: UndoneCity) -> City:
    return undone_city(NOW)


@pytest.fixture
def own_city(database: Database, secrets: Secrets) -> City:
    """With real commits."""
    return build_city(database, secrets, NOW)


def claim(
    city: City, card: str = "card:mine", *, resident: int = 0, proof: str = "confirmed", source: str | None = TAPS
) -> httpx2.Response:
    order = {"subject": card, "proof": proof} | ({"source": source} if source else {})
    return city.http.post("/v1/me/cards", json=order, headers=city.resident(resident))


def cards(city: City, resident: int = 0) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = city.http.get("/v1/me/cards", headers=city.resident(resident)).json()["items"]
    return items


def waiting(city: City, resident: int = 0) -> list[dict[str, Any]]:
    return [one for one in cards(city, resident) if one["state"] == "waiting"]


def confirm(city: City, claimed: str, card: str = "card:mine", *, who: str = "support") -> httpx2.Response:
    path = "/v1/card-claims/confirm" if who == "support" else f"/v1/sources/{TAPS}/tokens/confirm"
    tokens = {"support": (city.officers["support"], "officer"), "taps": ("leeds-buses", "tokens:confirm")}
    headers = bearer(city.token(*tokens[who]))
    why = {"purpose": "asked_in_person", "note": "The card lies here."} if who == "support" else {}
    return city.http.post(path, json={"claim": claimed, "subject": card, **why}, headers=headers)


def tap_at(city: City, number: str, at: datetime, *, card: str = "card:mine", source: str = TAPS) -> str:
    """The status of a tap that is sent at once."""
    city.clock.at = max(city.clock.at, at + MINUTE)
    sent: dict[str, object] = event(source, number, "checkin.scan", at, card=0, data={"place": "hub"})
    if source == TAPS:
        sent = event(source, number, "transit.tap", at, card=0, data={"mode": "bus", "leg": "on", "stop": "450"})
    [result] = city.world.send([sent | {"subject": card}], at=city.clock.at)
    return result.status


def windows_of(shown: dict[str, Any]) -> list[datetime]:
    return [datetime.fromisoformat(one["from_at"]) for one in shown["windows"]]


def test_a_number_alone_shows_nothing_and_earns_nothing(city: City) -> None:
    made = claim(city)
    assert (made.status_code, made.json()["state"], made.json()["ending"]) == (201, "waiting", "mine")
    before = city.balance()
    assert tap_at(city, "T-1", NOW + MINUTE) == "not_enrolled"
    assert city.http.get("/v1/me/activity", headers=city.resident(0)).json()["items"] == []
    assert city.balance() == before
    assert [one["state"] for one in cards(city)] == ["waiting", "linked"]


@pytest.mark.parametrize("who", ["support", "taps"])
def test_the_desk_or_the_operator_proves_it_and_then_it_counts(city: City, who: str) -> None:
    made = claim(city).json()
    assert confirm(city, made["id"], who=who).status_code == 200
    assert (cards(city)[0]["state"], cards(city)[0]["id"]) == ("linked", made["id"])
    assert tap_at(city, "T-1", NOW + MINUTE) in KEPT


def test_whoever_proves_it_knows_the_card_and_the_claim(city: City) -> None:
    made = claim(city).json()["id"]
    others = claim(city, "card:other", source=CHECK_IN).json()["id"]
    wrong = [
        confirm(city, made, "card:other"),
        confirm(city, f"crd_{'0' * 32}"),
        confirm(city, "none"),
        confirm(city, others, "card:other", who="taps"),  # a card that another operator issued
    ]
    assert {(one.status_code, one.json()["code"]) for one in wrong} == {(404, "card-claim-unknown")}
    foreign = city.http.post(
        f"/v1/sources/{CHECK_IN}/tokens/confirm",
        json={"claim": others, "subject": "card:other"},
        headers=city.by("taps"),
    )
    assert foreign.status_code == 404
    city.clock.at = NOW + WAITS
    assert confirm(city, made).status_code == 404
    assert len(cards(city)) == 3


def test_two_taps_at_the_named_times_prove_it(city: City) -> None:
    made = claim(city, proof="micro_check").json()
    first, second = windows_of(made)
    assert tap_at(city, "T-1", first + MINUTE) == "not_enrolled"
    assert waiting(city)[0] | {"windows": []} == made | {"windows": []}  # that it was tapped is told to nobody
    assert tap_at(city, "T-2", second + 9 * MINUTE) == "not_enrolled"
    assert cards(city)[0]["state"] == "linked"
    assert tap_at(city, "T-3", second + WINDOW - MINUTE / 2) == "not_enrolled"  # the check itself earns nothing
    assert tap_at(city, "T-4", second + WINDOW) in KEPT


@pytest.mark.parametrize("off", [-MINUTE, WINDOW])
def test_a_tap_beside_the_window_proves_nothing(city: City, off: timedelta) -> None:
    first, second = windows_of(claim(city, proof="micro_check").json())
    tap_at(city, "T-1", first + MINUTE)
    tap_at(city, "T-2", second + off)
    assert len(waiting(city)) == 1


def test_taps_of_another_card_or_from_another_operator_prove_nothing(city: City) -> None:
    first, second = windows_of(claim(city, proof="micro_check").json())
    for number, at in enumerate((first, second)):
        tap_at(city, f"T-{number}", at, card="card:another")
        tap_at(city, f"C-{number}", at, source=CHECK_IN)
    assert len(waiting(city)) == 1


def test_both_taps_may_come_in_one_file_after_the_windows(city: City) -> None:
    first, second = windows_of(claim(city, proof="micro_check").json())
    events = [
        event(TAPS, f"T-{at:%d}", "transit.tap", at, card=0, data={"mode": "bus", "leg": "on"})
        | {"subject": "card:mine"}
        for at in (second, first)
    ]
    city.clock.at = second + timedelta(days=3)
    assert {one.status for one in city.world.send(events, at=city.clock.at)} == {"not_enrolled"}
    assert waiting(city) == []


def test_the_operator_is_told_to_send_a_card_while_its_check_waits_and_no_longer(own_city: City) -> None:
    city = own_city

    def told() -> list[tuple[str, bool]]:
        page = city.http.get(
            f"/v1/sources/{TAPS}/tokens", headers=bearer(city.token("leeds-buses", "tokens:read"))
        ).json()
        return [(one["token"], one["enrolled"]) for one in page["items"] if one["token"] == "card:mine"]

    made = claim(city, proof="micro_check").json()["id"]
    assert told() == [("card:mine", True)]
    city.http.delete(f"/v1/me/cards/{made}", headers=city.resident(0))
    assert told() == [("card:mine", False)]
    for number, at in enumerate(windows_of(claim(city, proof="micro_check").json())):
        tap_at(city, f"T-{number}", at)
    assert set(told()) == {("card:mine", True)}


def test_windows_are_random_short_on_other_days_and_outside_the_rush() -> None:
    named = {name_windows(uuid7(NOW), NOW) for _ in range(300)}
    assert len(named) > 250
    for first, second in named:
        assert NOW.date() < first.date() < second.date()
        assert {first.hour, second.hour} <= {10, 11, 12, 13, 14, 19, 20}
        assert first.tzinfo is LONDON
    assert name_windows(UUID(int=7), NOW) == name_windows(UUID(int=7), NOW)


def test_a_card_of_somebody_else_looks_like_any_other_until_the_desk_sees_it(city: City) -> None:
    """Resident 1 holds card:1; nobody holds card:free."""
    taken, free = (claim(city, card, proof="micro_check") for card in ("card:1", "card:free"))
    unlike = {"id", "ending", "windows", "since_at", "ends_at"}
    assert taken.status_code == free.status_code == 201
    assert {name: told for name, told in taken.json().items() if name not in unlike} == {
        name: told for name, told in free.json().items() if name not in unlike
    }
    for number, at in enumerate(windows_of(taken.json())):
        assert tap_at(city, f"T-{number}", at, card="card:1") in KEPT
    assert len(waiting(city)) == 2
    assert confirm(city, taken.json()["id"], "card:1").json()["code"] == "card-taken"
    assert [one["state"] for one in cards(city, 1)] == ["linked"]


def test_a_card_that_was_given_up_cools_off_for_others_and_not_for_its_holder(city: City) -> None:
    given_up = cards(city, 1)[0]["id"]
    assert city.http.delete(f"/v1/me/cards/{given_up}", headers=city.resident(1)).json() == {"items": []}
    made = claim(city, "card:1").json()["id"]
    assert confirm(city, made, "card:1").json()["code"] == "card-taken"
    again = claim(city, "card:1", resident=1).json()["id"]
    assert confirm(city, again, "card:1").status_code == 200
    city.http.delete(f"/v1/me/cards/{again}", headers=city.resident(1))
    city.clock.at = NOW + COOLING_OFF
    late = claim(city, "card:1").json()["id"]
    assert confirm(city, claim(city, "card:1", resident=2).json()["id"], "card:1").status_code == 200
    assert confirm(city, late, "card:1").json()["code"] in {"card-taken", "card-claim-unknown"}


def overlaps(city: City) -> list[tuple[str, int, int]]:
    headers = bearer(city.token(city.officers["support"], "officer"))
    found = city.http.get("/v1/card-overlaps", headers=headers).json()["items"]
    numbers = {public_id: number for number, public_id in enumerate(city.residents)}
    return [(one["kind"], numbers[one["earlier"]], numbers[one["later"]]) for one in found]


def test_two_accounts_that_say_one_card_is_theirs_are_shown_to_a_person(city: City) -> None:
    claim(city, "card:of-nobody-else")
    assert overlaps(city) == []
    city.clock.at = NOW + MINUTE
    claim(city, "card:1")
    assert overlaps(city) == [("claimed_by_two", 1, 0)]
    city.http.delete(f"/v1/me/cards/{cards(city, 1)[0]['id']}", headers=city.resident(1))
    city.clock.at = NOW + COOLING_OFF + MINUTE
    assert confirm(city, claim(city, "card:1", resident=2).json()["id"], "card:1").status_code == 200
    assert ("passed_on", 1, 2) in overlaps(city)
    city.clock.at = NOW + timedelta(days=200)
    assert overlaps(city) == []


def test_what_is_no_card_of_ones_own_is_refused(city: City) -> None:
    refusals = {
        "member:12": "not-a-card",
        "nonsense": "subject-malformed",
        "card:4111111111111111": "bank-card-number",
        "card:0": "card-linked-already",
    }
    assert {card: claim(city, card).json()["code"] for card in refusals} == refusals
    assert claim(city, source="urn:nobody").json()["code"] == "card-source-unknown"
    unknown = city.http.delete(f"/v1/me/cards/crd_{'0' * 32}", headers=city.resident(0))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "card-unknown")
    of_another = cards(city, 1)[0]["id"]
    assert city.http.delete(f"/v1/me/cards/{of_another}", headers=city.resident(0)).status_code == 404


def test_the_same_card_is_claimed_once_and_numbers_can_not_be_tried(city: City) -> None:
    assert claim(city).json()["id"] == claim(city).json()["id"]
    told = [claim(city, f"card:x{number}").status_code for number in range(MOST_CLAIMS)]
    assert told == [201] * (MOST_CLAIMS - 1) + [409]
    assert claim(city, "card:y").json()["code"] == "too-many-card-claims"


def test_a_claim_that_nobody_proves_lapses(city: City) -> None:
    claim(city)
    city.clock.at = NOW + WAITS
    assert cards(city)[0]["state"] == "lapsed"
    database = city.runtime.database
    assert database.in_transaction(lambda session: end_lapsed_claims(session, now=city.clock.at)) == 1
    assert database.in_transaction(lambda session: end_lapsed_claims(session, now=city.clock.at)) == 0
    assert claim(city).json()["state"] == "waiting"


def test_two_accounts_prove_one_card_at_once_and_exactly_one_gets_it(own_city: City) -> None:
    city = own_city
    claimed = [claim(city, resident=number).json()["id"] for number in range(3)]
    start, answers = threading.Barrier(6), []

    def run(claimed: str, who: str) -> None:
        start.wait()
        answers.append(confirm(city, claimed, who=who))

    threads = [threading.Thread(target=run, args=(one, who)) for one in claimed for who in ("support", "taps")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.status_code for one in answers).count(200) == 1
    assert {one.json()["code"] for one in answers if one.status_code != 200} <= {"card-taken", "card-claim-unknown"}
    assert sum(one["ending"] == "mine" and one["state"] == "linked" for n in range(3) for one in cards(city, n)) == 1
