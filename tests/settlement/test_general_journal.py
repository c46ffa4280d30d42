"""The journal balances and is the ledger, whatever the months were like; what is owed at a date stays what it was."""

from __future__ import annotations

import contextlib
import csv
import io
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from typer.testing import CliRunner

from app.cli.program import program
from app.core.clock import london_date
from app.core.database import Database
from app.core.errors import Misconfigured
from app.core.secret_store import Secrets
from app.core.units import Pence, Points
from app.ledger.chart import AccountKind
from app.ledger.errors import NothingToRefund, PotTooSmall, RefundTooLarge
from app.ledger.expiry import expire_points
from app.ledger.funders import list_budget_funders
from app.ledger.money import read_money
from app.ledger.outstanding import Outstanding, read_outstanding
from app.ledger.service import fund_campaign, pay_into_pot
from app.ledger.settling import settle_partner, unsettle_partner
from app.redemption.codes import VoucherCodes
from app.redemption.refunds import refund_redemption
from app.settlement.account_codes import AccountCodes, read_account_codes
from app.settlement.general_journal import JournalLine, list_journal, write_journal
from app.settlement.papers import write_pounds
from app.settlement.periods import read_period
from tests.api.city import City, build_city
from tests.api.undone import UndoneCity
from tests.databases import RolledBackDatabase
from tests.redemption.scheme import CAMPAIGN, FUNDER, Scheme

START = datetime.fromisoformat("2026-11-02T09:00:00+00:00")
OTHER_FUNDER, OTHER_CAMPAIGN = 4, 8
MONTHS = ("2026-11", "2026-12", "2027-01", "2028-04")
LATER = datetime.fromisoformat("2028-04-20T09:00:00+00:00")
"""When the points of the tests have expired."""
PLAIN = AccountCodes({})


def journal(scheme: Scheme, month: str) -> tuple[JournalLine, ...]:
    period = read_period(month)
    return scheme.run(
        lambda s: list_journal(s, scheme="leeds", codes=PLAIN, from_at=period.from_at, until_at=period.until_at)
    )


def outstanding(scheme: Scheme, at: datetime) -> Outstanding:
    return scheme.run(lambda s: read_outstanding(s, at=at))


def spend(scheme: Scheme, resident: int, at: datetime) -> None:
    scheme.now = at
    scheme.redeem(scheme.take(resident, scheme.add_reward(points=150)).code)


def pay_in(scheme: Scheme, number: int, at: datetime) -> None:
    """Another funder sets money aside for another campaign, and not all of it goes behind points."""
    scheme.run(partial(pay_into_pot, funder_id=OTHER_FUNDER, pence=Pence(number + 5), now=at))
    order = {"campaign_id": OTHER_CAMPAIGN, "points": Points(number), "funder_id": OTHER_FUNDER}
    scheme.run(lambda s: fund_campaign(s, **order, now=at))  # type: ignore[arg-type] # the order's values are mixed


def refund(scheme: Scheme, number: int, at: datetime) -> None:
    asked = text("SELECT public_id FROM redemptions WHERE status = 'redeemed' ORDER BY id DESC LIMIT 1")
    voucher = scheme.run(lambda s: s.execute(asked).scalar())
    if voucher is not None:
        give = partial(refund_redemption, redemption=voucher, points=Points(number), reason="Cold", now=at)
        with contextlib.suppress(RefundTooLarge, NothingToRefund):
            scheme.run(give)


def expire(scheme: Scheme) -> None:
    while scheme.run(lambda s: expire_points(s, now=LATER)) is not None:
        pass


@given(
    deeds=st.lists(
        st.tuples(st.integers(0, 80), st.sampled_from(["spend", "refund", "pay", "back", "fund"]), st.integers(1, 150)),
        max_size=8,
    )
)
@settings(max_examples=6)
def test_the_journal_of_any_months_balances_and_equals_the_ledger(
    shared_database: Database, secrets: Secrets, deeds: list[tuple[int, str, int]]
) -> None:
    with shared_database.engine.connect() as connection:
        outer = connection.begin()
        scheme = Scheme(RolledBackDatabase(shared_database, connection), VoucherCodes(secrets), START)
        (resident,) = scheme.add_residents(1, points=3_000)
        before: list[tuple[datetime, Outstanding]] = []
        for place, (day, deed, number) in enumerate(sorted(deeds)):
            at = START + timedelta(days=day, minutes=place)
            if deed == "spend":
                spend(scheme, resident, at)
            elif deed == "refund":
                refund(scheme, number, at)
            elif deed == "fund":
                pay_in(scheme, number, at)
            else:
                move = settle_partner if deed == "pay" else unsettle_partner
                if deed == "pay" or scheme.posted(AccountKind.SETTLED, scheme.cafe.id) >= number:
                    scheme.run(partial(move, partner_id=scheme.cafe.id, pence=Pence(number), now=at))
            before.append((at + timedelta(seconds=1), outstanding(scheme, at + timedelta(seconds=1))))
        money = scheme.run(read_money)
        now = outstanding(scheme, LATER)
        assert (now.owed_pence, now.backing_pence) == (money.needed_pence, money.backing_pence)
        kept = journal(scheme, MONTHS[0])
        expire(scheme)
        assert journal(scheme, MONTHS[0]) == kept, "an entry keeps its id, and a past month what stands in it"
        compare(scheme)
        for at, then in before:
            assert outstanding(scheme, at) == then, "the same for a past date, whenever it is asked"
            assert sum(share.owed_pence for share in then.shares) == then.owed_pence <= then.backing_pence
        assert scheme.run(scheme.find_faults) == ()
        outer.rollback()


def compare(scheme: Scheme) -> None:
    lines = [line for month in MONTHS for line in journal(scheme, month)]
    sums: Counter[tuple[int, int]] = Counter()
    for line in lines:
        sums[line.kind, line.owner] += line.credit_pence - line.debit_pence
    accounts = text("SELECT kind, owner, posted FROM ledger_accounts WHERE unit = 2 AND posted <> 0")
    posted = {(kind, owner): pence for kind, owner, pence in scheme.run(lambda s: s.execute(accounts).all())}
    assert {account: pence for account, pence in sums.items() if pence} == posted
    assert sum(line.debit_pence for line in lines) == sum(line.credit_pence for line in lines)
    assert set(Counter(line.entry for line in lines).values()) == {2}
    written = list(csv.DictReader(io.StringIO(write_journal(lines))))
    pounds = {side: sum(int(row[side].replace(".", "") or 0) for row in written) for side in ("debit", "credit")}
    assert pounds["debit"] == pounds["credit"] == sum(line.debit_pence for line in lines)


def test_each_budget_names_who_pays_and_what_expires_goes_back_to_who_paid_for_it(scheme: Scheme) -> None:
    scheme.add_residents(1, points=300)
    pay_in(scheme, 100, scheme.now)
    paid = [(one.campaign_id, one.funder_id, one.points, one.pence) for one in scheme.run(list_budget_funders)]
    assert paid == [(CAMPAIGN, FUNDER, 300, 300), (OTHER_CAMPAIGN, OTHER_FUNDER, 100, 100)]
    shares = {one.funder_id: one.owed_pence for one in outstanding(scheme, LATER).shares}
    assert shares == {FUNDER: 300, OTHER_FUNDER: 100}
    expire(scheme)
    pots = {funder: scheme.posted(AccountKind.POT, funder) for funder in (FUNDER, OTHER_FUNDER)}
    assert pots == {FUNDER: 300, OTHER_FUNDER: 5}
    then = outstanding(scheme, LATER + timedelta(days=1)).shares
    assert {one.funder_id: one.owed_pence for one in then} == {OTHER_FUNDER: 100}


def test_points_beyond_the_pot_are_refused(scheme: Scheme) -> None:
    scheme.run(partial(pay_into_pot, funder_id=OTHER_FUNDER, pence=Pence(99), now=scheme.now))
    order = {"campaign_id": OTHER_CAMPAIGN, "points": Points(100), "funder_id": OTHER_FUNDER, "now": scheme.now}
    with pytest.raises(PotTooSmall) as refused:
        scheme.run(lambda s: fund_campaign(s, **order))  # type: ignore[arg-type] # the order's values are mixed
    assert (refused.value.available_pence, refused.value.wanted_pence) == (99, 100)


def test_accounts_have_the_councils_codes_and_a_party_no_formula(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=300)
    spend(scheme, resident, scheme.now)
    scheme.run(lambda s: s.execute(text("UPDATE partners SET name = '=1+1'")))
    codes = read_account_codes('{"pot": "9200", "pot:3": "9203", "backing": "9300"}')
    period = read_period(f"{london_date(scheme.now):%Y-%m}")
    lines = scheme.run(
        lambda s: list_journal(s, scheme="leeds", codes=codes, from_at=period.from_at, until_at=period.until_at)
    )
    rows = list(csv.DictReader(io.StringIO(write_journal(lines))))
    assert [(row["code"], row["party"]) for row in rows] == [
        ("BANK-IN", ""),
        ("9203", "Funder 3"),
        ("9203", "Funder 3"),
        ("9300", ""),
        ("9300", ""),
        ("PARTNERS", "'=1+1"),
    ]


@pytest.mark.parametrize("written", ["{", "[]", '{"wallet": "1"}', '{"pot:x": "1"}', '{"pot": 1}', '{"pot": ""}'])
def test_codes_that_name_no_account_stop_the_report_and_say_why(written: str) -> None:
    with pytest.raises(Misconfigured, match="JOURNAL_CODES"):
        read_account_codes(written)


@pytest.fixture
def city(undone_city: UndoneCity, now: datetime) -> City:
    return undone_city(now)


def test_finance_reads_the_reports_over_http(city: City) -> None:
    assert city.redeem(city.take("drink").json()["code"]).status_code == 200
    owed = city.http.get("/v1/reports/liability", headers=city.by("finance")).json()
    money = city.http.get("/v1/register/money").json()
    assert owed["points"] == money["wallet_points"] + money["budget_points"]
    assert (owed["owed_pence"], owed["backing_pence"]) == (money["needed_pence"], money["backing_pence"])
    assert sum(one["owed_pence"] for one in owed["funders"]) == owed["owed_pence"]
    before = city.http.get("/v1/reports/liability?on=2026-11-21", headers=city.by("auditor")).json()
    assert before["points"] < owed["points"], "before the campaign was funded"
    budgets = city.http.get("/v1/reports/budget", headers=city.by("finance")).json()["items"]
    (budget,) = [one for one in budgets if one["campaign"] == "welcome"]
    assert (budget["funded_points"], budget["funders"]) == (1500, [{"funder": 9, "points": 1500, "pence": 1500}])
    table = city.http.get("/v1/reports/journal/2026-11", headers=city.by("finance"))
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.splitlines()[-1].endswith(",PARTNERS,Owed to a partner,Kirkgate Café,,0.80,A reward was used")
    refused = city.http.get("/v1/reports/journal/2026", headers=city.by("finance"))
    assert (refused.status_code, refused.json()["code"]) == (404, "period-unknown")


def test_the_commands_say_the_same(
    database: Database,
    database_url: str,
    secrets: Secrets,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    city = build_city(database, secrets, now)
    money = city.http.get("/v1/register/money").json()
    out = tmp_path / "journal.csv"
    done = CliRunner().invoke(program, ["journal", "2026-11", "--out", str(out)])
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    total = sum(int(row["debit"].replace(".", "") or 0) for row in rows)
    assert done.stdout == f"Wrote {len(rows) // 2} entries of {write_pounds(total)} pounds on each side to {out}.\n"
    assert sum(int(row["credit"].replace(".", "") or 0) for row in rows) == total > 0
    said = CliRunner().invoke(program, ["accrual", "--on", "2026-11-30"]).stdout.splitlines()[-1]
    owed, behind = write_pounds(money["needed_pence"]), write_pounds(money["backing_pence"])
    points = money["wallet_points"] + money["budget_points"]
    assert said == f"{points} points outstanding at 100 pence per 100: {owed} pounds owed, {behind} set aside."
