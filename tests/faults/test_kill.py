"""kill -9 of server and database under load: whatever was acknowledged is there, once, as it was acknowledged."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.ids import public_id
from app.core.migration import migrate_scheme
from app.core.postgres import running_postgres
from app.core.secret_store import resolve_secrets
from app.core.settings import Settings
from app.earning.explanation import explain_event
from app.earning.verify import find_event_drift
from app.ledger.queries import get_balance
from app.ledger.verify import verify_ledger
from tests.faults.city import PRICE, SCHEME, City, build_city
from tests.faults.clients import RESIDENTS_EACH, Acknowledged, PostingClient
from tests.faults.machine import Machine

CLIENTS = 4
BATCHES_A_ROUND = 25
"""Acknowledged batches between two blows, so that each falls on a machine under load."""

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="children are found in /proc")


@pytest.fixture
def machine() -> Iterator[Machine]:
    with tempfile.TemporaryDirectory(prefix="rewards-faults-") as folder:
        Path(folder).chmod(0o711)  # so that root's server, which is nobody's, stays in the folder and goes with it
        made = Machine(Path(folder, "data"))
        try:
            yield made
        finally:
            made.clear()


def _kill_server(machine: Machine) -> None:
    machine.kill_server()


def _kill_database(machine: Machine) -> None:
    """The server lives on without it for a moment; what it acknowledges in vain is missed in the end."""
    machine.kill_database()
    time.sleep(0.5)
    assert not machine.is_ready(), "a server without its database says so"
    machine.stop_server()


def _kill_both(machine: Machine) -> None:
    machine.kill_database()
    machine.kill_server()


Blow = Callable[[Machine], None]


def test_nothing_acknowledged_is_lost_when_server_and_database_are_killed(machine: Machine) -> None:
    _run(machine, [_kill_server, _kill_database], seed=1)


@pytest.mark.nightly
def test_nothing_acknowledged_is_lost_in_many_rounds(machine: Machine) -> None:
    _run(machine, [_kill_server, _kill_database, _kill_both] * 4, seed=2)


def _run(machine: Machine, blows: list[Blow], *, seed: int) -> None:
    now = datetime.now(UTC)
    city = _install(machine, now)
    chance = random.Random(seed)  # noqa: S311 - chooses moments, hides nothing
    stop = threading.Event()
    began_at = now - timedelta(days=13)
    clients = [PostingClient(number, city, machine.base_url, began_at, stop) for number in range(CLIENTS)]
    machine.start()
    with ThreadPoolExecutor(CLIENTS) as pool:
        working = [pool.submit(client.work) for client in clients]
        try:
            for blow in blows:
                _await_load(clients, working)
                time.sleep(chance.random() / 10)
                blow(machine)
                machine.start()
            _await_load(clients, working)
        finally:
            stop.set()
        told = [one.result() for one in working]
    assert all(one.repeats for one in told), "every client was cut off at some time"
    machine.stop_server()
    with running_postgres(machine.data_dir) as server:
        database = Database(server.url, scheme=SCHEME, pool_size=1)
        try:
            _check_events(database, told)
            _check_vouchers(database, told)
            database.in_transaction(lambda session: _check_wallets(session, city, told))
            _check_books(machine, database)
        finally:
            database.dispose()


def _install(machine: Machine, now: datetime) -> City:
    secrets = resolve_secrets(Settings(data_dir=machine.data_dir, secret_key=None, signing_key=None), demo=True)
    with running_postgres(machine.data_dir) as server:
        migrate_scheme(server.url, SCHEME)
        database = Database(server.url, scheme=SCHEME, pool_size=1)
        try:
            return build_city(database, secrets, residents=CLIENTS * RESIDENTS_EACH, now=now)
        finally:
            database.dispose()


def _count_events(clients: list[PostingClient]) -> int:
    return sum(len(client.told.events) for client in clients)


def _await_load(clients: list[PostingClient], working: list[Future[Acknowledged]]) -> None:
    wanted = _count_events(clients) + BATCHES_A_ROUND * RESIDENTS_EACH
    deadline = time.monotonic() + 60
    while _count_events(clients) < wanted:
        for one in working:
            if one.done():
                one.result()  # raises what ended it
        assert time.monotonic() < deadline, "the clients get no answers"
        time.sleep(0.02)


def _check_events(database: Database, told: list[Acknowledged]) -> None:
    rows = database.in_transaction(
        lambda session: session.execute(text("SELECT external_id, points FROM events")).all()
    )
    acknowledged: dict[str, int] = {}
    for one in told:
        acknowledged |= one.events
    assert len(rows) == len(acknowledged), "each is there once, and nothing else"
    assert {row.external_id: row.points for row in rows} == acknowledged
    assert sum(acknowledged.values()) > 0


def _check_vouchers(database: Database, told: list[Acknowledged]) -> None:
    rows, keys = database.in_transaction(
        lambda session: (
            session.execute(text("SELECT public_id, status FROM redemptions")).all(),
            session.execute(text("SELECT key FROM commands")).scalars().all(),
        )
    )
    stored = {public_id("red", row.public_id): row.status for row in rows}
    taken = [voucher for one in told for voucher in one.vouchers.values()]
    redeemed = {voucher for one in told for voucher in one.redeemed}
    assert len(taken) == len(rows) > 0
    assert stored == {voucher: "redeemed" if voucher in redeemed else "issued" for voucher in taken}
    assert redeemed
    answered = [key for one in told for key in (*one.vouchers, *one.declined)]
    assert sorted(key for key in keys if key.startswith("take-")) == sorted(answered)


def _check_wallets(session: Session, city: City, told: list[Acknowledged]) -> None:
    earned: Counter[int] = Counter()
    spent: Counter[int] = Counter()
    held: Counter[int] = Counter()
    for one in told:
        for external_id, points in one.events.items():
            earned[int(external_id.partition("-")[2])] += points
        for key, voucher in one.vouchers.items():
            _, client, step = key.split("-")
            resident = int(client) * RESIDENTS_EACH + int(step) % RESIDENTS_EACH
            (spent if voucher in one.redeemed else held)[resident] += PRICE
    for number, resident_id in enumerate(city.resident_ids):
        balance = get_balance(session, wallet_id=resident_id, now=datetime.now(UTC))
        assert balance.held == held[number]
        assert balance.available == earned[number] - spent[number] - held[number]


def _check_books(machine: Machine, database: Database) -> None:
    assert database.in_transaction(lambda session: verify_ledger(session).findings) == ()
    assert database.in_transaction(find_event_drift) == ()
    rows = database.in_transaction(
        lambda session: session.execute(
            text(
                "SELECT s.name, e.external_id, e.points FROM events e JOIN sources s ON s.id = e.source_id"
                " WHERE e.points > 0 ORDER BY e.id DESC LIMIT 40"
            )
        ).all()
    )
    for source, external_id, points in rows:

        def said(session: Session, source: str = source, external_id: str = external_id) -> object:
            told = explain_event(session, source=source, external_id=external_id)
            return told.to_data(for_machine=False)["points"]

        assert database.in_transaction(said) == points
    verified = machine.run("verify-ledger")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    explained = machine.run("explain", rows[0].name, rows[0].external_id)
    assert explained.returncode == 0, explained.stdout + explained.stderr
    assert f"{rows[0].points} points" in explained.stdout
