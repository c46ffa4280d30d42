from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.api.city import City, build_city


@pytest.fixture
def city(database: Database, secrets: Secrets, now: datetime) -> Iterator[City]:
    """The small city behind the application, in this process."""
    built = build_city(database, secrets, now)
    with built.http:
        yield built
