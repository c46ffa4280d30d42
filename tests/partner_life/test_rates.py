"""Whatever was agreed from whichever day on, the ledger owes the rate of each voucher's own day, to the penny."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from app.core.clock import london_date
from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.units import Pence
from app.identity.service import create_officer
from app.ledger.chart import AccountKind
from app.offers.contracts.service import Proposal, approve_contract, propose_contract
from app.redemption.codes import VoucherCodes
from app.settlement.periods import read_period
from app.settlement.queries import get_statement
from tests.databases import RolledBackDatabase
from tests.redemption.scheme import FUNDER, Scheme

START = datetime(2026, 11, 2, 9, tzinfo=UTC)


def _agree(session: Session, scheme: Scheme, agreed: list[tuple[int, int]]) -> None:
    """All on the first day; of two from the same day on the later one holds."""
    officers = [
        create_officer(session, name=name, email=f"{name}@example.org", roles=["finance"], now=START)
        for name in ("one", "other")
    ]
    for day, rate_pence in agreed:
        starts_on = london_date(START) + timedelta(days=day)
        proposal = Proposal(Pence(rate_pence), "multi_purpose", 20, FUNDER, starts_on)
        change = partial(propose_contract, session, partner=scheme.cafe.public_id, officer=officers[0], now=START)
        made = change(proposal=proposal)
        approve_contract(
            session, partner=scheme.cafe.public_id, contract=made.public_id, officer=officers[1], now=START
        )


@given(
    agreed=st.lists(st.tuples(st.integers(1, 20), st.integers(0, 150)), max_size=4),
    taken=st.lists(st.tuples(st.integers(0, 22), st.integers(0, 20)), min_size=1, max_size=6),
)
@settings(max_examples=12)
def test_the_ledger_owes_the_rate_of_each_vouchers_own_day(
    shared_database: Database, secrets: Secrets, agreed: list[tuple[int, int]], taken: list[tuple[int, int]]
) -> None:
    with shared_database.engine.connect() as connection:
        outer = connection.begin()
        scheme = Scheme(RolledBackDatabase(shared_database, connection), VoucherCodes(secrets), START)
        (resident,) = scheme.add_residents(1, points=2_000)
        reward = scheme.add_reward(points=150)
        scheme.run(partial(_agree, scheme=scheme, agreed=agreed))
        owed = 0
        for day, waits in sorted(taken):
            at = START + timedelta(days=day)
            scheme.now = at
            voucher = scheme.take(resident, reward)
            scheme.redeem(voucher.code, at=at + timedelta(days=waits))
            in_force = [one for one in agreed if one[0] <= day]
            latest = max((one[0] for one in in_force), default=0)
            owed += next((rate for since, rate in reversed(in_force) if since == latest), reward.cost_pence)
        assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == owed
        end = START + timedelta(days=90)
        statements = [
            scheme.run(partial(get_statement, partner_id=scheme.cafe.id, period=read_period(month), now=end))
            for month in ("2026-11", "2026-12")
        ]
        assert statements[-1].closing_pence == owed
        assert scheme.run(scheme.find_faults) == ()
        outer.rollback()
