"""The two sets of rules of a back-test: those in force, and the same with the draft in its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from app.backtest.apart import find_touched, find_types
from rules.artefact import Artefact, Timeline
from rules.catalogue import CHALLENGE
from rules.clock import LONDON, to_micros
from rules.document import Rule, Validity
from rules.event import Event
from rules.matcher import Match, TypeMatcher, compile_type
from rules.parts import Multiply, Unlock, needed_facts
from rules.places import Zone
from rules.rule_set import refuse_incoherent

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
class Openers:
    """Ids of the rules that open challenges, by place in rule order.

    Of those in `before` the draft cannot touch `apart` and can touch `touched`; `own` are those of the set `own`.
    """

    apart: Mapping[int, str]
    touched: Mapping[int, str]
    own: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Engine:
    """The sets, ready to judge.

    `touched` are the rules that the draft can make pay more or less, itself among them. What those of them come to that
    are in `after` is what `own` alone comes to, and `own_types` of events tell all about it; the others pay the same
    before and after. `draft_index` is the draft's place in the rule order of `own`, `earlier_index` that of the version
    whose place it takes in the order of `before`, None if there is none.

    The draft is about events of the types `about`; `alike` is whether it matches just those that its earlier version
    does. `openers` is None where no rule opens a challenge, as in most sets.
    """

    before: Timeline
    after: Timeline
    own: Timeline
    own_types: frozenset[str]
    touched: frozenset[str]
    draft_index: int
    earlier_index: int | None
    about: frozenset[str]
    draft: Rule
    alike: bool
    alone: TypeMatcher
    openers: Openers | None

    def refuses_because(self, event: Event) -> str:
        """Why the draft did not match this event of its type."""
        if not self.draft.who:
            return "conditions_not_met"
        return "conditions_not_met" if self._match_alone(event).eligible else "not_eligible"

    def concerns(self, events: Iterable[Event]) -> bool:
        """Whether the draft might match one of them; a tap is taken for a trip."""
        if self.draft.trigger == CHALLENGE:
            return True
        return any(event.type in self.about and self._match_alone(event).rules for event in events)

    def _match_alone(self, event: Event) -> Match:
        moment = LONDON.moment(to_micros(event.happened_at))
        return self.alone.match(event.source, event.evidence, event.data, event.resident, moment)


def build_sets(
    draft: Rule, *, in_force: Sequence[Rule], zones: Sequence[Zone], from_on: date, until_on: date
) -> RuleSets:
    """Every rule as if it had been in force from `from_on` until before `until_on`.

    Multipliers other than the draft keep their dates: what is doubled for one month was never meant for a year. Whether
    the draft can stand with the others is asked of the dates that are written, which are those that will be in force.
    Raises RuleSetRefused when it cannot.
    """
    for written in (in_force, [*(rule for rule in in_force if rule.id != draft.id), draft]):
        refuse_incoherent(sorted(written, key=lambda rule: rule.id))
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
    """Compiled once in each process. Raises RuleSetRefused for a zone that is not there."""
    zones = [Zone.model_validate_json(zone) for zone in sets.zones]
    before = Artefact.assemble([Rule.model_validate_json(body) for body in sets.before], zones)
    after = Artefact.assemble([Rule.model_validate_json(body) for body in sets.after], zones)
    touched = find_touched((*before.rules, *after.rules), sets.draft)
    own = Artefact.assemble([rule for rule in after.rules if rule.id in touched], zones)
    draft = next(rule for rule in after.rules if rule.id == sets.draft)
    earlier = next((rule for rule in before.rules if rule.id == sets.draft), None)
    return Engine(
        before=_always(before),
        after=_always(after),
        own=_always(own),
        own_types=find_types(own.rules),
        touched=touched,
        draft_index=own.rules.index(draft),
        earlier_index=None if earlier is None else before.rules.index(earlier),
        about=find_types([draft.model_copy(update={"progress": None})]),
        draft=draft,
        alike=earlier is not None and _conditions(earlier) == _conditions(draft),
        # For one question only, why the draft did not match, so that it may stand without those that it depends on.
        alone=compile_type(draft.trigger, [(0, draft)], after.zones),
        openers=_find_openers(before, own, touched),
    )


def _find_openers(before: Artefact, own: Artefact, touched: frozenset[str]) -> Openers | None:
    listed = {at: rule.id for at, rule in enumerate(before.rules) if isinstance(rule.effect, Unlock)}
    openers = Openers(
        apart={at: name for at, name in listed.items() if name not in touched},
        touched={at: name for at, name in listed.items() if name in touched},
        own={at: rule.id for at, rule in enumerate(own.rules) if isinstance(rule.effect, Unlock)},
    )
    return openers if listed or openers.own else None


def _always(artefact: Artefact) -> Timeline:
    return Timeline([(_ALWAYS, artefact)])


def _conditions(rule: Rule) -> dict[str, object]:
    """All that decides which events a rule matches; a quantity must be known where one is asked for."""
    found = rule.model_dump(include={"trigger", "source", "evidence", "when", "who", "validity"})
    return found | {"needed": sorted(needed_facts(rule.progress, rule.effect))}
