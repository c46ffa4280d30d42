"""A partner connects its account once, chooses it when it can be paid, and an officer approves it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.settlement.connect.account_tasks import read_account
from app.settlement.connect.errors import StripeUnknown
from app.settlement.connect.onboarding import open_onboarding
from tests.settlement.stripe_city import OWED, StripeCity
from tests.settlement.stripe_scheme import open_stripe

OWN = "/v1/partner/payee/stripe"


def test_a_partner_connects_once_however_often_it_asks_for_the_link(paid_city: StripeCity) -> None:
    first, second = (paid_city.ask("owner", "POST", OWN) for _ in range(2))
    assert len(paid_city.books.accounts) == 1
    assert first["url"] != second["url"], "a link is good once"
    (account,) = paid_city.books.accounts.values()
    assert account["metadata"] == {"partner": paid_city.partner, "scheme": "leeds"}
    paid_city.ask("other_owner", "POST", OWN)
    assert len(paid_city.books.accounts) == 2
    assert paid_city.ask("staff", "GET", OWN)["account"] != paid_city.ask("other_staff", "GET", OWN)["account"]


def test_two_people_of_a_partner_who_ask_at_once_share_one_account(paid_city: StripeCity) -> None:
    """The second one's account is the first's: by the idempotency key, and by who was kept first."""
    stripe, database = paid_city.paying.stripe, paid_city.paying.database
    assert stripe is not None
    owner = database.in_transaction(lambda s: s.execute(text("SELECT min(id) FROM partners")).scalar_one())
    paid_city.books.faults[:] = ["lost"]
    with pytest.raises(Exception, match="Stripe did not answer"):
        open_onboarding(database, stripe, partner_id=owner, back_to="https://x.example/till")
    open_onboarding(database, stripe, partner_id=owner, back_to="https://x.example/till")
    assert len(paid_city.books.accounts) == 1


def test_an_account_is_chosen_only_when_it_can_be_paid_and_paid_only_when_approved(paid_city: StripeCity) -> None:
    approve = f"/v1/partners/{paid_city.partner}/payee/stripe/approve"
    not_ready = (409, "stripe-account-not-ready")
    assert paid_city.refused("owner", "PUT", "/v1/partner/payee/method", method="stripe") == not_ready
    paid_city.ask("owner", "POST", OWN)
    assert paid_city.refused("owner", "PUT", "/v1/partner/payee/method", method="stripe") == not_ready
    assert paid_city.refused("finance", "POST", approve) == (409, "no-stripe-proposed")
    (account,) = paid_city.books.accounts
    paid_city.books.enable(account)
    paid_city.tell_all()
    chosen = paid_city.ask("owner", "PUT", "/v1/partner/payee/method", method="stripe")
    assert (chosen["method"], chosen["stripe_ready"], chosen["stripe_waits"]) == ("bacs", True, True)
    shown = paid_city.ask("finance", "GET", f"/v1/partners/{paid_city.partner}/payee/stripe")
    assert (shown["account"], shown["ready"], shown["due"], shown["waits"]) == (account, True, [], True)
    approved = paid_city.ask("finance", "POST", approve)
    assert (approved["method"], approved["stripe_waits"]) == ("stripe", False)
    assert paid_city.refused("owner", "PUT", "/v1/partner/payee/method", method="bacs") == (409, "no-bank-details")


def test_an_account_that_was_disabled_since_is_not_approved_and_says_what_is_due(paid_city: StripeCity) -> None:
    paid_city.ask("owner", "POST", OWN)
    (account,) = paid_city.books.accounts
    paid_city.books.enable(account)
    paid_city.tell_all()
    paid_city.ask("owner", "PUT", "/v1/partner/payee/method", method="stripe")
    paid_city.city.clock.at += timedelta(seconds=5)
    paid_city.books.disable(account)
    paid_city.tell_all()
    approve = f"/v1/partners/{paid_city.partner}/payee/stripe/approve"
    assert paid_city.refused("finance", "POST", approve) == (409, "stripe-account-not-ready")
    state = paid_city.ask("staff", "GET", OWN)
    assert (state["ready"], state["reason"]) == (False, "requirements.past_due")
    assert state["due"] == ["individual.verification.document"]


def test_what_was_held_for_the_account_goes_when_stripe_says_that_it_can(paid_city: StripeCity) -> None:
    account = paid_city.connect()
    paid_city.books.top_up(1_000)
    paid_city.books.disable(account)
    paid_city.earn()
    paid_city.work()
    assert paid_city.payout()["status"] == "held"
    paid_city.city.clock.at += timedelta(seconds=5)
    paid_city.books.enable(account)
    paid_city.tell_all()
    paid_city.work()
    assert (paid_city.payout()["status"], paid_city.books.sent_pence()) == ("paid", OWED)


def test_a_held_payment_is_sent_by_the_bank_by_finance_or_tried_again(paid_city: StripeCity) -> None:
    account = paid_city.connect()
    paid_city.books.top_up(1_000)
    paid_city.books.disable(account)
    paid_city.earn()
    paid_city.work()
    payout = paid_city.payout()["id"]
    assert paid_city.ask("finance", "POST", f"/v1/payouts/{payout}/retry")["status"] == "waiting"
    paid_city.work()
    assert paid_city.payout()["status"] == "held"
    moved = paid_city.ask("finance", "POST", f"/v1/payouts/{payout}/by-bank")
    assert (moved["method"], moved["status"]) == ("bacs", "waiting")
    assert paid_city.refused("finance", "POST", f"/v1/payouts/{payout}/by-bank") == (409, "payout-not-movable")


def test_a_stripe_that_is_away_or_opens_no_accounts_is_told_and_nothing_is_kept(paid_city: StripeCity) -> None:
    paid_city.books.faults[:] = ["unreached"]
    assert paid_city.refused("owner", "POST", OWN) == (503, "stripe-away")
    paid_city.books.opens_accounts = False
    assert paid_city.refused("owner", "POST", OWN) == (409, "stripe-refuses-accounts")
    assert paid_city.ask("staff", "GET", OWN)["account"] is None


def test_stripe_itself_is_asked_where_two_events_of_one_second_differ(paid_city: StripeCity) -> None:
    account = paid_city.connect()
    disabled = {**paid_city.books.events[-1], "id": "evt_same_second"}
    disabled["data"] = {"object": {**disabled["data"]["object"], "payouts_enabled": False}}
    assert paid_city.tell(disabled).json() == {"counted": True}
    assert paid_city.ask("staff", "GET", OWN)["ready"], "which of them is later can't be told"
    promised = text("SELECT args->>'account' FROM procrastinate_jobs WHERE task_name = 'payouts.read_stripe_account'")
    found = paid_city.paying.database.in_transaction(lambda s: s.execute(promised).scalars().all())
    assert list(found) == [account]
    paid_city.books.accounts[account]["payouts_enabled"] = False
    read_account(paid_city.paying, account=account)
    assert not paid_city.ask("staff", "GET", OWN)["ready"]
    away = open_stripe("http://127.0.0.1:1")
    with pytest.raises(StripeUnknown):
        read_account(type(paid_city.paying)(paid_city.paying.database, paid_city.paying.clock, away), account=account)
