"""The public catalogue, read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import Session, col, func, or_, select

from app.core.paging import Page, clamp_limit, parse_cursor
from app.core.units import Pence, Points
from app.offers.errors import PartnerUnknown, RewardUnknown
from app.offers.tables import Partner, Reward

GIVES = "approved"
"""The state of a partner that gives out rewards."""


@dataclass(frozen=True)
class PartnerRead:
    """`id` is internal (also the owner of its ledger accounts). `kind`: business or community_group.

    `state`: proposed, approved, refused or stopped.
    """

    id: int
    public_id: UUID
    name: str
    kind: str
    place: str
    state: str = GIVES


@dataclass(frozen=True)
class RewardRead:
    """A reward and who gives it. `stock_left` is None where there is no limit; `paused` also when the partner is.

    `paused_itself` is the reward's own pause, `stock_round` that of the stock it was just taken from. Pence and VAT are
    the reward's own, or where it was taken, those of the partner's contract that day. On dates of `blackout_on` it
    can't be had.
    """

    id: int
    public_id: UUID
    partner: PartnerRead
    title: str
    description: str
    kind: str
    adapter: str
    points: Points
    cost_pence: Pence
    stock_seeded: int | None
    stock_left: int | None
    voucher_days: int
    paused: bool
    vat_treatment: str = "multi_purpose"
    vat_percent: int = 20
    pass_days: int | None = None
    member_source: str | None = None
    instead_reward_id: int | None = None
    contract_id: int | None = None
    stock_per_day: int | None = None
    blackout_on: tuple[date, ...] = ()
    step_up_points: int | None = None
    revision: int = 1
    paused_itself: bool = False
    stock_round: int | None = None


def get_partner(session: Session, *, partner_id: int) -> PartnerRead:
    """Raises PartnerUnknown, also for a partner that has left."""
    row = session.get(Partner, partner_id)
    if row is None or not row.active:
        raise PartnerUnknown
    return read_partner(row)


def find_partner_by_public_id(session: Session, *, public_id: UUID) -> PartnerRead | None:
    """None also for a partner that has left."""
    row = session.exec(select(Partner).where(Partner.public_id == public_id, col(Partner.active))).first()
    return read_partner(row) if row else None


def find_partners(session: Session, *, ids: Collection[int]) -> dict[int, PartnerRead]:
    """By internal id, those that have left too."""
    return {row.id: read_partner(row) for row in session.exec(select(Partner).where(col(Partner.id).in_(sorted(ids))))}


def get_reward(session: Session, *, public_id: UUID) -> RewardRead:
    """Raises RewardUnknown. A paused reward is still shown, so that old vouchers keep their meaning."""
    found = session.exec(
        select(Reward, Partner)
        .join(Partner, col(Partner.id) == col(Reward.partner_id))
        .where(Reward.public_id == public_id)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise RewardUnknown
    return read_reward(*found)


def list_rewards(
    session: Session,
    *,
    kind: str | None = None,
    text: str | None = None,
    place: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[RewardRead]:
    """What can be had now, cheapest first; out of stock is shown, paused is not.

    `text` is looked for in the title, the description, and the partner's name and place, in any case. Raises
    CursorUnknown.
    """
    if "\0" in (kind or "") + (text or "") + (place or ""):  # PostgreSQL's text cannot hold it, so nothing can match
        return Page((), None)
    cursor = parse_cursor(after)
    limit = clamp_limit(limit)
    wanted = (
        select(Reward, Partner)
        .join(Partner, col(Partner.id) == col(Reward.partner_id))
        .where(~col(Reward.paused), col(Partner.active), col(Partner.state) == GIVES)
        .order_by(col(Reward.points), col(Reward.id))
        .limit(limit + 1)
    )
    if kind is not None:
        wanted = wanted.where(Reward.kind == kind)
    if place is not None:
        wanted = wanted.where(Partner.place == place)
    if text:
        sought = (Reward.title, Reward.description, Partner.name, Partner.place)
        wanted = wanted.where(or_(*(col(column).icontains(text, autoescape=True) for column in sought)))
    if cursor is not None:
        last = select(Reward.points, Reward.id).where(Reward.public_id == cursor).scalar_subquery()
        wanted = wanted.where(tuple_(col(Reward.points), col(Reward.id)) > last)
    found = [read_reward(reward, partner) for reward, partner in session.exec(wanted)]
    return Page(tuple(found[:limit]), found[limit - 1].public_id.hex if len(found) > limit else None)


def list_places(session: Session) -> tuple[tuple[str, int], ...]:
    """Where partners are whose rewards can be had, with how many of these there are, by name."""
    rows = session.exec(
        select(Partner.place, func.count())
        .join(Reward, col(Reward.partner_id) == col(Partner.id))
        .where(~col(Reward.paused), col(Partner.active))
        .group_by(Partner.place)
        .order_by(Partner.place)
    )
    return tuple((place, number) for place, number in rows)


def list_kinds(session: Session) -> tuple[str, ...]:
    """The kinds of rewards that can be had, by name."""
    return tuple(session.exec(select(Reward.kind).where(~col(Reward.paused)).distinct().order_by(Reward.kind)))


def read_partner(row: Partner) -> PartnerRead:
    return PartnerRead(row.id, row.public_id, row.name, row.kind, row.place, row.state)


def read_reward(row: Reward, partner: Partner) -> RewardRead:
    return RewardRead(
        id=row.id,
        public_id=row.public_id,
        partner=read_partner(partner),
        title=row.title,
        description=row.description,
        kind=row.kind,
        adapter=row.adapter,
        points=Points(row.points),
        cost_pence=Pence(row.cost_pence),
        stock_seeded=row.stock_seeded,
        stock_left=row.stock_left,
        voucher_days=row.voucher_days,
        paused=row.paused or not partner.active or partner.state != GIVES,
        vat_treatment=row.vat_treatment,
        vat_percent=row.vat_percent,
        pass_days=row.pass_days,
        member_source=row.member_source,
        instead_reward_id=row.instead_reward_id,
        stock_per_day=row.stock_per_day,
        blackout_on=tuple(row.blackout_on),
        step_up_points=row.step_up_points,
        revision=row.revision,
        paused_itself=row.paused,
    )
