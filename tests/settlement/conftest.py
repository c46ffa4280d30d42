from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from app.ledger.verify import verify_ledger
from app.redemption.codes import VoucherCodes
from tests.fakes.stripe_books import StripeBooks
from tests.fakes.stripe_server import serving
from tests.redemption.scheme import Scheme
from tests.settlement.stripe_city import StripeCity, built
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


@pytest.fixture
def paid_city(rolled_back: Database, secrets: Secrets, now: datetime) -> Iterator[StripeCity]:
    """Its books are verified, and Stripe's with them, when the test is over."""
    with built(rolled_back, secrets, now) as made:
        yield made
        assert rolled_back.in_transaction(verify_ledger).findings == ()
