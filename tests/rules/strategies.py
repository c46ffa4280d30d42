"""Random rule sets and random lives, for the properties."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from rules.catalogue import EVENT_TYPES, RESIDENT_FACTS, Fact, facts_about, facts_in
from rules.document import Rule, read_rule
from rules.errors import DocumentRefused, RuleSetRefused
from rules.event import EVIDENCE, Event, Value
from rules.places import Zone
from rules.rule_set import refuse_incoherent
from tests.rules.making import SOURCES, make_document

# 22 October 2026 to 3 November: the clocks go back, a week ends and a month ends.
START = datetime(2026, 10, 22, tzinfo=UTC)
TRIGGERS = ("transit.trip", "transit.trip", "cycle.trip", "litter.pick", "challenge.unlocked")
CHALLENGES = ("c1", "c2")
MODES = {"best_one": "best", "sum_one": "sum"}
GROUPS = tuple(MODES)
CAMPAIGNS = ("cmp_one", "cmp_two")
PERS = ("day", "week", "month", "validity", "lifetime")
Json = dict[str, Any]
ZONES = tuple(
    Zone.model_validate_json(
        json.dumps(
            {
                "name": name,
                "title": name,
                "outline": [
                    {"latitude_e6": y, "longitude_e6": x} for y, x in ((-9, west), (-9, east), (999, east), (999, west))
                ],
            }
        )
    )
    for name, west, east in (("west", -9, 700), ("middle", 440, 910))
)
PLACES: tuple[Json, ...] = (
    {"fact": "location", "op": "within", "value": {"latitude_e6": 450, "longitude_e6": 450, "radius_m": 20}},
    {"fact": "location", "op": "within", "value": "west"},
    {"fact": "location", "op": "has"},
    {"fact": "zone", "op": "is", "value": "middle"},
    {"fact": "zone", "op": "not_in", "value": ["west"]},
    {"fact": "zone", "op": "in", "value": ["west", "middle"]},
    {"fact": "zone", "op": "has"},
)
# Random rule sets cost much to draw, so at every change each property has to do with fewer examples than others.
SHARE = settings(max_examples=60 if settings().max_examples <= 100 else settings().max_examples)


@cache
def values_of(fact: Fact) -> st.SearchStrategy[Value]:
    """Few values, so that rules and events often meet."""
    if fact.place:
        return st.sampled_from([0, 450, 900])
    if fact.kind == "integer":
        low, high = fact.minimum or 0, fact.maximum or 0
        return st.sampled_from([value for value in (low, low + 1, 450, 900, 1_439, high) if low <= value <= high])
    return st.sampled_from(fact.values or ("x", "y"))


@cache
@st.composite
def conditions(draw: st.DrawFn, facts: tuple[Fact, ...]) -> Json:
    fact = draw(st.sampled_from(facts))
    value = values_of(fact)
    ops = ["is", "is_not", "in", "not_in", "has"] + (["at_least", "below", "between"] if fact.kind == "integer" else [])
    op = draw(st.sampled_from(ops))
    if op == "has":
        return {"fact": fact.name, "op": op}
    if op == "between":
        return {"fact": fact.name, "op": op, "value": sorted(draw(st.tuples(value, value)))}
    if op in ("in", "not_in"):
        return {"fact": fact.name, "op": op, "value": draw(st.lists(value, min_size=1, max_size=3))}
    return {"fact": fact.name, "op": op, "value": draw(value)}


@cache
def clauses(trigger: str) -> st.SearchStrategy[list[Json]]:
    facts = tuple(fact for fact in facts_about(EVENT_TYPES[trigger])[0].values() if not fact.place)
    one = conditions(facts)
    if EVENT_TYPES[trigger].placed:
        one = st.one_of(one, one, st.sampled_from(PLACES))
    return _some(one)


@cache
def who_clauses() -> st.SearchStrategy[list[Json]]:
    return _some(conditions(tuple(RESIDENT_FACTS.values())))


def _some(one: st.SearchStrategy[Json]) -> st.SearchStrategy[list[Json]]:
    choice = st.lists(one, min_size=2, max_size=2).map(lambda parts: {"any": parts})
    return st.one_of(st.just([]), st.lists(st.one_of(one, one, choice), max_size=2))


@cache
@st.composite
def limits(draw: st.DrawFn, effect: str, *, shared: bool) -> list[Json]:
    measures = {"unlock": ["times"], "rate": ["points"], "multiply": ["points"]}.get(effect, ["times", "points"])
    scopes = ["resident_rule", "resident_rule", "resident_campaign"] + (["household"] if shared else [])
    found = []
    for _ in range(draw(st.integers(1, 3))):
        measure, most = draw(st.sampled_from(measures)), draw(st.sampled_from([1, 2, 3, 7, 20, 40]))
        found.append(
            {"scope": draw(st.sampled_from(scopes)), "per": draw(st.sampled_from((*PERS, "event"))), measure: most}
        )
    return found


@cache
@st.composite
def progresses(draw: st.DrawFn, trigger: str, quantities: tuple[str, ...], *, shared: bool) -> Json | None:
    kinds = [None, "count", "distinct_days", "streak_days"] + (["sum"] if quantities else [])
    kinds += (["sequence"] if trigger != "cycle.trip" else []) + (["community"] if shared else [])
    kind, per = draw(st.sampled_from(kinds)), draw(st.sampled_from(PERS))
    repeat = {"repeat": draw(st.booleans())}
    match kind:
        case None:
            return None
        case "count" | "distinct_days":
            return {"kind": kind, "per": per, "reach": draw(st.integers(1, 4))} | repeat
        case "sum":
            quantity = draw(st.sampled_from(quantities))
            return {"kind": kind, "per": per, "reach": draw(st.integers(1, 1_000)), "fact": quantity} | repeat
        case "streak_days":
            return {"kind": kind, "reach": draw(st.integers(2, 4)), "grace_days": draw(st.integers(0, 2))} | repeat
        case "sequence":
            within = draw(st.sampled_from([60, 1_440, 5_000]))
            return {"kind": kind, "after": "cycle.trip", "source": SOURCES["cycle.trip"], "within_minutes": within}
        case _:
            fact = draw(st.sampled_from([None, *quantities]))
            return {"kind": kind, "per": per, "reach": draw(st.integers(1, 12)), "fact": fact}


@cache
@st.composite
def effects(draw: st.DrawFn, quantities: tuple[str, ...]) -> Json:
    kinds = ["points", "points", "points", "multiply", "unlock"] + (["rate", "rate"] if quantities else [])
    match draw(st.sampled_from(kinds)):
        case "rate":
            fact = draw(st.sampled_from(quantities))
            return {
                "kind": "rate",
                "fact": fact,
                "points": draw(st.integers(1, 30)),
                "every": draw(st.integers(1, 700)),
            }
        case "multiply":
            return {"kind": "multiply", "group": draw(st.sampled_from(GROUPS)), "percent": draw(st.integers(101, 300))}
        case "unlock":
            return {"kind": "unlock", "challenge": draw(st.sampled_from(CHALLENGES))}
        case kind:
            return {"kind": kind, "points": draw(st.integers(1, 30))}


@cache
@st.composite
def rule_documents(draw: st.DrawFn, number: int, *, conditional: bool = True, shared: bool = True) -> Json:
    """Many are refused."""
    trigger = draw(st.sampled_from(TRIGGERS))
    quantities = tuple(fact.name for fact in EVENT_TYPES[trigger].facts if fact.kind == "integer" and not fact.place)
    effect = draw(effects(quantities))
    when = draw(clauses(trigger)) if conditional else []
    group = draw(st.sampled_from([None, *GROUPS]))
    if trigger == "challenge.unlocked":
        when = [{"fact": "challenge", "op": "is", "value": draw(st.sampled_from(CHALLENGES))}]
    return make_document(
        id=f"rul_{number}",
        campaign=draw(st.sampled_from(CAMPAIGNS)),
        trigger=trigger,
        source=SOURCES["transit.tap"] if trigger == "challenge.unlocked" else SOURCES.get(trigger, "urn:leeds:test"),
        evidence=draw(st.sampled_from(EVIDENCE)),
        when=[] if effect["kind"] == "multiply" else when,
        who=draw(who_clauses()) if conditional and trigger != "challenge.unlocked" and draw(st.booleans()) else [],
        progress=None
        if effect["kind"] in ("multiply", "rate")
        else draw(progresses(trigger, quantities, shared=shared)),
        effect=effect,
        stacking={"group": group, "mode": MODES[group]} if group and effect["kind"] in ("points", "rate") else None,
        limits=draw(limits(effect["kind"], shared=shared)),
    )


@st.composite
def rule_sets(draw: st.DrawFn, *, conditional: bool = True, shared: bool = True) -> list[Rule]:
    """What the validator and the checks of whole rule sets accept, of all that was drawn."""
    rules: list[Rule] = []
    for number in range(draw(st.integers(2, 6))):
        document = draw(rule_documents(number, conditional=conditional, shared=shared))
        with suppress(DocumentRefused, RuleSetRefused):
            rule = read_rule(json.dumps(document).encode())
            refuse_incoherent([*rules, rule])
            rules.append(rule)
    return rules


@cache
@st.composite
def events(draw: st.DrawFn, number: int, *, taps: bool = True, plain: bool = False, day: int | None = None) -> Event:
    """`plain` events have no fact of the resident, and the best evidence. `day` counts from START."""
    trip = "transit.tap" if taps else "transit.trip"
    kind = draw(st.sampled_from([trip, trip, "cycle.trip", "litter.pick"]))
    # Steps of 7 minutes let taps meet within ten minutes and within the hour, and let instants coincide.
    at = START + timedelta(
        minutes=7 * draw(st.one_of(st.integers(0, 9), st.integers(0, 30), st.integers(0, 12 * 24 * 60 // 7)))
    )
    if day is not None:
        at = START + timedelta(days=day, hours=draw(st.integers(0, 23)))
    return Event(
        source=SOURCES.get(kind, "urn:leeds:test"),
        id=f"{number:03}",
        type=kind,
        happened_at=at,
        data=draw(data_of(facts_in(EVENT_TYPES[kind]))),
        resident={} if plain else draw(residents()),
        evidence="registered_organisation" if plain else draw(st.sampled_from((*EVIDENCE, "registered_organisation"))),
    )


@cache
def residents() -> st.SearchStrategy[dict[str, Value]]:
    household = st.sampled_from([{}, {"household": "h1"}, {"household": "h2"}])
    return st.tuples(data_of(tuple(RESIDENT_FACTS.values())), household).map(lambda both: both[0] | both[1])


@cache
def data_of(facts: tuple[Fact, ...]) -> st.SearchStrategy[dict[str, Value]]:
    required = {fact.name: values_of(fact) for fact in facts if fact.required}
    optional = {fact.name: values_of(fact) for fact in facts if not fact.required}
    return st.fixed_dictionaries(required, optional=optional)


@st.composite
def lives(draw: st.DrawFn, *, taps: bool = True, plain: bool = False, most: int = 10) -> list[Event]:
    """Events of one resident in the order of arrival, which is any order."""
    return [draw(events(number, taps=taps, plain=plain)) for number in range(draw(st.integers(0, most)))]


def busy_rule_sets(*, shared: bool = True) -> st.SearchStrategy[list[Rule]]:
    """Half of them without conditions, so that limits and progress come to something within few examples."""
    return st.one_of(rule_sets(shared=shared), rule_sets(conditional=False, shared=shared))


@st.composite
def asking_rules(draw: st.DrawFn) -> tuple[Rule, list[Event]]:
    """A rule that asks for something, in any of the ways that there are, and events of the type that it is about."""
    trigger = draw(st.sampled_from(["transit.trip", "cycle.trip", "litter.pick"]))
    facts = tuple(fact for fact in facts_about(EVENT_TYPES[trigger])[0].values() if not fact.place)
    numbers = tuple(fact for fact in facts if fact.kind == "integer")
    one = st.one_of(conditions(facts), conditions(numbers))
    either = st.lists(one, min_size=2, max_size=2).map(lambda parts: {"any": parts})
    document = make_document(
        trigger=trigger,
        evidence=draw(st.sampled_from(EVIDENCE)),
        when=draw(st.lists(st.one_of(one, one, one, either), min_size=1, max_size=3)),
        who=draw(st.lists(conditions(tuple(RESIDENT_FACTS.values())), max_size=2)),
    )
    kinds = events(0, taps=False).filter(lambda event: event.type == trigger)
    return read_rule(json.dumps(document).encode()), draw(st.lists(kinds, min_size=1, max_size=3))


def busy_lives(*, taps: bool = True) -> st.SearchStrategy[list[Event]]:
    """Half of them of events that are as well proven as can be, and more of them."""
    return st.one_of(lives(taps=taps, most=14), lives(taps=taps, plain=True, most=14))


def budgets() -> st.SearchStrategy[dict[str, int] | None]:
    some = st.fixed_dictionaries({name: st.integers(0, 80) for name in CAMPAIGNS})
    return st.one_of(st.none(), some)
