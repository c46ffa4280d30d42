from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.api.city import City, build_city
from tests.hosting.farm import Farm

SATURDAY = datetime(2026, 11, 21, 18, tzinfo=UTC)


@pytest.fixture
def farm(rolled_back: Database, secrets: Secrets) -> Farm:
    """A Saturday evening; nobody has any points yet."""
    city: City = build_city(rolled_back, secrets, SATURDAY, residents=4, points=0)
    return Farm(city)
