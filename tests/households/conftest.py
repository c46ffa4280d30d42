from __future__ import annotations

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.api.city import City, build_city
from tests.earning import world
from tests.earning.world import World, build_world
from tests.households.homes import CHECKS, NOW


def _register(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fire service as a source, in every world that is built after it."""
    monkeypatch.setitem(world.SOURCES, CHECKS, "verified")


@pytest.fixture
def homes(rolled_back: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world where home safety checks pay once a household; gone after the test."""
    _register(monkeypatch)
    made = build_world(rolled_back, secrets)
    made.now = NOW
    return made


@pytest.fixture
def city(database: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> City:
    """The same behind HTTP."""
    _register(monkeypatch)
    return build_city(database, secrets, NOW, points=0)
