"""Acts that only a phone can prove."""

from collections import abc
from typing import Final

from rules.document import Rule
from rules.lint.findings import Finding
from rules.parts import Sequence

# Why nothing but a phone can prove such an event. All other types come from a card, a desk, a gate or a group's list.
NEEDS_PHONE: Final[abc.Mapping[str, str]] = {"walk.day": "steps are counted by a phone or a watch"}


def find_phone_needed(rule: Rule, beside: abc.Sequence[Rule]) -> abc.Iterator[Finding]:
    path, why = _find_need(rule)
    if why is None or any(other.campaign == rule.campaign and _find_need(other)[1] is None for other in beside):
        return
    yield Finding(
        "needs_a_phone",
        "warning",
        path,
        f"Only people with a phone can earn from this rule: {why}.",
        "Add a rule to the same campaign that a card or a desk can prove, such as a check-in at a place.",
    )


def _find_need(rule: Rule) -> tuple[str, str | None]:
    """Where the rule asks for what only a phone proves, and why that is so."""
    if rule.trigger not in NEEDS_PHONE and isinstance(rule.progress, Sequence):
        return "progress.after", NEEDS_PHONE.get(rule.progress.after)
    return "trigger", NEEDS_PHONE.get(rule.trigger)
