from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from app.redemption.codes import VoucherCodes
from tests.fakes.stripe_books import StripeBooks
from tests.fakes.stripe_server import serving
from tests.redemption.scheme import Scheme
from tests.settlement.stripe_scheme import PaidByStripe, open_stripe


@pytest.fixture
def scheme(rolled_back: Database, secrets: Secrets, now: datetime) -> Iterator[Scheme]:
    """A scheme whose books are verified when the test is over."""
    made = Scheme(rolled_back, VoucherCodes(secrets), now)
    yield made
    assert made.run(made.find_faults) == ()


@pytest.fixture
def paid(scheme: Scheme) -> Iterator[PaidByStripe]:
    books = StripeBooks()
    with serving(books) as url:
        yield PaidByStripe(scheme, books, open_stripe(url), url)
