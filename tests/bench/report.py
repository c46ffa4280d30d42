"""Figures of a run: ratios within each round, because these machines are noisy and a ratio of one round is not."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

import psycopg

from tests.bench.clients import Rate
from tests.bench.engine import Figure

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "benchmarks.md"
_BEGIN, _END = "<!-- measured -->\n", "<!-- /measured -->\n"


@dataclass(frozen=True)
class Counters:
    """Bytes of WAL of the whole cluster, deadlocks in one database, processor seconds of PostgreSQL and our servers.

    Processor time is None where it can't be measured.
    """

    wal_bytes: int
    deadlocks: int
    postgres_cpu: float | None
    servers_cpu: float | None


@dataclass(frozen=True)
class Turn:
    """One way's turn in a round."""

    rate: Rate
    before: Counters
    after: Counters

    @property
    def deadlocks(self) -> int:
        return self.after.deadlocks - self.before.deadlocks

    @property
    def wal_bytes(self) -> float:
        """Bytes of WAL an event."""
        return (self.after.wal_bytes - self.before.wal_bytes) / self.rate.events

    @property
    def postgres_micros(self) -> float | None:
        """Processor time of PostgreSQL in microseconds an event."""
        return self._micros(self.before.postgres_cpu, self.after.postgres_cpu)

    @property
    def python_micros(self) -> float | None:
        """The same of our servers, or where there is none between, of the clients that post."""
        if self.after.servers_cpu is None:
            return self.rate.client_cpu_seconds / self.rate.events * 1e6
        return self._micros(self.before.servers_cpu, self.after.servers_cpu)

    def _micros(self, before: float | None, after: float | None) -> float | None:
        return None if before is None or after is None else (after - before) / self.rate.events * 1e6


Round = dict[str, Turn]
"""Turns by the name of the way: a key of `LIMITS`, or one of its values."""

LIMITS = {
    "Poster batch 1000": "limit.sql, batches of 1,000",
    "HTTP batch 1000": "limit.sql, batches of 1,000",
    "HTTP one at a time": "limit.sql, one at a time",
}
"""What is compared with what."""
AT_LEAST = {"Poster batch 1000": 0.35, "HTTP batch 1000": 0.15}
"""Of the limit: what the page of benchmarks says is to be reached."""


def read_counters(url: str, *, postgres_cpu: float | None, servers_cpu: float | None) -> Counters:
    """Read in a session of its own, so that the numbers are this moment's."""
    with psycopg.connect(url, autocommit=True) as connection:
        wal = connection.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint").fetchone()
        locks = connection.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        found = locks.fetchone()
    assert wal
    assert found
    return Counters(int(wal[0]), int(found[0]), postgres_cpu, servers_cpu)


def ratio(rounds: Sequence[Round], way: str) -> float:
    """The middle of the rounds' ratios to the way's limit."""
    return median(each[way].rate.per_second / each[LIMITS[way]].rate.per_second for each in rounds)


def write_table(rounds: Sequence[Round]) -> str:
    """Markdown: a row for each way, the middle of the rounds."""
    lines = [
        "| way | events a second | of the limit | Python CPU µs an event | PostgreSQL CPU µs | WAL bytes | deadlocks |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for way in rounds[0]:
        turns = [each[way] for each in rounds]
        cells = [
            f"{median(turn.rate.per_second for turn in turns):,.0f}",
            f"{ratio(rounds, way):.3f}" if way in LIMITS else "1",
            _middle(turns, lambda turn: turn.python_micros) if way in LIMITS else "-",
            _middle(turns, lambda turn: turn.postgres_micros),
            _middle(turns, lambda turn: turn.wal_bytes),
            str(sum(turn.deadlocks for turn in turns)),
        ]
        lines.append(f"| {way} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write_engine_table(figures: Sequence[Figure]) -> str:
    """Markdown: the rule engine by itself."""
    lines = ["| the engine by itself | measured | unit | bound |", "|---|---:|---|---:|"]
    lines += [f"| {one.name} | {one.value:.2f} | {one.unit} | {write_bound(one)} |" for one in figures]
    return "\n".join(lines) + "\n"


def write_bound(figure: Figure) -> str:
    if figure.at_most is not None:
        return f"at most {figure.at_most:g}"
    return "-" if figure.at_least is None else f"at least {figure.at_least:g}"


def _middle(turns: Sequence[Turn], pick: Callable[[Turn], float | None]) -> str:
    found = [value for turn in turns if (value := pick(turn)) is not None]
    return f"{median(found):,.1f}" if found else "not measured"


def describe_run(rounds: int, seconds: float, clients: int, postgres_version: str, today: date) -> str:
    """One sentence: when, on what, how."""
    return (
        f"{today:%-d %B %Y}: {os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {postgres_version};"
        f" {clients} clients, the middle of {rounds} rounds of {seconds:g} seconds a way.\n"
    )


def write_page(measured: str) -> None:
    """Put the measured part into docs/reference/benchmarks.md, between its marks; the rest is written by people."""
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(_BEGIN)
    _, mark, tail = rest.partition(_END)
    assert mark, f"{PAGE} must have the two marks"
    PAGE.write_text(f"{head}{_BEGIN}\n{measured}\n{_END}{tail}", encoding="utf-8")
