"""What a back-test counts: whole numbers only, which add up in any order, chunk by chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from app.backtest.judging import Judged
from app.backtest.lives import Life
from app.backtest.sets import Engine, Openers
from app.backtest.sides import Side
from app.core.clock import london_date
from rules.event import Outcome

RESAMPLED_GROUPS: Final = 200
"""Residents are dealt out into so many groups of one size, and the bands draw among those."""
NOT_KNOWN: Final = "not known"
_NO_CONDITIONS: Final = ("conditions_not_met",)

Who = tuple[int, int]
"""A resident's number, and the chunk that holds them."""


@dataclass(frozen=True, slots=True)
class Both:
    """One resident under both sets: all outcomes before, and those after of what the draft can touch.

    `own` is None for a resident whom the draft does not concern. `told` is all that the draft did or might have done.
    """

    life: Life
    before: Sequence[Outcome]
    own: Sequence[Outcome] | None
    told: Judged


@dataclass(slots=True)
class Tallies:
    """`totals` counts residents by their points (before, after). `someone` is one resident for each points after.

    `outcomes` are of the events that the draft is about. `trigger_first_on` is the date of the first of those.
    """

    residents: int = 0
    events: int = 0
    trigger_events: int = 0
    first_on: date | None = None
    last_on: date | None = None
    trigger_first_on: date | None = None
    trigger_last_on: date | None = None
    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)
    totals: Counter[tuple[int, int]] = field(default_factory=Counter)
    members: Counter[int] = field(default_factory=Counter)
    ward_residents: Counter[str] = field(default_factory=Counter)
    decile_residents: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    someone: dict[int, Who] = field(default_factory=dict)
    most_gained: tuple[int, Who] | None = None
    most_lost: tuple[int, Who] | None = None

    def take_in(self, other: Tallies) -> None:
        """In any order: the sum is the same."""
        self.residents += other.residents
        self.events += other.events
        self.trigger_events += other.trigger_events
        self.first_on, self.last_on = _widen(self.first_on, self.last_on, other.first_on, other.last_on)
        self.trigger_first_on, self.trigger_last_on = _widen(
            self.trigger_first_on, self.trigger_last_on, other.trigger_first_on, other.trigger_last_on
        )
        self.before.take_in(other.before)
        self.after.take_in(other.after)
        self.totals.update(other.totals)
        self.members.update(other.members)
        self.ward_residents.update(other.ward_residents)
        self.decile_residents.update(other.decile_residents)
        self.outcomes.update(other.outcomes)
        for after, who in other.someone.items():
            self.someone[after] = min(who, self.someone.get(after, who))
        self.most_gained = _further(self.most_gained, other.most_gained)
        self.most_lost = _further(self.most_lost, other.most_lost)

    def add(self, engine: Engine, both: Both, *, common: Side, chunk: int) -> None:
        """One resident under both sets; `common` is what both of them come to."""
        life = both.life
        if not life.events:
            return
        if both.own is None:
            had = gets = common.add(both.before)
        else:
            shared, own = common.add_apart(both.before, engine.touched, self.before)
            had, gets = shared + own, shared + self.after.add(both.own)
        if engine.openers:
            self._count_locked(engine.openers, both, common)
        self.residents += 1
        self.events += len(life.events)
        first_on, last_on = london_date(life.events[0].happened_at), london_date(life.events[-1].happened_at)
        self.first_on, self.last_on = _widen(self.first_on, self.last_on, first_on, last_on)
        self._count_outcomes(engine, both.told, None if both.own is None else engine.draft_index)
        self.totals[had, gets] += 1
        ward = str(life.events[-1].resident.get("ward", NOT_KNOWN))
        decile = NOT_KNOWN if life.decile is None else str(life.decile)
        self.ward_residents[ward] += 1
        self.decile_residents[decile] += 1
        group = life.number % RESAMPLED_GROUPS
        self.members[group] += 1
        for side, points in ((self.before, had), (self.after, gets)):
            side.groups[group] += points
            side.wards[ward] += points
            side.deciles[decile] += points
        who = (life.number, chunk)
        self.someone[gets] = min(who, self.someone.get(gets, who))
        if gets > had:
            self.most_gained = _further(self.most_gained, (gets - had, who))
        elif gets < had:
            self.most_lost = _further(self.most_lost, (had - gets, who))

    def _count_locked(self, openers: Openers, both: Both, common: Side) -> None:
        common.add_locked(both.before, openers.apart)
        if both.own is None:
            common.add_locked(both.before, openers.touched)
        else:
            self.before.add_locked(both.before, openers.touched)
            self.after.add_locked(both.own, openers.own)

    def _count_outcomes(self, engine: Engine, told: Judged, index: int | None) -> None:
        about = engine.about
        found: list[str] = []
        first = last = None
        for event, outcome in zip(told.life.events, told.outcomes, strict=True):
            for verdict in outcome.verdicts if index is not None else ():
                if verdict.plan == index:
                    found.append(verdict.outcome)
                    break
            else:
                if event.type not in about:
                    continue
                if not outcome.seen or outcome.reasons == _NO_CONDITIONS:  # of any rule about it
                    found.append(outcome.reasons[0])
                else:
                    found.append(engine.refuses_because(event))
            first, last = first or event, event
        if first is not None and last is not None:
            self.trigger_events += len(found)
            self.outcomes.update(found)
            self.trigger_first_on, self.trigger_last_on = _widen(
                *(self.trigger_first_on, self.trigger_last_on),
                *(london_date(first.happened_at), london_date(last.happened_at)),
            )


def tally(engine: Engine, residents: Iterable[Both], *, chunk: int) -> Tallies:
    """Of residents judged before and after."""
    tallies, common = Tallies(), Side()
    for both in residents:
        tallies.add(engine, both, common=common, chunk=chunk)
    common.close()
    for side in (tallies.before, tallies.after):
        side.close()
        side.take_in(common)
    return tallies


def _widen(
    first_on: date | None, last_on: date | None, other_first_on: date | None, other_last_on: date | None
) -> tuple[date | None, date | None]:
    firsts = [on for on in (first_on, other_first_on) if on is not None]
    lasts = [on for on in (last_on, other_last_on) if on is not None]
    return min(firsts, default=None), max(lasts, default=None)


def _further(one: tuple[int, Who] | None, other: tuple[int, Who] | None) -> tuple[int, Who] | None:
    """The larger change; of equals, that of the lower number."""
    return min((each for each in (one, other) if each is not None), key=lambda each: (-each[0], each[1]), default=None)
