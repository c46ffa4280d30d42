"""One city for the tests of a module, each of which is rolled back to how the city began."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from app.core.database import Database
from app.core.secret_store import Secrets
from app.web.runtime import Runtime
from tests.api.city import City, build_city
from tests.databases import RolledBackDatabase

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONG = timedelta(days=400)
STAFF = {"staff": "cafe", "other_staff": "shop", "owner": "owner", "other_owner": "other_owner"}


@pytest.fixture(scope="module")
def seeded(shared_database: Database, secrets: Secrets) -> Iterator[tuple[City, Connection, Runtime]]:
    """Nothing of it is ever committed."""
    with shared_database.engine.connect() as connection:
        outer = connection.begin()
        city = build_city(RolledBackDatabase(shared_database, connection), secrets, NOW)
        city.tokens |= {who: city.token(one, "officer", lasts=LONG) for who, one in city.officers.items()}
        city.tokens |= {who: city.token(city.staff[name], "vouchers:redeem", lasts=LONG) for who, name in STAFF.items()}
        yield city, connection, city.runtime
        outer.rollback()


@pytest.fixture
def city(seeded: tuple[City, Connection, Runtime]) -> Iterator[City]:
    """On a Sunday noon: every resident has 500 points, and tokens of officers and partners' people last for weeks."""
    shared, connection, runtime = seeded
    city = replace(shared)
    city.clock.at, city.app.state.runtime = NOW, runtime
    runtime.limiter._memory.storage.reset()
    beginning = connection.begin_nested()
    yield city
    beginning.rollback()
