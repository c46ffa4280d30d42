from __future__ import annotations

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.api.city import City, build_city
from tests.earning import world
from tests.referrals.friends import NOW, REFERRALS, Friends


def _register(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheme's own source of referrals, in every world that is built after it."""
    monkeypatch.setitem(world.SOURCES, REFERRALS, "verified")


@pytest.fixture
def friends(rolled_back: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> Friends:
    """A city where the rule for referrals is on; gone after the test."""
    _register(monkeypatch)
    return Friends(world.build_world(rolled_back, secrets, residents=0), secrets)


@pytest.fixture
def own_friends(database: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> Friends:
    """The same, where commits are real."""
    _register(monkeypatch)
    return Friends(world.build_world(database, secrets, residents=0), secrets)


@pytest.fixture
def friends_without_source(rolled_back: Database, secrets: Secrets) -> Friends:
    """A city where nobody has registered the source, so that the rule is off."""
    return Friends(world.build_world(rolled_back, secrets, residents=0), secrets)


@pytest.fixture
def city(database: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> City:
    """The city behind HTTP, on the tenth day after its residents joined."""
    _register(monkeypatch)
    return build_city(database, secrets, NOW, points=0)
