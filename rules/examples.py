"""The worked examples of a rule, run by the same engine as everything else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from rules.artefact import Artefact, Timeline
from rules.document import Example, Rule
from rules.event import Event
from rules.explain import explain
from rules.fold import replay
from rules.parts import Multiply
from rules.places import Zone

MOST_EXPLAINED: Final = 20
"""Each event is explained by a replay of all before it."""
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


def run_examples(rule: Rule, beside: Iterable[Rule] = (), zones: Iterable[Zone] = ()) -> list[ExampleResult]:
    """Runs each alone: one resident, a budget without end, this rule and those whose offers it multiplies.

    `beside` are the other rules of the set, of which those are picked. Points are those of this rule. Raises
    RuleSetRefused where they cannot stand together, or name a zone that is not among `zones`.
    """
    timeline = _stand_alone(rule, beside, zones)
    results = []
    for example in rule.examples:
        outcomes = replay(timeline, _events_of(rule, example), None).outcomes
        each = tuple(sum(line.got for line in outcome.lines if line.rule == rule.id) for outcome in outcomes)
        results.append(ExampleResult(example.title, example.expect.points, sum(each), each))
    return results


def explain_example(
    rule: Rule, example: Example, beside: Iterable[Rule] = (), zones: Iterable[Zone] = ()
) -> tuple[str, ...]:
    """What the rule says of each of the first MOST_EXPLAINED events, in the order in which they happened.

    Raises RuleSetRefused as `run_examples` does.
    """
    timeline = _stand_alone(rule, beside, zones)
    events = sorted(_events_of(rule, example), key=lambda event: event.key)
    told = []
    for event in events[:MOST_EXPLAINED]:
        found = explain(timeline, events, event.key, None)
        own = [one.sentence for one in found.rules if one.rule == rule.id]
        told.append(" ".join(own or found.sentences))
    return tuple(told)


def _stand_alone(rule: Rule, beside: Iterable[Rule], zones: Iterable[Zone]) -> Timeline:
    group = rule.effect.group if isinstance(rule.effect, Multiply) else None
    others = [other for other in beside if other.id != rule.id and other.stacking and other.stacking.group == group]
    return Timeline([(_ALWAYS, Artefact.publish([rule, *others], zones))])


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
