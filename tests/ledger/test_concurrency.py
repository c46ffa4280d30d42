"""Many clients at once on hot and cold accounts: nothing lost, nothing twice, no budget overspent, no deadlock."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from sqlalchemy import text

from app.core.database import Database
from app.ledger.verify import verify_ledger
from tests.ledger.traffic import open_books, run_client


def run_clients(database: Database, database_url: str, pool: Executor, *, clients: int, steps: int) -> Counter[str]:
    database.in_transaction(lambda session: open_books(session, points=3000))
    with pool:
        running = [pool.submit(run_client, database_url, seed, steps) for seed in range(clients)]
        done = sum((each.result() for each in running), Counter[str]())
    report = database.in_transaction(verify_ledger)
    assert report.findings == ()
    return done


def ask(database: Database, question: str) -> int:
    answer: int = database.in_transaction(lambda session: session.execute(text(question)).scalar_one())
    return answer


def check_acknowledged(database: Database, done: Counter[str]) -> None:
    assert ask(database, "SELECT sum(amount)::bigint FROM ledger_transfers WHERE kind = 1") == done["awarded"]
    assert ask(database, "SELECT count(*) FROM ledger_transfers WHERE kind = 6") == 2 + done["funded"] // 50
    assert ask(database, "SELECT count(*) FROM ledger_holds") == done["held"] + done["bought"]
    assert ask(database, "SELECT min(posted) FROM ledger_accounts WHERE kind = 2") >= 0
    assert ask(database, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0
    assert min(done["batches"], done["bought"], done["captured"], done["released"], done["held"]) > 0


def test_four_clients_at_once_leave_the_books_in_order(database: Database, database_url: str) -> None:
    done = run_clients(database, database_url, ThreadPoolExecutor(4), clients=4, steps=60)
    check_acknowledged(database, done)


def test_sixteen_processes_at_once_leave_the_books_in_order_for_a_while(database: Database, database_url: str) -> None:
    pool = ProcessPoolExecutor(16, mp_context=multiprocessing.get_context("spawn"))
    done = run_clients(database, database_url, pool, clients=16, steps=20)
    check_acknowledged(database, done)
    assert done["reversed"] > 0


@pytest.mark.nightly
def test_sixteen_processes_at_once_leave_the_books_in_order_at_length(database: Database, database_url: str) -> None:
    pool = ProcessPoolExecutor(16, mp_context=multiprocessing.get_context("spawn"))
    done = run_clients(database, database_url, pool, clients=16, steps=400)
    check_acknowledged(database, done)
    assert done["insufficient-points"] > 0
