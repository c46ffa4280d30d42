from __future__ import annotations

import itertools
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.api.city import City, build_city
from tests.api.conftest import NOW
from tests.rights.year import Year, live_a_year

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def shared_by_module(server_url: str, template_name: str) -> Iterator[Database]:
    """A database whose commits are real, for all tests of one module."""
    name = f"{template_name}_rights_{next(_numbers)}"
    made, dropped = (
        sql.SQL(order).format(sql.Identifier(name), sql.Identifier(template_name))
        for order in ("CREATE DATABASE {0} TEMPLATE {1}", "DROP DATABASE {0} WITH (FORCE)")
    )
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(made)
        database = Database(f"{server_url.rpartition('/')[0]}/{name}", scheme="leeds", pool_size=20)
        yield database
        database.dispose()
        connection.execute(dropped)


@pytest.fixture(scope="module")
def year(shared_by_module: Database, secrets: Secrets) -> Year:
    """A year that a module's tests look at together."""
    return live_a_year(shared_by_module, secrets)


@pytest.fixture(scope="module")
def town(shared_by_module: Database, secrets: Secrets) -> City:
    """A city with a resident for each test of a module."""
    return build_city(shared_by_module, secrets, NOW, residents=6)
