"""The fixed anchor: limit.sql, run by as many clients as everything else. Copied in, never changed."""

from __future__ import annotations

from pathlib import Path

import psycopg

from tests.bench.clients import Work

_LIMIT = Path(__file__).with_name("limit.sql")
WALLETS = 100_000


def prepare(url: str) -> None:
    """Build the anchor's own schema, with autocommit because it vacuums."""
    with psycopg.connect(url, autocommit=True) as connection:
        *statements, vacuum = _split(_LIMIT.read_text(encoding="utf-8"))
        connection.execute("".join(statements))
        connection.execute(vacuum)


def work(url: str, *, size: int) -> Work:
    """Batches of `size` posted on the server by its own function."""
    connection = psycopg.connect(url, autocommit=True, prepare_threshold=1)

    def post(number: int) -> int:
        stride = WALLETS // size
        connection.execute("SELECT bare_limit.post(%s, %s)", [size, number % stride + 1])
        return size

    return post


def _split(script: str) -> list[str]:
    head, separator, vacuum = script.rpartition("VACUUM")
    return [head, separator + vacuum]
