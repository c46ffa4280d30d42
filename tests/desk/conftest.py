from __future__ import annotations

from datetime import datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.api.city import City, build_city
from tests.desk.office import Office


@pytest.fixture
def office(rolled_back: Database, secrets: Secrets, now: datetime) -> Office:
    """A desk in a city where everybody else has 500 points."""
    city: City = build_city(rolled_back, secrets, now)
    return Office(city)
