"""The whole engine once more, slow and obvious: no counters, but all that happened, searched again for every question.

It judges one rule set over events of several residents in the order in which they are taken in, without taps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from rules.catalogue import CHALLENGE
from rules.clock import LONDON, PERS, to_micros
from rules.document import Rule
from rules.event import EVIDENCE, Event
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
from rules.parts import (
    Sequence as Following,
)
from rules.places import Zones
from rules.reference import all_hold, check_event, check_resident, in_force

LEEDS = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Seen:
    """An event that counted for a rule; of a multiplying rule, `quantity` are hundredths of points."""

    resident: str
    rule: str
    on: date
    quantity: int


@dataclass(frozen=True)
class Paid:
    """`points` are 0 for a challenge that was unlocked."""

    resident: str
    household: object
    rule: str
    campaign: str
    on: date
    points: int


@dataclass
class Interpreter:
    rules: Sequence[Rule]
    budget: dict[str, int] | None
    zones: Zones
    events: list[tuple[str, Event]] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    paid: list[Paid] = field(default_factory=list)

    def judge(self, resident: str, event: Event) -> tuple[dict[str, int], list[str]]:  # noqa: C901 - all in one view
        """What each rule that asked got, and the challenges unlocked."""
        got: dict[str, int] = {}
        unlocked: list[str] = []
        asked: dict[str, int] = {}
        matching = [rule for rule in sorted(self.rules, key=lambda rule: rule.id) if self._matches(rule, event)]
        for rule in matching:
            if not isinstance(rule.effect, Multiply):
                asked[rule.id] = self._ask(rule, resident, event)
        paying = [rule for rule in matching if asked.get(rule.id) and isinstance(rule.effect, PointsEffect | Rate)]
        for rule in [*self._choose(paying, asked, resident, event), *(rule for rule in paying if not _is_best(rule))]:
            got[rule.id] = self._pay(rule, asked[rule.id], resident, event)
        base = dict(got)
        for rule in matching:
            if isinstance(rule.effect, Multiply):
                extra = self._multiply(rule, rule.effect, base, resident, event)
                if extra:
                    got[rule.id] = self._pay(rule, extra, resident, event)
        for rule in matching:
            if isinstance(rule.effect, Unlock) and asked[rule.id] and self._room(rule, 1, resident, event):
                self.paid.append(_entry(rule, 0, resident, event))
                unlocked.append(rule.effect.challenge)
        for challenge in unlocked.copy():
            more, opened = self.judge(resident, replace(event, type=CHALLENGE, data={"challenge": challenge}))
            got |= more
            unlocked += opened
        if event.type != CHALLENGE:
            self.events.append((resident, event))
        return got, unlocked

    def _matches(self, rule: Rule, event: Event) -> bool:
        moment = LONDON.moment(to_micros(event.happened_at))
        return (
            rule.trigger == event.type
            and in_force(rule, moment)
            and all_hold(check_event(rule, event, moment, self.zones))
            and all_hold(check_resident(rule, event))
        )

    def _ask(self, rule: Rule, resident: str, event: Event) -> int:  # noqa: PLR0911 - one a kind
        """Points asked for, or 1 for a challenge; the event counts from here on."""
        progress, effect = rule.progress, rule.effect
        points = effect.points if isinstance(effect, PointsEffect | Rate) else 1
        on = _day(event)
        if isinstance(progress, Following):
            return points if self._came_before(progress, rule, resident, event) else 0
        fact = (
            effect.fact
            if isinstance(effect, Rate)
            else progress.fact
            if isinstance(progress, Sum | Community)
            else None
        )
        quantity = int(event.data[fact]) if fact else 1
        before = [one for one in self.seen if one.rule == rule.id]
        mine = [one for one in before if one.resident == resident]
        self.seen.append(Seen(resident, rule.id, on, quantity))
        if isinstance(effect, Rate):
            earlier = sum(one.quantity for one in mine if _same(_shortest(rule.limits), one.on, on))
            return _crossed(earlier, quantity, effect.every) * points
        match progress:
            case None:
                return points
            case StreakDays():
                return points if _completes(progress, [one.on for one in mine], on) else 0
            case Community():
                total = quantity + sum(one.quantity for one in before if _same(progress.per, one.on, on))
                return points if total >= progress.reach else 0
            case DistinctDays():
                days = {one.on for one in mine if _same(progress.per, one.on, on)}
                if progress.repeat:
                    return points if on not in days and (len(days) + 1) % progress.reach == 0 else 0
                return points if len(days | {on}) >= progress.reach else 0
            case Count() | Sum():
                earlier = sum(one.quantity for one in mine if _same(progress.per, one.on, on))
                if progress.repeat:
                    return _crossed(earlier, quantity, progress.reach) * points
                return points if earlier + quantity >= progress.reach else 0

    def _came_before(self, following: Following, rule: Rule, resident: str, event: Event) -> bool:
        return any(
            name == resident
            and other.type == following.after
            and other.source == following.source
            and EVIDENCE.index(other.evidence) >= EVIDENCE.index(rule.evidence)
            and event.happened_at - other.happened_at <= timedelta(minutes=following.within_minutes)
            for name, other in self.events
        )

    def _choose(self, paying: list[Rule], asked: dict[str, int], resident: str, event: Event) -> list[Rule]:
        """Of each best-of group the one that can pay most, the first of equals."""
        chosen: dict[str, Rule] = {}
        for rule in paying:
            if rule.stacking is not None and _is_best(rule):
                other = chosen.get(rule.stacking.group)
                if other is None or self._room(rule, asked[rule.id], resident, event) > self._room(
                    other, asked[other.id], resident, event
                ):
                    chosen[rule.stacking.group] = rule
        groups = dict.fromkeys(rule.stacking.group for rule in paying if rule.stacking and _is_best(rule))
        return [chosen[group] for group in groups]

    def _multiply(self, rule: Rule, effect: Multiply, base: dict[str, int], resident: str, event: Event) -> int:
        members = {other.id for other in self.rules if other.stacking and other.stacking.group == effect.group}
        hundredths = sum(points for name, points in base.items() if name in members) * (effect.percent - 100)
        if not hundredths:
            return 0
        on, per = _day(event), _shortest(rule.limits)
        earlier = sum(
            one.quantity
            for one in self.seen
            if (one.resident, one.rule) == (resident, rule.id) and _same(per, one.on, on)
        )
        self.seen.append(Seen(resident, rule.id, on, hundredths))
        return _crossed(earlier, hundredths, 100)

    def _pay(self, rule: Rule, asked: int, resident: str, event: Event) -> int:
        got = self._room(rule, asked, resident, event)
        if got:
            self.paid.append(_entry(rule, got, resident, event))
            if self.budget is not None:
                self.budget[rule.campaign] -= got
        return got

    def _room(self, rule: Rule, asked: int, resident: str, event: Event) -> int:
        limits = [limit for limit in rule.limits if limit.scope != "resident_campaign"]
        if not isinstance(rule.effect, Unlock):
            # A campaign's limit is that of all its rules, whichever of them states it.
            mates = [other for other in self.rules if other.campaign == rule.campaign]
            limits += [limit for other in mates for limit in other.limits if limit.scope == "resident_campaign"]
        rooms = [asked, *(self._left(rule, limit, asked, resident, event) for limit in limits)]
        progress = rule.progress
        once = isinstance(progress, Community) or (
            isinstance(progress, Count | Sum | DistinctDays | StreakDays) and not progress.repeat
        )
        if once and progress is not None and not isinstance(progress, Following):
            per = "validity" if isinstance(progress, StreakDays) else progress.per
            limit = Limit(scope="resident_rule", per=per, times=1)
            rooms.append(self._left(rule, limit, asked, resident, event))
        if self.budget is not None and not isinstance(rule.effect, Unlock):
            rooms.append(max(self.budget[rule.campaign], 0))
        return min(rooms)

    def _left(self, rule: Rule, limit: Limit, asked: int, resident: str, event: Event) -> int:
        on, home = _day(event), event.resident.get("household")
        earlier = [one for one in self.paid if _same(limit.per, one.on, on)]
        match limit.scope:
            case "resident_rule":
                earlier = [one for one in earlier if (one.resident, one.rule) == (resident, rule.id)]
            case "resident_campaign":
                earlier = [one for one in earlier if (one.resident, one.campaign) == (resident, rule.campaign)]
                earlier = [one for one in earlier if one.points]
            case "household":
                earlier = [one for one in earlier if one.rule == rule.id]
                earlier = [one for one in earlier if one.resident == resident or (home and one.household == home)]
        if limit.per == "event":
            earlier = []
        if limit.times is not None:
            return asked if len(earlier) < limit.times else 0
        assert limit.points is not None
        return max(limit.points - sum(one.points for one in earlier), 0)


def _entry(rule: Rule, points: int, resident: str, event: Event) -> Paid:
    return Paid(resident, event.resident.get("household"), rule.id, rule.campaign, _day(event), points)


def _is_best(rule: Rule) -> bool:
    return rule.stacking is not None and rule.stacking.mode == "best"


def _day(event: Event) -> date:
    return event.happened_at.astimezone(LEEDS).date()


def _same(per: str, one: date, other: date) -> bool:
    """Whether two dates lie in one window; every rule of these tests is valid for all of them."""
    match per:
        case "day":
            return one == other
        case "week":
            return one.isocalendar()[:2] == other.isocalendar()[:2]
        case "month":
            return (one.year, one.month) == (other.year, other.month)
        case _:
            return True


def _shortest(limits: Sequence[Limit]) -> str:
    return min((limit.per for limit in limits), key=PERS.index)


def _crossed(earlier: int, quantity: int, every: int) -> int:
    return (earlier + quantity) // every - earlier // every


def _completes(streak: StreakDays, earlier: list[date], today: date) -> bool:
    done: list[date] = []
    days = sorted({*earlier, today})
    for day in days:
        since = [other for other in days if other <= day and not (streak.repeat and done and other <= done[-1])]
        for at, start in enumerate(since):
            active = len(since) - at
            missed = (day - start).days + 1 - active
            if active >= streak.reach and missed <= streak.grace_days:
                done.append(day)
                break
    if streak.repeat:
        return today in done and today not in earlier
    return bool(done)
