"""One event, the rules in force, the counters: which rule asks for what, and what each gets.

Offers of best-of groups are settled first, then the others in rule order, so that what an offer can still pay when it
is compared is exactly what it gets. What multiplies offers comes after them, and challenges come last.
"""

import hashlib
from operator import attrgetter
from typing import Final

from rules.catalogue import CHALLENGE
from rules.clock import Moment
from rules.event import Derived, Event, Line, Outcome, Verdict
from rules.matcher import Match
from rules.paying import BUDGET, Offer, allow, pay, take_turn
from rules.program import Plan, Program
from rules.progress import Step, Tally
from rules.reasons import NEAREST_FIRST

AWARDED: Final = "awarded"
NOT_REACHED: Final = "progress_not_reached"


Verdicts = dict[int, Verdict]
_PLAN: Final = attrgetter("plan")
_NO_RULE: Final = ("no_rule",)
_CONDITIONS: Final = ("conditions_not_met",)
_WHO: Final = ("not_eligible",)


def decide(program: Program, kind: str, moment: Moment, step: Step) -> Outcome:
    """`kind` is the type that the rules see: `transit.trip` for a tap that opens a trip."""
    matcher = program.matchers.get(kind)
    if matcher is None:
        return refuse(step.event, _NO_RULE)
    event = step.event
    match = matcher.match(event.source, event.evidence, step.data, event.resident, moment)
    if not match.rules:
        if not match.in_force:
            return refuse(event, _NO_RULE)
        return refuse(event, _CONDITIONS if match.eligible else _WHO)
    if match.apart:
        return _settle_apart(program, match, step)
    return _settle_together(program, match.rules, moment, step)


def refuse(event: Event, reasons: tuple[str, ...] = _NO_RULE, *, seen: bool = True) -> Outcome:
    """No rule is about it."""
    return Outcome((event.happened_at, event.source, event.id), (), reasons, 0, shared=event.shared or {}, seen=seen)


def _settle_apart(program: Program, match: Match, step: Step) -> Outcome:
    """The same as `_settle_together`, in one pass: most events only meet rules that do not know of each other."""
    plans = program.plans
    verdicts: list[Verdict] = []
    lines: list[Line] = []
    points, outcome, alike = 0, "", True
    for index in match.apart:
        plan, last = plans[index], outcome
        meter = plan.meter
        if meter is None:
            awards, before, after, needed = 1, 0, 0, 0
        else:
            awards, before, after, needed = meter.move(step)
        if awards:
            line = pay(plan, awards * plan.points, before, after, step)
            got = line.got
            points += got
            lines.append(line)
            outcome = AWARDED if got else _refusal(line)
            verdicts.append(Verdict(index, outcome, after, needed, line))
        else:
            outcome = NOT_REACHED
            verdicts.append(Verdict(index, outcome, after, needed))
        alike = alike and (outcome == last or not last)
    if match.apart != match.rules:
        verdicts.sort(key=_PLAN)
        lines = [verdict.line for verdict in verdicts if verdict.line is not None]
    ordered = tuple(verdicts)
    reasons = () if points else (outcome,) if alike else _reasons(ordered)
    event = step.event
    shared = {**event.shared, **step.noted} if event.shared else step.noted
    return Outcome((event.happened_at, event.source, event.id), tuple(lines), reasons, points, (), shared, ordered)


def _settle_together(program: Program, matched: tuple[int, ...], moment: Moment, step: Step) -> Outcome:
    verdicts: Verdicts = {}
    offers, multipliers, unlocks = _advance(program, matched, step, verdicts)
    if offers:
        _settle(offers, verdicts, step)
    for index in multipliers:
        _multiply(program, index, verdicts, step)
    ordered = tuple([verdicts[index] for index in matched if index in verdicts])
    if not unlocks:
        return _sum_up(ordered, (), step)
    emits = _unlock(unlocks, verdicts, step.event, step)
    ordered = tuple([verdicts[index] for index in matched])
    return _follow(program, ordered, emits, moment, step)


def _reasons(verdicts: tuple[Verdict, ...]) -> tuple[str, ...]:
    """Every outcome of a rule that matched is a reason, unless one of them is the award itself."""
    found = {verdict.outcome for verdict in verdicts}
    if AWARDED in found:
        return ()
    if len(found) == 1:
        return tuple(found)
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
            awards, before, after, needed = meter.move(step)
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
        best = max(group_offers, key=lambda offer: allow(offer.plan, offer.asked, step))
        for offer in group_offers:
            if offer is not best:
                verdicts[offer.index] = Verdict(offer.index, "another_offer_was_better")
        _pay(best, verdicts, step)
    for offer in alone:
        _pay(offer, verdicts, step)


def _pay(offer: Offer, verdicts: Verdicts, step: Step) -> None:
    line = pay(offer.plan, offer.asked, offer.before, offer.after, step)
    verdicts[offer.index] = Verdict(
        offer.index, AWARDED if line.got else _refusal(line), offer.after, offer.needed, line
    )


def _refusal(line: Line) -> str:
    return "budget_spent" if line.limited_by == BUDGET else "limit_reached"


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
    asked, before, after, needed = plan.meter.move(step, got * extra_percent)
    if asked:
        _pay(Offer(index, plan, asked, before, after, needed), verdicts, step)
    else:
        verdicts[index] = Verdict(index, NOT_REACHED, after, needed)


def _unlock(unlocks: list[Offer], verdicts: Verdicts, event: Event, step: Step) -> list[Derived]:
    emits = []
    for offer in unlocks:
        limited_by = take_turn(offer.plan, step)
        if limited_by is None:
            emits.append(_derive(offer.plan, event))
            verdicts[offer.index] = Verdict(offer.index, "unlocked", offer.after, offer.needed)
        else:
            verdicts[offer.index] = Verdict(
                offer.index, "limit_reached", offer.after, offer.needed, limited_by=limited_by
            )
    return emits


def _derive(plan: Plan, event: Event) -> Derived:
    """One rule makes one event of another at most once, so that these three name it for ever."""
    name = hashlib.sha256(f"{plan.rule}\n{event.source}\n{event.id}".encode()).hexdigest()[:32]
    return Derived(CHALLENGE, name, plan.rule, {"challenge": plan.unlocks or ""})


def _follow(
    program: Program, verdicts: tuple[Verdict, ...], emits: list[Derived], moment: Moment, step: Step
) -> Outcome:
    """Judges what was unlocked in the same step: the same counters, budgets and instant, other facts."""
    every, data = list[Derived](), step.data
    for emitted in emits:
        step.data = emitted.data
        outcome = decide(program, emitted.type, moment, step)
        verdicts += outcome.verdicts
        every += (emitted, *outcome.emits)
    step.data = data
    return _sum_up(verdicts, tuple(every), step)


def _sum_up(verdicts: tuple[Verdict, ...], emits: tuple[Derived, ...], step: Step) -> Outcome:
    event = step.event
    lines = tuple([verdict.line for verdict in verdicts if verdict.line is not None])
    return Outcome(
        key=event.key,
        lines=lines,
        reasons=_reasons(verdicts),
        points=sum([line.got for line in lines]),
        emits=emits,
        shared={**event.shared, **step.noted} if event.shared else step.noted,
        verdicts=verdicts,
    )
