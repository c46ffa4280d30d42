"""What is agreed with partners, as officers see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from app.core.ids import parse_public_id, public_id
from app.identity.queries import OfficerRead, find_officers
from app.offers.contracts.queries import ContractRead
from app.offers.errors import PartnerUnknown
from app.web.api.answers import Shape
from app.web.api.draft_shapes import PersonShape
from app.web.api.drafts_shown import present_person


class RewardRateShape(Shape):
    """What is paid for one reward."""

    reward: str
    rate_pence: int
    vat_treatment: str
    vat_percent: int


class ContractShape(Shape):
    """One version. `decision` is null while it waits for a second officer; `refusal` says why it was refused."""

    id: str
    version: int
    rate_pence: int
    vat_treatment: str
    vat_percent: int
    funder: int | None
    starts_on: date
    rates: list[RewardRateShape]
    proposed_by: PersonShape
    proposed_at: datetime
    decision: str | None
    decided_by: PersonShape | None
    decided_at: datetime | None
    refusal: str | None


def read_partner_id(written: str) -> UUID:
    """Raises PartnerUnknown."""
    uuid = parse_public_id("prt", written)
    if uuid is None:
        raise PartnerUnknown
    return uuid


def present_contracts(session: Session, contracts: tuple[ContractRead, ...]) -> list[ContractShape]:
    """With the names of the officers."""
    ids = {number for one in contracts for number in (one.proposed_by, one.decided_by) if number is not None}
    officers = find_officers(session, ids=ids)
    return [_present(one, officers) for one in contracts]


def present_rates(contract: ContractRead) -> list[RewardRateShape]:
    return [
        RewardRateShape(
            reward=public_id("rew", rate.reward),
            rate_pence=rate.rate_pence,
            vat_treatment=rate.vat_treatment,
            vat_percent=rate.vat_percent,
        )
        for rate in contract.rates
    ]


def _present(contract: ContractRead, officers: Mapping[int, OfficerRead]) -> ContractShape:
    return ContractShape(
        id=public_id("con", contract.public_id),
        version=contract.version,
        rate_pence=contract.rate_pence,
        vat_treatment=contract.vat_treatment,
        vat_percent=contract.vat_percent,
        funder=contract.funder_id,
        starts_on=contract.starts_on,
        rates=present_rates(contract),
        proposed_by=present_person(officers[contract.proposed_by]),
        proposed_at=contract.proposed_at,
        decision=contract.decision,
        decided_by=None if contract.decided_by is None else present_person(officers[contract.decided_by]),
        decided_at=contract.decided_at,
        refusal=contract.refusal,
    )
