"""Breakage goes back to who paid for the points that expired, and never more than it still has behind points."""

from __future__ import annotations

import importlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.units import Pence, Points
from app.ledger.chart import SCHEME, AccountKind, Unit
from app.ledger.draws import read_behind
from app.ledger.expiry import expire_points, forfeit_points
from app.ledger.outstanding import read_outstanding
from app.ledger.posting import Award, post_awards
from app.ledger.rate import change_rate
from app.ledger.refunds import refund_hold
from app.ledger.service import capture_hold, fund_campaign, open_account, open_wallets, pay_into_pot, place_hold
from app.ledger.sharing import share_out
from app.ledger.verify import verify_ledger
from tests.databases import RolledBackDatabase
from tests.ledger.tampering import change_as_superuser

FUNDED = datetime(2026, 1, 15, 12, tzinfo=UTC)
EXPIRED = datetime(2027, 7, 1, 12, tzinfo=UTC)
"""When points of the first quarter of 2026 have just expired."""
A, B = 91, 92
PARTNER = 31
FIRST_WALLET = 2**41


@dataclass
class Purse:
    """Two funders with a campaign each, and any number of wallets; points cost a penny each."""

    session: Session
    events: int = 0
    wallets: int = 0
    campaigns: dict[int, int] = field(default_factory=lambda: {A: 81, B: 82})

    def fund(self, funder: int, points: int, *, campaign: int | None = None, pence: int | None = None) -> None:
        pay_into_pot(self.session, funder_id=funder, pence=Pence(pence or points), now=FUNDED)
        number = campaign or self.campaigns[funder]
        fund_campaign(self.session, campaign_id=number, points=Points(points), funder_id=funder, now=FUNDED)

    def open(self) -> int:
        self.wallets += 1
        open_wallets(self.session, resident_ids=[FIRST_WALLET + self.wallets])
        return FIRST_WALLET + self.wallets

    def award(self, funder: int, wallet: int, points: int) -> None:
        self.events += 1
        owner = self.campaigns[funder]
        budget = open_account(self.session, kind=AccountKind.BUDGET, unit=Unit.POINTS, owner=owner)
        post_awards(self.session, awards=[Award(self.events, budget, wallet, points, FUNDED)], now=FUNDED)

    def spend(self, wallet: int, points: int, *, cost: int = 0) -> int:
        hold = place_hold(self.session, wallet_id=wallet, points=Points(points), now=FUNDED)
        capture_hold(
            self.session,
            hold_id=hold,
            payee_kind=AccountKind.REDEEMED,
            payee_owner=SCHEME,
            partner_id=PARTNER,
            cost_pence=Pence(cost),
            now=FUNDED,
        )
        return hold

    def expire(self, limit: int = 1000) -> Counter[int]:
        """What each funder's pot got back."""
        before, pence = self.pots(), 0
        while (swept := expire_points(self.session, now=EXPIRED, limit=limit)) is not None:
            pence += swept.pence
        back = Counter({funder: there - before[funder] for funder, there in self.pots().items()})
        assert back.total() == pence
        return back

    def pots(self) -> dict[int, int]:
        asked = text("SELECT owner, posted FROM ledger_accounts WHERE kind = :kind")
        return {row[0]: row[1] for row in self.session.execute(asked, {"kind": int(AccountKind.POT)})}

    def owed(self) -> dict[int, int]:
        return {one.funder_id: one.owed_pence for one in read_outstanding(self.session, at=EXPIRED).shares}


def test_who_paid_for_the_points_that_expire_gets_them_back_and_not_who_paid_for_others(session: Session) -> None:
    purse = Purse(session)
    purse.fund(A, 3_000)
    purse.fund(B, 300)
    bus, walk = purse.open(), purse.open()
    purse.award(A, bus, 3_000)
    purse.award(B, walk, 300)
    purse.spend(bus, 3_000, cost=2_400)  # what the rewards cost less is not behind anybody's unspent points
    assert purse.owed() == {B: 300}
    assert purse.expire() == {A: 0, B: 300}
    assert not verify_ledger(session).findings


def test_a_wallet_with_points_of_both_expires_in_proportion_to_what_each_gave_it(session: Session) -> None:
    purse = Purse(session)
    purse.fund(A, 900)
    purse.fund(B, 300)
    both = purse.open()
    purse.award(A, both, 300)
    purse.award(B, both, 100)
    purse.spend(both, 200, cost=200)
    assert purse.owed() == {A: 750, B: 250}, "the other 600 and 200 are in the budgets"
    assert purse.expire() == {A: 150, B: 50}


def test_a_later_funder_of_the_same_campaign_does_not_pay_for_what_was_spent_before(session: Session) -> None:
    purse = Purse(session)
    purse.fund(A, 1_000)
    early, late = purse.open(), purse.open()
    purse.award(A, early, 1_000)
    purse.spend(early, 1_000, cost=1_000)
    purse.fund(B, 300, campaign=81)
    purse.award(A, late, 300)
    assert purse.expire() == {A: 0, B: 300}


def test_what_is_refunded_has_its_funders_money_behind_it_again(session: Session) -> None:
    purse = Purse(session)
    purse.fund(A, 500)
    purse.fund(B, 500)
    bus, walk = purse.open(), purse.open()
    purse.award(A, bus, 500)
    purse.award(B, walk, 500)
    hold = purse.spend(bus, 500, cost=400)
    purse.spend(walk, 500, cost=500)
    refund_hold(session, hold_id=hold, partner_id=PARTNER, points=Points(200), now=FUNDED)
    assert {funder: one.left for funder, one in read_behind(session).items()} == {A: 200, B: 0}
    assert purse.expire() == {A: 200, B: 0}
    assert not verify_ledger(session).findings


def test_what_somebody_leaves_behind_goes_back_to_who_paid_for_it(session: Session) -> None:
    purse = Purse(session)
    purse.fund(A, 3_000)
    purse.fund(B, 300)
    purse.award(A, purse.open(), 2_000)
    leaver = purse.open()
    purse.award(B, leaver, 300)
    assert forfeit_points(session, wallet_id=leaver, now=FUNDED).pence == 300
    assert purse.pots() == {A: 0, B: 300}
    assert not verify_ledger(session).findings


def test_who_paid_when_the_rate_was_raised_gets_the_raise_back(session: Session) -> None:
    purse = Purse(session)
    purse.fund(A, 1_000)
    purse.award(A, purse.open(), 1_000)
    pay_into_pot(session, funder_id=B, pence=Pence(200), now=FUNDED)
    change_rate(session, to=120, least=0, funder_id=B, now=FUNDED)
    assert purse.owed()[B] + purse.owed()[A] == 1_000, "no officer's decision is on record here, so at the first rate"
    assert purse.expire() == {A: 1_000, B: 200}


def test_what_was_captured_before_draws_were_noted_is_noted_as_the_rule_was(session: Session) -> None:
    purse = Purse(session)
    purse.fund(A, 600)
    purse.fund(B, 300)
    wallet = purse.open()
    purse.award(A, wallet, 600)
    holds = [purse.spend(wallet, points, cost=points) for points in (100, 50, 7)]
    refund_hold(session, hold_id=holds[0], partner_id=PARTNER, points=Points(40), now=FUNDED)
    migration = importlib.import_module("migrations.versions.0049_draws")
    change_as_superuser(session, "DELETE FROM ledger_drawdowns")
    change_as_superuser(session, migration.CAPTURED_BEFORE)
    assert {funder: one.left for funder, one in read_behind(session).items()} == {A: 600 - 78, B: 300 - 39}
    assert not verify_ledger(session).findings


MOST = 60
GIFTS = st.lists(st.tuples(st.integers(0, MOST), st.integers(0, MOST), st.integers(0, 100)), min_size=1, max_size=6)


@given(gifts=GIFTS, limit=st.integers(1, 4), rate=st.sampled_from([100, 100, 90, 133]))
@settings(max_examples=20)
def test_nobody_ever_gets_back_more_than_it_put_in_less_what_was_drawn(
    shared_database: Database, gifts: list[tuple[int, int, int]], limit: int, rate: int
) -> None:
    """Each gift is a wallet: points of A, points of B, and how many per cent of them are spent."""
    with shared_database.engine.connect() as connection:
        outer = connection.begin()
        RolledBackDatabase(shared_database, connection).in_transaction(
            lambda session: _live_a_year(Purse(session), gifts, limit, rate)
        )
        outer.rollback()


def _live_a_year(purse: Purse, gifts: list[tuple[int, int, int]], limit: int, rate: int) -> None:
    pay_into_pot(purse.session, funder_id=A, pence=Pence(10_000), now=FUNDED)
    change_rate(purse.session, to=rate, least=0, funder_id=A, now=FUNDED)
    drawn, expired = {A: Fraction(0), B: Fraction(0)}, {A: Fraction(0), B: Fraction(0)}
    for funder in (A, B):
        purse.fund(funder, len(gifts) * MOST, pence=len(gifts) * MOST * 2)
    for of_a, of_b, per_cent in gifts:
        wallet, total = purse.open(), of_a + of_b
        for funder, points in ((A, of_a), (B, of_b)):
            if points:
                purse.award(funder, wallet, points)
        spent = total * per_cent // 100
        if spent:
            purse.spend(wallet, spent, cost=spent * rate // 200)
        for funder, points in ((A, of_a), (B, of_b)):
            if total:
                drawn[funder] += Fraction(points * spent, total)
                expired[funder] += Fraction(points * (total - spent), total)
    before = read_behind(purse.session)
    back = purse.expire(limit)
    after = read_behind(purse.session)
    steps = len(gifts)
    for funder in (A, B):
        assert back[funder] <= before[funder].left
        assert after[funder].left == before[funder].left - back[funder] >= 0
        assert abs(back[funder] - expired[funder] * rate / 100) < steps + 1, "a penny for each step at most"
        assert abs(before[funder].put - before[funder].left - drawn[funder] * rate / 100) < steps + 1
    assert not verify_ledger(purse.session).findings


@given(
    wallets=st.lists(st.tuples(st.sampled_from([A, B]), st.integers(1, 50), st.integers(0, 50)), min_size=1, max_size=5)
)
@settings(max_examples=15)
def test_the_accrual_is_what_would_go_back_if_all_that_is_out_expired(
    shared_database: Database, wallets: list[tuple[int, int, int]]
) -> None:
    """Each is a wallet: the funder of its points, how many, and how many of them are spent; budgets are empty."""
    with shared_database.engine.connect() as connection:
        outer = connection.begin()

        def serve(session: Session) -> None:
            purse = Purse(session)
            for funder in (A, B):
                total = sum(points for payer, points, _ in wallets if payer == funder)
                purse.fund(funder, total or 1)
                if not total:
                    purse.award(funder, purse.open(), 1)
            for funder, points, spent in wallets:
                wallet = purse.open()
                purse.award(funder, wallet, points)
                if spent := min(spent, points):
                    purse.spend(wallet, spent, cost=spent // 2)
            owed = purse.owed()
            assert {funder: pence for funder, pence in purse.expire().items() if pence} == owed

        RolledBackDatabase(shared_database, connection).in_transaction(serve)
        outer.rollback()


PARTS = st.dictionaries(st.integers(1, 9), st.integers(1, 10**6), min_size=1)


@given(pence=st.integers(0, 10**6), weights=PARTS, most=PARTS)
def test_shares_add_up_to_the_penny_and_none_is_above_its_most(
    pence: int, weights: dict[int, int], most: dict[int, int]
) -> None:
    shares = share_out(pence, weights, most=most)
    assert sum(shares.values()) == min(pence, sum(part for who, part in most.items() if who in weights))
    assert all(0 < share <= most[who] for who, share in shares.items())
    assert sum(share_out(pence, weights).values()) == pence


@given(parts=PARTS, data=st.data())
def test_none_gets_more_than_it_gave_where_all_gave_enough(parts: dict[int, int], data: st.DataObject) -> None:
    pence = data.draw(st.integers(0, sum(parts.values())))
    assert all(share <= parts[who] for who, share in share_out(pence, parts).items())
