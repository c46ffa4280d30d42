"""Money moves by Stripe at most once, whatever crashes, and in the end exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.database import Database
from app.core.secret_store import Secrets
from app.earning.review.cases import open_partner_case
from app.redemption.codes import VoucherCodes
from app.redemption.outliers import FLAG
from app.settlement.connect.errors import PayoutNotMovable
from app.settlement.connect.freeing import move_to_bank, retry_waiting, try_again
from app.settlement.connect.tasks import pay_due
from app.settlement.errors import PayoutByStripe
from app.settlement.service import return_payout
from app.worker import TASKS
from tests.databases import RolledBackDatabase
from tests.fakes.stripe_books import StripeBooks
from tests.fakes.stripe_server import serving
from tests.redemption.scheme import Scheme, run_together
from tests.settlement.stripe_scheme import OWED, Dying, DyingStripe, Killed, PaidByStripe, open_stripe

ROOT = Path(__file__).parents[2]
START = datetime.fromisoformat("2026-11-02T09:00:00+00:00")
HOURS = timedelta(hours=2)
FAULTS = ("unreached", "lost", "broken", "broken_late", "busy")
DEATHS = ("claiming", "claimed", "before_call", "after_call", "noting", "noted")
OTHERS = ("well", "empty", "full", "disabled", "enabled", "a_day", "again", "wrong_key")
TURNS = st.lists(st.sampled_from((*FAULTS, *DEATHS, *OTHERS)), max_size=7)


def test_a_statement_is_paid_by_one_transfer_that_the_ledger_knows(paid: PaidByStripe) -> None:
    paid.books.top_up(500)
    paid.earn(drinks=2)
    paid.work()
    (transfer,) = paid.books.transfers.values()
    assert (transfer["amount"], transfer["destination"]) == (2 * OWED, paid.account)
    (payout,) = paid.payouts()
    assert (payout.status, payout.provider_reference) == ("paid", transfer["id"])
    assert (paid.owed(), paid.had(), paid.books.balance_pence) == (0, 2 * OWED, 500 - 2 * OWED)
    statement = paid.scheme.run(
        lambda s: s.connection().exec_driver_sql("SELECT public_id FROM statements").scalar_one()
    )
    assert [*paid.books.keys] == [f"stm_{statement.hex}"], "the key is the statement's id"
    paid.work(after=HOURS)
    assert len(paid.books.transfers) == 1
    assert paid.compare().differences == ()


@pytest.fixture
def lined_up(paid: PaidByStripe) -> PaidByStripe:
    """One payment waits."""
    paid.earn()
    return paid


@given(turns=TURNS)
@settings(max_examples=15)
@example(turns=["lost", "a_day", "well"])
@example(turns=["after_call", "a_day", "disabled", "empty"])
@example(turns=["empty", "after_call", "wrong_key"])
@example(turns=["broken_late", "wrong_key", "noting", "busy"])
@example(turns=["disabled", "again", "enabled", "again", "lost", "noting"])
def test_whatever_goes_wrong_in_between_it_is_paid_exactly_once(lined_up: PaidByStripe, turns: list[str]) -> None:
    paid, books = lined_up, lined_up.books
    assert isinstance(paid.scheme.database, RolledBackDatabase)
    with paid.scheme.database._connection.begin_nested() as example_of_its_own:
        books.begin_again(1_000)
        for turn in turns:
            _take(paid, turn)
            assert books.sent_pence() in {0, OWED}
            assert paid.had() <= books.sent_pence(), "the ledger never says more than has moved"
        books.faults.clear()
        books.top_up(1_000)
        books.enable(paid.account)
        _try_again(paid)
        paid.work(after=HOURS)
        paid.work(after=HOURS)
        assert (len(books.transfers), books.sent_pence()) == (1, OWED)
        assert [(payout.status, payout.pence) for payout in paid.payouts()] == [("paid", OWED)]
        assert (paid.owed(), paid.had()) == (0, OWED)
        assert paid.kinds() == []
        example_of_its_own.rollback()


def _take(paid: PaidByStripe, turn: str) -> None:
    """One thing that may happen, and the worker's next round two hours later."""
    books, database = paid.books, paid.scheme.database
    paying = paid.paying()
    match turn:
        case "empty":
            books.balance_pence = 0
        case "full":
            books.top_up(1_000)
        case "disabled":
            books.disable(paid.account)
        case "enabled":
            books.enable(paid.account)
        case "a_day":
            paid.pass_time(timedelta(days=1))
            books.forget_keys()
        case "again":
            _try_again(paid)
        case "wrong_key":
            paying = paid.paying(stripe=open_stripe(paid.url, key="sk_test_of_somebody_else"))
        case "before_call" | "after_call":
            paying = paid.paying(stripe=DyingStripe(paid.stripe, ordered=turn == "after_call"))
        case "claiming" | "claimed" | "noting" | "noted":
            at = 2 if turn.startswith("claim") else 3  # what is due is listed first
            paying = paid.paying(database=Dying(database, at=at, committed=turn.endswith("ed")))
        case _:
            books.faults[:] = [turn] if turn in FAULTS else []
    paid.pass_time(HOURS)
    with suppress(Killed):
        pay_due(paying)


def _try_again(paid: PaidByStripe) -> None:
    (payout,) = paid.payouts()
    with suppress(PayoutNotMovable):
        paid.scheme.run(lambda s: try_again(s, payout=payout.public_id, now=paid.clock.now()))


def test_a_payment_waits_while_the_councils_balance_is_empty_and_says_so(paid: PaidByStripe) -> None:
    paid.earn()
    paid.work()
    (payout,) = paid.payouts()
    assert payout.status == "waiting"
    assert payout.reason.startswith("The council's balance at Stripe holds less than this.")
    assert (paid.had(), paid.compare().differences) == (0, ())
    paid.books.top_up(OWED)
    paid.scheme.run(lambda s: retry_waiting(s, now=paid.clock.now()))
    paid.work()
    (payout,) = paid.payouts()
    assert (payout.status, payout.reason, paid.had()) == ("paid", None, OWED)
    assert len(paid.books.keys) == 2, "Stripe repeats a no to an old key for a day"


def test_what_a_disabled_account_can_not_be_paid_is_held_and_goes_by_the_bank(paid: PaidByStripe) -> None:
    paid.books.top_up(500)
    paid.books.disable(paid.account)
    paid.earn()
    paid.work()
    (payout,) = paid.payouts()
    assert payout.status == "held"
    assert payout.reason.startswith("Stripe can't pay into the partner's account")
    moved = paid.scheme.run(lambda s: move_to_bank(s, payout=payout.public_id))
    assert (moved.method, moved.status, moved.reason) == ("bacs", "waiting", None)
    paid.books.enable(paid.account)
    paid.work(after=HOURS)
    assert paid.books.transfers == {}, "it goes one way only"
    with pytest.raises(PayoutNotMovable):
        paid.scheme.run(lambda s: move_to_bank(s, payout=payout.public_id))


def test_a_no_at_the_door_proves_nothing_about_an_earlier_try(paid: PaidByStripe) -> None:
    paid.books.top_up(500)
    paid.earn()
    paid.books.list_lags = True
    for fault in ("lost", "busy", ""):
        paid.books.faults[:] = [fault]
        paid.work(after=HOURS)
        assert len(paid.books.keys) == 1, "the same order, until it is known what became of it"
    assert (len(paid.books.transfers), paid.had()) == (1, OWED)


@pytest.mark.parametrize("fault", ["unreached", "lost", "broken_late"])
def test_what_may_have_been_paid_never_goes_by_the_bank(paid: PaidByStripe, fault: str) -> None:
    paid.books.top_up(500)
    paid.earn()
    paid.books.faults[:] = [fault]
    paid.work()
    (payout,) = paid.payouts()
    assert payout.status == "ordered"
    with pytest.raises(PayoutNotMovable):
        paid.scheme.run(lambda s: move_to_bank(s, payout=payout.public_id))
    paid.work(after=HOURS)
    with pytest.raises(PayoutByStripe):
        paid.scheme.run(lambda s: return_payout(s, payout=payout.public_id, reason="No", now=paid.clock.now()))


def test_a_payment_by_stripe_waits_for_its_day_and_for_a_person_too(paid: PaidByStripe) -> None:
    paid.books.top_up(500)
    paid.earn(delay=timedelta(days=7))  # closed on a Sunday, six days after the week's end
    paid.work()
    assert paid.payouts()[0].asked == 0
    paid.scheme.run(
        lambda s: open_partner_case(
            s, partner_id=paid.scheme.cafe.id, flag=FLAG, evidence={"vouchers": 60}, now=paid.clock.now()
        )
    )
    paid.work(after=timedelta(days=2))
    assert (paid.payouts()[0].asked, paid.books.transfers) == (0, {})
    released = (
        "UPDATE review_cases SET decision = 'release', decided_at = opened_at, decided_by = 1, reason = 'We went'"
    )
    paid.scheme.run(lambda s: s.connection().exec_driver_sql(released))
    paid.work(after=timedelta(minutes=11))
    assert paid.had() == OWED


def test_who_has_no_account_is_held_and_not_ordered(paid: PaidByStripe) -> None:
    paid.scheme.run(lambda s: s.connection().exec_driver_sql("UPDATE payees SET stripe_account = NULL"))
    paid.earn()
    paid.work()
    (payout,) = paid.payouts()
    assert (payout.status, payout.asked) == ("held", 0)


def test_many_workers_at_once_pay_once(database: Database, secrets: Secrets, now: datetime) -> None:
    books = StripeBooks(balance_pence=1_000)
    with serving(books) as url:
        paid = PaidByStripe(Scheme(database, VoucherCodes(secrets), now), books, open_stripe(url), url)
        paid.earn()
        run_together([lambda: pay_due(paid.paying())] * 6)
        assert (len(books.transfers), paid.had()) == (1, OWED)
        assert books.asked == ["POST /v1/transfers"], "an order is one worker's"
        paid.scheme.verify()


def test_the_job_that_a_closed_week_promises_is_one_that_the_worker_knows(paid: PaidByStripe) -> None:
    paid.books.top_up(500)
    paid.earn()
    promised = "SELECT task_name, args FROM procrastinate_jobs WHERE task_name ^@ 'payouts.'"
    ((name, args),) = paid.scheme.run(lambda s: s.connection().exec_driver_sql(promised).all())
    (task,) = (task for task in TASKS if task.name == name)
    task.run(SimpleNamespace(database=paid.scheme.database, clock=paid.clock, stripe=paid.stripe), **args)
    assert paid.had() == OWED
    task.run(SimpleNamespace(database=paid.scheme.database, clock=paid.clock, stripe=None), **args)
    assert paid.had() == OWED


@pytest.fixture
def committed(database: Database, secrets: Secrets, now: datetime) -> Iterator[PaidByStripe]:
    books = StripeBooks(balance_pence=100_000)
    with serving(books) as url:
        made = PaidByStripe(Scheme(database, VoucherCodes(secrets), now), books, open_stripe(url), url)
        yield made
        made.scheme.verify()


def _pay_after_a_death(paid: PaidByStripe, *, at: int) -> None:
    paid.earn()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": paid.scheme.database.engine.url.render_as_string(hide_password=False),
        "STRIPE": paid.url,
        "NOW": paid.clock.now().isoformat(),
    }
    words = [sys.executable, "-m", "tests.settlement.dying", str(at)]
    ended = subprocess.run(words, cwd=ROOT, env=environment, check=False, timeout=60).returncode
    assert ended == -signal.SIGKILL, "there is such a step"
    paid.work(after=HOURS)


def test_a_worker_that_is_killed_with_the_answer_in_its_hand_has_paid_once(committed: PaidByStripe) -> None:
    _pay_after_a_death(committed, at=5)
    assert len(committed.books.transfers) == 1
    assert (committed.had(), committed.owed(), committed.kinds()) == (OWED, 0, [])


@pytest.mark.nightly
def test_a_worker_that_is_killed_at_any_step_has_paid_once(committed: PaidByStripe) -> None:
    for step in range(1, 7):
        _pay_after_a_death(committed, at=step)
        assert len(committed.books.transfers) == step, "one for each statement"
        assert (committed.books.sent_pence(), committed.had(), committed.owed()) == (step * OWED, step * OWED, 0)
    assert committed.kinds() == []
