"""Whole columns sent to PostgreSQL as one packed binary array: about a tenth of the cost of adapting Python lists."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import errors as pg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format
from sqlmodel import Session

from app.core.errors import TryAgain

_BIGINT, _BIGINT_ARRAY = 20, 1016
_TIMESTAMPTZ, _TIMESTAMPTZ_ARRAY = 1184, 1185
_TEXT, _TEXT_ARRAY = 25, 1009
_BYTEA, _BYTEA_ARRAY = 17, 1001
_HEADER = struct.Struct(">5i")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LENGTH = struct.Struct(">i").pack
_NULL = _LENGTH(-1)
_MOST_SHAPES = 2048

# Rows must be found and locked in the order of the arrays that name them, which only a nested loop over them does;
# and the planner, who cannot see how long an array is, likes to read a whole table instead. Joins go as written.
_NESTED_LOOPS = """
    SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
           set_config('enable_seqscan', 'off', true), set_config('join_collapse_limit', '1', true)
"""


@lru_cache(maxsize=_MOST_SHAPES)
def _shape(count: int) -> struct.Struct:
    return struct.Struct(">" + "iq" * count)


def _pack(values: Collection[int], element: int) -> bytes:
    count = len(values)
    if count == 0:
        return _HEADER.pack(0, 0, element, 0, 1)[:12]
    cells = [8] * (2 * count)
    cells[1::2] = values
    return _HEADER.pack(1, 0, element, count, 1) + _shape(count).pack(*cells)


def _pack_bytes(values: Collection[bytes | None], element: int) -> bytes:
    if not values:
        return _pack((), element)
    cells: list[bytes] = []
    for value in values:
        cells += (_NULL,) if value is None else (_LENGTH(len(value)), value)
    return _HEADER.pack(1, int(None in values), element, len(values), 1) + b"".join(cells)


class Bigints:
    """A `bigint[]` without nulls."""

    __slots__ = ("packed",)

    def __init__(self, values: Collection[int]) -> None:
        self.packed = _pack(values, _BIGINT)


class Instants:
    """A `timestamptz[]` without nulls; the instants must be aware."""

    __slots__ = ("packed",)

    def __init__(self, values: Collection[datetime]) -> None:
        self.packed = _pack([(value - _EPOCH) // _MICROSECOND for value in values], _TIMESTAMPTZ)


class Texts:
    """A `text[]`; bytes are text that is encoded already, such as JSON to be cast by the statement."""

    __slots__ = ("packed",)

    def __init__(self, values: Collection[str | bytes | None]) -> None:
        self.packed = _pack_bytes([value.encode() if isinstance(value, str) else value for value in values], _TEXT)


class Blobs:
    """A `bytea[]`."""

    __slots__ = ("packed",)

    def __init__(self, values: Collection[bytes | None]) -> None:
        self.packed = _pack_bytes(values, _BYTEA)


class _PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Bigints | Instants | Texts | Blobs) -> Buffer:
        return obj.packed


class _BigintsDumper(_PackedDumper):
    oid = _BIGINT_ARRAY


class _InstantsDumper(_PackedDumper):
    oid = _TIMESTAMPTZ_ARRAY


class _TextsDumper(_PackedDumper):
    oid = _TEXT_ARRAY


class _BlobsDumper(_PackedDumper):
    oid = _BYTEA_ARRAY


_DUMPERS = {Bigints: _BigintsDumper, Instants: _InstantsDumper, Texts: _TextsDumper, Blobs: _BlobsDumper}


def driver_connection(session: Session) -> psycopg.Connection[Any]:
    """The psycopg connection that carries the session's transaction, able to send packed arrays."""
    raw = session.connection().connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    for packed, dumper in _DUMPERS.items():
        raw.adapters.register_dumper(packed, dumper)
    return raw


def loop_over_arrays(session: Session) -> None:
    """Have the rest of the transaction find rows one by one, in the order of the arrays that name them."""
    with statements(session) as raw:
        raw.execute(_NESTED_LOOPS)


@contextmanager
def statements(session: Session) -> Iterator[psycopg.Connection[Any]]:
    """Run statements on the driver itself.

    Raises TryAgain where another transaction got in the way, as SQLAlchemy's own errors do for other statements.
    """
    try:
        yield driver_connection(session)
    except (pg.DeadlockDetected, pg.SerializationFailure) as fault:
        raise TryAgain from fault


@contextmanager
def pipeline(session: Session) -> Iterator[psycopg.Connection[Any]]:
    """Send statements without waiting for each one's answer; all answers are there when the block ends."""
    with statements(session) as raw, raw.pipeline():
        yield raw
