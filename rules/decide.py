"""One event, the rules in force, the resident's counters: which rule asks for what, and what each gets.

Offers of best-of groups are settled first, then the others in rule order, so that what an offer can still pay when it
is compared is exactly what it gets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from rules.clock import Moment
from rules.event import Event, Line
from rules.program import VALIDITY, Cap, Pace, Plan, Program, Tally
from rules.reasons import NEAREST_FIRST
from rules.state import Register

BUDGET: Final = "budget"
_UNTOUCHED: Final = (0, 0, 0)


@dataclass(slots=True)
class Shares:
    """What is left of each campaign's budget (None: unlimited), and the resident's counters. Both are changed."""

    remaining: dict[str, int] | None
    registers: dict[str, Register]


class Verdict(msgspec.Struct, frozen=True):
    """What became of one rule that matched. `done` of `needed` is its progress, if it has any."""

    plan: int
    outcome: str
    done: int = 0
    needed: int = 0
    line: Line | None = None


class Decision(msgspec.Struct, frozen=True):
    """`verdicts` are of the rules that matched, in rule order; `reasons` are empty when points came.

    `seen` is false for a tap that opens no trip: no rule ever sees it.
    """

    verdicts: tuple[Verdict, ...]
    lines: tuple[Line, ...]
    reasons: tuple[str, ...]
    seen: bool = True


NO_RULE: Final = Decision((), (), ("no_rule",))
_CONDITIONS: Final = Decision((), (), ("conditions_not_met",))
_WHO: Final = Decision((), (), ("not_eligible",))


def decide(program: Program, kind: str, event: Event, moment: Moment, shares: Shares) -> Decision:
    """`kind` is the type that the rules see: `transit.trip` for a tap that opens a trip."""
    matcher = program.matchers.get(kind)
    if matcher is None:
        return NO_RULE
    match = matcher.match(event.source, event.evidence, event.data, event.resident, moment)
    if not match.rules:
        if not match.in_force:
            return NO_RULE
        return _CONDITIONS if match.eligible else _WHO
    verdicts, offers = _advance(program, match.rules, event, moment.windows, shares.registers)
    if offers:
        _settle(program, offers, verdicts, event, moment.windows, shares)
    ordered = tuple([verdicts[index] for index in match.rules])
    lines = tuple([verdict.line for verdict in ordered if verdict.line is not None])
    return Decision(ordered, lines, _reasons(ordered))


def _reasons(verdicts: tuple[Verdict, ...]) -> tuple[str, ...]:
    """Every outcome of a rule that matched is a reason, unless one of them is the award itself."""
    found = {verdict.outcome for verdict in verdicts}
    if len(found) == 1 or "awarded" in found:
        return () if "awarded" in found else tuple(found)
    return tuple(reason for reason in NEAREST_FIRST if reason in found)


class _Offer(msgspec.Struct, frozen=True, gc=False):
    plan: int
    asked: int
    before: int
    after: int


def _advance(
    program: Program, matched: tuple[int, ...], event: Event, windows: tuple[int, ...], registers: dict[str, Register]
) -> tuple[dict[int, Verdict], list[_Offer]]:
    """Moves the progress of every rule that matched; those that now ask for points come back as offers."""
    verdicts: dict[int, Verdict] = {}
    offers: list[_Offer] = []
    # Rules with one filter and window share one counter, which an event moves once: (before, after) as moved.
    moved: dict[str, tuple[int, int]] = {}
    for index in matched:
        plan = program.plans[index]
        asked, before, after, needed = plan.points, 0, 0, 0
        if plan.tally is not None:
            before, after = _move(plan.tally, 1, plan, windows, registers, moved)
            needed = plan.tally.reach
            reached = after % needed == 0 if plan.tally.repeat else after >= needed
            asked = plan.points if reached else 0
        elif plan.pace is not None:
            before, after = _move(plan.pace, int(event.data[plan.pace.fact]), plan, windows, registers, moved)
            needed = plan.pace.every
            asked = after // needed * plan.points
            after %= needed
        if asked:
            offers.append(_Offer(index, asked, before, after))
            verdicts[index] = Verdict(index, "awarded", after, needed)
        else:
            verdicts[index] = Verdict(index, "progress_not_reached", after, needed)
    return verdicts, offers


def _move(
    counter: Tally | Pace,
    quantity: int,
    plan: Plan,
    windows: tuple[int, ...],
    registers: dict[str, Register],
    moved: dict[str, tuple[int, int]],
) -> tuple[int, int]:
    """Adds to the counter, once per event. A pace keeps the remainder only, but the sum before that is answered."""
    if counter.shared and counter.counter in moved:
        return moved[counter.counter]
    window = plan.start if counter.per == VALIDITY else windows[counter.per]
    register = registers.get(counter.counter, _UNTOUCHED)
    before = register[1] if register[0] == window else 0
    after = before + quantity
    kept = after % counter.every if isinstance(counter, Pace) else after
    registers[counter.counter] = (window, kept, 0)
    if counter.shared:
        moved[counter.counter] = (before, after)
    return before, after


def _settle(
    program: Program,
    offers: list[_Offer],
    verdicts: dict[int, Verdict],
    event: Event,
    windows: tuple[int, ...],
    shares: Shares,
) -> None:
    groups: dict[str, list[_Offer]] = {}
    alone: list[_Offer] = []
    for offer in offers:
        group = program.plans[offer.plan].best_of
        if group is None:
            alone.append(offer)
        else:
            groups.setdefault(group, []).append(offer)
    for group_offers in groups.values():
        # max() takes the first of equals, which is the first in rule order.
        best = max(
            group_offers, key=lambda offer: _allow(program.plans[offer.plan], offer.asked, event, windows, shares)[0]
        )
        for offer in group_offers:
            if offer is not best:
                verdicts[offer.plan] = Verdict(offer.plan, "another_offer_was_better")
        _pay(program, best, verdicts, event, windows, shares)
    for offer in alone:
        _pay(program, offer, verdicts, event, windows, shares)


def _pay(
    program: Program,
    offer: _Offer,
    verdicts: dict[int, Verdict],
    event: Event,
    windows: tuple[int, ...],
    shares: Shares,
) -> None:
    plan, registers = program.plans[offer.plan], shares.registers
    got, limited_by = _allow(plan, offer.asked, event, windows, shares)
    before = {"progress": offer.before}
    after = {"progress": offer.after}
    for counter, per, times_name, points_name in plan.debits:
        window = plan.start if per == VALIDITY else windows[per]
        register = registers.get(counter, _UNTOUCHED)
        times, points = register[1:] if register[0] == window else (0, 0)
        before[times_name], before[points_name] = times, points
        if got:
            # A line that got nothing uses nothing up, or a spent budget would take the chance of a later award.
            times, points = times + 1, points + got
            registers[counter] = (window, times, points)
        after[times_name], after[points_name] = times, points
    if got and shares.remaining is not None and event.pinned is None:
        shares.remaining[plan.campaign] -= got
    line = Line(plan.rule, plan.version, plan.campaign, offer.asked, got, limited_by, before, after)
    verdict = verdicts[offer.plan]
    outcome = "awarded" if got else "budget_spent" if limited_by == BUDGET else "limit_reached"
    verdicts[offer.plan] = Verdict(offer.plan, outcome, verdict.done, verdict.needed, line)


def _allow(plan: Plan, asked: int, event: Event, windows: tuple[int, ...], shares: Shares) -> tuple[int, str | None]:
    """min(asked, every remaining limit, the budget), and what made it less than asked."""
    got, limited_by = asked, None
    for cap in plan.caps:
        left = _left(cap, plan, windows, shares.registers)
        if left is not None and left < got:
            got, limited_by = left, cap.name
    left = got
    if event.pinned is not None:
        left = event.pinned.get(plan.rule, 0)
    elif shares.remaining is not None:
        left = max(shares.remaining.get(plan.campaign, 0), 0)
    return (left, BUDGET) if left < got else (got, limited_by)


def _left(cap: Cap, plan: Plan, windows: tuple[int, ...], registers: Mapping[str, Register]) -> int | None:
    """Points that a cap still lets through; None when it lets through whatever is asked."""
    times = points = 0
    if cap.counter is not None:
        register = registers.get(cap.counter, _UNTOUCHED)
        if register[0] == (plan.start if cap.per == VALIDITY else windows[cap.per]):
            times, points = register[1], register[2]
    if cap.times is not None:
        return None if times < cap.times else 0
    return max((cap.points or 0) - points, 0)
