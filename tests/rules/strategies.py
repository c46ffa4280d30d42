"""Random rule sets and random lives, for the properties."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from rules.catalogue import EVENT_TYPES, LOCAL_FACTS, RESIDENT_FACTS, Fact
from rules.document import Rule, read_rule
from rules.event import EVIDENCE, Event, Value
from tests.rules.making import SOURCES, make_document

# 22 October 2026 to 3 November: the clocks go back, a week ends and a month ends.
START = datetime(2026, 10, 22, tzinfo=UTC)
TRIGGERS = ("transit.trip", "cycle.trip", "litter.pick")
CAMPAIGNS = ("cmp_one", "cmp_two")
PERS = ("day", "week", "month", "validity", "lifetime")
Json = dict[str, Any]
# Random rule sets cost much to draw, so each property takes its share of the profile's examples.
SHARE = settings(max_examples=max(settings().max_examples * 2 // 5, 1))


@cache
def values_of(fact: Fact) -> st.SearchStrategy[Value]:
    """Few values, so that rules and events often meet."""
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
def clauses(facts: tuple[Fact, ...]) -> st.SearchStrategy[list[Json]]:
    one = conditions(facts)
    choice = st.lists(one, min_size=2, max_size=2).map(lambda parts: {"any": parts})
    return st.one_of(st.just([]), st.lists(st.one_of(one, one, choice), max_size=2))


@cache
@st.composite
def limits(draw: st.DrawFn, *, rate: bool, at_least: str) -> list[Json]:
    """Limits that the validator accepts: no crossing windows, `points` only for a rate."""
    pers = draw(st.lists(st.sampled_from(PERS[PERS.index(at_least) :]), min_size=1, max_size=2, unique=True))
    found = []
    for per in pers:
        measure = "points" if rate else draw(st.sampled_from(["times", "points"]))
        found.append({"scope": "resident_rule", "per": per, measure: draw(st.integers(1, 40))})
    if draw(st.booleans()):
        widest = max(PERS.index(per) for per in pers)
        per = draw(st.sampled_from(PERS[widest:]))
        found.append({"scope": "resident_campaign", "per": per, "points": draw(st.integers(1, 60))})
    return found


@cache
@st.composite
def rule_documents(draw: st.DrawFn, number: int, *, conditional: bool = True) -> Json:
    trigger = draw(st.sampled_from(TRIGGERS))
    quantities = [fact.name for fact in EVENT_TYPES[trigger].facts if fact.kind == "integer"]
    rate = bool(quantities) and draw(st.booleans())
    progress: Json | None = None
    if not rate and draw(st.booleans()):
        progress = {
            "kind": "count", "per": draw(st.sampled_from(PERS[:3])), "reach": draw(st.integers(1, 4)),
            "repeat": draw(st.booleans()),
        }  # fmt: skip
    effect: Json = {"kind": "points", "points": draw(st.integers(1, 30))}
    if rate:
        effect |= {"kind": "rate", "fact": draw(st.sampled_from(quantities)), "every": draw(st.integers(1, 700))}
    best = progress is None and not rate and draw(st.booleans())
    facts = (*EVENT_TYPES[trigger].facts, *LOCAL_FACTS.values())
    return make_document(
        id=f"rul_{number}",
        campaign=draw(st.sampled_from(CAMPAIGNS)),
        trigger=trigger,
        evidence=draw(st.sampled_from(EVIDENCE)),
        when=draw(clauses(facts)) if conditional else [],
        who=draw(clauses(tuple(RESIDENT_FACTS.values()))) if conditional and draw(st.booleans()) else [],
        progress=progress,
        effect=effect,
        stacking={"group": "group", "mode": "best"} if best else None,
        limits=draw(limits(rate=rate, at_least=progress["per"] if progress else "day")),
    )


@st.composite
def rule_sets(draw: st.DrawFn, *, conditional: bool = True) -> list[Rule]:
    count = draw(st.integers(1, 4))
    documents = [draw(rule_documents(number, conditional=conditional)) for number in range(count)]
    return [read_rule(json.dumps(document).encode()) for document in documents]


@cache
@st.composite
def events(draw: st.DrawFn, number: int) -> Event:
    kind = draw(st.sampled_from(["transit.tap", "transit.tap", "cycle.trip", "litter.pick"]))
    # Steps of 7 minutes let taps meet within ten minutes and within the hour, and let instants coincide.
    at = START + timedelta(
        minutes=7 * draw(st.one_of(st.integers(0, 9), st.integers(0, 30), st.integers(0, 12 * 24 * 60 // 7)))
    )
    return Event(
        source=SOURCES.get(kind, "urn:leeds:test"),
        id=f"{number:03}",
        type=kind,
        happened_at=at,
        data=draw(data_of(EVENT_TYPES[kind].facts)),
        resident=draw(data_of(tuple(RESIDENT_FACTS.values()))),
        evidence=draw(st.sampled_from((*EVIDENCE, "registered_organisation"))),
    )


@cache
def data_of(facts: tuple[Fact, ...]) -> st.SearchStrategy[dict[str, Value]]:
    required = {fact.name: values_of(fact) for fact in facts if fact.required}
    optional = {fact.name: values_of(fact) for fact in facts if not fact.required}
    return st.fixed_dictionaries(required, optional=optional)


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    """Events of one resident in the order of arrival, which is any order."""
    return [draw(events(number)) for number in range(draw(st.integers(0, 10)))]


def budgets() -> st.SearchStrategy[dict[str, int] | None]:
    some = st.fixed_dictionaries({name: st.integers(0, 80) for name in CAMPAIGNS})
    return st.one_of(st.none(), some)
