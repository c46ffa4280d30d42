"""The worked examples of a rule, run by the same engine as everything else."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from rules.artefact import Artefact, Timeline
from rules.document import Example, Rule
from rules.event import Event
from rules.fold import replay

_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """`each` has the points of each event, in the order in which they happened."""

    title: str
    expected: int
    points: int
    each: tuple[int, ...]

    @property
    def passed(self) -> bool:
        return self.points == self.expected


def run_examples(rule: Rule) -> list[ExampleResult]:
    """Runs each alone: one resident, this rule and no other, a budget without end."""
    timeline = Timeline([(_ALWAYS, Artefact.publish([rule]))])
    results = []
    for example in rule.examples:
        outcomes = replay(timeline, _events_of(rule, example), None).outcomes
        each = tuple(outcome.points for outcome in outcomes)
        results.append(ExampleResult(example.title, example.expect.points, sum(each), each))
    return results


def _events_of(rule: Rule, example: Example) -> list[Event]:
    return [
        Event(
            source=written.source or rule.source,
            id=f"example-{index:02}-{number:03}",
            type=written.type,
            happened_at=written.time + timedelta(minutes=number * written.every_minutes),
            data=written.data,
            resident=written.resident,
            evidence=written.evidence or rule.evidence,
        )
        for index, written in enumerate(example.events)
        for number in range(written.times)
    ]
