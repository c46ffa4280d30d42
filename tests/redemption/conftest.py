"""One small scheme per test, whose books are verified when the test is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from app.redemption.codes import VoucherCodes
from tests.redemption.scheme import Scheme


@pytest.fixture
def scheme(database: Database, secrets: Secrets, now: datetime) -> Iterator[Scheme]:
    made = Scheme(database, VoucherCodes(secrets), now)
    yield made
    made.verify()
