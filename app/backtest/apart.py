"""Which rules a draft can make pay more or less. The others pay the same with it and without, and are judged once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules.catalogue import CHALLENGE
from rules.coherence import find_challenge
from rules.document import Rule
from rules.parts import Multiply, Unlock
from rules.parts import Sequence as Following
from rules.trips import TAP, TRIP


def find_touched(rules: Sequence[Rule], draft: str) -> frozenset[str]:
    """Ids of the rules that the rule with the id `draft` is bound to, by one or by several steps, with its own.

    `rules` are those of both sets; a draft stands there twice where it takes the place of an earlier version. What
    binds rules is a stacking group, also one that is multiplied, a challenge, and a campaign that limits each resident.
    Households and everybody together count rule by rule, and budgets do not run out in a back-test.
    """
    limited = {rule.campaign for rule in rules for limit in rule.limits if limit.scope == "resident_campaign"}
    ties = {(at, tie) for at, rule in enumerate(rules) for tie in _ties_of(rule, limited)}
    touched = {at for at, rule in enumerate(rules) if rule.id == draft}
    while True:
        reached = {tie for at, tie in ties if at in touched}
        wider = {at for at, tie in ties if tie in reached}
        if wider <= touched:
            return frozenset(rules[at].id for at in touched)
        touched |= wider


def _ties_of(rule: Rule, limited: set[str]) -> Iterable[tuple[str, str]]:
    yield "rule", rule.id
    if rule.campaign in limited:
        yield "campaign", rule.campaign
    if rule.stacking is not None:
        yield "group", rule.stacking.group
    if isinstance(rule.effect, Multiply):
        yield "group", rule.effect.group
    if isinstance(rule.effect, Unlock):
        yield "challenge", rule.effect.challenge
    if rule.trigger == CHALLENGE:
        yield "challenge", find_challenge(rule.when) or ""


def find_types(rules: Iterable[Rule]) -> frozenset[str]:
    """The types of stored events that tell all about these rules."""
    types: set[str] = set()
    for rule in rules:
        types.add(rule.trigger)
        if isinstance(rule.progress, Following):
            types.add(rule.progress.after)
    # A trip is found among all the taps.
    return frozenset(types | {TAP} if TRIP in types else types)
