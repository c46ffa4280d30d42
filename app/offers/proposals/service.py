"""A partner proposes a reward, or a change of one; nothing in force changes before an officer has approved it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.audit import Actor, record_act
from app.core.ids import public_id, take_id, uuid7
from app.identity.queries import StaffRead
from app.identity.sources import list_sources
from app.offers.errors import RewardUnknown
from app.offers.proposals.errors import (
    ProposalDecided,
    ProposalUnknown,
    RewardChanged,
    RewardUnfit,
    TooManyProposals,
)
from app.offers.proposals.queries import Decision, OwnReward, ProposalRead, get_own_reward, read_proposal
from app.offers.proposals.tables import RewardProposal
from app.offers.proposals.terms import RewardTerms, dump_terms, tidy_terms
from app.offers.tables import Reward

MOST_NEW: Final = 20


def propose_reward(
    session: Session, *, terms: RewardTerms, adapters: Collection[str], staff: StaffRead, now: datetime
) -> ProposalRead:
    """A new one, which cannot be had yet. Raises RewardUnfit, TooManyProposals."""
    waiting = select(func.count()).where(
        RewardProposal.partner_id == staff.partner_id,
        col(RewardProposal.decision).is_(None),
        col(RewardProposal.reward_id).is_(None),
    )
    if session.exec(waiting).one() >= MOST_NEW:
        raise TooManyProposals(most=MOST_NEW)
    return _add(session, None, terms, adapters, staff, now)


def propose_change(
    session: Session,
    *,
    reward: UUID,
    revision: str,
    terms: RewardTerms,
    adapters: Collection[str],
    staff: StaffRead,
    now: datetime,
) -> OwnReward:
    """The reward is to be like that; what waited about it is replaced. `revision` is that of the reward as it was read.

    Raises RewardUnknown, RewardChanged, RewardUnfit.
    """
    row = _lock_own(session, partner_id=staff.partner_id, reward=reward)
    before = get_own_reward(session, partner_id=staff.partner_id, reward=reward)
    if before.revision != revision:
        raise RewardChanged
    if before.waiting is not None:
        end_proposal(session, lock_proposal(session, before.waiting.public_id), "replaced", now=now)
    _add(session, row, terms, adapters, staff, now)
    return get_own_reward(session, partner_id=staff.partner_id, reward=reward)


def withdraw_proposal(session: Session, *, proposal: UUID, staff: StaffRead, now: datetime) -> ProposalRead:
    """Raises ProposalUnknown, also for another partner's, or ProposalDecided."""
    row = lock_proposal(session, proposal, partner_id=staff.partner_id)
    end_proposal(session, row, "withdrawn", now=now)
    return note_proposal(session, row, "withdrawn", actor=staff.actor, now=now)


def find_wanted(session: Session, *, reward: UUID, partner_id: int) -> RewardTerms:
    """What the partner last wanted: what waits, or else what is in force. Raises RewardUnknown."""
    own = get_own_reward(session, partner_id=partner_id, reward=reward)
    return own.waiting.wanted if own.waiting else own.terms


def lock_proposal(session: Session, proposal: UUID, *, partner_id: int | None = None) -> RewardProposal:
    """One that waits. Raises ProposalUnknown or ProposalDecided."""
    wanted = select(RewardProposal).where(RewardProposal.public_id == proposal).with_for_update()
    row = session.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None or partner_id not in {None, row.partner_id}:
        raise ProposalUnknown
    if row.decision is not None:
        raise ProposalDecided(decision=row.decision)
    return row


def end_proposal(
    session: Session, row: RewardProposal, decision: Decision, *, by: int | None = None, now: datetime
) -> None:
    row.decision, row.decided_by, row.decided_at = decision, by, now
    session.flush()


def note_proposal(session: Session, row: RewardProposal, what: str, *, actor: Actor, now: datetime) -> ProposalRead:
    """Into the audit trail, under the reward or, while there is none, under the proposal."""
    read = read_proposal(session, row)
    proposal = public_id("rpr", row.public_id)
    subject = f"reward:{public_id('rew', read.reward)}" if read.reward else f"reward_proposal:{proposal}"
    act = "reward.changed" if what == "approved" else "reward.proposed"
    record_act(session, actor=actor, act=act, subject=subject, facts={"proposal": proposal, "what": what}, now=now)
    return read


def _add(
    session: Session,
    reward: Reward | None,
    terms: RewardTerms,
    adapters: Collection[str],
    staff: StaffRead,
    now: datetime,
) -> ProposalRead:
    tidied = tidy_terms(terms)
    if tidied.adapter not in adapters:
        raise RewardUnfit("adapter", f"A reward is given out by one of {', '.join(sorted(adapters))}.")
    if tidied.member_source is not None and tidied.member_source not in list_sources(session):
        raise RewardUnfit("member_source", "There is no operator's source of this name. GET /v1/sources lists them.")
    if tidied.instead is not None and find_instead(session, tidied, partner_id=staff.partner_id) is None:
        raise RewardUnfit("instead", "Choose another reward of yours for those who are members already.")
    row = RewardProposal(
        id=take_id(session),
        public_id=uuid7(now),
        partner_id=staff.partner_id,
        reward_id=reward.id if reward else None,
        reward_revision=reward.revision if reward else 0,
        terms=dump_terms(tidied),
        proposed_by=staff.id,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    return note_proposal(session, row, "proposed", actor=staff.actor, now=now)


def find_instead(session: Session, terms: RewardTerms, *, partner_id: int) -> int | None:
    """The number of the reward for those who are members already; None for none, or another partner's."""
    wanted = select(Reward.id).where(Reward.public_id == terms.instead, Reward.partner_id == partner_id)
    return session.exec(wanted).first()


def _lock_own(session: Session, *, partner_id: int, reward: UUID) -> Reward:
    """So that two changes of one reward come after each other."""
    wanted = select(Reward).where(Reward.public_id == reward, Reward.partner_id == partner_id).with_for_update()
    row = session.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise RewardUnknown
    return row
