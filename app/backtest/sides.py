"""Points under one of the two sets of rules, in whole numbers that add up in any order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from app.backtest.judging import Judged
from app.core.clock import london_date


@dataclass(slots=True)
class Side:
    """Points under one set of rules. `days` is by campaign and local date, `limits` by rule and limit."""

    points: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    awards: Counter[str] = field(default_factory=Counter)
    campaigns: Counter[str] = field(default_factory=Counter)
    wards: Counter[str] = field(default_factory=Counter)
    deciles: Counter[str] = field(default_factory=Counter)
    days: Counter[tuple[str, date]] = field(default_factory=Counter)
    limits: Counter[tuple[str, str]] = field(default_factory=Counter)
    groups: Counter[int] = field(default_factory=Counter)

    def take_in(self, other: Side) -> None:
        self.points += other.points
        self.rules.update(other.rules)
        self.awards.update(other.awards)
        self.campaigns.update(other.campaigns)
        self.wards.update(other.wards)
        self.deciles.update(other.deciles)
        self.days.update(other.days)
        self.limits.update(other.limits)
        self.groups.update(other.groups)

    def add(self, judged: Judged) -> int:
        """The points of one resident."""
        points = 0
        for outcome in judged.outcomes:
            if not outcome.lines:
                continue
            points += outcome.points
            on = _date_of_hour(outcome.key[0].replace(minute=0, second=0, microsecond=0))
            for line in outcome.lines:
                if line.got:
                    self.rules[line.rule] += line.got
                    self.awards[line.rule] += 1
                    self.campaigns[line.campaign] += line.got
                    self.days[line.campaign, on] += line.got
                if line.limited_by is not None:
                    self.limits[line.rule, line.limited_by] += 1
        self.points += points
        return points


@lru_cache(maxsize=16_384)
def _date_of_hour(hour: datetime) -> date:
    """London is whole hours from UTC, so that an hour lies on one date."""
    return london_date(hour)
