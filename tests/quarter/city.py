"""People of a synthetic city and their habits: who they are, and what they do on a day.

Everything is drawn from the `Random` that is handed in, so the same seed gives the same lives for the same rules.
What the rule pack asks for is done by somebody: a type without a habit of its own gets facts from the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from app.core.clock import LONDON
from app.demo.plan import WARDS
from rules.catalogue import EVENT_TYPES, Fact
from rules.document import Rule
from rules.event import EVIDENCE
from rules.parts import Sequence as Following
from rules.trips import TAP, TRIP

Data = dict[str, str | int | bool]
STOPS = tuple(f"4500{number:05}" for number in range(10401, 10441))
SATURDAY = 5
RAREST = 8
"""Of a hundred days, those on which somebody does what has no habit of its own."""


@dataclass(frozen=True)
class Person:
    """`number` names the card. `goes_out` holds, by event type, the percentage of days on which they do it.

    A saver never takes a reward, so that their wallets can be told from the awards alone.
    """

    number: int
    ward: str
    connection: str
    joins_in_week: int
    saver: bool
    goes_out: Mapping[str, int]
    commutes: bool

    @property
    def card(self) -> str:
        return f"quarter-{self.number}"


@dataclass(frozen=True)
class Act:
    """Something that somebody did; `data` is what the event says of it."""

    person: Person
    type: str
    source: str
    at: datetime
    data: Data


@dataclass(frozen=True)
class Senders:
    """Which source sends which types, and what its word is worth; both as the rules want them."""

    source_of: Mapping[str, str]
    evidence: Mapping[str, str]

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(self.source_of)


def find_senders(rules: Iterable[Rule]) -> Senders:
    """Every type that a rule asks for and that can be sent, with the source that the rule names."""
    source_of: dict[str, str] = {}
    rank: dict[str, int] = {}
    for rule in rules:
        wanted = [(rule.trigger, rule.source)]
        if isinstance(rule.progress, Following):
            wanted.append((rule.progress.after, rule.progress.source))
        for trigger, source in wanted:
            kind = TAP if trigger == TRIP else trigger
            if not EVENT_TYPES[kind].derived:
                source_of.setdefault(kind, source)
                rank[source] = max(rank.get(source, EVIDENCE.index("verified")), EVIDENCE.index(rule.evidence))
    evidence = {source: EVIDENCE[rank[source]] for source in source_of.values()}
    return Senders(dict(sorted(source_of.items())), evidence)


def people(chance: Random, *, residents: int, weeks: int, types: Sequence[str]) -> list[Person]:
    """The residents. Nine of ten are members from the beginning, the others join in one of the weeks."""
    made = []
    for number in range(residents):
        likes = {kind: chance.choice(_FREQUENCIES.get(kind, (0, 0, RAREST))) for kind in types if kind != TAP}
        made.append(
            Person(
                number=number,
                ward=WARDS[number % len(WARDS)],
                connection=chance.choice(("live", "live", "live", "work", "visit")),
                joins_in_week=chance.randrange(1, weeks) if number % 10 == 9 else 0,
                saver=number % 3 == 0,
                goes_out=likes,
                commutes=chance.random() < 0.6,
            )
        )
    return made


def acts_on(chance: Random, person: Person, on: date, senders: Senders) -> list[Act]:
    """What `person` does on a day in Leeds, in any order."""
    acts = []
    if TAP in senders.source_of:
        acts += [Act(person, TAP, senders.source_of[TAP], at, data) for at, data in _taps(chance, person, on)]
    for kind, percent in person.goes_out.items():
        if chance.randrange(100) < percent:
            at = _local(on, chance.randrange(*_HOURS.get(kind, (9 * 3600, 20 * 3600))))
            acts.append(Act(person, kind, senders.source_of[kind], at, draw_facts(chance, kind)))
    return acts


def _taps(chance: Random, person: Person, on: date) -> list[tuple[datetime, Data]]:
    """Commuters go out and home, the half of them with a change; others go somewhere now and then."""
    if on.weekday() >= SATURDAY or not person.commutes:
        if chance.randrange(100) >= 20:
            return []
        starts = [chance.randrange(9 * 3600, 21 * 3600)]
    else:
        starts = [chance.randrange(6 * 3600 + 1800, 9 * 3600), chance.randrange(16 * 3600, 18 * 3600)]
    taps: list[tuple[datetime, Data]] = []
    for start in starts:
        stop = chance.choice(STOPS)
        if chance.random() < 0.35:
            taps += _rail(chance, on, start, stop)
        else:
            taps.append((_local(on, start), {"mode": "bus", "leg": "on"}))
            if chance.random() < 0.5:  # a change within the hour: the same trip, or just after it: another one
                later = start + chance.choice((600, 1500, 3599, 3600, 3601, 4200))
                taps.append((_local(on, later), {"mode": "bus", "leg": "on"}))
    return taps


def _rail(chance: Random, on: date, start: int, stop: str) -> list[tuple[datetime, Data]]:
    """In and out of the gates; one in twelve turns round at the stop, which is no trip."""
    turned_round = chance.randrange(12) == 0
    seconds = chance.randrange(60, 660) if turned_round else chance.randrange(700, 3000)
    out = stop if turned_round else chance.choice(STOPS)
    return [
        (_local(on, start), {"mode": "rail", "leg": "on", "stop": stop}),
        (_local(on, start + seconds), {"mode": "rail", "leg": "off", "stop": out}),
    ]


def _local(on: date, second: int) -> datetime:
    """The wall clock of Leeds, so that a commute stays one when the clocks change."""
    midnight = datetime.combine(on, time(), LONDON)
    return (midnight + timedelta(seconds=second)).astimezone(UTC)


def _ride(chance: Random) -> Data:
    metres = chance.choice((150, 499, 500, 2_600, 4_200, 7_900, 12_000))
    return {"distance_m": metres + chance.randrange(40), "duration_seconds": chance.choice((900, 1800, 10_900))}


def _session(chance: Random) -> Data:
    return {"minutes": chance.choice((30, 59, 60, 90, 180)), "organisation": "Kirkstall Valley Farm"}


def _litter(chance: Random) -> Data:
    return {"bags": chance.choice((0, 1, 2, 3, 5)), "organisation": "Friends of Meanwood Park"}


def draw_facts(chance: Random, kind: str) -> Data:
    """Sound facts of any type but taps: by habit, else those that are required and half of the others."""
    if kind in _HABITS:
        return _HABITS[kind](chance)
    wanted = [fact for fact in EVENT_TYPES[kind].facts if not fact.place and (fact.required or chance.random() < 0.5)]
    return {fact.name: _value(chance, fact) for fact in wanted}


def _value(chance: Random, fact: Fact) -> str | int | bool:
    match fact.kind:
        case "integer":
            least = fact.minimum or 0
            most = fact.maximum if fact.maximum is not None else 1000
            return min(most, least + chance.choice((0, 1, 20, 45, 90, 600, 5_000)))
        case "boolean":
            return chance.random() < 0.5
        case "choice":
            return chance.choice(fact.values)
        case "text":
            return chance.choice(("elland-road", "stourton", "temple-green"))


_HABITS: Mapping[str, Callable[[Random], Data]] = {
    "cycle.trip": _ride,
    "volunteer.session": _session,
    "litter.pick": _litter,
}
# Seconds of the local day; who parks goes on by bus.
_HOURS: Mapping[str, tuple[int, int]] = {"parking.stay": (6 * 3600, 9 * 3600)}
# Percentages of days, one of which each person has. Whoever does a thing daily now and then makes a streak.
_FREQUENCIES: Mapping[str, tuple[int, ...]] = {
    "cycle.trip": (0, 10, 40, 85),
    "volunteer.session": (0, 5, 15),
    "litter.pick": (0, 4, 12),
    "checkin.scan": (5, 25, 90),
    "parking.stay": (0, 0, 30),
    "home.energy_visit": (0, 1),
    "home.safety_check": (0, 1),
}
