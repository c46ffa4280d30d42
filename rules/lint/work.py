"""Volunteering paid like work."""

from collections.abc import Iterator, Sequence
from typing import Final

from rules.conditions import Condition
from rules.document import Rule
from rules.lint.findings import Finding
from rules.lint.reach import alternatives
from rules.parts import Community, Multiply, PointsEffect, Rate, Sum
from rules.wording import named

VOLUNTEERING: Final = "volunteer.session"
_LENGTH: Final = "minutes"
_MONTHLY: Final = ("month", "validity", "lifetime")


def find_work(rule: Rule) -> Iterator[Finding]:
    """Pay that grows with the length of a session; and volunteering that no month bounds."""
    if rule.trigger != VOLUNTEERING or isinstance(rule.effect, Multiply):
        return
    path = _hourly_path(rule)
    if path is not None:
        yield Finding(
            "paid_by_the_hour",
            "warning",
            path,
            "Points that grow with the minutes of volunteering look like wages: volunteers could count as workers, "
            "and people on benefits could lose by it.",
            "Give a fixed thank-you for each verified session, with a cap for each month, such as 4 times.",
        )
    if not any(limit.per in _MONTHLY and limit.scope == "resident_rule" for limit in rule.limits):
        yield Finding(
            "volunteering_without_monthly_cap",
            "warning",
            "limits",
            "Nothing limits what one volunteer gets in a month, so the thanks could be taken for earnings.",
            "Add a limit for each resident and month, such as 4 times.",
        )


def _hourly_path(rule: Rule) -> str | None:
    if isinstance(rule.effect, Rate) and rule.effect.fact == _LENGTH:
        return "effect"
    if isinstance(rule.progress, Sum | Community) and rule.progress.fact == _LENGTH:
        return "progress"
    return None


def find_ladder(rule: Rule, beside: Sequence[Rule]) -> Iterator[Finding]:
    """Several rules, each for a longer session, are a rate by the hour in steps: a longer one gets the sum of them.

    A rule that asks for no length is the lowest step. What multiplies or unlocks pays nothing for a session.
    """
    if rule.trigger != VOLUNTEERING or not isinstance(rule.effect, PointsEffect | Rate):
        return
    path, wanted = _length_conditions(rule)
    for other in beside:
        if other.trigger != VOLUNTEERING or not isinstance(other.effect, PointsEffect | Rate):
            continue
        if _length_conditions(other)[1] != wanted:
            yield Finding(
                "paid_by_the_hour",
                "warning",
                path,
                f"With {named(other)} longer sessions earn other points, which looks like wages: volunteers could "
                "count as workers, and people on benefits could lose by it.",
                f"Give the same thank-you for each verified session, and join this rule and {named(other)}.",
            )
            return


def _length_conditions(rule: Rule) -> tuple[str, frozenset[str]]:
    """The path of the first, or of all conditions; and what they ask for."""
    found: dict[str, Condition] = {
        f"when[{index}]": condition
        for index, clause in enumerate(rule.when)
        for condition in alternatives(clause)
        if condition.fact == _LENGTH
    }
    return next(iter(found), "when"), frozenset(condition.model_dump_json() for condition in found.values())
