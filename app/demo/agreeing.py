"""What the council of the demonstration has agreed with its partners: what each of their rewards costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from app.core.clock import london_date
from app.demo.plan import CITY_COUNCIL, OFFICERS
from app.identity.queries import OfficerRead
from app.offers.contracts.queries import RewardRate
from app.offers.contracts.service import Proposal, approve_contract, propose_contract
from app.offers.queries import PartnerRead, RewardRead

FINANCE, APPROVER = (
    next(place for place, officer in enumerate(OFFICERS) if officer.role == role) for role in ("finance", "approver")
)


def agree_contracts(
    session: Session,
    *,
    partners: Sequence[PartnerRead],
    rewards: Sequence[RewardRead],
    officers: Sequence[OfficerRead],
    now: datetime,
) -> None:
    """From the day after `now` on, the first on which anybody spends; the cheapest reward has the usual rate."""
    for partner in partners:
        own = sorted((one for one in rewards if one.partner.id == partner.id), key=lambda one: one.cost_pence)
        is_group = partner.kind == "community_group"
        usual, *others = own
        proposal = Proposal(
            rate_pence=usual.cost_pence,
            vat_treatment="free" if is_group else "multi_purpose",
            vat_percent=0 if is_group else 20,
            funder_id=CITY_COUNCIL,
            starts_on=london_date(now) + timedelta(days=1),
            rates=tuple(
                RewardRate(one.public_id, one.cost_pence, one.vat_treatment, one.vat_percent) for one in others
            ),
        )
        made = propose_contract(
            session, partner=partner.public_id, proposal=proposal, officer=officers[FINANCE], now=now
        )
        approve_contract(
            session, partner=partner.public_id, contract=made.public_id, officer=officers[APPROVER], now=now
        )
