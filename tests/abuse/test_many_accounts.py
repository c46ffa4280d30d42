"""Many accounts: fifty scripted ones in one home, with one phone, get hardly more than one, and nothing at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.flag_bounds import USUAL_BOUNDS
from app.core.secret_store import Secrets
from app.core.settings import Settings
from app.residents.households import HouseholdKeys, join_household
from tests.api.city import City, bearer
from tests.api.undone import UndoneCity
from tests.earning import world
from tests.hosting.farm import Farm
from tests.households.homes import CHECKS, HOME, NOW, check

ACCOUNTS = 50

CROWD = USUAL_BOUNDS.code_users


@pytest.fixture
def city(undone_city: UndoneCity, monkeypatch: pytest.MonkeyPatch) -> City:
    """Fifty accounts that somebody has opened, and the fire service among the sources."""
    monkeypatch.setitem(world.SOURCES, CHECKS, "verified")
    return undone_city(NOW, residents=ACCOUNTS, points=0)


def paid(city: City) -> int:
    return sum(city.balance(number)["available"] for number in range(ACCOUNTS))


def test_fifty_accounts_of_one_home_are_paid_once_what_a_home_is_paid_once(city: City, secrets: Secrets) -> None:
    keys = HouseholdKeys(secrets)
    for resident in city.world.residents:
        city.runtime.database.in_transaction(
            lambda session, one=resident: join_household(session, resident_id=one, uprn=HOME, keys=keys, now=NOW)  # type: ignore[misc]
        )
    for card in range(ACCOUNTS):
        city.world.send([check(f"C-{card}", NOW - timedelta(minutes=ACCOUNTS - card), card=card)], at=NOW)
    assert paid(city) == 100


def test_fifty_accounts_with_one_code_are_paid_for_no_more_than_a_room_of_people(city: City) -> None:
    """The others are held: a person sees twenty cases from one code of half a minute."""
    farm = Farm(city)
    session = farm.lasting(1, 3, event_type="checkin.scan", place="central-library")
    code = farm.code(session)
    answers = [farm.check_in(code, number).json() for number in range(ACCOUNTS)]
    assert [one["status"] for one in answers] == ["awarded"] * CROWD + ["held"] * (ACCOUNTS - CROWD)
    assert paid(city) == CROWD * answers[0]["points"]
    flagged = city.http.get("/v1/review?limit=200", headers=city.by("support")).json()["items"]
    assert [one["flag"] for one in flagged] == ["crowded_code"] * (ACCOUNTS - CROWD)


def test_none_of_fifty_new_accounts_gets_a_reward_in_its_first_days(city: City) -> None:
    joined_at = world.START
    city.clock.at = joined_at + timedelta(days=Settings().first_reward_days) - timedelta(seconds=1)
    refused = [_take(city, number) for number in range(ACCOUNTS)]
    assert set(refused) == {"first-reward-later"}
    city.clock.at += timedelta(seconds=1)
    assert {_take(city, number) for number in range(ACCOUNTS)} == {"insufficient-points"}


def _take(city: City, number: int) -> str:
    headers = bearer(city.token(city.residents[number], "resident"))
    answer = city.http.post("/v1/redemptions", json={"reward_id": city.rewards["drink"]}, headers=headers)
    return str(answer.json()["code"])
