"""What `verify-ledger` says of stock that vouchers did not take, or took and nobody counted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session
from typer.testing import CliRunner

from app.cli.program import program
from app.core.database import Database
from app.core.secret_store import Secrets
from app.redemption.codes import VoucherCodes
from app.redemption.stock_checks import find_stock_drift
from tests.redemption.scheme import Scheme

DEEDS = {
    "one more left than there is": (
        "UPDATE rewards SET stock_left = stock_left + 1",
        "by its stock 1 are gone, but 2 vouchers hold or have used one.",
    ),
    "one that vanished": (
        "UPDATE rewards SET stock_left = stock_left - 1",
        "by its stock 3 are gone, but 2 vouchers hold or have used one.",
    ),
    "a voucher that was ended beside the books": (
        "UPDATE redemptions SET status = 'cancelled', ended_at = made_at, redeemed_at = NULL WHERE status = 'issued'",
        "by its stock 2 are gone, but 1 vouchers hold or have used one.",
    ),
    "a day on which more were counted than taken": (
        "UPDATE reward_days SET taken = taken + 1",
        "3 are counted as taken on 2026-11-22, but only 2 vouchers were.",
    ),
}


def fill(scheme: Scheme) -> None:
    """Of five, at most four a day: one used, one out, one given back the same day and one after its time."""
    (resident,) = scheme.add_residents(1, points=900)
    reward = scheme.add_reward(points=150, stock=5)
    scheme.run(lambda session: session.execute(text("UPDATE rewards SET stock_per_day = 4")))
    before = scheme.now
    scheme.now -= timedelta(days=40)
    scheme.take(resident, reward)
    scheme.now = before
    scheme.sweep(before)
    used, given_back, _ = [scheme.take(resident, reward) for _ in range(3)]
    scheme.redeem(used.code)
    scheme.cancel(resident, given_back)
    assert scheme.stock_left(reward) == 3


@pytest.mark.parametrize("deed", DEEDS)
def test_a_counter_that_is_not_what_vouchers_say_is_told(scheme: Scheme, deed: str) -> None:
    fill(scheme)
    assert scheme.run(find_stock_drift) == ()
    statement, told = DEEDS[deed]
    with Session(scheme.database.engine) as session:  # never committed
        session.execute(text(statement))
        findings = find_stock_drift(session)
    assert [finding.partition(": ")[2] for finding in findings if told in finding] == [told], findings


def test_the_command_prints_the_difference_and_stops_with_an_error(
    database: Database, database_url: str, secrets: Secrets, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme = Scheme(database, VoucherCodes(secrets), now)
    fill(scheme)
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert "stock" not in CliRunner().invoke(program, ["verify-ledger"]).stdout
    scheme.run(lambda session: session.execute(text("UPDATE rewards SET stock_left = stock_left + 1")))
    wrong = CliRunner().invoke(program, ["verify-ledger"])
    assert wrong.exit_code == 1
    assert "by its stock 1 are gone, but 2 vouchers hold or have used one." in wrong.stdout
    assert "The ledger is WRONG" in wrong.stdout
