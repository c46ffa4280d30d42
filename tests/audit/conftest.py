from __future__ import annotations

from datetime import datetime

import pytest

from tests.api.city import City
from tests.api.undone import UndoneCity


@pytest.fixture
def city(undone_city: UndoneCity, now: datetime) -> City:
    """The API tests' city; its residents have no points yet."""
    return undone_city(now, points=0)
