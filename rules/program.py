"""Rules made ready to run: every name of a counter, every cap and every table is worked out once, at publishing."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rules.catalogue import CHALLENGE
from rules.clock import PERS, Clock, Per, day_number
from rules.coherence import progress_window, repeats, shortest_window
from rules.document import Rule
from rules.errors import RuleSetRefused
from rules.event import EVIDENCE
from rules.matcher import TypeMatcher, compile_type
from rules.parts import (
    Community,
    Count,
    DistinctDays,
    Limit,
    Multiply,
    PointsEffect,
    Rate,
    StreakDays,
    Sum,
    Unlock,
)
from rules.parts import Sequence as Following
from rules.places import NO_ZONES, Zones
from rules.progress import Crowd, Days, Memory, Meter, Since, Streak, Tally

VALIDITY: Final = PERS.index("validity")
LIFETIME: Final = PERS.index("lifetime")
_ANY_NUMBER: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Cap:
    """`most` are times or points; `counter` is None for a cap on the single event.

    `measure` is what a line calls what has been used of it. `household` is the front of the name under which a
    household shares what is left, None for one's own caps.
    """

    name: str
    counter: str | None
    per: int
    by_times: bool
    most: int
    measure: str | None
    household: str | None = None


# Counter, first day of its window or 0, per, what a line calls its times and its points, the most of both, and the name
# of the limit that says so.
Slot = tuple[str, int, int, str, str, int, int, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """One rule, ready. `start` numbers the first day of its validity.

    `slots` are `debits` with the `caps` on them, in one look; None where a cap is about something else than a counter
    of the resident's, or where looking at them counter by counter would name another limit.

    `points` are for one award (for a unit of a rate). `debits` are the counters that an award adds to: name, per, and
    what a line calls its times and its points; of `shared`, those of caps that a household shares.
    """

    rule: str
    version: int
    campaign: str
    points: int
    meter: Meter | None
    slots: tuple[Slot, ...] | None
    caps: tuple[Cap, ...]
    shared: tuple[Cap, ...]
    debits: tuple[tuple[str, int, str, str], ...]
    group: str | None
    best: bool
    multiplies: tuple[str, int] | None
    unlocks: str | None
    start: int


@dataclass(frozen=True, slots=True)
class Program:
    """`plans` stand in rule order; a type that no rule is about has no matcher.

    `memories` are, by type of event, what sequences remember of it. `shared` are, by type, the plans that read
    counters outside the resident's state.
    """

    clock: Clock
    plans: tuple[Plan, ...]
    matchers: Mapping[str, TypeMatcher]
    memories: Mapping[str, tuple[Memory, ...]]
    shared: Mapping[str, tuple[Plan, ...]]


def compile_rules(
    rules: Sequence[Rule], clock: Clock, zones: Zones = NO_ZONES, carried: Mapping[str, str] | None = None
) -> Program:
    """`rules` in rule order; `carried` has, by rule id, the counter in which its progress goes on.

    Whether they can stand together was asked when they were published. What was published then runs for ever, however
    strict later checks are. Raises RuleSetRefused for a zone that is not there.
    """
    carried = carried or {}
    counters = {rule.id: carried.get(rule.id) or progress_counter(rule) for rule in rules}
    names = Counter(name for name in counters.values() if name)
    campaign_limits = {rule.campaign: _campaign_limits(rules, rule.campaign) for rule in rules}
    plans = tuple(_plan(rule, campaign_limits[rule.campaign], counters[rule.id], names) for rule in rules)
    by_trigger: dict[str, list[tuple[int, Rule]]] = {}
    for index, rule in enumerate(rules):
        by_trigger.setdefault(rule.trigger, []).append((index, rule))
    matchers = {trigger: compile_type(trigger, some, zones) for trigger, some in by_trigger.items()}
    return Program(clock, plans, matchers, _memories(rules, counters), _shared(rules, plans))


def refuse_shared_carry(rules: Sequence[Rule], carried: Mapping[str, str]) -> None:
    """A counter that was carried over to another filter counts other events than a rule with the first one would.

    Raises RuleSetRefused.
    """
    counters = [(rule.id, carried.get(rule.id) or progress_counter(rule)) for rule in rules]
    for rule, counter in counters:
        if rule in carried and (beside := next((id_ for id_, name in counters if name == counter and id_ != rule), "")):
            raise RuleSetRefused(
                rule, f"Its progress cannot go on: {beside} counts its own in the same place.", path="progress"
            )


def _memories(rules: Sequence[Rule], counters: Mapping[str, str | None]) -> dict[str, tuple[Memory, ...]]:
    found: dict[str, dict[Memory, None]] = {}
    for rule in rules:
        if isinstance(rule.progress, Following):
            found.setdefault(rule.progress.after, {})[_memory(rule.progress, rule, counters[rule.id])] = None
    return {kind: tuple(memories) for kind, memories in found.items()}


def _memory(following: Following, rule: Rule, counter: str | None) -> Memory:
    # What came before must be as well proven as what it leads to.
    return Memory(counter or "", following.source, EVIDENCE.index(rule.evidence))


def _shared(rules: Sequence[Rule], plans: Sequence[Plan]) -> dict[str, tuple[Plan, ...]]:
    """An event that opens challenges may touch what the rules about those challenges share."""
    found: dict[str, list[Plan]] = {}
    for rule, plan in zip(rules, plans, strict=True):
        if plan.shared or isinstance(plan.meter, Crowd):
            found.setdefault(rule.trigger, []).append(plan)
    challenges = found.pop(CHALLENGE, [])
    for rule in rules if challenges else ():
        if isinstance(rule.effect, Unlock):
            found[rule.trigger] = list(dict.fromkeys([*found.get(rule.trigger, []), *challenges]))
    return {kind: tuple(some) for kind, some in found.items()}


def _campaign_limits(rules: Sequence[Rule], campaign: str) -> dict[Per, Limit]:
    """By window, the tightest that any of the campaign's rules states: it is the limit of the whole campaign.

    Were a rule free of what another one states, its points would take the room of the other's, and come on top of them
    when they come later: an event more could earn less.
    """
    stated = [
        limit
        for rule in rules
        if rule.campaign == campaign
        for limit in rule.limits
        if limit.scope == "resident_campaign"
    ]
    tightest = sorted(stated, key=lambda limit: -(limit.points or 0))
    found = {limit.per: limit for limit in tightest}
    return {per: found[per] for per in PERS if per in found}


def _plan(rule: Rule, campaign_limits: Mapping[Per, Limit], counter: str | None, names: Counter[str]) -> Plan:
    own = {limit.per for limit in rule.limits if limit.scope == "resident_campaign"}
    caps = [
        _cap(rule, campaign_limits[limit.per] if limit.scope == "resident_campaign" else limit) for limit in rule.limits
    ]
    window = progress_window(rule.progress)
    if window is not None and not repeats(rule.progress):
        # What is reached stays reached, so being paid for it once is a limit like any other.
        caps.append(_cap(rule, Limit(scope="resident_rule", per=window, times=1)))
    effect = rule.effect
    if not isinstance(effect, Unlock):
        caps += [_cap(rule, limit) for per, limit in campaign_limits.items() if per not in own]
    debits = {(cap.counter, cap.per): None for cap in caps if cap.counter}
    start = day_number(rule.validity.start)
    named = tuple(_debit(counter, per) for counter, per in debits)
    return Plan(
        rule=rule.id,
        version=rule.version,
        campaign=rule.campaign,
        points=effect.points if isinstance(effect, PointsEffect | Rate) else 1,
        meter=_meter(rule, counter or "", joint=names[counter or ""] > 1),
        slots=_slots(named, caps, start),
        caps=tuple(caps),
        shared=tuple(cap for cap in caps if cap.household),
        debits=named,
        group=rule.stacking.group if rule.stacking else None,
        best=rule.stacking is not None and rule.stacking.mode == "best",
        multiplies=(effect.group, effect.percent - 100) if isinstance(effect, Multiply) else None,
        unlocks=effect.challenge if isinstance(effect, Unlock) else None,
        start=start,
    )


def _slots(debits: Sequence[tuple[str, int, str, str]], caps: Sequence[Cap], start: int) -> tuple[Slot, ...] | None:
    order = [counter for counter, _, _, _ in debits]
    places = [order.index(cap.counter) for cap in caps if cap.counter is not None and cap.household is None]
    if len(places) < len(caps) or places != sorted(places):
        return None
    slots: list[Slot] = []
    for counter, per, times_name, points_name in debits:
        own = [cap for cap in caps if cap.counter == counter]
        times = min((cap.most for cap in own if cap.by_times), default=_ANY_NUMBER)
        points = min((cap.most for cap in own if not cap.by_times), default=_ANY_NUMBER)
        name = own[0].name if own else ""
        slots.append((counter, start if per == VALIDITY else 0, per, times_name, points_name, times, points, name))
    return tuple(slots)


def _meter(rule: Rule, name: str, *, joint: bool) -> Meter | None:  # noqa: PLR0911 - one a kind
    progress, effect, start = rule.progress, rule.effect, day_number(rule.validity.start)
    if isinstance(effect, Rate | Multiply):
        per = PERS.index(shortest_window(rule.limits))
        fact, every = (effect.fact, effect.every) if isinstance(effect, Rate) else (None, 100)
        return Tally(name, per, start, fact, every, repeat=True, joint=joint, remainder=True)
    match progress:
        case Count():
            return Tally(name, PERS.index(progress.per), start, None, progress.reach, progress.repeat, joint)
        case Sum():
            return Tally(name, PERS.index(progress.per), start, progress.fact, progress.reach, progress.repeat, joint)
        case DistinctDays():
            return Days(name, PERS.index(progress.per), start, progress.reach, progress.repeat, joint)
        case StreakDays():
            return Streak(name, start, progress.reach, progress.grace_days, progress.repeat, joint)
        case Following():
            return Since(name, progress.within_minutes * 60_000_000)
        case Community():
            return Crowd(name, PERS.index(progress.per), start, progress.fact, progress.reach)
        case _:
            return None


def _debit(counter: str, per: int) -> tuple[str, int, str, str]:
    scope, window, _ = counter.split("/")
    return counter, per, f"{scope}:{window}:times", f"{scope}:{window}:points"


def _cap(rule: Rule, limit: Limit) -> Cap:
    per = PERS.index(limit.per)
    counter = _counter(limit.scope, per, rule) if per else None
    measure = "times" if limit.times is not None else "points"
    return Cap(
        name=f"limit:{limit.scope}:{limit.per}",
        counter=counter,
        per=_window(limit.scope, per),
        by_times=limit.times is not None,
        most=limit.points or limit.times or 0,
        measure=f"{limit.scope}:{limit.per}:{measure}" if per else None,
        household=f"household/{limit.per}/{measure}/{rule.id}" if limit.scope == "household" and per else None,
    )


def _window(scope: str, per: int) -> int:
    """A campaign's validity is its whole life: its rules start on different dates and still share one counter."""
    return LIFETIME if scope == "resident_campaign" and per == VALIDITY else per


def _counter(scope: str, per: int, rule: Rule) -> str:
    return f"{scope}/{PERS[per]}/{rule.campaign if scope == 'resident_campaign' else rule.id}"


def progress_counter(rule: Rule) -> str | None:
    """Where its progress stands, None if it makes none; for a sequence, where what came before is remembered.

    Named by trigger, filter and window alone: a change of points or title keeps everybody's progress.
    """
    progress = rule.progress
    if isinstance(progress, Following):
        return f"after/lifetime/{progress.after}:{progress.source}:{rule.evidence}"
    per = _counted_per(rule)
    if per is None:
        return None
    filters = rule.model_dump(mode="json", include={"trigger", "source", "evidence", "when", "who"})
    text = json.dumps([filters, _unit(rule), _counted_from(rule)], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"community/{per}/{rule.trigger}/{digest}" if isinstance(progress, Community) else f"progress/{per}/{digest}"


def progress_unit(rule: Rule) -> str | None:
    """What its progress is counted in, over which window and from when; alike for rules that can carry on the same."""
    if isinstance(rule.progress, Following):
        return f"sequence:{rule.progress.after}"
    per = _counted_per(rule)
    return None if per is None else f"{per}/{_unit(rule)}/{_counted_from(rule) or ''}"


def _counted_per(rule: Rule) -> Per | None:
    return shortest_window(rule.limits) if isinstance(rule.effect, Rate | Multiply) else progress_window(rule.progress)


def _counted_from(rule: Rule) -> str | None:
    return rule.validity.start.isoformat() if _counted_per(rule) == "validity" else None


def _unit(rule: Rule) -> str:
    progress, effect = rule.progress, rule.effect
    if isinstance(effect, Rate):
        return f"rate:{effect.fact}:{effect.every}"
    if isinstance(effect, Multiply):
        return f"multiply:{effect.group}:{effect.percent}"
    match progress:
        case Sum():
            return f"sum:{progress.fact}"
        case StreakDays():
            # Where one streak ends and the next begins depends on how long it has to be.
            return f"streak:{progress.reach}:{progress.grace_days}:{progress.repeat}"
        case Community():
            return f"community:{progress.fact or ''}"
        case _:
            return "" if progress is None else progress.kind
