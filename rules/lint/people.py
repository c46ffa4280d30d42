"""Wards whose residents a rule leaves out, and wards that do not exist."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from rules.catalogue import RESIDENT_FACTS
from rules.conditions import Condition
from rules.document import Rule
from rules.lint.findings import Finding, Surroundings
from rules.lint.reach import alternatives, find_ways

_WARD: Final = "ward"
_NAMED: Final = 5


def find_left_out(rule: Rule, around: Surroundings) -> Iterator[Finding]:
    if not around.wards:
        return
    yield from _unknown_wards(rule, around.wards)
    if not find_ways(rule.who, RESIDENT_FACTS):
        return
    left_out = [ward for ward in around.wards if not _can_meet(rule, ward)]
    if left_out:
        more = f" and {len(left_out) - _NAMED} more" if len(left_out) > _NAMED else ""
        yield Finding(
            "wards_left_out",
            "warning",
            "who",
            f"Nobody who lives in {len(left_out)} of {len(around.wards)} wards can meet this rule: "
            f"{', '.join(left_out[:_NAMED])}{more}.",
            "Add these wards to the condition or take it out, or say in the basis why they are left out.",
        )


def _can_meet(rule: Rule, ward: str) -> bool:
    return bool(find_ways([*rule.who, Condition(fact=_WARD, op="is", value=ward)], RESIDENT_FACTS))


def _unknown_wards(rule: Rule, wards: tuple[str, ...]) -> Iterator[Finding]:
    for index, clause in enumerate(rule.who):
        inner = len(alternatives(clause)) > 1
        for at, condition in enumerate(alternatives(clause)):
            unknown = [str(word) for word in condition.scalars() if condition.fact == _WARD and word not in wards]
            if not unknown:
                continue
            close = get_close_matches(unknown[0], wards, n=1)
            yield Finding(
                "unknown_ward",
                "warning",
                f"who[{index}].any[{at}].value" if inner else f"who[{index}].value",
                f"There is no ward of the name {unknown[0]}." + (f" Did you mean {close[0]}?" if close else ""),
                f"Write {close[0]} instead." if close else "Choose a ward from the list.",
            )
