"""PostgreSQL, reached one way: a service call runs in one transaction that commits before the answer leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from psycopg import errors as pg
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.core.errors import TryAgain

T = TypeVar("T")

APP_ROLE = "rewards_app"
"""Role without the right to change or remove ledger rows; every connection of the application takes it on."""

ATTEMPTS = 6
_REPEATABLE = (pg.DeadlockDetected, pg.SerializationFailure)


def sqlalchemy_url(database_url: str) -> str:
    """The same address, naming the one driver we use."""
    head, separator, rest = database_url.partition("://")
    if separator and head in {"postgres", "postgresql"}:
        return f"postgresql+psycopg://{rest}"
    return database_url


def connect_engine(database_url: str, *, scheme: str, role: str | None = APP_ROLE, pool_size: int = 5) -> Engine:
    """An engine whose sessions see one scheme's tables, in UTC, with bounded waits (30 s a statement, 10 s a lock)."""
    options = [f"search_path={scheme}", "timezone=UTC", "statement_timeout=30000", "lock_timeout=10000"]
    # Our statements are short: compiling one takes longer than running it, and forced plans always look expensive.
    options.append("jit=off")
    if role is not None:
        options.append(f"role={role}")
    return create_engine(
        sqlalchemy_url(database_url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        pool_pre_ping=True,
        connect_args={"options": " ".join(f"-c {option}" for option in options)},
        hide_parameters=True,  # parameters are personal data, and error texts end up in logs
    )


class Database:
    """One scheme's database. `in_transaction` is the only place that commits.

    At most `pool_size` calls hold a connection at once; others wait their turn without one, so a burst of requests
    is served late instead of failing on the pool's time-out.
    """

    def __init__(self, database_url: str, *, scheme: str, pool_size: int = 5) -> None:
        self.engine = connect_engine(database_url, scheme=scheme, pool_size=pool_size)
        self._seats = threading.BoundedSemaphore(pool_size)

    def in_transaction(self, serve: Callable[[Session], T]) -> T:
        """Run `serve` and commit; roll back on any exception. Repeated when another transaction got in the way."""
        for attempt in range(ATTEMPTS):
            try:
                with self._seats, Session(self.engine, expire_on_commit=False) as session, session.begin():
                    return serve(session)
            except TryAgain:
                if attempt == ATTEMPTS - 1:
                    raise
            except DBAPIError as failure:
                if not isinstance(failure.orig, _REPEATABLE) or attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError  # the loop returns or raises

    def dispose(self) -> None:
        """Close the pool; running transactions keep their connection until they end."""
        self.engine.dispose()
