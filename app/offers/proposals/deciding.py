"""An officer decides what a partner proposed about a reward; approving it changes the reward at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.clock import london_date
from app.core.ids import public_id, take_id, uuid7
from app.core.units import Pence
from app.identity.queries import OfficerRead
from app.ledger.errors import CostAboveBacking
from app.ledger.rate import keep_rate, most_pence_for
from app.offers.contracts.queries import find_agreed
from app.offers.contracts.service import refuse_uncovered
from app.offers.proposals.errors import ContractMissing, RewardChanged
from app.offers.proposals.queries import ProposalRead
from app.offers.proposals.service import end_proposal, find_instead, lock_proposal, note_proposal
from app.offers.proposals.tables import RewardProposal
from app.offers.proposals.terms import RewardTerms, load_terms
from app.offers.tables import Partner, Reward
from app.offers.webhooks.deliveries import announce


def approve_proposal(session: Session, *, proposal: UUID, officer: OfficerRead, now: datetime) -> ProposalRead:
    """The reward is like that from now on; vouchers that are out keep what they were made with.

    Raises ProposalUnknown, ProposalDecided, RewardChanged, ContractMissing, CostAboveBacking.
    """
    # The partner before all, as whoever approves a contract does: each must see what the other has agreed. Then the
    # reward, as whoever proposes another change does.
    _lock_partner(session, proposal)
    reward = _lock_reward(session, proposal)
    row = lock_proposal(session, proposal)
    terms = load_terms(row.terms)
    if reward is None:
        row.reward_id = _make(session, row, terms, now)
    else:
        _change(session, reward, row, terms)
    refuse_uncovered(session, partner_id=row.partner_id, on=london_date(now))
    end_proposal(session, row, "approved", by=officer.id, now=now)
    return _tell(session, row, officer, now)


def refuse_proposal(
    session: Session, *, proposal: UUID, reason: str, officer: OfficerRead, now: datetime
) -> ProposalRead:
    """Things stay as they are, and the partner reads why. Raises ProposalUnknown, ProposalDecided."""
    row = lock_proposal(session, proposal)
    row.reason = reason
    end_proposal(session, row, "refused", by=officer.id, now=now)
    return _tell(session, row, officer, now)


def _make(session: Session, row: RewardProposal, terms: RewardTerms, now: datetime) -> int:
    agreed = find_agreed(session, partner_id=row.partner_id, on=london_date(now))
    if agreed is None:
        raise ContractMissing
    made = Reward(
        id=take_id(session),
        public_id=uuid7(now),
        partner_id=row.partner_id,
        cost_pence=agreed.rate_pence,
        vat_treatment=agreed.vat_treatment,
        vat_percent=agreed.vat_percent,
        title=terms.title,
        description=terms.description,
        kind=terms.kind,
        adapter=terms.adapter,
        points=terms.points,
        stock_seeded=terms.stock,
        stock_left=terms.stock,
        stock_per_day=terms.stock_per_day,
        blackout_on=list(terms.blackout_on),
        voucher_days=terms.voucher_days,
        step_up_points=terms.step_up_points,
        paused=terms.paused,
        pass_days=terms.pass_days,
        member_source=terms.member_source,
        instead_reward_id=find_instead(session, terms, partner_id=row.partner_id),
    )
    session.add(made)
    session.flush()
    return made.id


def _lock_partner(session: Session, proposal: UUID) -> None:
    whose = select(RewardProposal.partner_id).where(RewardProposal.public_id == proposal).scalar_subquery()
    session.exec(select(Partner.id).where(col(Partner.id) == whose).with_for_update()).first()


def _lock_reward(session: Session, proposal: UUID) -> Reward | None:
    about = select(RewardProposal.reward_id).where(RewardProposal.public_id == proposal).scalar_subquery()
    wanted = select(Reward).where(col(Reward.id) == about).with_for_update()
    return session.exec(wanted.execution_options(populate_existing=True)).first()


def _change(session: Session, reward: Reward, row: RewardProposal, terms: RewardTerms) -> None:
    if reward.revision != row.reward_revision:
        raise RewardChanged
    most_pence = most_pence_for(terms.points, rate=keep_rate(session))
    if reward.cost_pence > most_pence:
        raise CostAboveBacking(cost_pence=Pence(reward.cost_pence), most_pence=most_pence)
    reward.title, reward.description, reward.kind = terms.title, terms.description, terms.kind
    reward.adapter, reward.points, reward.paused = terms.adapter, terms.points, terms.paused
    _restock(reward, terms.stock)
    reward.stock_per_day = terms.stock_per_day
    reward.blackout_on, reward.voucher_days = list(terms.blackout_on), terms.voucher_days
    reward.step_up_points = terms.step_up_points
    reward.pass_days, reward.member_source = terms.pass_days, terms.member_source
    reward.instead_reward_id = find_instead(session, terms, partner_id=row.partner_id)
    reward.revision += 1
    session.flush()


def _restock(reward: Reward, stock: int | None) -> None:
    """What has gone out of the old stock has gone out of the new one, too; of no limit, nothing has."""
    if stock is None:
        reward.stock_seeded, reward.stock_left, reward.stock_over = None, None, 0
        return
    gone = 0
    if reward.stock_seeded is None or reward.stock_left is None:
        reward.stock_round += 1
    else:
        gone = reward.stock_seeded - reward.stock_left + reward.stock_over
    reward.stock_seeded = stock
    reward.stock_left, reward.stock_over = max(stock - gone, 0), max(gone - stock, 0)


def _tell(session: Session, row: RewardProposal, officer: OfficerRead, now: datetime) -> ProposalRead:
    assert row.decision is not None, "it has just been decided"
    read = note_proposal(session, row, row.decision, actor=officer.actor, now=now)
    told = {
        "proposal": public_id("rpr", row.public_id),
        "reward": public_id("rew", read.reward) if read.reward else None,
        "decision": row.decision,
        "reason": row.reason,
    }
    announce(session, partner_id=row.partner_id, type_name="reward.decided", data=told, now=now)
    return read
