"""Rules that another one leaves nothing, or that pay for the same thing twice."""

from collections.abc import Iterator, Sequence
from typing import Final

from rules.document import Rule
from rules.event import EVIDENCE
from rules.lint.findings import Finding
from rules.lint.reach import facts_of, implies
from rules.parts import PointsEffect
from rules.wording import named

_FILTER: Final = ("trigger", "source", "evidence", "who", "when", "progress")


def find_shadowed(rule: Rule, beside: Sequence[Rule]) -> Iterator[Finding]:
    """Shadowed means: it gets nothing before a limit or the budget of the better offer has been touched."""
    other = next((other for other in beside if _shadows(other, rule)), None)
    if other is not None:
        yield Finding(
            "shadowed",
            "warning",
            "stacking",
            f"Whatever this rule pays for, {named(other)} of the same best-of group pays for as well, with "
            f"{_most_points(other)} points against {_most_points(rule)}: it gets nothing while {named(other)} can pay.",
            f"Pay more than {_most_points(other)} points, set conditions that {named(other)} does not meet, or drop "
            "one.",
        )
    twin = next((other for other in beside if _pays_twice(rule, other)), None)
    if twin is not None:
        yield Finding(
            "paid_twice",
            "warning",
            "when",
            f"{named(twin)} asks for exactly the same, so one act is paid by both rules.",
            f"Drop one of the two, or put both into one best-of group with {named(twin)}.",
        )


def _shadows(other: Rule, rule: Rule) -> bool:
    if not (_is_best(rule) and _is_best(other)) or rule.stacking != other.stacking:
        return False
    most, wanted = _most_points(other), _most_points(rule)
    # Of equals the first in rule order, which is the order of ids, is paid.
    if most < wanted or (most == wanted and rule.id < other.id):
        return False
    about_event, about_resident = facts_of(rule)
    return (
        (rule.trigger, rule.source) == (other.trigger, other.source)
        and EVIDENCE.index(other.evidence) <= EVIDENCE.index(rule.evidence)
        and other.validity.start <= rule.validity.start
        and rule.validity.until <= other.validity.until
        and implies(rule.when, other.when, about_event)
        and implies(rule.who, other.who, about_resident)
    )


def _is_best(rule: Rule) -> bool:
    return rule.stacking is not None and rule.stacking.mode == "best"


def _most_points(rule: Rule) -> int:
    """For one event, before any limit has been touched."""
    assert isinstance(rule.effect, PointsEffect), "a best-of group pays fixed points"
    return min([rule.effect.points, *(limit.points for limit in rule.limits if limit.points is not None)])


def _pays_twice(rule: Rule, other: Rule) -> bool:
    return (
        all(getattr(rule, part) == getattr(other, part) for part in _FILTER)
        and rule.effect.kind == other.effect.kind
        and isinstance(rule.effect, PointsEffect)
        and not (_is_best(rule) and rule.stacking == other.stacking)
        and rule.validity.start < other.validity.until
        and other.validity.start < rule.validity.until
    )
