"""One event, the rules in force, the counters: which rule asks for what, and what each gets.

Offers of best-of groups are settled first, then the others in rule order, so that what an offer can still pay when it
is compared is exactly what it gets. What multiplies offers comes after them, and challenges come last.
"""

import hashlib
from typing import Final

import msgspec

from rules.catalogue import CHALLENGE
from rules.clock import PERS, Moment
from rules.event import Derived, Event, Line
from rules.paying import BUDGET, Offer, allow, pay, take_turn
from rules.program import Plan, Program
from rules.progress import Step, Tally
from rules.reasons import NEAREST_FIRST

AWARDED: Final = "awarded"
NOT_REACHED: Final = "progress_not_reached"
_VALIDITY: Final = PERS.index("validity")


class Verdict(msgspec.Struct, frozen=True):
    """What became of one rule that matched. `done` of `needed` is its progress, if it has any."""

    plan: int
    outcome: str
    done: int = 0
    needed: int = 0
    line: Line | None = None


Verdicts = dict[int, Verdict]


class Decision(msgspec.Struct, frozen=True):
    """`verdicts` are of the rules that matched, in rule order; `reasons` are empty when points came.

    Rules about a challenge that the event unlocked come after those about the event itself. `seen` is false for a tap
    that opens no trip: no rule ever sees it.
    """

    verdicts: tuple[Verdict, ...]
    lines: tuple[Line, ...]
    reasons: tuple[str, ...]
    seen: bool = True
    emits: tuple[Derived, ...] = ()


NO_RULE: Final = Decision((), (), ("no_rule",))
_CONDITIONS: Final = Decision((), (), ("conditions_not_met",))
_WHO: Final = Decision((), (), ("not_eligible",))


def decide(program: Program, kind: str, moment: Moment, step: Step) -> Decision:
    """`kind` is the type that the rules see: `transit.trip` for a tap that opens a trip."""
    matcher = program.matchers.get(kind)
    if matcher is None:
        return NO_RULE
    event = step.event
    match = matcher.match(event.source, event.evidence, step.data, event.resident, moment)
    if not match.rules:
        if not match.in_force:
            return NO_RULE
        return _CONDITIONS if match.eligible else _WHO
    verdicts: Verdicts = {}
    offers, multipliers, unlocks = _advance(program, match.rules, step, verdicts)
    if offers:
        _settle(offers, verdicts, step)
    for index in multipliers:
        _multiply(program, index, verdicts, step)
    ordered = tuple([verdicts[index] for index in match.rules if index in verdicts])
    if not unlocks:
        lines = tuple([verdict.line for verdict in ordered if verdict.line is not None])
        return Decision(ordered, lines, _reasons(ordered))
    emits = _unlock(unlocks, verdicts, event, step)
    ordered = tuple([verdicts[index] for index in match.rules])
    return _follow(program, Decision(ordered, (), ()), emits, moment, step)


def _reasons(verdicts: tuple[Verdict, ...]) -> tuple[str, ...]:
    """Every outcome of a rule that matched is a reason, unless one of them is the award itself."""
    found = {verdict.outcome for verdict in verdicts}
    if len(found) == 1 or AWARDED in found:
        return () if AWARDED in found else tuple(found)
    return tuple(reason for reason in NEAREST_FIRST if reason in found)


def _advance(
    program: Program, matched: tuple[int, ...], step: Step, verdicts: Verdicts
) -> tuple[list[Offer], list[int], list[Offer]]:
    """Moves the progress of every rule that matched: those that now ask for points, multiply others, or unlock."""
    offers: list[Offer] = []
    multipliers: list[int] = []
    unlocks: list[Offer] = []
    for index in matched:
        plan = program.plans[index]
        meter = plan.meter
        if plan.multiplies is not None:
            multipliers.append(index)
            continue
        if meter is None:
            offer = Offer(index, plan, plan.points)
        else:
            window = plan.start if meter.per == _VALIDITY else step.windows[meter.per]
            quantity = 1 if meter.fact is None else int(step.data[meter.fact])
            awards, before, after, needed = meter.move(step, window, quantity)
            if not awards:
                verdicts[index] = Verdict(index, NOT_REACHED, after, needed)
                continue
            offer = Offer(index, plan, awards * plan.points, before, after, needed)
        (offers if plan.unlocks is None else unlocks).append(offer)
    return offers, multipliers, unlocks


def _settle(offers: list[Offer], verdicts: Verdicts, step: Step) -> None:
    groups: dict[str, list[Offer]] = {}
    alone: list[Offer] = []
    for offer in offers:
        if offer.plan.best and offer.plan.group is not None:
            groups.setdefault(offer.plan.group, []).append(offer)
        else:
            alone.append(offer)
    for group_offers in groups.values():
        # max() takes the first of equals, which is the first in rule order.
        best = max(group_offers, key=lambda offer: allow(offer.plan, offer.asked, step)[0])
        for offer in group_offers:
            if offer is not best:
                verdicts[offer.index] = Verdict(offer.index, "another_offer_was_better")
        _pay(best, verdicts, step)
    for offer in alone:
        _pay(offer, verdicts, step)


def _pay(offer: Offer, verdicts: Verdicts, step: Step) -> None:
    line = pay(offer, step)
    outcome = AWARDED if line.got else "budget_spent" if line.limited_by == BUDGET else "limit_reached"
    verdicts[offer.index] = Verdict(offer.index, outcome, offer.after, offer.needed, line)


def _multiply(program: Program, index: int, verdicts: Verdicts, step: Step) -> None:
    """Asks for a part of what the group got; hundredths of a point that are left over are carried."""
    plan = program.plans[index]
    assert plan.multiplies is not None, "the caller has looked"
    assert isinstance(plan.meter, Tally), "hundredths are tallied"
    group, extra_percent = plan.multiplies
    got = sum(
        verdict.line.got
        for verdict in verdicts.values()
        if verdict.line is not None and program.plans[verdict.plan].group == group
    )
    if not got:
        verdicts[index] = Verdict(index, "nothing_to_multiply")
        return
    window = plan.start if plan.meter.per == _VALIDITY else step.windows[plan.meter.per]
    asked, before, after, needed = plan.meter.move(step, window, got * extra_percent)
    if asked:
        _pay(Offer(index, plan, asked, before, after, needed), verdicts, step)
    else:
        verdicts[index] = Verdict(index, NOT_REACHED, after, needed)


def _unlock(unlocks: list[Offer], verdicts: Verdicts, event: Event, step: Step) -> list[Derived]:
    emits = []
    for offer in unlocks:
        if take_turn(offer.plan, step):
            emits.append(_derive(offer.plan, event))
            verdicts[offer.index] = Verdict(offer.index, "unlocked", offer.after, offer.needed)
        else:
            verdicts[offer.index] = Verdict(offer.index, "limit_reached", offer.after, offer.needed)
    return emits


def _derive(plan: Plan, event: Event) -> Derived:
    """One rule makes one event of another at most once, so that these three name it for ever."""
    name = hashlib.sha256(f"{plan.rule}\n{event.source}\n{event.id}".encode()).hexdigest()[:32]
    return Derived(CHALLENGE, name, plan.rule, {"challenge": plan.unlocks or ""})


def _follow(program: Program, first: Decision, emits: list[Derived], moment: Moment, step: Step) -> Decision:
    """Judges what was unlocked in the same step: the same counters, budgets and instant, other facts."""
    verdicts, every, data = first.verdicts, list[Derived](), step.data
    for emitted in emits:
        step.data = emitted.data
        decision = decide(program, emitted.type, moment, step)
        verdicts += decision.verdicts
        every += (emitted, *decision.emits)
    step.data = data
    lines = tuple([verdict.line for verdict in verdicts if verdict.line is not None])
    return Decision(verdicts, lines, _reasons(verdicts), emits=tuple(every))
