"""An operator that answers after our patience has ended: nobody knows what became of it, until somebody asks again."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from app.core.secret_store import Secrets
from app.redemption.asking import LONGEST_WAIT
from app.redemption.queries import VoucherStatus
from app.redemption.tasks import Asking
from partners.calling import TRIES, Calls
from partners.leisure_pass import LeisurePass
from partners.registry import build_registry
from tests.fakes.leisure_operator import LeisureBooks, serving
from tests.redemption.leisure import POINTS, Leisure
from tests.redemption.scheme import Scheme

PATIENCE_SECONDS = 0.15
"""Of each of three tries; the operator takes longer than all of them together."""
DEADLINE_SECONDS = 0.4


@pytest.fixture
def leisure(scheme: Scheme, secrets: Secrets) -> Iterator[Leisure]:
    books = LeisureBooks(slow_seconds=1)
    with serving(books) as url, httpx.Client(trust_env=False) as client:
        made = Leisure(scheme, secrets, books, url=url)
        calls = Calls(client, wait=lambda _: None, seconds_a_try=PATIENCE_SECONDS, deadline_seconds=DEADLINE_SECONDS)
        made.asking = Asking(scheme.database, made.clock, build_registry([LeisurePass(calls)]), made.asking.keys)
        yield made


def wait_until_answered(books: LeisureBooks) -> None:
    """The operator goes on with what it was asked, though nobody listens any more."""
    give_up_at = time.monotonic() + 20
    while len(books.asked) < TRIES:
        assert time.monotonic() < give_up_at, "the operator never came to it"
        time.sleep(0.02)


def test_what_the_operator_did_after_our_deadline_is_unknown_and_settled_when_it_is_asked_again(
    leisure: Leisure,
) -> None:
    voucher = leisure.take()
    began = time.monotonic()
    assert leisure.work() == 1
    assert time.monotonic() - began < leisure.books.slow_seconds, "we did not wait for it"
    assert leisure.books.asked == []
    assert leisure.read(voucher).status is VoucherStatus.CONFIRMING
    assert leisure.points() == (0, POINTS), "held while nobody knows"
    wait_until_answered(leisure.books)
    assert len(leisure.books.passes) == 1, "it was made, and the answer came too late"
    assert leisure.read(voucher).status is VoucherStatus.CONFIRMING
    leisure.books.slow_seconds = 0
    assert leisure.work(after=LONGEST_WAIT) == 1
    assert leisure.read(voucher).status is VoucherStatus.ISSUED
    assert len(leisure.books.passes) == 1
    assert leisure.points() == (0, POINTS)
