"""Runs the anchor, the poster and HTTP in turn, several rounds, and prints ratios of the same run."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg

from app.core.database import Database
from app.core.migration import migrate_scheme
from app.core.postgres import running_postgres
from app.core.secret_store import Secrets, resolve_secrets
from app.core.settings import Settings
from tests.bench import anchor, backtest, engine, over_http, poster, stateful
from tests.bench.city import build_city
from tests.bench.clients import BATCH, Work, run_clients
from tests.bench.cpu import read_cpu_seconds
from tests.bench.engine import Figure
from tests.bench.report import (
    AT_LEAST,
    LIMITS,
    Counters,
    Round,
    Turn,
    describe_run,
    ratio,
    read_counters,
    write_engine_table,
    write_page,
    write_table,
)

SCHEME = "leeds"
SERVERS = 2


def main() -> None:
    """`make bench`. About ten minutes; databases and ports of its own, gone afterwards."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--events", type=int, default=backtest.EVENTS, help="to back-test; 0 for none")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/reference/benchmarks.md")
    chosen = parser.parse_args()
    # First, because the memory of back-tests is told as that of the largest process that has ended so far.
    figures = [*engine.measure(), *stateful.measure_evaluation()]
    if chosen.events:
        print(f"Back-testing {chosen.events:,} events", flush=True)
        figures += backtest.measure_backtest(events=chosen.events, rounds=chosen.rounds)
    with tempfile.TemporaryDirectory(prefix="rewards-bench-") as folder:
        Path(folder).chmod(0o711)  # root's server runs as nobody, who must get through
        data_dir = Path(folder, "data")
        with running_postgres(data_dir) as server:
            rounds = bench(server.url, data_dir, chosen.clients, chosen.seconds, chosen.rounds)
            with psycopg.connect(server.url) as connection:
                version = str(connection.info.parameter_status("server_version")).split()[0]
    run = describe_run(chosen.rounds, chosen.seconds, chosen.clients, version, datetime.now(UTC).date())
    measured = f"{run}\n{write_table(rounds)}\n{write_engine_table(figures)}"
    print(f"\n{measured}")
    ratios = [Figure(way, ratio(rounds, way), "of the limit", at_least=AT_LEAST.get(way)) for way in LIMITS]
    for figure in (*ratios, *figures):
        if figure in ratios or figure.at_least is not None or figure.missed:
            print(f"{figure.name}: {figure.value:.3f}{' MISSED' if figure.missed else ''}")
    if chosen.write:
        write_page(measured)
    if any(figure.missed for figure in (*ratios, *figures)):
        sys.exit(1)


def bench(server_url: str, data_dir: Path, clients: int, seconds: float, rounds: int) -> list[Round]:
    """Prepare both databases and measure each way in turn."""
    secrets = resolve_secrets(Settings(data_dir=data_dir), demo=True)
    limit_url, city_url = _make_database(server_url, "bench_limit"), _make_database(server_url, "bench_city")
    _put_off_housekeeping(server_url)
    anchor.prepare(limit_url)
    print("Building a city of 100,000 residents", flush=True)
    wallets, budgets = _prepare_city(city_url, secrets)
    now = datetime.now(UTC)
    next_batch: Counter[str] = Counter()
    postmaster = int((data_dir / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0])

    def measure(way: str, url: str, make: Callable[[int], Work], servers: list[int]) -> Turn:
        def count() -> Counters:
            used = _sum([read_cpu_seconds(pid) for pid in servers])
            return read_counters(url, postgres_cpu=read_cpu_seconds(postmaster), servers_cpu=used)

        before = count()
        rate, next_batch[way] = run_clients(make, clients=clients, seconds=seconds, first=next_batch[way])
        return Turn(rate, before, count())

    with over_http.servers(city_url, str(data_dir), processes=SERVERS) as (ports, pids):
        http = partial(over_http.work, ports, clients=clients, now=now)
        ways: list[tuple[str, str, Callable[[int], Work], list[int]]] = [
            ("limit.sql, batches of 1,000", limit_url, lambda _: anchor.work(limit_url, size=BATCH), []),
            ("Poster batch 1000", city_url, lambda _: poster.work(city_url, SCHEME, wallets, budgets, now), []),
            (
                "HTTP batch 1000",
                city_url,
                lambda number: http(number, first=next_batch["HTTP batch 1000"], size=BATCH),
                pids,
            ),
            ("limit.sql, one at a time", limit_url, lambda _: anchor.work(limit_url, size=1), []),
            (
                "HTTP one at a time",
                city_url,
                lambda number: http(number, first=next_batch["HTTP one at a time"], size=1),
                pids,
            ),
        ]
        measured = []
        for number in range(rounds):
            print(f"Round {number + 1} of {rounds}", flush=True)
            measured.append({way: measure(way, url, make, servers) for way, url, make, servers in ways})
    return measured


def _sum(seconds: list[float | None]) -> float | None:
    known = [value for value in seconds if value is not None]
    return sum(known) if known else None


def _put_off_housekeeping(server_url: str) -> None:
    """A checkpoint or a vacuum in one way's turn would make it pay for what the others wrote."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET max_wal_size = '16GB'")
        connection.execute("ALTER SYSTEM SET checkpoint_timeout = '1h'")
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("SELECT pg_reload_conf()")


def _make_database(server_url: str, name: str) -> str:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server_url.rpartition("/")[0] + "/" + name


def _prepare_city(url: str, secrets: Secrets) -> tuple[list[int], list[int]]:
    migrate_scheme(url, SCHEME)
    database = Database(url, scheme=SCHEME, pool_size=1)
    try:
        return build_city(database, secrets)
    finally:
        database.dispose()


if __name__ == "__main__":
    main()
