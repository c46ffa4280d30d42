from __future__ import annotations

from datetime import datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from app.identity.service import create_officer
from tests.api.city import City, bearer, build_city

Headers = dict[str, str]


@pytest.fixture
def city(rolled_back: Database, secrets: Secrets, now: datetime) -> City:
    """The API tests' city; every resident begins with 500 points."""
    return build_city(rolled_back, secrets, now)


@pytest.fixture
def approver(city: City) -> Headers:
    """Headers of an officer who may pause."""
    return _make_officer(city, "approver")


@pytest.fixture
def admin(city: City) -> Headers:
    """Headers of another officer who may pause."""
    return _make_officer(city, "admin")


def _make_officer(city: City, role: str) -> Headers:
    officer = city.runtime.database.in_transaction(
        lambda session: create_officer(
            session, name=role, email=f"{role}@example.org", roles=[role], now=city.clock.now()
        )
    )
    return bearer(city.token(officer.public_id, "officer"))
