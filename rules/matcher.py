"""Matching by bit vectors: per fact, a table from value to the set of rules that do not mind; AND over the facts.

Cost grows with the number of facts, not of rules. A rule with an `any` takes one bit for each combination of its
alternatives; `rules/reference.py` says the same thing slowly, and a property holds the two together.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from rules.catalogue import EVENT_TYPES, LOCAL_FACTS, RESIDENT_FACTS, Fact
from rules.clock import Moment, day_number
from rules.conditions import AnyOf, Condition
from rules.document import Rule
from rules.event import EVIDENCE, Evidence, Value
from rules.parts import Rate

_LOWEST: Final = -(1 << 62)
_HIGHEST: Final = 1 << 62
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SpanTable:
    """For whole numbers: `masks[i]` holds from `cuts[i - 1]` up to below `cuts[i]`; `missing` where it is not known."""

    cuts: tuple[int, ...]
    masks: tuple[int, ...]
    missing: int

    def allow(self, value: Value | None) -> int:
        return self.masks[bisect_right(self.cuts, value)] if type(value) is int else self.missing


@dataclass(frozen=True, slots=True)
class WordTable:
    """For words and truth values: `other` is for a value that no rule names."""

    kind: type
    masks: Mapping[Value, int]
    other: int
    missing: int

    def allow(self, value: Value | None) -> int:
        return self.masks.get(value, self.other) if type(value) is self.kind else self.missing  # type: ignore[arg-type]


Table = SpanTable | WordTable
NamedTables = tuple[tuple[str, Table], ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Rules by index, in rule order. `in_force` and `eligible` tell how near an empty match came."""

    rules: tuple[int, ...]
    in_force: bool
    eligible: bool


_NOTHING: Final = Match((), in_force=False, eligible=True)


@dataclass(frozen=True, slots=True)
class TypeMatcher:
    """All rules of one event type."""

    owners: tuple[int, ...]
    days: SpanTable
    sources: WordTable
    evidence: tuple[int, ...]
    data: NamedTables
    local_time: Table | None
    local_weekday: Table | None
    resident: NamedTables

    def match(
        self, source: str, evidence: Evidence, data: Mapping[str, Value], resident: Mapping[str, Value], moment: Moment
    ) -> Match:
        days = self.days
        mask = days.masks[bisect_right(days.cuts, moment.day)]
        if not mask:
            return _NOTHING
        mask &= self.sources.masks.get(source, 0) & self.evidence[_RANK[evidence]]
        for name, table in self.data:
            mask &= table.allow(data.get(name))
        if self.local_time is not None:
            mask &= self.local_time.allow(moment.minute)
        if self.local_weekday is not None:
            mask &= self.local_weekday.allow(moment.weekday)
        eligible = mask
        for name, table in self.resident:
            eligible &= table.allow(resident.get(name))
        return Match(self._rules_of(eligible), in_force=True, eligible=bool(eligible) or not mask)

    def _rules_of(self, mask: int) -> tuple[int, ...]:
        found: list[int] = []
        while mask:
            low = mask & -mask
            owner = self.owners[low.bit_length() - 1]
            # The alternatives of one rule stand side by side, so a repeat can only be the last one.
            if not found or found[-1] != owner:
                found.append(owner)
            mask ^= low
        return tuple(found)


_RANK: Final = {name: rank for rank, name in enumerate(EVIDENCE)}


@dataclass(frozen=True, slots=True)
class _Bit:
    """One combination of alternatives of one rule: everything in it must hold."""

    rule: int
    document: Rule
    data: Mapping[str, list[Condition]]
    resident: Mapping[str, list[Condition]]


def compile_type(trigger: str, rules: Sequence[tuple[int, Rule]]) -> TypeMatcher:
    """`rules` with their index, in rule order."""
    bits = [bit for index, rule in rules for bit in _bits_of(index, rule)]
    facts = {fact.name: fact for fact in EVENT_TYPES[trigger].facts}
    data = {name: _compile(fact, [bit.data.get(name, []) for bit in bits]) for name, fact in facts.items()}
    local = {name: _compile(fact, [bit.data.get(name, []) for bit in bits]) for name, fact in LOCAL_FACTS.items()}
    who = {name: _compile(fact, [bit.resident.get(name, []) for bit in bits]) for name, fact in RESIDENT_FACTS.items()}
    spans = [
        [(day_number(bit.document.validity.start), day_number(bit.document.validity.until))] for bit in bits
    ]  # fmt: skip
    evidence = tuple(
        sum(1 << at for at, bit in enumerate(bits) if _RANK[bit.document.evidence] <= rank)
        for rank in range(len(EVIDENCE))
    )
    return TypeMatcher(
        owners=tuple(bit.rule for bit in bits),
        days=_span_table(spans, 0),
        sources=_word_table(str, [(True, frozenset({bit.document.source})) for bit in bits], 0),
        evidence=evidence,
        data=tuple((name, table) for name, table in data.items() if table is not None),
        local_time=local["local.time"],
        local_weekday=local["local.weekday"],
        resident=tuple((name, table) for name, table in who.items() if table is not None),
    )


def _bits_of(index: int, rule: Rule) -> Iterable[_Bit]:
    when: list[tuple[Condition, ...]] = [part.any if isinstance(part, AnyOf) else (part,) for part in rule.when]
    who = [part.any if isinstance(part, AnyOf) else (part,) for part in rule.who]
    if isinstance(rule.effect, Rate):
        # A rate needs its quantity, whether or not a condition mentions it.
        when.append((Condition(fact=rule.effect.fact, op="has"),))
    for choice in product(*when, *who):
        yield _Bit(index, rule, _by_fact(choice[: len(when)]), _by_fact(choice[len(when) :]))


def _by_fact(conditions: Iterable[Condition]) -> dict[str, list[Condition]]:
    named: dict[str, list[Condition]] = {}
    for condition in conditions:
        named.setdefault(condition.fact, []).append(condition)
    return named


def _compile(fact: Fact, wanted: list[list[Condition]]) -> Table | None:
    """None when no bit asks about this fact."""
    if not any(wanted):
        return None
    missing = sum(1 << at for at, conditions in enumerate(wanted) if not conditions)
    if fact.kind == "integer":
        return _span_table([_spans(conditions) for conditions in wanted], missing)
    kind = bool if fact.kind == "boolean" else str
    return _word_table(kind, [_words(conditions) for conditions in wanted], missing)


def _spans(conditions: list[Condition]) -> list[Span]:
    spans = [(_LOWEST, _HIGHEST)]
    for condition in conditions:
        spans = [
            (max(low, other_low), min(high, other_high))
            for low, high in spans
            for other_low, other_high in _spans_of(condition)
            if max(low, other_low) < min(high, other_high)
        ]
    return spans


def _spans_of(condition: Condition) -> list[Span]:
    """The numbers that pass, as spans that leave out their upper end."""
    numbers = sorted(set(condition.whole_numbers()))
    match condition.op:
        case "is" | "in":
            return [(number, number + 1) for number in numbers]
        case "is_not" | "not_in":
            ends = [_LOWEST, *(end for number in numbers for end in (number, number + 1)), _HIGHEST]
            return [(low, high) for low, high in zip(ends[::2], ends[1::2], strict=True) if low < high]
        case "at_least":
            return [(numbers[0], _HIGHEST)]
        case "below":
            return [(_LOWEST, numbers[0])]
        case "between":
            return [(numbers[0], numbers[-1] + 1)]
        case _:
            return [(_LOWEST, _HIGHEST)]


def _span_table(spans_of_bits: list[list[Span]], missing: int) -> SpanTable:
    flips: dict[int, int] = {}
    for at, spans in enumerate(spans_of_bits):
        for end in (end for span in spans for end in span):
            flips[end] = flips.get(end, 0) ^ (1 << at)
    cuts = tuple(sorted(flips))
    masks = [0]
    for cut in cuts:
        masks.append(masks[-1] ^ flips[cut])
    return SpanTable(cuts, tuple(masks), missing)


Words = tuple[bool, frozenset[Value]]


def _words(conditions: list[Condition]) -> Words:
    """(True, the words that pass) or (False, the words that do not)."""
    named, words = False, frozenset[Value]()
    for condition in conditions:
        other_named, others = condition.op in ("is", "in"), frozenset(condition.scalars())
        if named and other_named:
            words &= others
        elif named:
            words -= others
        else:
            words = others - words if other_named else words | others
        named = named or other_named
    return named, words


def _word_table(kind: type, wanted: list[Words], missing: int) -> WordTable:
    other = sum(1 << at for at, (named, _) in enumerate(wanted) if not named)
    masks: dict[Value, int] = {}
    for at, (_, words) in enumerate(wanted):
        for word in words:
            # A word named by a rule is let in where it is listed, and flipped out where it is ruled out.
            masks[word] = masks.get(word, other) ^ (1 << at)
    return WordTable(kind, masks, other, missing)
