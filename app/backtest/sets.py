"""The two sets of rules of a back-test: those in force, and the same with the draft in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from rules.artefact import Artefact, Timeline
from rules.clock import LONDON, to_micros
from rules.document import Rule, Validity
from rules.event import Event
from rules.matcher import TypeMatcher, compile_type
from rules.parts import Multiply
from rules.places import Zone
from rules.trips import TAP, TRIP

BEFORE: Final = "before"
AFTER: Final = "after"
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RuleSets:
    """As bytes, to travel to other processes. `draft` is the key of the rule that is tried."""

    before: tuple[bytes, ...]
    after: tuple[bytes, ...]
    zones: tuple[bytes, ...]
    draft: str


@dataclass(frozen=True, slots=True)
class Engine:
    """The sets, ready to judge. `draft_index` is the draft's place in the rule order of `after`."""

    before: Timeline
    after: Timeline
    draft: Rule
    draft_index: int
    alone: TypeMatcher

    def refuses_because(self, event: Event) -> str:
        """Why the draft did not match this event of its type."""
        if not self.draft.who:
            return "conditions_not_met"
        moment = LONDON.moment(to_micros(event.happened_at))
        match = self.alone.match(event.source, event.evidence, event.data, event.resident, moment)
        return "conditions_not_met" if match.eligible else "not_eligible"

    def is_about(self, event: Event) -> bool:
        return (TRIP if event.type == TAP else event.type) == self.draft.trigger


def build_sets(
    draft: Rule, *, in_force: Sequence[Rule], zones: Sequence[Zone], from_on: date, until_on: date
) -> RuleSets:
    """Every rule as if it had been in force from `from_on` until before `until_on`.

    Multipliers other than the draft keep their dates: what is doubled for one month was never meant for a year. Raises
    RuleSetRefused when the draft cannot stand with the others.
    """
    beside = [_stretch(rule, from_on, until_on) for rule in in_force]
    tried = _stretch(draft, from_on, until_on, always=True)
    after = [rule for rule in beside if rule.id != draft.id] + [tried]
    sets = RuleSets(
        before=_write(beside),
        after=_write(after),
        zones=tuple(zone.model_dump_json().encode() for zone in zones),
        draft=draft.id,
    )
    load_engine(sets)
    return sets


def _stretch(rule: Rule, from_on: date, until_on: date, *, always: bool = False) -> Rule:
    if isinstance(rule.effect, Multiply) and not always:
        return rule
    validity = Validity(start=min(from_on, rule.validity.start), until=max(until_on, rule.validity.until))
    return rule.model_copy(update={"validity": validity})


def _write(rules: Sequence[Rule]) -> tuple[bytes, ...]:
    ordered = sorted(rules, key=lambda rule: rule.id)
    return tuple(rule.model_dump_json(by_alias=True).encode() for rule in ordered)


@lru_cache(maxsize=4)
def load_engine(sets: RuleSets) -> Engine:
    """Compiled once in each process. Raises RuleSetRefused."""
    zones = [Zone.model_validate_json(zone) for zone in sets.zones]
    before = Artefact.publish([Rule.model_validate_json(body) for body in sets.before], zones)
    after = Artefact.publish([Rule.model_validate_json(body) for body in sets.after], zones)
    index = next(place for place, rule in enumerate(after.rules) if rule.id == sets.draft)
    draft = after.rules[index]
    # For one question only, why the draft did not match, so that it may stand without those that it depends on.
    alone = compile_type(draft.trigger, [(0, draft)], after.zones)
    return Engine(Timeline([(_ALWAYS, before)]), Timeline([(_ALWAYS, after)]), draft, index, alone)
