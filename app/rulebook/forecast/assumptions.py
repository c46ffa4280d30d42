"""What an officer assumes of a rule about which nothing is known yet: low, central and high."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from app.rulebook.forecast.errors import ForecastUnfit
from rules.document import Rule
from rules.parts import Multiply, Rate

Level = Literal["low", "central", "high"]
LEVELS: Final[tuple[Level, ...]] = ("low", "central", "high")
Stretch = Literal["day", "week", "month", "validity"]

MOST_PEOPLE: Final = 10_000_000
MOST_TIMES: Final = 10_000
MOST_AMOUNT: Final = 10_000_000
LONGEST_BASIS: Final = 500


@dataclass(frozen=True)
class Estimate:
    """Whole numbers, the low one first."""

    low: int
    central: int
    high: int

    def at(self, level: Level) -> int:
        return {"low": self.low, "central": self.central, "high": self.high}[level]


@dataclass(frozen=True)
class Assumptions:
    """Of `people` who may, `share_percent` take part, and each of them earns it `times` in every `per`.

    `amount` is what comes each time: of a rate's fact, or of points that the group of a multiplier pays; None for all
    other effects. `basis` says where the numbers come from.
    """

    people: Estimate
    share_percent: Estimate
    times: Estimate
    per: Stretch
    amount: Estimate | None
    basis: str


def require_fit(rule: Rule, said: Assumptions) -> None:
    """Raises ForecastUnfit with the path of every fault."""
    faults = [*_find_faults("people", said.people, 1, MOST_PEOPLE), *_find_faults("share_percent", said.share_percent,
              0, 100), *_find_faults("times", said.times, 0, MOST_TIMES)]  # fmt: skip
    if isinstance(rule.effect, Rate | Multiply):
        if said.amount is None:
            faults.append(("amount", f"Say how much {_what_comes(rule.effect)} each time."))
        else:
            faults += _find_faults("amount", said.amount, 0, MOST_AMOUNT)
    elif said.amount is not None:
        faults.append(("amount", "Leave it out: this rule pays the same each time."))
    written = said.basis.strip()
    if not written or len(written) > LONGEST_BASIS or not written.isprintable():
        faults.append(("basis", f"Say where the numbers come from, in 1 to {LONGEST_BASIS} characters on one line."))
    if faults:
        raise ForecastUnfit(faults)


def _what_comes(effect: Rate | Multiply) -> str:
    if isinstance(effect, Rate):
        return f"of {effect.fact} there is"
    return f"in points the offers of the group {effect.group} pay"


def _find_faults(path: str, estimate: Estimate, least: int, most: int) -> Iterator[tuple[str, str]]:
    fits = True
    for level in LEVELS:
        if not least <= estimate.at(level) <= most:
            fits = False
            yield f"{path}.{level}", f"This must be a whole number from {least:,} to {most:,}."
    if fits and estimate.low > estimate.central:
        yield f"{path}.central", "The central estimate is not below the low one."
    if fits and estimate.central > estimate.high:
        yield f"{path}.high", "The high estimate is not below the central one."
    if fits and not estimate.high:
        yield f"{path}.high", "With a high estimate of 0 there is nothing to forecast."
