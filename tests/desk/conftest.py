from __future__ import annotations

from datetime import datetime

import pytest

from tests.api.city import City
from tests.api.undone import UndoneCity
from tests.desk.office import Office


@pytest.fixture
def office(undone_city: UndoneCity, now: datetime) -> Office:
    """A desk in a city where everybody else has 500 points."""
    city: City = undone_city(now)
    return Office(city)
