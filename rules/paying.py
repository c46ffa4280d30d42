"""What an offer gets: min(asked, every remaining limit, the budget); then all of them are debited."""

from typing import Final

import msgspec

from rules.catalogue import HOUSEHOLD
from rules.clock import PERS
from rules.event import Line
from rules.program import Cap, Plan, Slot
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


def pay(plan: Plan, asked: int, done_before: int, done_after: int, step: Step) -> Line:
    """Debits limits, budget and household; `done_before` and `done_after` are the progress, if there is any.

    A line that got nothing uses nothing up, or a spent budget would take the chance of a later award.
    """
    before = {"progress": done_before}
    got, limited_by = _look(plan.slots, asked, before, step) if plan.slots else _limit(plan, asked, before, step)
    remaining = step.remaining if step.event.pinned is None else None
    if remaining is not None:
        left = remaining.get(plan.campaign, 0)
        if left < got:
            got, limited_by = max(left, 0), BUDGET
    elif step.event.pinned is not None:
        left = step.event.pinned.get(plan.rule, 0)
        if left < got:
            got, limited_by = left, BUDGET
    after = before.copy()
    after["progress"] = done_after
    if got:
        registers, windows = step.registers, step.windows
        for counter, per, times_name, points_name in plan.debits:
            after[times_name] = times = before[times_name] + 1
            after[points_name] = points = before[points_name] + got
            registers[counter] = (plan.start if per == _VALIDITY else windows[per], times, points)
        if plan.shared:
            _debit_household(plan, got, step)
        if remaining is not None:
            remaining[plan.campaign] -= got
    return Line(plan.rule, plan.version, plan.campaign, asked, got, limited_by, before, after)


def _look(slots: tuple[Slot, ...], asked: int, used: dict[str, int], step: Step) -> tuple[int, str | None]:
    """The same as `_limit`, counter by counter."""
    registers, windows = step.registers, step.windows
    got, limited_by = asked, None
    for counter, start, per, times_name, points_name, most_times, most_points, name in slots:
        register = registers.get(counter)
        if register is not None and register[0] == (start or windows[per]):
            _, times, points = register
            left = most_points - points if times < most_times and points < most_points else 0
        else:
            times, points, left = 0, 0, most_points
        used[times_name], used[points_name] = times, points
        if left < got:
            got, limited_by = left, name
    return got, limited_by


def take_turn(plan: Plan, step: Step) -> str | None:
    """For what has no points: uses up one of the `times` of each limit, or gives the name of one that is reached."""
    before: dict[str, int] = {}
    got, limited_by = _limit(plan, 1, before, step)
    if not got:
        return limited_by
    for counter, per, times_name, _ in plan.debits:
        window = plan.start if per == _VALIDITY else step.windows[per]
        step.registers[counter] = (window, before[times_name] + 1, 0)
    return None


def allow(plan: Plan, asked: int, step: Step) -> int:
    """What it would get."""
    got, _ = _limit(plan, asked, {}, step)
    if step.event.pinned is not None:
        return min(got, step.event.pinned.get(plan.rule, 0))
    return got if step.remaining is None else min(got, max(step.remaining.get(plan.campaign, 0), 0))


def _limit(plan: Plan, asked: int, used: dict[str, int], step: Step) -> tuple[int, str | None]:
    """What the limits let through, and which of them made that less than asked.

    Fills `used` with what has been used in the windows of now, by the names that a line has for it.
    """
    registers, windows = step.registers, step.windows
    for counter, per, times_name, points_name in plan.debits:
        register = registers.get(counter)
        if register is not None and register[0] == (plan.start if per == _VALIDITY else windows[per]):
            _, used[times_name], used[points_name] = register
        else:
            used[times_name] = used[points_name] = 0
    got, limited_by = asked, None
    for cap in plan.caps:
        before = 0 if cap.measure is None else used[cap.measure]
        if cap.household is not None:
            before += _used_by_others(cap, plan, before, step)
        left = cap.most - before if before < cap.most else 0
        if left < got and not (left and cap.by_times):
            got, limited_by = left, cap.name
    return got, limited_by


def _used_by_others(cap: Cap, plan: Plan, own: int, step: Step) -> int:
    """By the rest of the household; as it was then, when a settled event is replayed."""
    window = plan.start if cap.per == _VALIDITY else step.windows[cap.per]
    name = household_counter(cap.household or "", window, step.event.resident.get(HOUSEHOLD))
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
            step.shared[name] = (window, used + (1 if cap.by_times else got), 0)
