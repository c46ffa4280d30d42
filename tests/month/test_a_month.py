"""A scripted month: whatever went wrong on the way, at its end everybody's books agree to the penny and the point."""

from __future__ import annotations

import asyncio
import csv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path

import pytest
import standardwebhooks.webhooks
from sqlalchemy import text
from typer.testing import CliRunner

from app import worker
from app.cli.program import program
from app.core.clock import SetClock
from app.core.database import Database
from app.core.ids import public_id
from app.core.secret_store import Secrets
from app.core.settings import Settings
from app.jobs import count_jobs
from app.ledger.chart import SCHEME as THE_SCHEME
from app.ledger.chart import AccountKind
from app.ledger.draws import read_behind
from app.settlement.periods import read_period
from app.settlement.queries import get_statement
from app.wiring import ENTITLEMENTS, build_runtime
from partners.calling import Calls
from partners.leisure_pass import LeisurePass
from partners.webhook import WebhookTill
from tests.databases import SCHEME
from tests.fakes.leisure_operator import LeisureBooks, serving
from tests.fakes.stripe_books import SECRET_KEY, StripeBooks
from tests.fakes.stripe_server import serving as serving_stripe
from tests.month.month import ADAPTERS, BY_BANK, BY_STRIPE, COST_PENCE, GIVEN_POINTS, OTHER_FUNDER, POINTS, START, Month
from tests.month.servers import Answer, serving_all
from tests.redemption.scheme import FUNDER, Scheme

Make = Callable[[int], Month]


@pytest.fixture
def make_month(
    database: Database, database_url: str, secrets: Secrets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Make]:
    """A month of so many redemptions, before its first day; its clock is everybody's."""
    clock = SetClock(START)
    _set_library_clock(monkeypatch, clock)
    with ExitStack() as stack:

        def make(redemptions: int) -> Month:
            pool, stripe, answers = LeisureBooks(), StripeBooks(clock=clock.now), dict[str, Answer]()
            environment = {
                "DATABASE_URL": database_url,
                "DATA_DIR": str(tmp_path),
                "SECRET_KEY": "c2VjcmV0LWtleS1vZi1hdC1sZWFzdC0zMi1ieXRlcyE=",
                "SIGNING_KEY": secrets.signing_key_pem,
                "STRIPE_SECRET_KEY": SECRET_KEY,
                "STRIPE_URL": stack.enter_context(serving_stripe(stripe)),
                "PYTHONPATH": str(Path.cwd()),
            }
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            runtime = build_runtime(Settings(scheme=SCHEME), database_url=database_url, demo=True, clock=clock)
            stack.callback(runtime.database.dispose)
            # A partner that was away is asked again when the month's clock, not the machine's, says so.
            calls = Calls(runtime.outbound, monotonic=lambda: clock.now().timestamp(), wait=lambda _: None)
            across = (LeisurePass(calls), WebhookTill(calls, clock.now))
            adapters = {**runtime.adapters, **{adapter.name: adapter for adapter in across}}
            scheme = Scheme(database, runtime.voucher_codes, clock.now())
            scheme.adapters = adapters
            return Month(
                scheme=scheme,
                runtime=replace(runtime, adapters=adapters),
                clock=clock,
                redemptions=redemptions,
                answers=answers,
                url=stack.enter_context(serving_all(answers)),
                pool=pool,
                pool_url=stack.enter_context(serving(pool)),
                stripe=stripe,
                environment=environment,
            )

        yield make


def _set_library_clock(monkeypatch: pytest.MonkeyPatch, clock: SetClock) -> None:
    """The library lets a signature stand for five minutes: of the month's clock."""

    class MonthsTime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override] # one of ours is as good
            return clock.now().astimezone(tz)

    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", MonthsTime)


def test_a_short_month_ends_with_books_that_agree(make_month: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    _live_and_compare(make_month(100), monkeypatch)


@pytest.mark.nightly
def test_a_month_of_two_thousand_redemptions_ends_with_books_that_agree(
    make_month: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    _live_and_compare(make_month(2_000), monkeypatch)


def _live_and_compare(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    month.live()
    assert month.killed == 2
    assert len(month.ended["cancelled"]) == month.redemptions * 3 // 100
    assert len(month.ended["redeemed"]) + len(month.ended["cancelled"]) == month.redemptions == len(month.taken)
    _finish_jobs(month, monkeypatch)
    _compare_points_and_stock(month)
    _compare_money(month)
    _compare_funders(month)
    _compare_partners_books(month)
    _compare_webhooks(month)
    reconciled = CliRunner().invoke(program, ["reconcile"])
    assert reconciled.exit_code == 0, reconciled.output
    verified = CliRunner().invoke(program, ["verify-ledger"])
    assert (verified.exit_code, "The ledger is right" in verified.output) == (0, True), verified.output
    month.scheme.verify()


def _finish_jobs(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the killed workers were at is freed after a minute of silence, and done by the next."""
    monkeypatch.setattr(worker, "SCHEDULES", ())
    month.run(lambda s: s.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")))
    asyncio.run(worker.work_jobs(month.runtime, wait=False))
    assert month.run(count_jobs) == {"waiting": 0, "running": 0, "dead": 0}


def _used(month: Month) -> Counter[str]:
    return Counter(one.partner for one in month.ended["redeemed"])


def _compare_points_and_stock(month: Month) -> None:
    used, scheme = _used(month), month.scheme
    for name, reward in month.rewards.items():
        assert scheme.stock_left(reward) == month.redemptions - used[name], name
    spent = sum(used.values()) * POINTS - 50
    given = len(month.residents) * GIVEN_POINTS
    balances = [scheme.balance(resident) for resident in month.residents]
    assert sum(one.held for one in balances) == 0
    assert sum(one.available for one in balances) == given - spent
    to_group = scheme.posted(AccountKind.COMMUNITY_GROUP, month.partners["group"].id)
    assert to_group == used["group"] * POINTS
    assert scheme.posted(AccountKind.REDEEMED, THE_SCHEME) == spent - to_group


def _compare_money(month: Month) -> None:
    used, scheme = _used(month), month.scheme
    assert month.refund is not None
    for name, partner in month.partners.items():
        earned = used[name] * COST_PENCE - (month.refund[1] if name == "cafe" else 0)
        paid = scheme.posted(AccountKind.SETTLED, partner.id)
        assert (scheme.posted(AccountKind.PAYABLE, partner.id), paid) == (0, earned), name
        months = [
            month.run(partial(get_statement, partner_id=partner.id, period=read_period(one), now=month.clock.now()))
            for one in ("2026-11", "2026-12")
        ]
        assert [one.opening_pence for one in months] == [0, months[0].closing_pence]
        assert months[-1].closing_pence == 0
        assert sum(one.sum_of("redemption") + one.sum_of("correction") for one in months) == earned
        assert -sum(one.sum_of("payment") for one in months) == paid
        if name in BY_STRIPE:
            assert month.stripe.accounts[month.accounts[name]]["balance_pence"] == paid
    by_bank = sum(scheme.posted(AccountKind.SETTLED, month.partners[name].id) for name in BY_BANK)
    files = "SELECT coalesce(sum(pence), 0)::bigint FROM bacs_files WHERE status = 'sent'"
    assert month.run(lambda s: int(s.execute(text(files)).scalar_one())) == by_bank
    assert month.stripe.sent_pence() == sum(used.values()) * COST_PENCE - month.refund[1] - by_bank


def _compare_funders(month: Month) -> None:
    """Each has left behind points what it paid for those that nobody has spent."""
    left = {funder: one.left for funder, one in month.run(read_behind).items()}
    unspent = sum(month.scheme.balance(resident).available for resident in month.residents)
    assert left == {FUNDER: unspent // 5, OTHER_FUNDER: unspent - unspent // 5}


def _compare_partners_books(month: Month) -> None:
    """Partners promised what was used, and let go of what was given back."""
    used = _used(month)
    back = Counter(one.partner for one in month.ended["cancelled"])
    passes = Counter(known["status"] for known in month.pool.passes.values())
    assert (passes["waiting"], passes["cancelled"]) == (used["pool"], back["pool"])
    assert Counter(month.till.vouchers.values()) == {"promised": used["till"], "taken_back": back["till"]}
    files = sorted((month.runtime.settings.data_dir / ENTITLEMENTS).glob("entitlements-*.csv"))
    rows = [row for path in files for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]
    assert len({row["reference"] for row in rows}) == len(rows) == used["gate"]


def _compare_webhooks(month: Month) -> None:
    """Each partner got each of its messages at least once; the receiver has checked each signature.

    What there was to tell is counted by what happened, not by what was promised.
    """
    used, back = _used(month), Counter(one.partner for one in month.ended["cancelled"])
    paid = text("SELECT count(*) FROM payouts WHERE partner_id = :partner AND status = 'paid'")
    asked = text("""
        SELECT d.public_id, d.status, d.type FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
        WHERE e.partner_id = :partner
    """)
    for name in ADAPTERS:
        number = month.partners[name].id
        sent = month.run(lambda s, number=number: s.execute(asked, {"partner": number}).all())  # type: ignore[misc] # mypy can't infer defaults
        assert {row.status for row in sent} == {"delivered"}, name
        receiver = month.receivers[name]
        assert set(receiver.taken) == {public_id("msg", row.public_id) for row in sent}, name
        told = Counter(row.type for row in sent)
        assert (told["voucher.redeemed"], told["voucher.cancelled"]) == (used[name], back[name]), name
        payouts = month.run(lambda s, number=number: s.execute(paid, {"partner": number}).scalar_one())  # type: ignore[misc] # mypy can't infer defaults
        assert told["payout.paid"] == payouts > 0, name
        assert set(receiver.types) >= {"voucher.redeemed", "statement.closed", "payout.paid"}, name
