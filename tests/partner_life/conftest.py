from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.api.city import City, build_city

LONG = timedelta(days=400)
STAFF = {"staff": "cafe", "other_staff": "shop", "owner": "owner", "other_owner": "other_owner"}


@pytest.fixture
def city(rolled_back: Database, secrets: Secrets) -> City:
    """A city on a Sunday noon, where every resident has 500 points and everybody's token is good for weeks."""
    city = build_city(rolled_back, secrets, datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    city.tokens |= {who: city.token(one, "officer", lasts=LONG) for who, one in city.officers.items()}
    city.tokens |= {who: city.token(city.staff[name], "vouchers:redeem", lasts=LONG) for who, name in STAFF.items()}
    return city
