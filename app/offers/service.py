"""Partners and rewards come in; stock goes out and comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.audit import SYSTEM, Actor, record_act
from app.core.clock import london_date
from app.core.ids import public_id, take_id, uuid7
from app.core.units import Pence, Points
from app.ledger.errors import CostAboveBacking
from app.ledger.rate import keep_rate, most_pence_for
from app.offers.contracts.queries import VatTreatment, find_terms, needs_contract
from app.offers.days import take_from_day
from app.offers.errors import OutOfStock, RewardPaused, RewardUnknown
from app.offers.queries import PartnerRead, RewardRead, get_partner, get_reward, read_partner
from app.offers.tables import Partner, Reward


def add_partner(
    session: Session, *, name: str, kind: Literal["business", "community_group"], place: str, now: datetime
) -> PartnerRead:
    """An organisation that gives rewards from now on, without officers; `place` is what people call where it is."""
    row = Partner(id=take_id(session), public_id=uuid7(now), name=name, kind=kind, place=place)
    session.add(row)
    session.flush()
    subject = f"partner:{public_id('prt', row.public_id)}"
    record_act(session, actor=SYSTEM, act="partner.approved", subject=subject, now=now)
    return read_partner(row)


def add_reward(
    session: Session,
    *,
    partner_id: int,
    title: str,
    description: str,
    kind: str,
    adapter: str,
    points: Points,
    cost_pence: Pence,
    stock: int | None,
    voucher_days: int,
    now: datetime,
    vat_treatment: VatTreatment = "multi_purpose",
    vat_percent: int = 20,
    pass_days: int | None = None,
    member_source: str | None = None,
    instead: RewardRead | None = None,
    actor: Actor = SYSTEM,
) -> RewardRead:
    """Something that points can be turned into; `stock` None has no limit, `voucher_days` is 1 to 366.

    A pass lasts `pass_days` from its first use. It is put onto the card of `member_source`; `instead` is for those who
    have already what it gives.

    Raises PartnerUnknown, or CostAboveBacking when its points would not cover what the partner is owed.
    """
    partner = get_partner(session, partner_id=partner_id)
    most_pence = most_pence_for(points, rate=keep_rate(session))
    if cost_pence > most_pence:
        raise CostAboveBacking(cost_pence=cost_pence, most_pence=most_pence)
    row = Reward(
        id=take_id(session),
        public_id=uuid7(now),
        partner_id=partner.id,
        title=title,
        description=description,
        kind=kind,
        adapter=adapter,
        points=points,
        cost_pence=cost_pence,
        stock_seeded=stock,
        stock_left=stock,
        voucher_days=voucher_days,
        vat_treatment=vat_treatment,
        vat_percent=vat_percent,
        pass_days=pass_days,
        member_source=member_source,
        instead_reward_id=instead.id if instead else None,
    )
    session.add(row)
    session.flush()
    subject = f"reward:{public_id('rew', row.public_id)}"
    record_act(session, actor=actor, act="reward.added", subject=subject, facts={"points": points}, now=now)
    return get_reward(session, public_id=row.public_id)


def pause_reward(session: Session, *, reward: UUID, paused: bool) -> None:
    """Stop or start giving it out; vouchers that are out stay good. Raises RewardUnknown."""
    done = session.execute(
        text("UPDATE rewards SET paused = :paused, revision = revision + 1 WHERE public_id = :reward RETURNING id"),
        {"paused": paused, "reward": reward},
    ).first()
    if done is None:
        raise RewardUnknown


def take_stock(session: Session, *, reward: UUID, now: datetime) -> RewardRead:
    """Take one out of stock, and hold the row until the transaction ends so that nobody takes the same one.

    Pence and VAT are those of the partner's contract today. Raises RewardUnknown, RewardPaused, OutOfStock,
    OutOfStockToday or RewardNotToday; the caller then rolls back. A reward without a limit is not locked at all.
    """
    taken = session.execute(
        text(
            "UPDATE rewards SET stock_left = stock_left - 1 WHERE public_id = :reward AND stock_left > 0"
            " RETURNING stock_round"
        ),
        {"reward": reward},
    ).first()
    read = get_reward(session, public_id=reward)
    if read.paused:
        raise RewardPaused
    if taken is None and read.stock_left is not None:
        raise OutOfStock
    take_from_day(session, read, on=london_date(now))
    return replace(_by_contract(session, read, now), stock_round=taken.stock_round if taken else None)


def give_back_stock(session: Session, *, counts: Mapping[tuple[int, int], int]) -> None:
    """Put back `counts` per reward id and the `stock_round` in which it was taken, in order of id.

    What the stock has been cut by comes back first, and what is of another round, or of no limit, does not.
    """
    for reward_id, stock_round in sorted(counts):
        session.execute(
            text(
                "UPDATE rewards SET stock_over = greatest(stock_over - :count, 0),"
                " stock_left = stock_left + greatest(:count - stock_over, 0)"
                " WHERE id = :id AND stock_round = :round AND stock_left IS NOT NULL"
            ),
            {"count": counts[reward_id, stock_round], "id": reward_id, "round": stock_round},
        )


def _by_contract(session: Session, reward: RewardRead, now: datetime) -> RewardRead:
    """Raises RewardPaused before the first day of the partner's contract."""
    partner_id = reward.partner.id
    terms = find_terms(session, partner_id=partner_id, reward_id=reward.id, on=london_date(now))
    if terms is not None:
        return replace(
            reward,
            cost_pence=terms.rate_pence,
            vat_treatment=terms.vat_treatment,
            vat_percent=terms.vat_percent,
            contract_id=terms.contract_id,
        )
    if needs_contract(session, partner_id=partner_id):
        raise RewardPaused
    return reward
