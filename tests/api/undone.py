"""Cities that are seeded once for a run, and found by each test as they were seeded."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.api.city import City, open_city, seed_city
from tests.databases import SCHEME, RolledBackDatabase, made_database

UndoneCity = Callable[..., City]
"""Takes `now`, and by name `residents` and `points`."""


@dataclass
class SeededCities:
    """One database for each (now, residents, points), dropped when `stack` is closed."""

    server_url: str
    template: str
    secrets: Secrets
    stack: ExitStack
    _made: dict[tuple[datetime, int, int], tuple[Database, dict[str, Any]]] = field(default_factory=dict)

    def open(self, until: ExitStack, now: datetime, *, residents: int = 3, points: int = 500) -> City:
        """Whatever is done to the city is rolled back when `until` is closed."""
        key = (now, residents, points)
        if key not in self._made:
            self._made[key] = self._seed(*key)
        database, seeded = self._made[key]
        connection = until.enter_context(database.engine.connect())
        until.callback(connection.begin().rollback)
        return open_city(RolledBackDatabase(database, connection), self.secrets, now, seeded)

    def _seed(self, now: datetime, residents: int, points: int) -> tuple[Database, dict[str, Any]]:
        name = f"rewards_test_{os.getpid()}_city_{len(self._made)}"
        url = self.stack.enter_context(made_database(self.server_url, name, self.template))
        database = Database(url, scheme=SCHEME, pool_size=2)
        self.stack.callback(database.dispose)
        return database, seed_city(database, self.secrets, now, residents=residents, points=points)
