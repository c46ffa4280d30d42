"""Points under one of the two sets of rules, in whole numbers that add up in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from app.core.clock import london_date
from rules.event import Line, Outcome

_LAST_HOUR: Final = 23


@dataclass(slots=True)
class Cell:
    """What one rule paid on one date."""

    campaign: str
    points: int = 0
    times: int = 0


@dataclass(slots=True)
class Side:
    """Points under one set of rules. `days` is by campaign and local date, `limits` by rule and limit.

    `paid` holds, by rule and date, what is not yet among the others.
    """

    points: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    awards: Counter[str] = field(default_factory=Counter)
    campaigns: Counter[str] = field(default_factory=Counter)
    wards: Counter[str] = field(default_factory=Counter)
    deciles: Counter[str] = field(default_factory=Counter)
    days: Counter[tuple[str, date]] = field(default_factory=Counter)
    limits: Counter[tuple[str, str]] = field(default_factory=Counter)
    groups: Counter[int] = field(default_factory=Counter)
    paid: dict[tuple[str, date], Cell] = field(default_factory=dict)

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

    def add(self, outcomes: Sequence[Outcome]) -> int:
        """The points of one resident. What they were for is added up by `close`."""
        points = 0
        for outcome in outcomes:
            if outcome.lines:
                points += outcome.points
                on = _date_of(outcome)
                for line in outcome.lines:
                    self._count(line, on)
        self.points += points
        return points

    def add_apart(self, outcomes: Sequence[Outcome], touched: frozenset[str], own: Side) -> tuple[int, int]:
        """The same with what the rules `touched` paid counted in `own`: points of the others, points of those."""
        others_points = own_points = 0
        for outcome in outcomes:
            if not outcome.lines:
                continue
            on = _date_of(outcome)
            for line in outcome.lines:
                if line.rule in touched:
                    own_points += line.got
                    own._count(line, on)
                else:
                    others_points += line.got
                    self._count(line, on)
        self.points += others_points
        own.points += own_points
        return others_points, own_points

    def add_locked(self, outcomes: Sequence[Outcome], openers: Mapping[int, str]) -> None:
        """How often a limit kept a challenge locked. `openers` are ids of rules by their place in rule order."""
        for outcome in outcomes:
            for verdict in outcome.verdicts:
                if verdict.limited_by is not None and verdict.plan in openers:
                    self.limits[openers[verdict.plan], verdict.limited_by] += 1

    def _count(self, line: Line, on: date) -> None:
        if line.limited_by is not None:
            self.limits[line.rule, line.limited_by] += 1
        if line.got:
            cell = self.paid.get((line.rule, on))
            if cell is None:
                cell = self.paid[line.rule, on] = Cell(line.campaign)
            cell.points += line.got
            cell.times += 1

    def close(self) -> None:
        """One cell of `paid` at a time, which are far fewer than lines."""
        for (rule, on), cell in self.paid.items():
            self.rules[rule] += cell.points
            self.awards[rule] += cell.times
            self.campaigns[cell.campaign] += cell.points
            self.days[cell.campaign, on] += cell.points
        self.paid.clear()


def _date_of(outcome: Outcome) -> date:
    at = outcome.key[0]
    # An instant is in UTC, of which London is at most an hour ahead.
    return at.date() if at.hour < _LAST_HOUR else london_date(at)
