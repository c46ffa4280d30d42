"""Figures of a run: ratios within each round, because these machines are noisy and a ratio of one round is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg

from tests.bench.clients import Rate


@dataclass(frozen=True)
class Counters:
    """What PostgreSQL counted: bytes of WAL in the whole cluster, deadlocks in one database."""

    wal_bytes: int
    deadlocks: int

    def __sub__(self, before: Counters) -> Counters:
        return Counters(self.wal_bytes - before.wal_bytes, self.deadlocks - before.deadlocks)


@dataclass(frozen=True)
class Round:
    """One turn of each."""

    limit: tuple[Rate, Counters]
    poster: tuple[Rate, Counters]
    http: tuple[Rate, Counters]


Pick = Callable[[Round], tuple[Rate, Counters]]

_WAYS: dict[str, Pick] = {
    "limit.sql": lambda each: each.limit,
    "poster alone": lambda each: each.poster,
    "HTTP, 2 processes": lambda each: each.http,
}


def read_counters(url: str) -> Counters:
    """Read in a session of its own, so that the numbers are this moment's."""
    with psycopg.connect(url, autocommit=True) as connection:
        wal = connection.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint").fetchone()
        locks = connection.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        found = locks.fetchone()
    assert wal
    assert found
    return Counters(int(wal[0]), int(found[0]))


def print_report(rounds: Sequence[Round], *, clients: int, middle: Callable[[list[float]], float]) -> None:
    """A table, then the two ratios on lines of their own."""
    print(f"\n{clients} clients, batches of 1,000 events; the middle of {len(rounds)} rounds\n")
    print(f"{'':24}{'events/s':>12}{'of the limit':>14}{'WAL bytes/event':>17}{'deadlocks':>11}")
    for name, pick in _WAYS.items():
        rate = middle([pick(each)[0].per_second for each in rounds])
        wal = middle([pick(each)[1].wal_bytes / pick(each)[0].events for each in rounds])
        deadlocks = sum(pick(each)[1].deadlocks for each in rounds)
        print(f"{name:24}{rate:12,.0f}{_ratio(rounds, pick, middle):14.3f}{wal:17,.0f}{deadlocks:11}")
    print(f"\nPoster batch 1000: {_ratio(rounds, _WAYS['poster alone'], middle):.3f}")
    print(f"HTTP batch 1000: {_ratio(rounds, _WAYS['HTTP, 2 processes'], middle):.3f}")


def _ratio(
    rounds: Sequence[Round],
    pick: Pick,
    middle: Callable[[list[float]], float],
) -> float:
    return middle([pick(each)[0].per_second / each.limit[0].per_second for each in rounds])
