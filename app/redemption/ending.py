"""How a voucher ends: spent for its partner, or given back. The caller holds its row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from app.core.clock import london_date, write_instant
from app.core.ids import public_id, take_id
from app.core.units import Pence
from app.ledger.chart import SCHEME, AccountKind
from app.ledger.service import capture_hold, release_holds
from app.offers.days import give_back_to_day
from app.offers.service import give_back_stock
from app.offers.tables import Partner, Reward
from app.offers.webhooks.deliveries import announce
from app.redemption.queries import VoucherStatus
from app.redemption.tables import Redemption, RedemptionVisit


def spend_voucher(session: Session, row: Redemption, *, now: datetime) -> None:
    """Its points are spent and the partner is owed its price; a pass begins."""
    partner = session.get_one(Partner, row.partner_id)
    row.status, row.redeemed_at, row.ended_at, row.ask_at = VoucherStatus.REDEEMED, now, now, None
    if row.pass_days is not None:
        row.valid_until_at = now + timedelta(days=row.pass_days)
        note_visit(session, row, now=now)
    session.flush()
    to_group = partner.kind == "community_group"
    # Points go to the scheme's spent points, or to the community group itself; the partner is owed the pence.
    capture_hold(
        session,
        hold_id=row.hold_id,
        payee_kind=AccountKind.COMMUNITY_GROUP if to_group else AccountKind.REDEEMED,
        payee_owner=partner.id if to_group else SCHEME,
        partner_id=partner.id,
        cost_pence=Pence(row.cost_pence),
        now=now,
    )
    tell_partner(session, row, "voucher.redeemed", now=now)


def tell_partner(session: Session, row: Redemption, type_name: str, *, now: datetime) -> None:
    """What became of a voucher; nothing of who holds it, and no code."""
    reward = session.get_one(Reward, row.reward_id)
    data = {
        "voucher": public_id("red", row.public_id),
        "reward": public_id("rew", reward.public_id),
        "title": reward.title,
        "points": row.points,
        "cost_pence": row.cost_pence,
        "status": str(row.status),
        "expires_at": write_instant(row.expires_at),
    }
    announce(session, partner_id=row.partner_id, type_name=type_name, data=data, now=now)


def note_visit(session: Session, row: Redemption, *, now: datetime) -> None:
    """A pass was shown."""
    session.add(RedemptionVisit(id=take_id(session), redemption_id=row.id, visited_at=now))


def end_unused(session: Session, rows: Sequence[Redemption], *, status: VoucherStatus, now: datetime) -> None:
    """They end without having been used: points and stock go back."""
    for row in rows:
        row.status, row.ended_at, row.ask_at = status, now, None
    session.flush()
    limited = Counter((row.reward_id, row.stock_round) for row in rows if row.stock_round is not None)
    give_back_stock(session, counts=limited)
    today = london_date(now)
    of_today = Counter(row.reward_id for row in rows if london_date(row.made_at) == today)
    give_back_to_day(session, counts=of_today, on=today)
    release_holds(session, hold_ids=[row.hold_id for row in rows], now=now)
    for row in rows:
        tell_partner(session, row, f"voucher.{status.value}", now=now)
