from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.api.city import City
from tests.api.undone import UndoneCity
from tests.hosting.farm import Farm

SATURDAY = datetime(2026, 11, 21, 18, tzinfo=UTC)


@pytest.fixture
def farm(undone_city: UndoneCity) -> Farm:
    """A Saturday evening; nobody has any points yet."""
    city: City = undone_city(SATURDAY, residents=4, points=0)
    return Farm(city)
