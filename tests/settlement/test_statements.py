"""Statements agree with the ledger to the penny, whatever a month was like."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.clock import london_date
from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.units import Pence, Points
from app.ledger.chart import AccountKind
from app.ledger.settling import settle_partner
from app.redemption.codes import VoucherCodes
from app.redemption.refunds import refund_redemption, undo_voucher
from app.settlement.errors import PeriodUnknown
from app.settlement.papers import write_csv, write_pdf, write_pounds
from app.settlement.periods import Period, read_period, week_of
from app.settlement.queries import StatementRead, get_statement
from app.settlement.service import close_week
from app.settlement.vat import sum_vat
from tests.databases import RolledBackDatabase
from tests.redemption.scheme import Scheme

START = datetime.fromisoformat("2026-11-02T09:00:00+00:00")


def _statement(scheme: Scheme, period: str, *, at: datetime) -> StatementRead:
    return scheme.run(
        lambda session: get_statement(session, partner_id=scheme.cafe.id, period=read_period(period), now=at)
    )


def _spend(scheme: Scheme, resident: int, *, at: datetime, points: int = 150) -> str:
    """The code of a voucher that was used then."""
    scheme.now = at
    voucher = scheme.take(resident, scheme.add_reward(points=points))
    scheme.redeem(voucher.code)
    assert voucher.code is not None
    return voucher.code


def _undo(scheme: Scheme, code: str) -> None:
    scheme.run(
        lambda session: undo_voucher(session, partner_id=scheme.cafe.id, code=code, codes=scheme.codes, now=scheme.now)
    )


def test_a_month_shows_what_was_redeemed_given_back_and_paid(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=1_000)
    scheme.now = START
    _spend(scheme, resident, at=START)
    _undo(scheme, _spend(scheme, resident, at=START + timedelta(days=1)))
    scheme.run(lambda s: settle_partner(s, partner_id=scheme.cafe.id, pence=Pence(50), now=scheme.now))
    statement = _statement(scheme, "2026-11", at=scheme.now)
    assert [line.kind for line in statement.lines] == ["redemption", "redemption", "correction", "payment"]
    assert [line.pence for line in statement.lines] == [120, 120, -120, -50]
    assert (statement.opening_pence, statement.closing_pence) == (0, 70)
    assert {line.title for line in statement.lines} == {"A hot drink", None}
    assert not statement.closed
    assert [(vat.percent, vat.gross_pence, vat.net_pence, vat.vat_pence) for vat in statement.vat] == [
        (20, 120, 100, 20)
    ]
    december = _statement(scheme, "2026-12", at=scheme.now)
    assert (december.opening_pence, december.lines, december.closing_pence) == (70, (), 70)


@given(
    deeds=st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from(["spend", "undo", "refund", "pay"]), st.integers(1, 150)),
        max_size=14,
    )
)
@settings(max_examples=25)
def test_statements_of_any_month_equal_the_ledger_to_the_penny(
    shared_database: Database, secrets: Secrets, deeds: list[tuple[int, str, int]]
) -> None:
    with shared_database.engine.connect() as connection:
        outer = connection.begin()
        scheme = Scheme(RolledBackDatabase(shared_database, connection), VoucherCodes(secrets), START)
        (resident,) = scheme.add_residents(1, points=5_000)
        _live(scheme, resident, sorted(deeds))
        _compare(scheme)
        outer.rollback()


def _live(scheme: Scheme, resident: int, deeds: list[tuple[int, str, int]]) -> None:
    for day, deed, number in deeds:
        at = START + timedelta(days=day, minutes=number)
        if deed == "pay":
            scheme.run(partial(settle_partner, partner_id=scheme.cafe.id, pence=Pence(number), now=at))
            continue
        code = _spend(scheme, resident, at=at)
        if deed == "undo":
            _undo(scheme, code)
        elif deed == "refund":
            voucher = scheme.run(
                lambda s: s.execute(text("SELECT public_id FROM redemptions ORDER BY id DESC LIMIT 1")).scalar_one()
            )
            scheme.run(partial(refund_redemption, redemption=voucher, points=Points(number), reason="Cold", now=at))


def _compare(scheme: Scheme) -> None:
    """Months and closed weeks, each beginning where the last ended, end at what the ledger says is owed."""
    later = START + timedelta(days=70)
    months = [_statement(scheme, name, at=later) for name in ("2026-11", "2026-12", "2027-01")]
    owed = scheme.posted(AccountKind.PAYABLE, scheme.cafe.id)
    assert months[0].opening_pence == 0
    assert [month.closing_pence for month in months[:-1]] == [month.opening_pence for month in months[1:]]
    assert months[-1].closing_pence == owed
    weeks = []
    for number in range(9):
        week = week_of(london_date(START) + timedelta(days=7 * number))
        made = scheme.run(partial(close_week, partner_id=scheme.cafe.id, week=week, now=later))
        weeks += [made] if made else []
    assert sum(line.pence for week in weeks for line in week.lines) == owed
    stands = Counter(line.transfer_id for week in weeks for line in week.lines)
    assert set(stands.values()) <= {1}, "every transfer stands on one statement"
    for statement in (*months, *weeks):
        assert statement.closing_pence == statement.opening_pence + sum(line.pence for line in statement.lines)
        for vat in statement.vat:
            assert vat.gross_pence == vat.net_pence + vat.vat_pence
        earned = statement.sum_of("redemption") + statement.sum_of("correction")
        assert earned == sum(vat.gross_pence for vat in statement.vat)


def test_a_week_is_closed_once_and_what_came_too_late_stands_on_the_next(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=1_000)
    _spend(scheme, resident, at=START)
    week, later = week_of(date(2026, 11, 2)), START + timedelta(days=30)

    def close(which: Period) -> StatementRead | None:
        return scheme.run(lambda s: close_week(s, partner_id=scheme.cafe.id, week=which, now=later))

    first = close(week)
    assert first is not None
    assert first.closing_pence == 120
    assert close(week) is None
    _spend(scheme, resident, at=START + timedelta(hours=2))
    second = close(week_of(date(2026, 11, 9)))
    assert second is not None
    assert (second.opening_pence, [line.pence for line in second.lines], second.closing_pence) == (120, [120], 240)
    paid = scheme.run(lambda s: s.execute(text("SELECT pence FROM payouts ORDER BY id")).scalars().all())
    assert list(paid) == [120, 120], "what is on its way already is not paid again"


@pytest.mark.parametrize("written", ["2026", "2026-13", "2026-W54", "1999-01", "2026-11-01", "\u0662026-11", ""])
def test_what_is_neither_a_month_nor_a_week_is_told(written: str) -> None:
    with pytest.raises(PeriodUnknown):
        read_period(written)


def test_a_week_with_a_change_of_the_clock_has_all_its_hours() -> None:
    week = read_period("2026-W43")
    assert week.until_at - week.from_at == timedelta(days=7, hours=1)


def test_a_spreadsheet_never_takes_a_title_for_a_formula(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=1_000)
    _spend(scheme, resident, at=START)
    scheme.run(lambda s: s.execute(text("UPDATE rewards SET title = '=1+1, \"free\"'")))
    rows = list(csv.DictReader(io.StringIO(write_csv(_statement(scheme, "2026-11", at=START)))))
    assert [row["what"] for row in rows[:3]] == ["Opening balance", "Redeemed", "Closing balance"]
    assert rows[1]["reward"] == '\'=1+1, "free"'
    assert [row["pounds"] for row in rows[:3]] == ["0.00", "1.20", "1.20"]


def test_the_table_has_net_vat_and_gross_of_each_rate(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=1_000)
    _spend(scheme, resident, at=START)
    statement = _statement(scheme, "2026-11", at=START)
    rows = [row for row in csv.DictReader(io.StringIO(write_csv(statement))) if row["what"].startswith("VAT")]
    assert [(row["pounds"], row["vat_percent"]) for row in rows] == [("1.00", "20"), ("0.20", "20"), ("1.20", "20")]


def test_the_page_is_a_pdf_with_names_from_anywhere(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=1_000)
    for _ in range(3):
        _spend(scheme, resident, at=START)
    scheme.run(lambda s: s.execute(text("UPDATE rewards SET title = :title"), {"title": "Kawa w Łodzi i Ωμέγα " * 9}))
    written = write_pdf(
        _statement(scheme, "2026-11", at=START),
        scheme="Smart Leeds Rewards",
        partner="Café Łódź",
        made_on=date(2026, 12, 1),
    )
    assert written.startswith(b"%PDF-")


@dataclass(frozen=True)
class _Taxed:
    pence: Pence
    vat_treatment: str | None
    vat_percent: int | None


def test_vat_is_to_the_nearest_penny_and_never_lost_line_by_line() -> None:
    """Three times 10 pence at 20% hold 5 pence of VAT, line by line 6; three times 7 at 5% 1 penny, or 0."""
    assert [write_pounds(pence) for pence in (0, 5, 120, -1, -250)] == ["0.00", "0.05", "1.20", "-0.01", "-2.50"]
    assert sum_vat([]) == ()
    lines = [_Taxed(Pence(10), "multi_purpose", 20)] * 3 + [_Taxed(Pence(7), "multi_purpose", 5)] * 3
    lines += [_Taxed(Pence(-4), "single_purpose", 20), _Taxed(Pence(99), None, None)]
    found = [(one.treatment, one.percent, one.gross_pence, one.net_pence, one.vat_pence) for one in sum_vat(lines)]
    assert found == [
        ("multi_purpose", 5, 21, 20, 1),
        ("multi_purpose", 20, 30, 25, 5),
        ("single_purpose", 20, -4, -3, -1),
    ]
    back = sum_vat([*lines, _Taxed(Pence(-30), "multi_purpose", 20)])
    assert (back[1].gross_pence, back[1].net_pence, back[1].vat_pence) == (0, 0, 0), "a refund takes its VAT back"
