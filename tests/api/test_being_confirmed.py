"""A partner that has not answered: 202 and `confirming`, the points held, no code; then what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.redemption.asking import LONGEST_WAIT
from tests.api.city import City
from tests.api.remote import Remote, add_remote
from tests.api.undone import UndoneCity


@pytest.fixture
def city(undone_city: UndoneCity, now: datetime) -> City:
    return undone_city(now)


@pytest.fixture
def remote(city: City) -> Remote:
    return add_remote(city)


@pytest.mark.parametrize(
    ("says", "becomes", "points"), [(None, "issued", (400, 100)), ("Closed.", "declined", (500, 0))]
)
def test_a_voucher_is_confirming_with_its_points_held_until_its_partner_has_answered(
    city: City, remote: Remote, says: str | None, becomes: str, points: tuple[int, int]
) -> None:
    city = replace(city, http=TestClient(create_app(remote.runtime)), rewards={"swim": remote.reward})
    remote.twin.go_away()
    made = city.take("swim", key="once")
    assert made.status_code == 202
    voucher = made.json()
    assert (voucher["status"], voucher["code"], voucher["qr"], voucher["qr_text"]) == ("confirming", None, None, None)
    assert city.take("swim", key="once").json() == voucher, "sent again, it is the same voucher"
    for _ in range(2):
        assert remote.ask() == 1
        shown = city.http.get(f"/v1/redemptions/{voucher['id']}", headers=city.resident(0)).json()
        listed = city.http.get("/v1/redemptions", headers=city.resident(0)).json()["items"]
        assert [one["status"] for one in (shown, *listed)] == ["confirming"] * 2
        assert (city.balance()["available"], city.balance()["held"]) == (400, 100)
        city.clock.at += LONGEST_WAIT
    remote.twin.come_back()
    remote.twin.refuse(says)
    city.clock.at += timedelta(seconds=1)
    assert remote.ask() == 1
    shown = city.http.get(f"/v1/redemptions/{voucher['id']}", headers=city.resident(0)).json()
    assert (shown["status"], shown["reason"]) == (becomes, says)
    assert (shown["code"] is not None) == (becomes == "issued")
    assert (city.balance()["available"], city.balance()["held"]) == points
