"""Databases for tests: copies of one that the migrations have built, and transactions that are undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from psycopg import sql
from sqlalchemy import Connection
from sqlmodel import Session

from app.core.database import Database

T = TypeVar("T")
SCHEME = "leeds"


def _database_url(server_url: str, name: str) -> str:
    return server_url.rpartition("/")[0] + "/" + name


@contextmanager
def made_database(server_url: str, name: str, template: str) -> Iterator[str]:
    """A copy of `template` for as long as the block lasts."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    try:
        yield _database_url(server_url, name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


class RolledBackDatabase(Database):
    """Every `in_transaction` is a savepoint of one transaction that is rolled back when the test ends.

    Many times cheaper than a database of the test's own; not for tests of concurrency, which need real commits.
    """

    def __init__(self, shared: Database, connection: Connection) -> None:
        self.engine = shared.engine
        self._connection = connection

    def in_transaction(self, serve: Callable[[Session], T]) -> T:
        mode = {"join_transaction_mode": "create_savepoint"}
        with Session(self._connection, expire_on_commit=False, **mode) as session, session.begin():  # type: ignore[arg-type]
            return serve(session)
