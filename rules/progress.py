"""Progress: what an event moves, and how many awards that comes to. Each kind keeps one register of three numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from rules.event import Event, Value
from rules.state import Register

_UNTOUCHED: Final = (0, 0, 0)
# Room for the longest streak, 366 days, in each of seven fields of one 64-bit number.
_BITS: Final = 9
_MOST_DAYS: Final = (1 << _BITS) - 1
_DONE: Final = -1
# Awards asked for, counter before, counter after, and what is needed for an award.
Move = tuple[int, int, int, int]


class Step(msgspec.Struct, gc=False):
    """One event being decided. `data` are the facts that rules see; `windows` are as in `Moment`.

    `remaining` is what is left of each campaign's budget (None: unlimited), `registers` are the resident's counters
    and `shared` those of households and the community: all three are changed. `noted` collects the values of shared
    counters. `moved` holds counters of several rules, which an event moves once: (before, after).
    """

    event: Event
    data: Mapping[str, Value]
    at: int
    windows: tuple[int, int, int, int, int, int]
    remaining: dict[str, int] | None
    registers: dict[str, Register]
    shared: dict[str, Register]
    noted: dict[str, int]
    moved: dict[str, tuple[int, int]]

    @property
    def day(self) -> int:
        return self.windows[1]


@dataclass(frozen=True, slots=True)
class Tally:
    """A count of events, or a sum of `fact`. With `remainder` only what is left over stays in the counter."""

    counter: str
    per: int
    fact: str | None
    reach: int
    repeat: bool
    joint: bool
    remainder: bool = False

    def move(self, step: Step, window: int, quantity: int) -> Move:
        moved = step.moved.get(self.counter) if self.joint else None
        if moved is None:
            register = step.registers.get(self.counter, _UNTOUCHED)
            before = register[1] if register[0] == window else 0
            after = before + quantity
            step.registers[self.counter] = (window, after % self.reach if self.remainder else after, 0)
            if self.joint:
                step.moved[self.counter] = (before, after)
        else:
            before, after = moved
        if self.repeat:
            awards = after // self.reach - before // self.reach
            return awards, before, after % self.reach if self.remainder else after, self.reach
        return int(after >= self.reach), before, after, self.reach


@dataclass(frozen=True, slots=True)
class Days:
    """Different dates; the register's second value is the latest of them."""

    counter: str
    per: int
    reach: int
    repeat: bool
    joint: bool
    fact: None = None

    def move(self, step: Step, window: int, _: int) -> Move:
        moved = step.moved.get(self.counter) if self.joint else None
        if moved is None:
            kept_window, count, latest = step.registers.get(self.counter, _UNTOUCHED)
            before = count if kept_window == window else 0
            after = before if before and latest == step.day else before + 1
            step.registers[self.counter] = (window, after, step.day)
            step.moved[self.counter] = moved = (before, after)
        before, after = moved
        if self.repeat:
            return int(after != before and after % self.reach == 0), before, after, self.reach
        return int(after >= self.reach), before, after, self.reach


@dataclass(frozen=True, slots=True)
class Streak:
    """Dates in a row.

    The register holds the latest date, and for each number of missed dates from none to `grace` the most dates that a
    streak up to the latest one has with no more missed: nine bits each, in one number. Knowing only the best streak
    would not do: one that began early may have used up its grace, so that an event more could end it sooner. A streak
    that does not repeat stays done.
    """

    counter: str
    per: int
    reach: int
    grace: int
    repeat: bool
    joint: bool
    fact: None = None

    def move(self, step: Step, window: int, _: int) -> Move:
        moved = step.moved.get(self.counter) if self.joint else None
        if moved is None:
            moved = step.moved[self.counter] = self._move(step, window)
        before, after = moved
        return int(after >= self.reach and (after != before or not self.repeat)), before, after, self.reach

    def _move(self, step: Step, window: int) -> tuple[int, int]:
        """The best streak before and after."""
        kept_window, packed, latest = step.registers.get(self.counter, _UNTOUCHED)
        if kept_window != window:
            packed, latest = 0, 0
        if packed == _DONE:
            return self.reach, self.reach
        before = packed >> _BITS * self.grace
        if latest == step.day:
            return before, before
        missed = step.day - latest - 1
        after = 0
        for allowed in range(self.grace + 1):
            earlier = packed >> _BITS * (allowed - missed) & _MOST_DAYS if allowed >= missed else 0
            after |= min(earlier + 1, _MOST_DAYS) << _BITS * allowed
        best = after >> _BITS * self.grace
        if best >= self.reach:
            after = 0 if self.repeat else _DONE
        step.registers[self.counter] = (window, after, step.day)
        return before, best


@dataclass(frozen=True, slots=True)
class Memory:
    """What a sequence remembers of the event before: the instant of the latest one, from `source`, as well proven."""

    counter: str
    source: str
    rank: int


@dataclass(frozen=True, slots=True)
class Since:
    """Whether what is remembered in `counter` happened within so many microseconds. Nothing is moved."""

    counter: str
    micros: int
    per: int = 0
    fact: None = None

    def move(self, step: Step, _: int, __: int) -> Move:
        register = step.registers.get(self.counter)
        in_time = int(register is not None and step.at - register[1] <= self.micros)
        return in_time, 0, in_time, 1


@dataclass(frozen=True, slots=True)
class Crowd:
    """A count of everybody's events, or a sum of `fact`. Its counter is shared: `counter` is the front of its name."""

    counter: str
    per: int
    fact: str | None
    reach: int

    def name(self, window: int) -> str:
        return f"{self.counter}/{window}"

    def move(self, step: Step, window: int, quantity: int) -> Move:
        """A settled event finds what was then, and moves nothing."""
        name = self.name(window)
        after = step.noted.get(name)
        if after is None:
            settled = step.event.shared
            after = None if settled is None else settled.get(name)
            if after is None:
                after = step.shared.get(name, _UNTOUCHED)[1] + quantity
                step.shared[name] = (window, after, 0)
            step.noted[name] = after
        return int(after >= self.reach), after - quantity, after, self.reach


Meter = Tally | Days | Streak | Since | Crowd
