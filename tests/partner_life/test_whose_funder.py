"""The funder that a contract names stands for it on record; the money is that of the points that were spent."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session

from app.core.clock import london_date
from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.units import Pence, Points
from app.identity.service import create_officer
from app.ledger.draws import read_behind
from app.ledger.service import fund_campaign, pay_into_pot
from app.offers.contracts.service import Proposal, approve_contract, propose_contract
from app.redemption.codes import VoucherCodes
from tests.redemption.scheme import FUNDER, Scheme

NAMED = FUNDER + 1


def _agree(session: Session, scheme: Scheme) -> None:
    """A contract for which another funder stands than the one that paid for the residents' points."""
    pay_into_pot(session, funder_id=NAMED, pence=Pence(1_000), now=scheme.now)
    fund_campaign(session, campaign_id=99, points=Points(1_000), funder_id=NAMED, now=scheme.now)
    one, other = (
        create_officer(session, name=name, email=f"{name}@example.org", roles=["finance"], now=scheme.now)
        for name in ("one", "other")
    )
    terms = Proposal(Pence(110), "multi_purpose", 20, NAMED, london_date(scheme.now) + timedelta(days=1))
    cafe = scheme.cafe.public_id
    made = propose_contract(session, partner=cafe, proposal=terms, officer=one, now=scheme.now)
    approve_contract(session, partner=cafe, contract=made.public_id, officer=other, now=scheme.now)


def test_a_redemption_draws_on_who_paid_for_its_points_whoever_the_contract_names(
    rolled_back: Database, secrets: Secrets, now: datetime
) -> None:
    scheme = Scheme(rolled_back, VoucherCodes(secrets), now)
    (resident,) = scheme.add_residents(1, points=500)
    reward = scheme.add_reward(points=150)
    scheme.run(partial(_agree, scheme=scheme))
    scheme.now += timedelta(days=2)
    scheme.redeem(scheme.take(resident, reward).code)
    left = {funder: one.left for funder, one in scheme.run(read_behind).items()}
    assert left == {FUNDER: 500 - 150, NAMED: 1_000}
