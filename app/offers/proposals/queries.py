"""Proposals about rewards, read: by the partner that made them and by the officers who decide."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.paging import Page, clamp_limit, parse_cursor
from app.offers.errors import RewardUnknown
from app.offers.proposals.tables import RewardProposal
from app.offers.proposals.terms import RewardTerms, load_terms, read_terms
from app.offers.queries import PartnerRead, RewardRead, read_partner, read_reward
from app.offers.tables import Partner, Reward

Decision = Literal["approved", "refused", "withdrawn", "replaced"]


@dataclass(frozen=True)
class ProposalRead:
    """What is `wanted`, and what is in force, None for a new reward. `decision` is None while it waits."""

    id: int
    public_id: UUID
    partner: PartnerRead
    reward: UUID | None
    in_force: RewardTerms | None
    wanted: RewardTerms
    proposed_at: datetime
    decision: str | None
    decided_by: int | None
    decided_at: datetime | None
    reason: str | None


@dataclass(frozen=True)
class OwnReward:
    """A reward as its partner sees it, its `terms` in force, and the change that waits.

    `revision` changes with either.
    """

    reward: RewardRead
    terms: RewardTerms
    waiting: ProposalRead | None

    @property
    def revision(self) -> str:
        written = f"{self.reward.revision}/{self.waiting.public_id if self.waiting else ''}"
        return hashlib.sha256(written.encode()).hexdigest()[:16]


def list_own_rewards(session: Session, *, partner_id: int, reward: UUID | None = None) -> tuple[OwnReward, ...]:
    """Every reward of the partner, paused ones too, newest first; only `reward` where it is named."""
    wanted = (
        select(Reward, Partner)
        .join(Partner, col(Partner.id) == col(Reward.partner_id))
        .where(Reward.partner_id == partner_id)
    )
    if reward is not None:
        wanted = wanted.where(Reward.public_id == reward)
    fresh = wanted.order_by(col(Reward.id).desc()).execution_options(populate_existing=True)
    found = [read_reward(*both) for both in session.exec(fresh)]
    open_ones = select(RewardProposal).where(
        RewardProposal.partner_id == partner_id,
        col(RewardProposal.decision).is_(None),
        col(RewardProposal.reward_id).is_not(None),
    )
    waiting = {one.reward: one for one in _read(session, session.exec(open_ones).all())}
    return tuple(OwnReward(one, read_terms(session, one), waiting.get(one.public_id)) for one in found)


def get_own_reward(session: Session, *, partner_id: int, reward: UUID) -> OwnReward:
    """Raises RewardUnknown, also for another partner's."""
    for one in list_own_rewards(session, partner_id=partner_id, reward=reward):
        return one
    raise RewardUnknown


def list_proposals(
    session: Session,
    *,
    partner_id: int | None = None,
    is_open: bool | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ProposalRead]:
    """Newest first, of one partner or of all; only those that wait, or do not, if `is_open` says so."""
    cursor, size = parse_cursor(after), clamp_limit(limit)
    wanted = select(RewardProposal).order_by(col(RewardProposal.id).desc()).limit(size + 1)
    if partner_id is not None:
        wanted = wanted.where(RewardProposal.partner_id == partner_id)
    if is_open is not None:
        wanted = wanted.where(col(RewardProposal.decision).is_(None) == is_open)
    if cursor is not None:
        last = select(RewardProposal.id).where(RewardProposal.public_id == cursor).scalar_subquery()
        wanted = wanted.where(col(RewardProposal.id) < last)
    rows = session.exec(wanted.execution_options(populate_existing=True)).all()
    more = rows[size - 1].public_id.hex if len(rows) > size else None
    return Page(_read(session, rows[:size]), more)


def read_proposal(session: Session, row: RewardProposal) -> ProposalRead:
    (found,) = _read(session, [row])
    return found


def _read(session: Session, rows: Sequence[RewardProposal]) -> tuple[ProposalRead, ...]:
    found: Sequence[tuple[Partner, Reward | None]] = session.exec(
        select(Partner, Reward)
        .join(
            Reward,
            (col(Reward.partner_id) == col(Partner.id)) & col(Reward.id).in_({row.reward_id for row in rows}),
            isouter=True,
        )
        .where(col(Partner.id).in_({row.partner_id for row in rows}))
    ).all()
    partners = {partner.id: read_partner(partner) for partner, _ in found}
    in_force = {reward.id: read_reward(reward, partner) for partner, reward in found if reward}
    return tuple(
        ProposalRead(
            id=row.id,
            public_id=row.public_id,
            partner=partners[row.partner_id],
            reward=reward.public_id if reward else None,
            in_force=read_terms(session, reward) if reward else None,
            wanted=load_terms(row.terms),
            proposed_at=row.proposed_at,
            decision=row.decision,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            reason=row.reason,
        )
        for row in rows
        for reward in (in_force.get(row.reward_id or 0),)
    )
