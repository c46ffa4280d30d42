from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core.clock import SetClock
from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.settings import Settings
from app.earning.importing.declaration import ImportMap, load_map
from app.earning.importing.doors import Door, get_door, open_door
from app.earning.importing.files import ImportRead, list_import_faults, receive_file
from app.earning.importing.work import ImportTools, make_tools, work_next
from app.ledger.verify import verify_ledger
from tests.earning.world import World, build_world

MAP = load_map(Path(__file__).parents[2] / "app" / "earning" / "maps" / "bike-rides.toml")
HEADER = "route_id,user_id,started_at,ended_at,distance_m\n"
DOOR = "bike-hire"


def ride(number: int, *, card: str = "0", on: str = "2026-11-20", metres: str = "2600") -> str:
    minute, second = divmod(number, 60)
    return f"r{number},{card},{on}T10:{minute % 20:02}:{second:02}Z,{on}T10:20:59Z,{metres}\n"


@dataclass
class Post:
    """A city with a door for bike rides, and whoever works on the files that come through it."""

    world: World
    database: Database
    tools: ImportTools
    clock: SetClock

    def open(self, declared: ImportMap = MAP, *, name: str = DOOR) -> Door:
        return self.database.in_transaction(
            lambda session: open_door(session, name=name, declared=declared, schedule="daily", now=self.clock.now())
        )

    def receive(self, content: str | bytes, *, name: str = "rides.csv", door: str = DOOR) -> ImportRead:
        sent = content.encode() if isinstance(content, str) else content
        return self.database.in_transaction(
            lambda session: receive_file(
                session,
                door=get_door(session, name=door),
                way="api",
                name=name,
                sha256=hashlib.sha256(sent).digest(),
                size_bytes=len(sent),
                pieces=[sent],
                vault=self.tools.vault,
                now=self.clock.now(),
            )
        )

    def work(self) -> ImportRead | None:
        return work_next(self.database, tools=self.tools, clock=self.clock)

    def take(self, content: str | bytes, *, name: str = "rides.csv", door: str = DOOR) -> ImportRead:
        """Receive a file and work on it."""
        received = self.receive(content, name=name, door=door)
        worked = self.work()
        assert worked is not None
        assert worked.id == received.id
        return worked

    def faults(self, file: ImportRead) -> list[tuple[int, str, str]]:
        found = self.database.in_transaction(lambda session: list_import_faults(session, number=file.number))
        return [(fault.line, fault.column, fault.code) for fault in found]

    def count(self, table: str) -> int:
        asked = text(f"SELECT count(*) FROM {table}")  # noqa: S608 - tests name tables
        return int(self.database.in_transaction(lambda session: session.execute(asked).scalar_one()))

    def books(self) -> Counter[str]:
        """What can be seen of anything posted; sound, or this raises."""
        assert self.database.in_transaction(verify_ledger).findings == ()
        return Counter({table: self.count(table) for table in ("events", "ledger_transfers", "import_chunks")})


@pytest.fixture
def post(rolled_back: Database, secrets: Secrets, now: datetime) -> Post:
    made = Post(build_world(rolled_back, secrets), rolled_back, make_tools(secrets, Settings()), SetClock(now))
    made.open()
    return made


@pytest.fixture
def real_post(database: Database, secrets: Secrets, now: datetime) -> Post:
    """The same with real commits."""
    made = Post(build_world(database, secrets), database, make_tools(secrets, Settings()), SetClock(now))
    made.open()
    return made
