from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from app.redemption.codes import VoucherCodes
from tests.redemption.scheme import Scheme


@pytest.fixture
def scheme(rolled_back: Database, secrets: Secrets, now: datetime) -> Iterator[Scheme]:
    """A scheme whose books are verified when the test is over."""
    made = Scheme(rolled_back, VoucherCodes(secrets), now)
    yield made
    assert made.run(made.find_faults) == ()
