"""Decisions and the sweep from the command line: who decides is named, and the last line says what happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner, Result

from app.cli.program import program
from app.core.database import Database
from app.core.units import Pence
from app.identity.service import create_officer
from app.ledger.chart import SCHEME, AccountKind
from app.ledger.money import list_pots, read_group_total, read_money
from app.ledger.service import capture_hold
from app.ledger.verify import verify_ledger
from app.rulebook.service import open_campaign
from tests.ledger.books import PARTNER, Books

Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`rewards` in this process, on a migrated scheme."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return lambda *words: CliRunner().invoke(program, [str(word) for word in words])


def make_officer(database: Database, role: str, now: datetime) -> str:
    return database.in_transaction(
        lambda s: create_officer(s, name=role, email=f"{role}@example.org", roles=[role], now=now)
    ).public_id


def test_money_is_paid_in_and_becomes_a_campaigns_points(run: Run, database: Database, now: datetime) -> None:
    officer = make_officer(database, "finance", now)
    database.in_transaction(
        lambda s: open_campaign(s, key="buses", title="Buses", starts_on=now.date(), ends_on=now.date())
    )
    who = ("--funder", 1, "--officer", officer, "--reason", "Grant")
    assert run("pay-in", 500, *who).stdout == "Paid 500 pence into the pot of funder 1.\n"
    assert run("fund", "buses", 300, *who).stdout == "Campaign buses got 300 points.\n"
    assert run("set-rate", 120, *who).exit_code == 0
    assert [pot.pence for pot in database.in_transaction(list_pots)] == [140]
    assert run("fund", "trams", 1, *who).exit_code == 2
    assert "no campaign" in run("fund", "trams", 1, *who).stderr


def test_a_decision_is_an_officers_with_the_role(run: Run, database: Database, now: datetime) -> None:
    auditor = make_officer(database, "auditor", now)
    for officer in (auditor, f"off_{'0' * 32}", "nobody"):
        refused = run("pay-in", 500, "--funder", 1, "--officer", officer, "--reason", "Grant")
        assert (refused.exit_code, refused.stdout) == (2, "")
        refused = run("reverse", "urn:x:y", "1", "--officer", officer, "--reason", "Why")
        assert (refused.exit_code, refused.stdout) == (2, "")
    assert database.in_transaction(list_pots) == ()


def test_expire_says_what_it_did_and_does_it_once(run: Run, database: Database) -> None:
    then = datetime.now(UTC) - timedelta(days=800)
    database.in_transaction(lambda session: Books(session, then).award(10, then))
    assert run("expire").stdout == (
        "Expired 0 vouchers and 10 points of 1 lots; 10 pence went back to pots; 0 notices queued.\n"
    )
    assert "and 0 points" in run("expire").stdout
    assert not database.in_transaction(verify_ledger).findings  # these books have no events beside them


def test_what_a_group_was_given_can_be_read(database: Database, now: datetime) -> None:
    def give(books: Books) -> None:
        books.award(30, now)
        hold_id = books.hold(12, now)
        capture_hold(
            *(books.session,),
            hold_id=hold_id,
            payee_kind=AccountKind.COMMUNITY_GROUP,
            payee_owner=PARTNER,
            partner_id=PARTNER,
            cost_pence=Pence(12),
            now=now,
        )

    database.in_transaction(lambda session: give(Books(session, now)))
    assert database.in_transaction(lambda s: read_group_total(s, group_id=PARTNER)) == 12
    assert database.in_transaction(lambda s: read_group_total(s, group_id=SCHEME)) == 0
    money = database.in_transaction(read_money)
    assert (money.donated_points, money.owed_to_partners_pence, money.wallet_points) == (12, 12, 18)
