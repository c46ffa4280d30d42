from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from app.core.database import Database
from app.core.secret_store import Secrets
from app.web import streams
from tests.api.city import build_city
from tests.databases import RolledBackDatabase
from tests.pages.town import Town, open_town

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _streams_end_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test client reads an answer to its end, which a stream would have in ten minutes."""
    monkeypatch.setattr(streams, "LONGEST_LOOKS", 1)


@pytest.fixture
def lasting_town(database: Database, secrets: Secrets, now: datetime) -> Town:
    """The town with real commits in a database of its own: for what happens at once, and for counting statements."""
    return open_town(build_city(database, secrets, now))


@pytest.fixture
def empty_town(database: Database, secrets: Secrets, now: datetime) -> Town:
    """The same people, who have no points and have done nothing."""
    return open_town(build_city(database, secrets, now, points=0))


@pytest.fixture(scope="module")
def seeded(shared_database: Database, secrets: Secrets) -> Iterator[tuple[Town, Connection]]:
    """Nothing of it is ever committed."""
    with pytest.MonkeyPatch.context() as environment, shared_database.engine.connect() as connection:
        environment.setenv("BACS_PAYER", "20-00-01, 87654321, Leeds City Council")
        outer = connection.begin()
        city = build_city(RolledBackDatabase(shared_database, connection), secrets, NOW)
        yield open_town(city, officers=[city.officer, *city.officers.values()]), connection
        outer.rollback()


@pytest.fixture
def undone(seeded: tuple[Town, Connection]) -> Iterator[Town]:
    """The town as its module found it; what a test does to it is rolled back."""
    town, connection = seeded
    town.city.clock.at = NOW
    town.city.runtime.limiter._memory.storage.reset()
    beginning = connection.begin_nested()
    yield replace(town, city=replace(town.city))
    beginning.rollback()


@pytest.fixture
def town(undone: Town) -> Town:
    """Three residents with 500 points each, a café, a shop, an officer, the real rules."""
    return replace(undone, officers=[undone.city.officer])


@pytest.fixture
def shared_town(undone: Town) -> Town:
    """The same, with an officer of each role; the council has an account to pay from."""
    return replace(undone, officers=[*undone.city.officers.values()])
