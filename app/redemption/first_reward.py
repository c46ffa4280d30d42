"""A new account waits a few days for its first reward, so that opening many accounts is of little use."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import LONDON, write_clock, write_instant
from app.core.errors import Conflict
from app.residents.queries import get_resident


class FirstRewardLater(Conflict):
    """Too soon after joining; from `opens_at` on it is possible, and points are kept till then."""

    code = "first-reward-later"

    def __init__(self, *, opens_at: datetime) -> None:
        local = opens_at.astimezone(LONDON)
        super().__init__(
            f"You can get your first reward from {local.day} {local:%B} at {write_clock(opens_at)}, a few days after "
            "you joined. Your points stay yours till then."
        )
        self.opens_at = write_instant(opens_at)


def refuse_first_reward(session: Session, *, resident_id: int, after: timedelta, now: datetime) -> None:
    """Raises FirstRewardLater for somebody who joined less than `after` ago and has had no reward yet."""
    if not after:
        return
    opens_at = get_resident(session, resident_id=resident_id).enrolled_at + after
    if now >= opens_at:
        return
    had = session.execute(text("SELECT FROM redemptions WHERE resident_id = :id LIMIT 1"), {"id": resident_id}).first()
    if had is None:
        raise FirstRewardLater(opens_at=opens_at)
