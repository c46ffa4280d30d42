"""What an offer gets: min(asked, every remaining limit, the budget); then all of them are debited."""

from typing import Final

import msgspec

from rules.catalogue import HOUSEHOLD
from rules.clock import PERS
from rules.event import Line
from rules.program import Cap, Plan
from rules.progress import Step

BUDGET: Final = "budget"
_VALIDITY: Final = PERS.index("validity")
_UNTOUCHED: Final = (0, 0, 0)


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A rule that asks for `asked` points; `index` is its place in rule order. The rest is its progress, if any."""

    index: int
    plan: Plan
    asked: int
    before: int = 0
    after: int = 0
    needed: int = 0


def pay(offer: Offer, step: Step) -> Line:
    """Debits limits, budget and household.

    A line that got nothing uses nothing up, or a spent budget would take the chance of a later award.
    """
    plan = offer.plan
    got, limited_by = allow(plan, offer.asked, step)
    before = {"progress": offer.before}
    after = {"progress": offer.after}
    for counter, per, times_name, points_name in plan.debits:
        window = plan.start if per == _VALIDITY else step.windows[per]
        register = step.registers.get(counter, _UNTOUCHED)
        times, points = register[1:] if register[0] == window else (0, 0)
        before[times_name], before[points_name] = times, points
        if got:
            times, points = times + 1, points + got
            step.registers[counter] = (window, times, points)
        after[times_name], after[points_name] = times, points
    if got:
        if plan.shared:
            _debit_household(plan, got, step)
        if step.remaining is not None and step.event.pinned is None:
            step.remaining[plan.campaign] -= got
    return Line(plan.rule, plan.version, plan.campaign, offer.asked, got, limited_by, before, after)


def take_turn(plan: Plan, step: Step) -> bool:
    """For what has no points: uses up one of the `times` of each limit, unless one of them is reached."""
    if any(_left(cap, plan, step) == 0 for cap in plan.caps):
        return False
    for counter, per, _, _ in plan.debits:
        window = plan.start if per == _VALIDITY else step.windows[per]
        register = step.registers.get(counter, _UNTOUCHED)
        step.registers[counter] = (window, register[1] + 1 if register[0] == window else 1, 0)
    return True


def allow(plan: Plan, asked: int, step: Step) -> tuple[int, str | None]:
    """What it would get, and what made that less than asked."""
    got, limited_by = asked, None
    for cap in plan.caps:
        left = _left(cap, plan, step)
        if left is not None and left < got:
            got, limited_by = left, cap.name
    left = got
    if step.event.pinned is not None:
        left = step.event.pinned.get(plan.rule, 0)
    elif step.remaining is not None:
        left = max(step.remaining.get(plan.campaign, 0), 0)
    return (left, BUDGET) if left < got else (got, limited_by)


def _left(cap: Cap, plan: Plan, step: Step) -> int | None:
    """Points that a cap still lets through; None when it lets through whatever is asked."""
    times = points = window = 0
    if cap.counter is not None:
        window = plan.start if cap.per == _VALIDITY else step.windows[cap.per]
        register = step.registers.get(cap.counter, _UNTOUCHED)
        if register[0] == window:
            times, points = register[1], register[2]
    if cap.household is not None:
        others = _used_by_others(cap.household, window, times if cap.points is None else points, step)
        times, points = times + others, points + others
    if cap.times is not None:
        return None if times < cap.times else 0
    return max((cap.points or 0) - points, 0)


def _used_by_others(front: str, window: int, own: int, step: Step) -> int:
    """By the rest of the household; as it was then, when a settled event is replayed."""
    name = household_counter(front, window, step.event.resident.get(HOUSEHOLD))
    if name is None:
        return 0
    others = step.noted.get(name)
    if others is None:
        settled = step.event.shared
        others = None if settled is None else settled.get(name)
        if others is None:
            others = max(step.shared.get(name, _UNTOUCHED)[1] - own, 0)
        step.noted[name] = others
    return others


def household_counter(front: str, window: int, household: object) -> str | None:
    """None for a resident without a household, who is one alone."""
    return f"{front}/{window}/{household}" if isinstance(household, str) else None


def _debit_household(plan: Plan, got: int, step: Step) -> None:
    settled = step.event.shared
    for cap in plan.shared:
        window = plan.start if cap.per == _VALIDITY else step.windows[cap.per]
        name = household_counter(cap.household or "", window, step.event.resident.get(HOUSEHOLD))
        if name is not None and (settled is None or name not in settled):
            used = step.shared.get(name, _UNTOUCHED)[1]
            step.shared[name] = (window, used + (got if cap.times is None else 1), 0)
