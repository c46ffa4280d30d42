"""Colluding partner: a seeded ring is flagged for a person, and how often honest partners are is measured."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.secret_store import Secrets
from app.earning.review.cases import list_cases
from app.earning.review.doubts import find_doubts
from app.redemption.codes import VoucherCodes
from app.redemption.outliers import FEWEST, Figures, find_outliers, flag_outliers
from tests.redemption.scheme import Scheme

CITIES = 200
PARTNERS = 40
FALSE_ALARMS_AT_MOST = 0.002
"""Of honest partners a month; what is measured is printed by the test."""


def honest(chance: Random, partner: int) -> Figures:
    """A month of a shop: some are for regulars, at some people claim in the queue, and a few are both."""
    people = chance.randint(5, 120)
    habit = chance.choice((0.1, 0.5, 1.0, 2.0))
    vouchers = sum(1 + min(int(chance.expovariate(1 / habit)), 12) for _ in range(people))
    in_the_queue = chance.betavariate(2, 4)
    return Figures(partner, vouchers, people, sum(chance.random() < in_the_queue for _ in range(vouchers)))


def ring(chance: Random, partner: int) -> Figures:
    """A few accounts claim and redeem over and over, with nobody at the till."""
    people = chance.randint(3, 8)
    vouchers = people * chance.randint(8, 25)
    return Figures(partner, vouchers, people, round(vouchers * chance.uniform(0.9, 1.0)))


def test_a_ring_among_honest_partners_stands_out_and_few_others_do(capsys: pytest.CaptureFixture[str]) -> None:
    chance = Random(20261126)  # noqa: S311 - a seeded city
    found = alarms = 0
    for _ in range(CITIES):
        partners = [honest(chance, number) for number in range(PARTNERS)] + [ring(chance, PARTNERS)]
        flagged = {one.partner_id for one in find_outliers(partners)}
        found += PARTNERS in flagged
        alarms += len(flagged - {PARTNERS})
    rate = alarms / (CITIES * PARTNERS)
    with capsys.disabled():
        print(f"\nring found in {found} of {CITIES} cities; false alarms: {rate:.3%} of honest partners a month")  # noqa: T201
    assert found >= CITIES * 95 // 100
    assert rate <= FALSE_ALARMS_AT_MOST


def test_a_small_partner_and_a_small_scheme_are_left_alone() -> None:
    few = [Figures(number, FEWEST, FEWEST // 2, 2) for number in range(10)]
    assert find_outliers([*few, Figures(99, FEWEST - 1, 1, FEWEST - 1)]) == []
    assert find_outliers([Figures(1, 500, 2, 500), Figures(2, 30, 20, 3)]) == []
    assert [one.partner_id for one in find_outliers([*few, Figures(99, FEWEST, 1, FEWEST)])] == [99]


@pytest.fixture
def scheme(rolled_back: Database, secrets: Secrets, now: datetime) -> Scheme:
    return Scheme(rolled_back, VoucherCodes(secrets), now)


def test_the_nightly_look_opens_one_case_with_the_figures_and_pauses_nothing(scheme: Scheme) -> None:
    insert = text(
        "INSERT INTO redemptions (id, public_id, resident_id, reward_id, partner_id, hold_id, points, cost_pence,"
        " status, adapter, code_hash, made_at, expires_at, redeemed_at, ended_at, remote)"
        " SELECT -:partner * 1000 - n, gen_random_uuid(), n % :people, 1, :partner, -:partner * 1000 - n, 100, 80,"
        " 'redeemed', 'voucher_code', decode(md5(:partner || '/' || n), 'hex'),"
        " CAST(:at AS timestamptz) - :took * interval '1 minute', :at, :at, :at, false FROM generate_series(1, 60) AS n"
    )
    at = scheme.now - timedelta(days=3)
    colluding = 8
    for partner in range(1, colluding + 1):
        people, took = (3, 1) if partner == colluding else (40, 90)
        facts = {"partner": partner, "people": people, "took": took, "at": at}
        scheme.run(partial(Session.execute, statement=insert, params=facts))
    assert scheme.run(lambda session: flag_outliers(session, now=scheme.now)) == 1
    assert scheme.run(lambda session: flag_outliers(session, now=scheme.now)) == 0
    (case,) = scheme.run(lambda session: list_cases(session, waiting=True, after=None, limit=10)).items
    assert (case.subject, case.flag, case.facts) == (
        "partner",
        "redeemed_at_once",
        {"vouchers": 60, "people": 3, "at_once": 60},
    )
    everybody = range(1, colluding + 1)
    doubted = scheme.run(lambda session: find_doubts(session, partner_ids=everybody))
    assert set(doubted) == {colluding}, "only the ring's money waits for a person"
