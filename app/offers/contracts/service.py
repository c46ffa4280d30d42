"""A contract is proposed by one officer and decided by another; it holds from a day to come, never before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from app.audit import record_act
from app.core.clock import london_date
from app.core.ids import public_id, take_id, uuid7
from app.core.units import Pence
from app.identity.errors import OwnWork
from app.identity.queries import OfficerRead
from app.ledger.errors import CostAboveBacking
from app.ledger.money import list_pots
from app.ledger.rate import keep_rate, most_pence_for
from app.offers.contracts.errors import (
    ContractDecided,
    ContractTooSoon,
    ContractUnknown,
    ContractWaiting,
    TermsUnfit,
)
from app.offers.contracts.queries import ContractRead, RewardRate, VatTreatment, list_contracts
from app.offers.contracts.tables import ContractRate, PartnerContract
from app.offers.errors import RewardUnknown
from app.offers.locking import lock_partner
from app.offers.tables import Partner, Reward
from app.offers.webhooks.deliveries import announce

# What the versions that hold, or will, ask for each reward of the partner.
_ASKED = text("""
    SELECT w.points, coalesce(r.rate_pence, c.rate_pence) AS rate_pence
    FROM partner_contracts c JOIN rewards w ON w.partner_id = c.partner_id
    LEFT JOIN contract_rates r ON r.contract_id = c.id AND r.reward_id = w.id
    WHERE c.partner_id = :partner AND c.decision = 'approved' AND c.starts_on >= coalesce((
        SELECT max(n.starts_on) FROM partner_contracts n
        WHERE n.partner_id = :partner AND n.decision = 'approved' AND n.starts_on <= :today), '-infinity')
""")


@dataclass(frozen=True)
class Proposal:
    """What is to be agreed; `rates` are for rewards that are not paid at the usual rate."""

    rate_pence: Pence
    vat_treatment: VatTreatment
    vat_percent: int
    funder_id: int | None
    starts_on: date
    rates: tuple[RewardRate, ...] = ()


def propose_contract(
    session: Session, *, partner: UUID, proposal: Proposal, officer: OfficerRead, now: datetime
) -> ContractRead:
    """The next version, which waits for another officer.

    Raises PartnerUnknown, ContractWaiting, ContractTooSoon, TermsUnfit, RewardUnknown.
    """
    row = lock_partner(session, partner=partner)
    _check_terms(session, proposal)
    _refuse_past(row, proposal.starts_on, now)
    mine = select(PartnerContract).where(PartnerContract.partner_id == row.id)
    if session.exec(mine.where(col(PartnerContract.decision).is_(None))).first() is not None:
        raise ContractWaiting
    versions = select(func.max(PartnerContract.version)).where(PartnerContract.partner_id == row.id)
    made = PartnerContract(
        id=take_id(session),
        public_id=uuid7(now),
        partner_id=row.id,
        version=(session.exec(versions).one() or 0) + 1,
        rate_pence=proposal.rate_pence,
        vat_treatment=proposal.vat_treatment,
        vat_percent=proposal.vat_percent,
        funder_id=proposal.funder_id,
        starts_on=proposal.starts_on,
        proposed_by=officer.id,
        proposed_at=now,
    )
    session.add(made)
    for rate in proposal.rates:
        session.add(
            ContractRate(
                contract_id=made.id,
                reward_id=_find_reward(session, row, rate.reward),
                rate_pence=rate.rate_pence,
                vat_treatment=rate.vat_treatment,
                vat_percent=rate.vat_percent,
            )
        )
    session.flush()
    return _note(session, row, made, "contract.proposed", officer=officer, now=now)


def approve_contract(
    session: Session, *, partner: UUID, contract: UUID, officer: OfficerRead, now: datetime
) -> ContractRead:
    """It holds from its day on.

    Raises PartnerUnknown, ContractUnknown, ContractDecided, OwnWork, ContractTooSoon, CostAboveBacking.
    """
    owner = lock_partner(session, partner=partner)
    row = _get_open(session, owner, contract)
    if row.proposed_by == officer.id:
        raise OwnWork
    if owner.state != "proposed":  # of a new partner nothing has been redeemed, however long its approval took
        _refuse_past(owner, row.starts_on, now)
    _decide(session, row, "approved", officer=officer, now=now)
    refuse_uncovered(session, partner_id=owner.id, on=london_date(now))
    told = {
        "contract": public_id("con", row.public_id),
        "version": row.version,
        "starts_on": row.starts_on.isoformat(),
        "rate_pence": row.rate_pence,
    }
    announce(session, partner_id=owner.id, type_name="contract.approved", data=told, now=now)
    return _note(session, owner, row, "contract.approved", officer=officer, now=now)


def refuse_contract(
    session: Session, *, partner: UUID, contract: UUID, reason: str, officer: OfficerRead, now: datetime
) -> ContractRead:
    """Things stay as they are; one may refuse one's own. Raises PartnerUnknown, ContractUnknown, ContractDecided."""
    owner = lock_partner(session, partner=partner)
    row = _get_open(session, owner, contract)
    row.refusal = reason
    _decide(session, row, "refused", officer=officer, now=now)
    return _note(session, owner, row, "contract.refused", officer=officer, now=now)


def refuse_uncovered(session: Session, *, partner_id: int, on: date) -> None:
    """No contract may ask more pence for a reward than stand behind its points. Raises CostAboveBacking."""
    rate = keep_rate(session)
    for row in session.execute(_ASKED, {"partner": partner_id, "today": on}):
        most_pence = most_pence_for(row.points, rate=rate)
        if row.rate_pence > most_pence:
            raise CostAboveBacking(cost_pence=row.rate_pence, most_pence=most_pence)


def _check_terms(session: Session, proposal: Proposal) -> None:
    paid = proposal.rate_pence > 0 or any(rate.rate_pence > 0 for rate in proposal.rates)
    if paid and proposal.funder_id is None:
        advice = "Say which funder stands for it. Only what the partner gives for nothing needs no funder."
        raise TermsUnfit("funder", advice)
    if proposal.funder_id is not None and all(pot.funder_id != proposal.funder_id for pot in list_pots(session)):
        raise TermsUnfit("funder", "This funder has no pot yet. Record its money first.")
    taxed: list[tuple[str, str, int]] = [("", proposal.vat_treatment, proposal.vat_percent)]
    taxed += [(f"rates[{at}].", rate.vat_treatment, rate.vat_percent) for at, rate in enumerate(proposal.rates)]
    for where, treatment, percent in taxed:
        if treatment == "free" and percent:
            raise TermsUnfit(f"{where}vat_percent", "What is free of VAT has 0 percent.")
    if len({rate.reward for rate in proposal.rates}) < len(proposal.rates):
        raise TermsUnfit("rates", "Name each reward once.")


def _refuse_past(partner: Partner, starts_on: date, now: datetime) -> None:
    """Today has a rate already where vouchers may have been made today."""
    today = london_date(now)
    earliest_on = today if partner.state == "proposed" else today + timedelta(days=1)
    if starts_on < earliest_on:
        raise ContractTooSoon(earliest_on=earliest_on)


def _find_reward(session: Session, partner: Partner, reward: UUID) -> int:
    wanted = select(Reward.id).where(Reward.public_id == reward, Reward.partner_id == partner.id)
    number = session.exec(wanted).first()
    if number is None:
        raise RewardUnknown
    return number


def _get_open(session: Session, partner: Partner, contract: UUID) -> PartnerContract:
    wanted = select(PartnerContract).where(
        PartnerContract.public_id == contract, PartnerContract.partner_id == partner.id
    )
    row = session.exec(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if row is None:
        raise ContractUnknown
    if row.decision is not None:
        raise ContractDecided(decision=row.decision)
    return row


def _decide(
    session: Session,
    row: PartnerContract,
    decision: Literal["approved", "refused"],
    *,
    officer: OfficerRead,
    now: datetime,
) -> None:
    row.decision, row.decided_by, row.decided_at = decision, officer.id, now
    session.flush()


def _note(
    session: Session, partner: Partner, row: PartnerContract, act: str, *, officer: OfficerRead, now: datetime
) -> ContractRead:
    facts: dict[str, str | int | bool | None] = {
        "contract": public_id("con", row.public_id),
        "version": row.version,
        "rate_pence": row.rate_pence,
    }
    subject = f"partner:{public_id('prt', partner.public_id)}"
    record_act(session, actor=officer.actor, act=act, subject=subject, facts=facts, now=now)
    contracts = list_contracts(session, partner_ids=[partner.id])[partner.id]
    return next(one for one in contracts if one.id == row.id)
