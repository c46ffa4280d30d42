from __future__ import annotations

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.earning.world import World, build_world
from tests.rulebook.publishing.rulemaking import make_rides


@pytest.fixture
def world(rolled_back: Database, secrets: Secrets) -> World:
    """One resident, and one rule: 50 points on reaching three rides in a week."""
    return build_world(rolled_back, secrets, residents=1, rules=[make_rides()])
