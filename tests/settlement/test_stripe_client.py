"""What Stripe's answers and its silence mean, by the real SDK over a real connection."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from app.core.ids import public_id
from app.core.settings import Settings
from app.core.units import Pence
from app.settlement.connect.client import StripeConnect
from app.settlement.connect.errors import StripeDeclined, StripeUnknown
from app.settlement.connect.orders import AccountState, ReversalOrder, TransferOrder
from app.wiring import build_stripe
from tests.fakes.stripe_books import SECRET_KEY, StripeBooks
from tests.fakes.stripe_server import serving
from tests.settlement.stripe_scheme import open_stripe

PAYOUT, REVERSAL = UUID(int=1), UUID(int=2)


@pytest.fixture
def books() -> StripeBooks:
    return StripeBooks(balance_pence=1_000, pending_pence=7)


@pytest.fixture
def stripe(books: StripeBooks) -> Iterator[StripeConnect]:
    with serving(books) as url:
        yield open_stripe(url)


@pytest.fixture
def order(books: StripeBooks) -> TransferOrder:
    return TransferOrder("stm_1", "stm_1", PAYOUT, books.add_account(), Pence(300))


def test_the_same_order_is_one_transfer_and_can_be_found(
    stripe: StripeConnect, books: StripeBooks, order: TransferOrder
) -> None:
    assert stripe.find_transfer(order) is None
    assert stripe.transfer(order) == stripe.transfer(order) == stripe.find_transfer(order)
    (sent,) = books.transfers.values()
    assert sent["metadata"] == {"payout": public_id("pay", PAYOUT), "scheme": "leeds"}
    assert (sent["transfer_group"], books.balance_pence) == ("stm_1", 700)
    assert stripe.look_up(sent["id"]) == stripe.find_transfer(order)
    assert stripe.look_up("tr_none") is None
    balance = stripe.read_balance()
    assert (balance.available_pence, balance.pending_pence) == (700, 7)


def test_another_body_under_a_key_moves_nothing_and_tells_nothing(
    stripe: StripeConnect, books: StripeBooks, order: TransferOrder
) -> None:
    stripe.transfer(order)
    with pytest.raises(StripeUnknown):
        stripe.transfer(replace(order, pence=Pence(301)))
    assert books.sent_pence() == 300


def test_a_no_is_repeated_to_its_key_for_a_day(stripe: StripeConnect, books: StripeBooks, order: TransferOrder) -> None:
    dear = replace(order, pence=Pence(2_000))
    for _ in range(2):
        with pytest.raises(StripeDeclined) as declined:
            stripe.transfer(dear)
        assert (declined.value.why, declined.value.heard) == ("balance", True)
        books.top_up(5_000)
    books.forget_keys()
    assert stripe.transfer(dear).pence == 2_000


def test_what_an_account_can_not_take_is_its_own_no(
    stripe: StripeConnect, books: StripeBooks, order: TransferOrder
) -> None:
    books.disable(order.destination)
    for to in (order.destination, "acct_of_nobody"):
        with pytest.raises(StripeDeclined) as declined:
            stripe.transfer(replace(order, key=to, destination=to))
        assert (declined.value.why, declined.value.heard) == ("account", True)


def test_a_wrong_key_and_too_many_requests_are_a_no_at_the_door(books: StripeBooks, order: TransferOrder) -> None:
    with serving(books) as url:
        with pytest.raises(StripeDeclined) as declined:
            open_stripe(url, key="sk_test_other").transfer(order)
        assert (declined.value.why, declined.value.heard) == ("key", False)
        books.faults[:] = ["busy"]
        with pytest.raises(StripeDeclined) as declined:
            open_stripe(url).transfer(order)
        assert (declined.value.why, declined.value.heard) == ("busy", False)


ANSWERS = {
    "a page": httpx.Response(200, text="<html>Sign in to the network</html>"),
    "another place": httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
    "a fault": httpx.Response(502, text="Bad gateway"),
    "nothing known": httpx.Response(404, json={"nothing": "known"}),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_that_is_not_stripes_tells_nothing(order: TransferOrder, answer: str) -> None:
    http = httpx.Client(transport=httpx.MockTransport(lambda _: ANSWERS[answer]))
    stripe = StripeConnect(http, secret_key=SECRET_KEY, url="https://stripe.example", scheme="leeds")
    with pytest.raises(StripeUnknown):
        stripe.transfer(order)
    for ask in (stripe.read_balance, lambda: stripe.find_transfer(order), lambda: list(stripe.list_transfers())):
        with pytest.raises(StripeUnknown):
            ask()


def test_a_reversal_is_made_once_and_found_by_its_sum_and_name(
    stripe: StripeConnect, books: StripeBooks, order: TransferOrder
) -> None:
    transfer = stripe.transfer(order).reference
    back = ReversalOrder("rvs_1", REVERSAL, transfer, Pence(100), None)
    assert stripe.find_reversal(back) is None
    assert stripe.reverse(back) == stripe.reverse(back) == stripe.find_reversal(back)
    assert stripe.find_reversal(replace(back, pence=Pence(99))) is None
    found = stripe.look_up(transfer)
    assert found is not None
    assert (found.reversed_pence, books.sent_pence()) == (100, 200)
    by_hand = books.by_hand_reverse(transfer, 50)
    assert stripe.find_reversal(replace(back, pence=Pence(50), made_there=by_hand)) == by_hand


def test_an_account_is_opened_once_for_a_partner_and_linked_and_read(stripe: StripeConnect, books: StripeBooks) -> None:
    partner = UUID(int=9)
    account = stripe.open_account(partner)
    assert stripe.open_account(partner) == account
    link = stripe.link_account(account, back_to="https://rewards.example/till")
    assert account in link.url
    assert link.expires_at > datetime.now(UTC)
    assert stripe.read_account(account) == AccountState(due=("external_account",), reason="requirements")
    books.enable(account)
    assert stripe.read_account(account).ready


def test_there_is_no_stripe_without_a_key_and_its_key_is_never_shown_or_logged(
    books: StripeBooks, order: TransferOrder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert build_stripe(Settings()) is None
    with serving(books) as url, caplog.at_level(logging.DEBUG):
        monkeypatch.setenv("STRIPE_SECRET_KEY", SECRET_KEY)
        monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_shown_to_nobody")
        monkeypatch.setenv("STRIPE_URL", url)
        settings = Settings()
        built = build_stripe(settings)
        assert built is not None
        assert built.transfer(order).pence == 300
        shown = f"{settings!r} {built!r} {caplog.text}"
        assert SECRET_KEY not in shown
        assert "whsec_shown_to_nobody" not in shown


@pytest.mark.parametrize("url", ["http://stripe.example", "ftp://127.0.0.1", "stripe"])
def test_the_key_is_sent_to_nobody_without_encryption(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_URL", url)
    with pytest.raises(ValueError, match="stripe_url"):
        Settings()
