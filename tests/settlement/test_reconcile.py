"""rewards reconcile finds every kind of difference, says what to do, and finds none where there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.cli.program import program
from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.units import Pence
from app.ledger.settling import settle_partner
from app.redemption.codes import VoucherCodes
from app.settlement.connect.comparing import compare
from app.settlement.connect.errors import StripeUnknown
from tests.fakes.stripe_books import SECRET_KEY, StripeBooks
from tests.fakes.stripe_server import serving
from tests.redemption.scheme import Scheme
from tests.settlement.stripe_scheme import OWED, PaidByStripe, open_stripe

Spoil = Callable[[PaidByStripe], object]


@pytest.fixture
def paid(paid: PaidByStripe) -> PaidByStripe:
    """One payment has gone through, and all agree."""
    paid.books.top_up(5_000)
    paid.earn()
    paid.work()
    assert paid.compare().differences == ()
    return paid


def _transfer(paid: PaidByStripe) -> str:
    return next(iter(paid.books.transfers))


def _run(paid: PaidByStripe, statement: str) -> None:
    paid.scheme.run(lambda session: session.execute(text(statement)))


def _lose_answer(paid: PaidByStripe) -> None:
    paid.earn()
    paid.books.faults[:] = ["lost"]
    paid.work()


SPOILT: dict[str, Spoil] = {
    "missing_there": lambda paid: paid.books.transfers.clear(),
    "missing_here": lambda paid: paid.books.by_hand_transfer(paid.account, 77),
    "other_amount": lambda paid: paid.books.transfers[_transfer(paid)].update(amount=OWED + 1),
    "other_account": lambda paid: paid.books.transfers[_transfer(paid)].update(destination="acct_other"),
    "reversed_there": lambda paid: paid.books.by_hand_reverse(_transfer(paid), 30),
    "ledger_amount": lambda paid: _run(paid, "UPDATE payouts SET transfer_id = 1"),
    "ledger_balance": lambda paid: paid.scheme.run(
        lambda s: settle_partner(s, partner_id=paid.scheme.cafe.id, pence=Pence(5), now=paid.clock.now())
    ),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_difference_of_each_kind_is_found_alone_and_says_what_to_do(paid: PaidByStripe, kind: str) -> None:
    SPOILT[kind](paid)
    (found,) = paid.compare().differences
    assert found.kind == kind
    assert found.sentence.endswith(".")
    assert any(word in found.sentence for word in ("Find out", "Check", "everse", "Run"))


def test_a_transfer_whose_answer_was_lost_is_told_until_the_worker_has_found_it(paid: PaidByStripe) -> None:
    _lose_answer(paid)
    (found,) = paid.compare().differences
    assert (found.kind, "rewards work" in found.sentence) == ("missing_here", True)
    paid.work(after=timedelta(hours=2))
    assert paid.kinds() == []


def test_what_went_both_ways_is_told(paid: PaidByStripe) -> None:
    reference = _transfer(paid)
    _run(paid, "UPDATE payouts SET method = 'bacs', provider_reference = NULL, destination = NULL")
    (found,) = paid.compare().differences
    assert (found.kind, found.transfer) == ("missing_here", reference)
    assert "paid by bacs" in found.sentence


def test_a_foreign_transfer_that_was_taken_back_is_no_difference_nor_is_one_of_another_scheme(
    paid: PaidByStripe,
) -> None:
    paid.books.by_hand_reverse(paid.books.by_hand_transfer(paid.account, 77), 77)
    paid.books.by_hand_transfer(paid.account, 50, scheme="bradford", payout="pay_of_theirs")
    assert paid.kinds() == []


def test_a_transfer_that_stripe_does_not_list_yet_is_looked_up_before_it_is_missed(paid: PaidByStripe) -> None:
    paid.books.list_lags = True
    assert paid.kinds() == []
    paid.books.transfers.clear()
    assert paid.kinds() == ["missing_there"]


def test_more_transfers_than_a_page_holds_are_all_compared(paid: PaidByStripe) -> None:
    for _ in range(101):
        paid.books.by_hand_transfer(paid.account, 1)
    assert paid.kinds() == ["missing_here"] * 101


def test_without_stripe_there_is_nothing_to_compare_but_the_ledger(scheme: Scheme) -> None:
    compared = compare(scheme.database, None)
    assert (compared.stripe, compared.payments, compared.differences) == (False, 0, ())


def test_payments_by_a_stripe_whose_key_is_gone_are_told(paid: PaidByStripe) -> None:
    assert [difference.kind for difference in compare(paid.scheme.database, None).differences] == ["no_key"]


def test_nothing_is_compared_with_a_stripe_that_does_not_answer(paid: PaidByStripe) -> None:
    with pytest.raises(StripeUnknown) as fault:
        compare(paid.scheme.database, open_stripe(paid.url, key="sk_test_wrong"))
    assert fault.value.key_refused


def test_the_command_exits_with_0_without_and_with_1_with_differences(
    database: Database, secrets: Secrets, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", address.replace("postgresql+psycopg", "postgresql"))
    runner = CliRunner()
    nothing = runner.invoke(program, ["reconcile"])
    assert (nothing.exit_code, nothing.output.strip()) == (0, "No difference: 0 payments, no Stripe.")
    books = StripeBooks(balance_pence=1_000)
    with serving(books) as url:
        monkeypatch.setenv("STRIPE_SECRET_KEY", SECRET_KEY)
        monkeypatch.setenv("STRIPE_URL", url)
        paid = PaidByStripe(Scheme(database, VoucherCodes(secrets), now), books, open_stripe(url), url)
        paid.earn()
        paid.work()
        agreed = runner.invoke(program, ["reconcile", "--json"])
        assert agreed.exit_code == 0
        assert json.loads(agreed.output) == {"stripe": True, "payments": 1, "transfers": 1, "differences": []}
        books.by_hand_reverse(_transfer(paid), 20)
        differing = runner.invoke(program, ["reconcile"])
        assert differing.exit_code == 1
        assert "Stripe has taken back £0.20, we £0.00." in differing.output
        assert differing.output.splitlines()[-1] == "1 differences in 1 payments, 1 transfers at Stripe."
    away = runner.invoke(program, ["reconcile"])
    assert away.exit_code == 2
