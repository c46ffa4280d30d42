"""Whose money is behind points, in plain Python: every lot remembers which budget gave it what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor


def split(pence: int, parts: Mapping[str, Fraction], most: Mapping[str, int]) -> Counter[str]:
    """By parts, whole pence, the largest fraction first; what would be above somebody's most is split anew."""
    given = Counter[str]()
    parts = {pot: part for pot, part in parts.items() if part > 0 and most[pot] > 0}
    while parts and pence:
        exact = {pot: pence * part / sum(parts.values()) for pot, part in parts.items()}
        over = [pot for pot in parts if exact[pot] >= most[pot]]
        for pot in over:
            given[pot] += most[pot]
            pence -= most[pot]
            del parts[pot]
        if not over:
            for pot, part in exact.items():
                given[pot] += floor(part)
            spare = pence - sum(floor(part) for part in exact.values())
            for pot in sorted(exact, key=lambda pot: (floor(exact[pot]) - exact[pot], pot))[:spare]:
                given[pot] += 1
            break
    return given


@dataclass
class Funds:
    """`put` is behind points by pot, less what came back; `used` what stood behind points that were spent."""

    put: Counter[str] = field(default_factory=Counter)
    back: Counter[str] = field(default_factory=Counter)
    used: Counter[str] = field(default_factory=Counter)
    paid: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Pence by pot and budget."""
    bought: Counter[str] = field(default_factory=Counter)
    """Points by budget."""
    came: defaultdict[tuple[int, int], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Points by wallet and quarter, then by budget, less what went back there."""

    def left(self) -> dict[str, int]:
        return {pot: self.put[pot] - self.back[pot] - self.used[pot] for pot in self.put}

    def use(self, lots: Iterable[tuple[int, int, int]], pence: int) -> Counter[str]:
        """Whose `pence` are behind these points; they are behind them no longer."""
        points = self.trace(lots)
        parts = {
            pot: sum(
                (
                    points[budget] * paid / self.bought[budget]
                    for (own, budget), paid in self.paid.items()
                    if own == pot
                ),
                Fraction(0),
            )
            for pot in self.put
        }
        raised = {pot: self.put[pot] - sum(n for (own, _), n in self.paid.items() if own == pot) for pot in self.put}
        above = pence - sum(parts.values())
        whole = sum(raised.values())
        if above > 0 and whole:
            parts = {pot: part + above * Fraction(raised[pot], whole) for pot, part in parts.items()}
        left = self.left()
        shares = split(pence, parts, left)
        spare = {pot: left[pot] - shares[pot] for pot in left}
        shares += split(pence - shares.total(), {pot: Fraction(n) for pot, n in spare.items()}, spare)
        self.used += shares
        return shares

    def trace(self, lots: Iterable[tuple[int, int, int]]) -> defaultdict[str, Fraction]:
        points = defaultdict[str, Fraction](Fraction)
        for wallet, quarter, amount in lots:
            came = +self.came[wallet, quarter]
            if not came:
                ever = Counter[str]()
                for (holder, _), more in self.came.items():
                    if holder == wallet:
                        ever.update(more)
                came = +ever
            for budget, part in came.items():
                points[budget] += Fraction(amount * part, came.total())
        return points
