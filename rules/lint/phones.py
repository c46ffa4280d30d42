"""Acts that only a phone can prove."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rules.document import Rule
from rules.lint.findings import Finding

# Why nothing but a phone can prove such an event. All other types come from a card, a desk, a gate or a group's list.
NEEDS_PHONE: Final[Mapping[str, str]] = {"walk.day": "steps are counted by a phone or a watch"}


def find_phone_needed(rule: Rule, beside: Sequence[Rule]) -> Iterator[Finding]:
    why = NEEDS_PHONE.get(rule.trigger)
    if why is None or any(other.campaign == rule.campaign and other.trigger not in NEEDS_PHONE for other in beside):
        return
    yield Finding(
        "needs_a_phone",
        "warning",
        "trigger",
        f"Only people with a phone can earn from this rule: {why}.",
        "Add a rule to the same campaign that a card or a desk can prove, such as a check-in at a place.",
    )
