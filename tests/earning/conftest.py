from __future__ import annotations

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.earning.world import World, build_world


@pytest.fixture
def world(rolled_back: Database, secrets: Secrets) -> World:
    """The small city, gone after the test."""
    return build_world(rolled_back, secrets)


@pytest.fixture
def poor_world(rolled_back: Database, secrets: Secrets) -> World:
    """The same with 25 points in each campaign."""
    return build_world(rolled_back, secrets, budget=25)
