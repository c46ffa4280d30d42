"""What Stripe has paid is taken back by two officers, once, whatever crashes; the ledger owes it again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.clock import SetClock
from app.ledger.chart import AccountKind
from app.settlement.connect.reversal_tasks import reverse_due
from tests.settlement.stripe_city import OWED, Json, StripeCity
from tests.settlement.stripe_scheme import Dying, DyingStripe, Killed

HOURS = timedelta(hours=2)


@pytest.fixture
def paid(paid_city: StripeCity) -> StripeCity:
    """The café has been paid for its week."""
    paid_city.connect()
    paid_city.books.top_up(1_000)
    paid_city.earn()
    paid_city.work()
    assert (paid_city.payout()["status"], paid_city.kinds()) == ("paid", [])
    return paid_city


def _propose(paid: StripeCity, pence: int, **more: str) -> Json:
    path = f"/v1/payouts/{paid.payout()['id']}/reversals"
    return paid.ask("finance", "POST", path, pence=pence, reason="Paid for a drink that was not had", **more)


def _approve(paid: StripeCity, pence: int, **more: str) -> str:
    made = _propose(paid, pence, **more)["id"]
    assert paid.ask("admin", "POST", f"/v1/payouts/reversals/{made}/approve")["status"] == "approved"
    return str(made)


def _newest(paid: StripeCity) -> Json:
    return paid.ask("finance", "GET", "/v1/payouts/reversals")["items"][0]


def _books(paid: StripeCity) -> tuple[int, int, int]:
    """Owed and had by the ledger, had by Stripe."""
    return paid.posted(AccountKind.PAYABLE), paid.posted(AccountKind.SETTLED), paid.books.sent_pence()


def test_two_officers_take_money_back_and_the_ledger_owes_it_again(paid: StripeCity) -> None:
    made = _propose(paid, 30)
    assert (made["status"], _books(paid)) == ("open", (0, OWED, OWED))
    approve = f"/v1/payouts/reversals/{made['id']}/approve"
    assert paid.refused("finance", "POST", approve) == (409, "second-officer-needed")
    paid.ask("admin", "POST", approve)
    assert paid.refused("admin", "POST", approve) == (409, "payout-reversal-decided")
    paid.work()
    assert (_newest(paid)["status"], _books(paid)) == ("done", (30, OWED - 30, OWED - 30))
    assert (paid.payout()["status"], paid.kinds()) == ("paid", [])
    assert paid.books.balance_pence == 1_000 - OWED + 30, "it is the council's again"
    _approve(paid, OWED - 30)
    paid.work()
    assert (paid.payout()["status"], _books(paid), paid.kinds()) == ("returned", (OWED, 0, 0), [])


def test_never_more_is_taken_back_than_was_paid(paid: StripeCity) -> None:
    path = f"/v1/payouts/{paid.payout()['id']}/reversals"
    _propose(paid, 50)
    answer = paid.city.http.post(path, headers=paid.city.by("admin"), json={"pence": 31, "reason": "No"})
    assert (answer.status_code, answer.json()["code"], answer.json()["left_pence"]) == (
        409,
        "payout-reversed-already",
        30,
    )
    refused = paid.ask("finance", "POST", f"/v1/payouts/reversals/{_newest(paid)['id']}/refuse")
    assert refused["status"] == "refused", "who proposed it may take it back"
    _propose(paid, OWED)


def test_only_what_stripe_has_paid_is_taken_back_by_it(paid_city: StripeCity) -> None:
    paid_city.earn()
    path = f"/v1/payouts/{paid_city.payout()['id']}/reversals"
    order = {"pence": 5, "reason": "No"}
    assert paid_city.refused("finance", "POST", path, **order) == (409, "payout-not-paid-by-stripe")
    nowhere = f"/v1/payouts/pay_{'0' * 32}/reversals"
    assert paid_city.refused("finance", "POST", nowhere, **order) == (404, "payout-unknown")


CRASHES = (
    ("lost",),
    ("broken_late", "forget"),
    ("unreached", "lost", "forget"),
    ("busy", "broken"),
    ("claiming", "claimed"),
    ("noting", "noted"),
    ("after_call", "forget", "noting"),
)


def test_whatever_crashes_it_is_taken_back_exactly_once(paid: StripeCity) -> None:
    for number, turns in enumerate(CRASHES, 1):
        _approve(paid, 5)
        for turn in turns:
            _work(paid, turn)
            assert paid.books.sent_pence() in {OWED - 5 * number, OWED - 5 * (number - 1)}, turns
        paid.books.faults.clear()
        for _ in range(2):
            _work(paid, "well")
        left = OWED - 5 * number
        assert (_newest(paid)["status"], _books(paid)) == ("done", (5 * number, left, left)), turns
    assert paid.kinds() == []


def _work(paid: StripeCity, turn: str) -> None:
    """The worker's next round; time goes on at the worker's only, so that people stay signed in."""
    clock = paid.paying.clock
    assert isinstance(clock, SetClock)
    clock.at += HOURS
    paying, stripe = paid.paying, paid.paying.stripe
    assert stripe is not None
    if turn == "forget":
        paid.books.forget_keys()
    elif turn == "after_call":
        paying = replace(paying, stripe=DyingStripe(stripe, ordered=True))
    elif turn in {"claiming", "claimed", "noting", "noted"}:
        at = 2 if turn.startswith("claim") else 3
        paying = replace(paying, database=Dying(paying.database, at=at, committed=turn.endswith("ed")))
    else:
        paid.books.faults[:] = [] if turn == "well" else [turn]
    with suppress(Killed):
        reverse_due(paying)


def test_money_that_has_left_the_partners_account_is_not_taken_back_and_says_why(paid: StripeCity) -> None:
    (account,) = paid.books.accounts
    paid.books.pay_out(account, OWED)
    _approve(paid, 30)
    paid.work()
    declined = _newest(paid)
    assert declined["status"] == "declined"
    assert declined["said"].startswith("The partner's balance at Stripe holds less than that")
    assert _books(paid) == (0, OWED, OWED)
    _propose(paid, OWED)


def test_one_that_was_made_in_the_dashboard_is_told_and_taken_over(paid: StripeCity) -> None:
    (transfer,) = paid.books.transfers
    there = paid.books.by_hand_reverse(transfer, 30)
    assert paid.kinds() == ["reversed_there"]
    _approve(paid, 20, made_there=there)
    paid.work()
    assert _newest(paid)["said"] == "Stripe has no reversal with this id and sum of this payment."
    _approve(paid, 30, made_there=there)
    paid.work()
    assert (_newest(paid)["status"], _books(paid), paid.kinds()) == ("done", (30, OWED - 30, OWED - 30), [])
    assert paid.books.transfers[transfer]["amount_reversed"] == 30, "nothing more was taken"
    path = f"/v1/payouts/{paid.payout()['id']}/reversals"
    again = {"pence": 30, "reason": "Again", "made_there": there}
    assert paid.refused("finance", "POST", path, **again) == (409, "payout-reversal-taken-over")
    _approve(paid, 10)
    paid.work()
    ours = paid.books.transfers[transfer]["reversals"]["data"][0]["id"]
    _approve(paid, 10, made_there=ours)
    paid.work()
    assert (_newest(paid)["status"], paid.kinds()) == ("declined", []), "what we had made is not taken over"


def test_a_reversal_that_only_we_know_of_is_a_difference(paid: StripeCity) -> None:
    _approve(paid, 30)
    paid.work()
    (transfer,) = paid.books.transfers.values()
    transfer["amount_reversed"] = 0
    assert paid.kinds() == ["reversed_here"]


def test_a_reversal_whose_answer_was_lost_is_told_as_on_its_way(paid: StripeCity) -> None:
    _approve(paid, 30)
    paid.books.faults[:] = ["lost"]
    paid.work()
    assert paid.kinds() == ["reversed_there"]
    paid.told = len(paid.books.events) - 1
    paid.tell_all()
    paid.work()
    assert paid.kinds() == [], "its event had it asked about at once"


def test_finance_sees_what_has_to_be_put_in_before_the_run(paid_city: StripeCity) -> None:
    assert paid_city.refused("resident", "GET", "/v1/payouts/funding")[0] == 403
    paid_city.connect()
    paid_city.earn()
    paid_city.books.top_up(30)
    paid_city.books.pending_pence = 20
    shown = paid_city.ask("finance", "GET", "/v1/payouts/funding")
    assert (shown["waiting_pence"], shown["earned_pence"]) == (OWED, 0)
    assert (shown["there_pence"], shown["coming_pence"], shown["short_pence"]) == (30, 20, 30)
    assert shown["sentence"].startswith("Put £0.30 into the balance at Stripe")
    assert paid_city.city.redeem(paid_city.city.take("drink").json()["code"]).is_success
    shown = paid_city.ask("auditor", "GET", "/v1/payouts/funding")
    assert (shown["earned_pence"], shown["short_pence"]) == (OWED, 110)
    paid_city.books.top_up(500)
    shown = paid_city.ask("finance", "GET", "/v1/payouts/funding")
    assert (shown["short_pence"], shown["sentence"][:15]) == (0, "Enough is there")
    paid_city.city.app.state.runtime = replace(paid_city.city.runtime, stripe=None)
    assert paid_city.refused("finance", "GET", "/v1/payouts/funding") == (409, "stripe-not-set-up")
