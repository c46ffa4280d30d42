"""Contracts, read: all versions of a partner, and what holds for one reward on one day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.units import Pence
from app.offers.contracts.tables import ContractRate, PartnerContract
from app.offers.tables import Reward

VatTreatment = Literal["single_purpose", "multi_purpose", "free"]


@dataclass(frozen=True)
class RewardRate:
    """What is paid for one reward, by its public id, in the place of the usual rate."""

    reward: UUID
    rate_pence: Pence
    vat_treatment: str
    vat_percent: int


@dataclass(frozen=True)
class ContractRead:
    """One version. `decision` is None while it waits; officers are by internal id. See PartnerContract."""

    id: int
    public_id: UUID
    version: int
    rate_pence: Pence
    vat_treatment: str
    vat_percent: int
    funder_id: int | None
    starts_on: date
    rates: tuple[RewardRate, ...]
    proposed_by: int
    proposed_at: datetime
    decision: str | None
    decided_by: int | None
    decided_at: datetime | None
    refusal: str | None


@dataclass(frozen=True)
class Terms:
    """What one redemption of a reward costs on a day, and by which contract."""

    contract_id: int
    rate_pence: Pence
    vat_treatment: str
    vat_percent: int


_TERMS = text("""
    SELECT c.id, coalesce(r.rate_pence, c.rate_pence) AS rate_pence,
           coalesce(r.vat_treatment, c.vat_treatment) AS vat_treatment,
           coalesce(r.vat_percent, c.vat_percent) AS vat_percent
    FROM partner_contracts c LEFT JOIN contract_rates r ON r.contract_id = c.id AND r.reward_id = :reward
    WHERE c.partner_id = :partner AND c.decision = 'approved' AND c.starts_on <= :on
    ORDER BY c.starts_on DESC, c.version DESC LIMIT 1
""")
_NEEDS = text("SELECT EXISTS (SELECT FROM partners WHERE id = :partner AND proposed_by IS NOT NULL)")


def find_terms(session: Session, *, partner_id: int, reward_id: int, on: date) -> Terms | None:
    """What holds on a date in Leeds; None when no contract does. Of two that start on one day, the later version."""
    row = session.execute(_TERMS, {"partner": partner_id, "reward": reward_id, "on": on}).one_or_none()
    return Terms(row.id, Pence(row.rate_pence), row.vat_treatment, row.vat_percent) if row else None


def needs_contract(session: Session, *, partner_id: int) -> bool:
    """Whether officers let the partner in; one that was added without them is paid what its rewards say."""
    return bool(session.execute(_NEEDS, {"partner": partner_id}).scalar_one())


def find_agreed(session: Session, *, partner_id: int, on: date) -> ContractRead | None:
    """The version that holds on a date in Leeds, or else the first that will."""
    contracts = list_contracts(session, partner_ids=[partner_id])[partner_id]
    approved = [one for one in contracts if one.decision == "approved"]
    running = [one for one in approved if one.starts_on <= on]
    to_come = min(approved, key=lambda one: (one.starts_on, -one.version), default=None)
    return max(running, key=lambda one: (one.starts_on, one.version), default=to_come)


def list_contracts(session: Session, *, partner_ids: Sequence[int]) -> dict[int, tuple[ContractRead, ...]]:
    """Every version of each of these partners, newest first; those that wait or were refused, too."""
    wanted = select(PartnerContract).where(col(PartnerContract.partner_id).in_(partner_ids))
    rows = session.exec(
        wanted.order_by(col(PartnerContract.version).desc()).execution_options(populate_existing=True)
    ).all()
    rates = _list_rates(session, [row.id for row in rows])
    return {
        partner: tuple(_read(row, rates.get(row.id, ())) for row in rows if row.partner_id == partner)
        for partner in partner_ids
    }


def _list_rates(session: Session, contract_ids: Sequence[int]) -> dict[int, tuple[RewardRate, ...]]:
    found: dict[int, tuple[RewardRate, ...]] = {}
    rows = session.exec(
        select(ContractRate, Reward.public_id)
        .join(Reward, col(Reward.id) == col(ContractRate.reward_id))
        .where(col(ContractRate.contract_id).in_(contract_ids))
        .order_by(col(ContractRate.reward_id))
    )
    for row, reward in rows:
        rate = RewardRate(reward, Pence(row.rate_pence), row.vat_treatment, row.vat_percent)
        found[row.contract_id] = (*found.get(row.contract_id, ()), rate)
    return found


def _read(row: PartnerContract, rates: tuple[RewardRate, ...]) -> ContractRead:
    return ContractRead(
        id=row.id,
        public_id=row.public_id,
        version=row.version,
        rate_pence=Pence(row.rate_pence),
        vat_treatment=row.vat_treatment,
        vat_percent=row.vat_percent,
        funder_id=row.funder_id,
        starts_on=row.starts_on,
        rates=rates,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decision=row.decision,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        refusal=row.refusal,
    )
