"""Points of a campaign by day, and the day on which they run out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.city import City
from tests.campaigns.conftest import Headers
from tests.campaigns.test_campaigns import _fund, _open, _publish_a_rule_of_30_points_a_trip, _show
from tests.earning.world import TAPS, tap

YESTERDAY = datetime(2026, 11, 21, 13, tzinfo=UTC)
TODAY = datetime(2026, 11, 22, 11, tzinfo=UTC)


def _burn(city: City) -> dict[str, Any]:
    answer = city.http.get("/v1/campaigns/cmp_winter/burn-down", headers=city.by("officer"))
    assert answer.status_code == 200
    read: dict[str, Any] = answer.json()
    return read


@pytest.fixture
def spending(city: City, editor: Headers) -> City:
    """Until the end of February there are 200 points: 30 went yesterday, and 60 have today."""
    _open(city, editor)
    _fund(city, 200)
    _publish_a_rule_of_30_points_a_trip(city)
    for number, at in enumerate((YESTERDAY, TODAY, TODAY + timedelta(minutes=1))):
        city.send(tap(number, at, card=number))
    return city


def test_points_go_down_day_by_day_until_they_are_gone(spending: City) -> None:
    assert _burn(spending) == {
        "key": "cmp_winter",
        "days": [
            {"on": "2026-11-21", "given_points": 30, "left_points": 170},
            {"on": "2026-11-22", "given_points": 60, "left_points": 110},
        ],
        # 30 a day, as yesterday: 110 last for three days more. Today is not over, and no measure of a day.
        "pace_from_on": "2026-11-21",
        "run_out_on": "2026-11-25",
    }


def test_points_that_last_to_the_end_of_the_campaign_never_run_out(spending: City) -> None:
    _fund(spending, 10_000)
    found = _burn(spending)
    assert (found["pace_from_on"], found["run_out_on"]) == ("2026-11-21", None)
    assert [day["left_points"] for day in found["days"]] == [10_170, 10_110]


def test_what_came_back_is_given_no_longer(spending: City) -> None:
    spending.world.void(TAPS, "T-1")
    shown, found = _show(spending).json(), _burn(spending)
    assert sum(day["given_points"] for day in found["days"]) == shown["given_points"] == 60
    assert found["days"][-1]["left_points"] == shown["left_points"] == 140


def test_a_campaign_that_gave_nothing_yet_has_no_pace(city: City, editor: Headers) -> None:
    _open(city, editor)
    _fund(city, 200)
    assert _burn(city) == {"key": "cmp_winter", "days": [], "pace_from_on": None, "run_out_on": None}
    missing = city.http.get("/v1/campaigns/cmp_none/burn-down", headers=city.by("officer"))
    assert (missing.status_code, missing.json()["code"]) == (404, "campaign-not-found")
