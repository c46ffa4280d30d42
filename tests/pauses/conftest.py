from __future__ import annotations

from datetime import datetime

import pytest

from app.identity.service import create_officer
from tests.api.city import City, bearer
from tests.api.undone import UndoneCity

Headers = dict[str, str]


@pytest.fixture
def city(undone_city: UndoneCity, now: datetime) -> City:
    """The API tests' city; every resident begins with 500 points."""
    return undone_city(now)


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
