"""Is as much gone from each reward's stock as vouchers took? Run beside `app.ledger.verify` by `verify-ledger`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.ids import public_id

_UNUSED: Final = "('cancelled', 'expired', 'declined')"

_STOCK: Final = text(f"""
    SELECT w.public_id, w.stock_seeded - w.stock_left + w.stock_over AS gone, count(v.id) AS taken
    FROM rewards w LEFT JOIN redemptions v
        ON v.reward_id = w.id AND v.stock_round = w.stock_round AND v.status NOT IN {_UNUSED}
    WHERE w.stock_seeded IS NOT NULL
    GROUP BY w.id HAVING w.stock_seeded - w.stock_left + w.stock_over <> count(v.id) ORDER BY w.id
""")  # noqa: S608 - our own constants

# A day's limit can be set while the day is under way, so fewer may be counted than were taken; never more.
_DAY: Final = text(f"""
    SELECT w.public_id, d.taken_on, d.taken AS counted, count(v.id) AS taken
    FROM reward_days d JOIN rewards w ON w.id = d.reward_id LEFT JOIN redemptions v
        ON v.reward_id = d.reward_id AND (v.made_at AT TIME ZONE 'Europe/London')::date = d.taken_on
        AND NOT (v.status IN {_UNUSED} AND (v.ended_at AT TIME ZONE 'Europe/London')::date = d.taken_on)
    GROUP BY w.public_id, d.reward_id, d.taken_on, d.taken HAVING d.taken > count(v.id)
    ORDER BY d.reward_id, d.taken_on
""")  # noqa: S608 - our own constants


def find_stock_drift(session: Session) -> tuple[str, ...]:
    """A sentence for every reward, and every day of one, whose counter is not what its vouchers say."""
    stock = [
        f"Reward {public_id('rew', row.public_id)}: by its stock {row.gone} are gone, but {row.taken} vouchers hold or "
        "have used one."
        for row in session.execute(_STOCK)
    ]
    days = [
        f"Reward {public_id('rew', row.public_id)}: {row.counted} are counted as taken on {row.taken_on}, but only "
        f"{row.taken} vouchers were."
        for row in session.execute(_DAY)
    ]
    return (*stock, *days)
