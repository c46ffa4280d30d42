"""Real PostgreSQL for every test that asks: migrated once, then cloned per test or rolled back."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from sqlmodel import Session

from app.core.database import Database
from app.core.migration import migrate_scheme
from app.core.postgres import running_postgres
from app.core.secret_store import Secrets, resolve_secrets
from app.core.settings import Settings
from tests.api.undone import SeededCities, UndoneCity
from tests.databases import SCHEME, RolledBackDatabase, made_database
from tests.log_watch import LogWatch

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile("always", deadline=None, derandomize=True, suppress_health_check=SLOW)
settings.register_profile("nightly", deadline=None, max_examples=1000, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "always"))

_numbers = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """The whole run is watched for what must not be logged."""
    config.pluginmanager.register(LogWatch(), "log-watch")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL server where tests may make databases: TEST_DATABASE_URL, else one of their own."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="rewards-tests-") as folder:
        Path(folder).chmod(0o711)  # so that root's server, which is nobody's, stays in the folder and goes with it
        with running_postgres(Path(folder, "data")) as server:
            with psycopg.connect(server.url, autocommit=True) as connection:
                for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # nothing here outlives the run
                    connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
                connection.execute("SELECT pg_reload_conf()")
            yield server.url


@pytest.fixture(scope="session")
def template_name(server_url: str) -> Iterator[str]:
    """Name of a database that the real migrations have built; clone it, never write to it."""
    name = f"rewards_test_{os.getpid()}"
    with made_database(server_url, name, "template0") as url:
        migrate_scheme(url, SCHEME)
        yield name


@pytest.fixture
def database_url(server_url: str, template_name: str) -> Iterator[str]:
    """A migrated, empty database of the test's own."""
    with made_database(server_url, f"{template_name}_{next(_numbers)}", template_name) as url:
        yield url


@pytest.fixture
def empty_database_url(server_url: str) -> Iterator[str]:
    """A database that no migration has seen."""
    with made_database(server_url, f"rewards_test_{os.getpid()}_{next(_numbers)}_empty", "template0") as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The same, as the application sees it; commits are real."""
    made = Database(database_url, scheme=SCHEME, pool_size=20)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def shared_database(server_url: str, template_name: str) -> Iterator[Database]:
    """One database for all tests that roll back."""
    with made_database(server_url, f"{template_name}_shared", template_name) as url:
        made = Database(url, scheme=SCHEME, pool_size=2)
        yield made
        made.dispose()


@pytest.fixture
def rolled_back(shared_database: Database) -> Iterator[Database]:
    """An empty scheme; whatever is committed to it is gone after the test."""
    with shared_database.engine.connect() as connection:
        outer = connection.begin()
        yield RolledBackDatabase(shared_database, connection)
        outer.rollback()


@pytest.fixture
def session(shared_database: Database) -> Iterator[Session]:
    """One transaction on an empty scheme, rolled back at the end."""
    with Session(shared_database.engine, expire_on_commit=False) as made:
        yield made
        made.rollback()


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    """Secrets of a demonstration, made for this run."""
    return resolve_secrets(Settings(data_dir=Path(tmp_path_factory.mktemp("secrets"))), demo=True)


@pytest.fixture
def now() -> datetime:
    """A Sunday noon; the Monday to Saturday before it are in the same ISO week."""
    return datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def seeded_cities(server_url: str, template_name: str, secrets: Secrets) -> Iterator[SeededCities]:
    """Each city that a test asked for, once for the whole run."""
    with ExitStack() as stack:
        yield SeededCities(server_url, template_name, secrets, stack)


@pytest.fixture
def undone_city(seeded_cities: SeededCities) -> Iterator[UndoneCity]:
    """Give a function that opens a city as it was seeded: `build_city` without its cost and without real commits."""
    with ExitStack() as stack:
        yield partial(seeded_cities.open, stack)
