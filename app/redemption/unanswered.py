"""What a partner across the network has left open for so long that a person should ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.offers.tables import Partner, Reward
from app.redemption.tables import Redemption

ASKED_FOR_A_DAY: Final = 31
"""Questions that were put so often in a row have been open for a day: eight waits up to an hour, and then hours."""
_OPEN_FOR_A_DAY: Final = (col(Redemption.ask_at).is_not(None), col(Redemption.asked) >= ASKED_FOR_A_DAY)


@dataclass(frozen=True)
class UnansweredRead:
    """`asked` how often; its points stay on hold while it is confirming or cancelling."""

    voucher: UUID
    partner: str
    reward: str
    adapter: str
    status: str
    asked: int
    made_at: datetime


def count_unanswered(session: Session) -> int:
    """How many `list_unanswered` would list without its limit."""
    return int(session.exec(select(func.count()).select_from(Redemption).where(*_OPEN_FOR_A_DAY)).one())


def list_unanswered(session: Session, *, limit: int = 200) -> tuple[UnansweredRead, ...]:
    """Oldest first."""
    rows = session.exec(
        select(Redemption, Partner, Reward)
        .join(Partner, col(Partner.id) == col(Redemption.partner_id))
        .join(Reward, col(Reward.id) == col(Redemption.reward_id))
        .where(*_OPEN_FOR_A_DAY)
        .order_by(col(Redemption.id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return tuple(
        UnansweredRead(row.public_id, partner.name, reward.title, row.adapter, row.status, row.asked, row.made_at)
        for row, partner, reward in rows
    )
