"""Runs the anchor, the poster and HTTP in turn, several rounds, and prints ratios of the same run."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

import psycopg

from app.core.database import Database
from app.core.migration import migrate_scheme
from app.core.postgres import running_postgres
from app.core.secret_store import Secrets, resolve_secrets
from app.core.settings import Settings
from tests.bench import anchor, over_http, poster
from tests.bench.city import build_city
from tests.bench.clients import Rate, Work, run_clients
from tests.bench.report import Counters, Round, print_report, read_counters

SCHEME = "leeds"


def main() -> None:
    """`make bench`. About three minutes; a database and ports of its own, gone afterwards."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rewards-bench-") as folder:
        Path(folder).chmod(0o711)  # root's server runs as nobody, who must get through
        data_dir = Path(folder, "data")
        with running_postgres(data_dir) as server:
            bench(server.url, data_dir, chosen.clients, chosen.seconds, chosen.rounds)


def bench(server_url: str, data_dir: Path, clients: int, seconds: float, rounds: int) -> None:
    """Prepare both databases, measure in turn, print."""
    secrets = resolve_secrets(Settings(data_dir=data_dir), demo=True)
    limit_url, city_url = _make_database(server_url, "bench_limit"), _make_database(server_url, "bench_city")
    anchor.prepare(limit_url)
    print("Building a city of 100,000 residents", flush=True)
    wallets, budgets = _prepare_city(city_url, secrets)
    now = datetime.now(UTC)
    next_batch = {"limit": 0, "poster": 0, "http": 0}

    def measure(name: str, url: str, make: Callable[[int], Work]) -> tuple[Rate, Counters]:
        before = read_counters(url)
        rate, next_batch[name] = run_clients(make, clients=clients, seconds=seconds, first=next_batch[name])
        return rate, read_counters(url) - before

    measured = []
    with over_http.servers(city_url, str(data_dir), processes=2) as ports:
        for number in range(rounds):
            print(f"Round {number + 1} of {rounds}", flush=True)
            http = partial(over_http.work, ports, clients=clients, first=next_batch["http"], now=now)
            measured.append(
                Round(
                    limit=measure("limit", limit_url, lambda _: anchor.work(limit_url)),
                    poster=measure("poster", city_url, lambda _: poster.work(city_url, SCHEME, wallets, budgets, now)),
                    http=measure("http", city_url, http),
                )
            )
    print_report(measured, clients=clients, middle=median)


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
