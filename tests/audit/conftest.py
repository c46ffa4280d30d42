from __future__ import annotations

from datetime import datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.api.city import City, build_city


@pytest.fixture
def city(rolled_back: Database, secrets: Secrets, now: datetime) -> City:
    """The API tests' city; its residents have no points yet."""
    return build_city(rolled_back, secrets, now, points=0)
