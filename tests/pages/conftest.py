from __future__ import annotations

from datetime import datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.api.city import build_city
from tests.pages.town import Town, open_town


@pytest.fixture
def town(database: Database, secrets: Secrets, now: datetime) -> Town:
    """Three residents with 500 points each, a café, a shop, an officer, the real rules."""
    return open_town(build_city(database, secrets, now))


@pytest.fixture
def empty_town(database: Database, secrets: Secrets, now: datetime) -> Town:
    """The same people, who have no points and have done nothing."""
    return open_town(build_city(database, secrets, now, points=0))


@pytest.fixture
def business(database: Database, secrets: Secrets, now: datetime) -> Town:
    """The town with an officer of each role."""
    city = build_city(database, secrets, now)
    return open_town(city, officers=list(city.officers.values()))
