"""What is agreed with a partner, as its own people read it."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from sqlmodel import Session

from app.core.ids import public_id
from app.offers.contracts.queries import ContractRead, list_contracts
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.api.partner_shapes import RewardRateShape, present_rates
from app.web.callers import SignedIn, as_partner_staff

router = APIRouter(tags=["partner"])


class OwnContractShape(Shape):
    """From `starts_on` until a later version starts. A voucher is paid at the rate of the day on which it was made."""

    id: str
    version: int
    rate_pence: int
    vat_treatment: str
    vat_percent: int
    starts_on: date
    rates: list[RewardRateShape]


class OwnContractsShape(Shape):
    """Newest version first; only those that were approved."""

    items: list[OwnContractShape]


@router.get("/v1/partner/contracts", responses=declines(*SIGNED_IN))
def show_contracts(call: SignedIn) -> OwnContractsShape:
    """What you are paid for a redemption, and were before. For the partner's people."""

    def find(session: Session, partner_id: int) -> OwnContractsShape:
        found = list_contracts(session, partner_ids=[partner_id])[partner_id]
        return OwnContractsShape(items=[_present(one) for one in found if one.decision == "approved"])

    return call.run(as_partner_staff, lambda session, staff: find(session, staff.partner_id))


def _present(contract: ContractRead) -> OwnContractShape:
    return OwnContractShape(
        id=public_id("con", contract.public_id),
        version=contract.version,
        rate_pence=contract.rate_pence,
        vat_treatment=contract.vat_treatment,
        vat_percent=contract.vat_percent,
        starts_on=contract.starts_on,
        rates=present_rates(contract),
    )
