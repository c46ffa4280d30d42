"""Progress: what an event moves, and how many awards that comes to. Each kind keeps one register of three numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from rules.clock import PERS
from rules.event import Event, Value
from rules.parts import Count, DistinctDays, Progress, StreakDays, Sum
from rules.state import Register

_UNTOUCHED: Final = (0, 0, 0)
_DAY: Final = PERS.index("day")
_VALIDITY: Final = PERS.index("validity")
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
    windows: tuple[int, ...]
    remaining: dict[str, int] | None
    registers: dict[str, Register]
    shared: dict[str, Register]
    noted: dict[str, int]
    moved: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Tally:
    """A count of events, or a sum of `fact`. With `remainder` only what is left over stays in the counter.

    Of every kind that has one, `start` numbers the day on which the window of a rule's whole validity begins.
    """

    counter: str
    per: int
    start: int
    fact: str | None
    reach: int
    repeat: bool
    joint: bool
    remainder: bool = False

    def move(self, step: Step, quantity: int | None = None) -> Move:
        """`quantity` takes the place of the event's own."""
        moved = step.moved.get(self.counter) if self.joint else None
        reach, counter = self.reach, self.counter
        if moved is None:
            if quantity is None:
                quantity = 1 if self.fact is None else int(step.data[self.fact])
            window = self.start if self.per == _VALIDITY else step.windows[self.per]
            register = step.registers.get(counter)
            before = register[1] if register is not None and register[0] == window else 0
            after = before + quantity
            step.registers[counter] = (window, after % reach if self.remainder else after, 0)
            if self.joint:
                step.moved[counter] = (before, after)
        else:
            before, after = moved
        if self.repeat:
            awards = after // reach - before // reach
            return awards, before, after % reach if self.remainder else after, reach
        return 1 if after >= reach else 0, before, after, reach


@dataclass(frozen=True, slots=True)
class Days:
    """Different dates; the register's second value is the latest of them."""

    counter: str
    per: int
    start: int
    reach: int
    repeat: bool
    joint: bool

    def move(self, step: Step) -> Move:
        moved = step.moved.get(self.counter) if self.joint else None
        if moved is None:
            window, today = self.start if self.per == _VALIDITY else step.windows[self.per], step.windows[_DAY]
            kept_window, count, latest = step.registers.get(self.counter, _UNTOUCHED)
            before = count if kept_window == window else 0
            after = before if before and latest == today else before + 1
            step.registers[self.counter] = (window, after, today)
            if self.joint:
                step.moved[self.counter] = (before, after)
        else:
            before, after = moved
        if self.repeat:
            return int(after != before and after % self.reach == 0), before, after, self.reach
        return int(after >= self.reach), before, after, self.reach


@dataclass(frozen=True, slots=True)
class Streak:
    """Dates in a row, as long as the rule is valid.

    The register holds the latest date, and for each number of missed dates from none to `grace` the most dates that a
    streak up to the latest one has with no more missed: nine bits each, in one number. Knowing only the best streak
    would not do: one that began early may have used up its grace, so that an event more could end it sooner. A streak
    that does not repeat stays done.
    """

    counter: str
    start: int
    reach: int
    grace: int
    repeat: bool
    joint: bool

    def move(self, step: Step) -> Move:
        if self.joint and (moved := step.moved.get(self.counter)) is not None:
            before, after = moved
        else:
            today = step.windows[_DAY]
            window, packed, latest = step.registers.get(self.counter) or _UNTOUCHED
            if window != self.start:
                packed, latest = 0, 0
            if packed == _DONE:
                before = after = self.reach
            else:
                before = after = packed >> _BITS * self.grace
                if latest != today:
                    after = self._go_on(packed, today - latest - 1, step)
            if self.joint:
                step.moved[self.counter] = (before, after)
        return 1 if after >= self.reach and (after != before or not self.repeat) else 0, before, after, self.reach

    def _go_on(self, packed: int, missed: int, step: Step) -> int:
        """The best streak after a new date."""
        after = 0
        for allowed in range(self.grace + 1):
            earlier = packed >> _BITS * (allowed - missed) & _MOST_DAYS if allowed >= missed else 0
            after |= (earlier + 1 if earlier < _MOST_DAYS else _MOST_DAYS) << _BITS * allowed
        best = after >> _BITS * self.grace
        if best >= self.reach:
            after = 0 if self.repeat else _DONE
        step.registers[self.counter] = (self.start, after, step.windows[_DAY])
        return best


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

    def move(self, step: Step) -> Move:
        register = step.registers.get(self.counter)
        in_time = int(register is not None and step.at - register[1] <= self.micros)
        return in_time, 0, in_time, 1


@dataclass(frozen=True, slots=True)
class Crowd:
    """A count of everybody's events, or a sum of `fact`. Its counter is shared: `counter` is the front of its name.

    `names` keeps the whole names by window, of which there are few.
    """

    counter: str
    per: int
    start: int
    fact: str | None
    reach: int
    names: dict[int, str] = field(default_factory=dict, repr=False, compare=False)

    def name(self, windows: tuple[int, ...]) -> str:
        return self._name(self.start if self.per == _VALIDITY else windows[self.per])

    def _name(self, window: int) -> str:
        name = self.names[window] = f"{self.counter}/{window}"
        return name

    def move(self, step: Step) -> Move:
        """A settled event finds what was then, and moves nothing."""
        window = self.start if self.per == _VALIDITY else step.windows[self.per]
        name = self.names.get(window) or self._name(window)
        quantity = 1 if self.fact is None else int(step.data[self.fact])
        after = step.noted.get(name)
        if after is None:
            settled = step.event.shared
            after = None if settled is None else settled.get(name)
            if after is None:
                after = step.shared.get(name, _UNTOUCHED)[1] + quantity
                step.shared[name] = (window, after, 0)
            step.noted[name] = after
        return 1 if after >= self.reach else 0, after - quantity, after, self.reach


Meter = Tally | Days | Streak | Since | Crowd


def read_progress(progress: Progress, register: Register | None, *, window: int, today: int) -> int:
    """What a register says of progress of this kind in the window that runs: 0 when it is of an earlier one.

    `today` is the number of the day: a streak that has missed more days than it may is over. What repeats is counted
    from the latest award on.
    """
    if register is None or register[0] != window:
        return 0
    _, count, latest = register
    match progress:
        case StreakDays():
            if count == _DONE:
                return progress.reach
            missed = today - latest - 1
            return count >> _BITS * progress.grace_days if missed <= progress.grace_days else 0
        case Count() | Sum() | DistinctDays():
            return count % progress.reach if progress.repeat else count
        case _:
            return count
