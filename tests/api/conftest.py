from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import sql

from app.core.database import Database
from app.core.secret_store import Secrets
from app.web import streams
from tests.api.city import City, build_city

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _streams_end_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test client reads an answer to its end, which a stream would have in ten minutes."""
    monkeypatch.setattr(streams, "LONGEST_LOOKS", 1)


@pytest.fixture(scope="session")
def shared_city(server_url: str, template_name: str, secrets: Secrets) -> Iterator[City]:
    """One city for all tests that can live beside others: each sends events and takes vouchers of its own."""
    with _opened_city(server_url, template_name, f"{template_name}_city", secrets) as city:
        yield city


@pytest.fixture(scope="module")
def walked_city(server_url: str, template_name: str, secrets: Secrets) -> Iterator[City]:
    """One city for the tests of a module that do whatever the API lets somebody do, pausing the scheme included."""
    with _opened_city(server_url, template_name, f"{template_name}_walked", secrets) as city:
        yield city


@contextmanager
def _opened_city(server_url: str, template_name: str, name: str, secrets: Secrets) -> Iterator[City]:
    made, dropped = (
        sql.SQL(order).format(sql.Identifier(name), sql.Identifier(template_name))
        for order in ("CREATE DATABASE {0} TEMPLATE {1}", "DROP DATABASE {0} WITH (FORCE)")
    )
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(made)
        database = Database(f"{server_url.rpartition('/')[0]}/{name}", scheme="leeds", pool_size=20)
        try:
            city = build_city(database, secrets, NOW, residents=6, points=100_000)
            with city.http:
                yield city
        finally:
            database.dispose()
            connection.execute(dropped)


@pytest.fixture
def city(shared_city: City) -> Iterator[City]:
    """The shared city at its usual time, in which nobody has guessed yet: all tests call from one address."""
    shared_city.clock.at = NOW
    shared_city.runtime.limiter._memory.storage.reset()
    yield shared_city
    shared_city.clock.at = NOW


@pytest.fixture
def own_city(database: Database, secrets: Secrets) -> Iterator[City]:
    """A city of the test's own, where every resident begins with 500 points."""
    built = build_city(database, secrets, NOW)
    with built.http:
        yield built


@pytest.fixture
def number() -> int:
    """A number that no other test has, for the ids of its events."""
    return next(_numbers)


_numbers = itertools.count(1000, 1000)
