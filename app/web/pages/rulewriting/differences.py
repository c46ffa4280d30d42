"""Where two texts of a rule differ, row by row, under the questions that officers were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from app.web.languages import mark
from app.web.pages.rulewriting.parts import PAGES
from rules.document import Rule
from rules.sentence import Titles
from rules.told import Lines, tell_rule

Change = Literal["same", "changed", "added", "removed"]

OTHER_EVENTS: Final = mark("The events of an example differ")

ROWS: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    "about": (
        ("title", mark("Title")),
        ("campaign", mark("Campaign that pays for it")),
        ("validity", mark("Dates")),
        ("basis", mark("Why these numbers")),
    ),
    "event": (
        ("trigger", mark("Kind of event")),
        ("source", mark("Who reports it")),
        ("evidence", mark("How well it must be proven")),
    ),
    "when": (("when", mark("Conditions")),),
    "who": (("who", mark("Conditions")),),
    "progress": (("progress", mark("Goal")),),
    "award": (("effect", mark("Points")), ("stacking", mark("Group of offers"))),
    "limits": (("limits", mark("Limits")),),
}
"""Members of the document with what they are called, by question page."""
EXAMPLES: Final = mark("Worked examples")
NOTHING: Final = {
    "when": mark("Every such event counts"),
    "who": mark("Everybody who takes part"),
    "progress": mark("No goal: every event that counts earns"),
    "stacking": mark("No group"),
    "examples": mark("No example"),
}
"""What is read where a member says nothing."""


@dataclass(frozen=True)
class Row:
    """One member of the document on both sides; `nothing` is read where a side has no line."""

    label: str
    left: Lines
    right: Lines
    nothing: str
    change: Change
    note: str = ""

    def is_alone(self, line: str) -> bool:
        """Whether only one side has this line."""
        return self.change != "same" and (line in self.left) != (line in self.right)


@dataclass(frozen=True)
class Group:
    """The rows of one question; `name` is that of its page, or "examples"."""

    name: str
    title: str
    rows: tuple[Row, ...]

    def leave_differences(self) -> Group:
        """Without the rows that agree."""
        return Group(self.name, self.title, tuple(row for row in self.rows if row.change != "same"))


def compare_rules(left: Rule, right: Rule, titles: Titles) -> tuple[Group, ...]:
    """Every part of both, also where they agree."""
    told = tell_rule(left, titles), tell_rule(right, titles)

    def pair(member: str, label: str) -> Row:
        before, after = told[0][member], told[1][member]
        return Row(label, before, after, NOTHING.get(member, ""), _find_change(before, after))

    groups = [
        Group(name, page.title, tuple(pair(member, label) for member, label in ROWS[name]))
        for name, page in PAGES.items()
    ]
    examples = pair("examples", EXAMPLES)
    if examples.change == "same" and left.examples != right.examples:
        examples = Row(EXAMPLES, examples.left, examples.right, examples.nothing, "changed", OTHER_EVENTS)
    return (*groups, Group("examples", EXAMPLES, (examples,)))


def tell_parts(rule: Rule, titles: Titles) -> tuple[Group, ...]:
    """What it says under each question, without its examples."""
    return compare_rules(rule, rule, titles)[:-1]


def count_changes(groups: Sequence[Group]) -> tuple[int, int]:
    """Rows that differ, and all rows."""
    rows = [row for group in groups for row in group.rows]
    return sum(row.change != "same" for row in rows), len(rows)


def _find_change(left: Lines, right: Lines) -> Change:
    """In whatever order the lines stand: all of them hold."""
    if sorted(left) == sorted(right):
        return "same"
    if not left:
        return "added"
    return "changed" if right else "removed"
