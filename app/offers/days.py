"""Days in Leeds on which a reward can be had, and how many of it on each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.offers.errors import OutOfStockToday, RewardNotToday
from app.offers.queries import RewardRead

# Whoever comes at the same time waits for the row, and then finds it as the others left it.
_TAKE = text("""
    INSERT INTO reward_days AS d (reward_id, taken_on, taken) SELECT :reward, :on, 1 WHERE :most > 0
    ON CONFLICT (reward_id, taken_on) DO UPDATE SET taken = d.taken + 1 WHERE d.taken < :most RETURNING d.taken
""")
_GIVE_BACK = text(
    "UPDATE reward_days SET taken = greatest(taken - :count, 0) WHERE reward_id = :reward AND taken_on = :on"
)


def take_from_day(session: Session, reward: RewardRead, *, on: date) -> None:
    """One of the day's, until the transaction is rolled back. Raises RewardNotToday or OutOfStockToday."""
    if on in reward.blackout_on:
        raise RewardNotToday(on=on, opens_on=find_open_day(reward, after=on))
    if reward.stock_per_day is None:
        return
    given = {"reward": reward.id, "on": on, "most": reward.stock_per_day}
    if session.execute(_TAKE, given).first() is None:
        raise OutOfStockToday(opens_on=find_open_day(reward, after=on))


def give_back_to_day(session: Session, *, counts: Mapping[int, int], on: date) -> None:
    """Of each reward so many that were taken on that day, and can be had again on it; in id order."""
    for reward_id in sorted(counts):
        session.execute(_GIVE_BACK, {"count": counts[reward_id], "reward": reward_id, "on": on})


def find_open_day(reward: RewardRead, *, after: date) -> date:
    """The first day after that on which it can be had: there are fewer blackout dates than days."""
    day = after + timedelta(days=1)
    while day in reward.blackout_on:
        day += timedelta(days=1)
    return day
