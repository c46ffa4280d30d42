"""Matching by bit vectors: per fact, a table from value to the set of rules that do not mind; AND over the facts.

Cost grows with the number of facts, not of rules. A rule with an `any` takes one bit for each combination of its
alternatives; `rules/reference.py` says the same thing slowly, and a property holds the two together.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import msgspec

from rules.catalogue import EVENT_TYPES, LOCAL_FACTS, PLACE_FACTS, RESIDENT_FACTS, Fact, facts_in
from rules.clock import Moment, day_number
from rules.conditions import AnyOf, Condition
from rules.document import Rule
from rules.event import EVIDENCE, Evidence, Value
from rules.parts import Multiply, Unlock, needed_facts
from rules.places import PlaceTable, Zones, areas_of

_LOWEST: Final = -(1 << 62)
_HIGHEST: Final = 1 << 62
_MOST_MATCHES: Final = 16_384
Span = tuple[int, int]


class SpanTable(msgspec.Struct, frozen=True):
    """For whole numbers: `masks[i]` holds from `cuts[i - 1]` up to below `cuts[i]`; `missing` where it is not known."""

    cuts: tuple[int, ...]
    masks: tuple[int, ...]
    missing: int


class WordTable(msgspec.Struct, frozen=True):
    """For words and truth values: `other` is for a value that no rule names."""

    kind: type
    masks: dict[Value, int]
    other: int
    missing: int


Table = SpanTable | WordTable
# The parts of the tables by name of fact, laid out flat.
NamedSpans = tuple[tuple[str, tuple[int, ...], tuple[int, ...], int], ...]
NamedWords = tuple[tuple[str, type, dict[Value, int], int, int], ...]


class Match(msgspec.Struct, frozen=True):
    """Rules by index, in rule order. `in_force` and `eligible` tell how near an empty match came.

    `apart` are the same in the order in which they are paid, if each can be settled by itself: none is compared with,
    multiplies or unlocks another. Else it is empty.
    """

    rules: tuple[int, ...]
    in_force: bool
    eligible: bool
    apart: tuple[int, ...] = ()


_ENDED: Final = Match((), in_force=False, eligible=True)
_NONE: Final = Match((), in_force=True, eligible=True)
_NOT_ELIGIBLE: Final = Match((), in_force=True, eligible=False)


class TypeMatcher(msgspec.Struct, frozen=True):
    """All rules of one event type. `owners` maps a bit to the index of its rule.

    `personal` are the bits that ask about the resident, `joined` those of rules that multiply or unlock, `best` the
    best-of groups by index of a rule. `matches` keeps what a mask came to, since the same few come again and again.
    """

    owners: tuple[int, ...]
    days: SpanTable
    sources: dict[str, int]
    evidence: dict[Evidence, int]
    spans: NamedSpans
    words: NamedWords
    local_time: SpanTable | None
    local_weekday: WordTable | None
    resident_words: NamedWords
    personal: int
    joined: int
    best: dict[int, str]
    matches: dict[int, Match]
    places: PlaceTable | None = None

    def match(
        self, source: str, evidence: Evidence, data: Mapping[str, Value], resident: Mapping[str, Value], moment: Moment
    ) -> Match:
        # The tables are looked into here and not by methods of theirs: a call costs as much as the look.
        days, local_time, local_weekday = self.days, self.local_time, self.local_weekday
        mask = days.masks[bisect_right(days.cuts, moment.day)]
        if not mask:
            return _ENDED
        mask &= self.sources.get(source, 0) & self.evidence[evidence]
        for name, cuts, masks, missing in self.spans:
            value = data.get(name)
            mask &= masks[bisect_right(cuts, value)] if type(value) is int else missing
        for name, kind, named, other, missing in self.words:
            value = data.get(name)
            mask &= named.get(value, other) if type(value) is kind else missing  # type: ignore[arg-type]
        if local_time is not None:
            mask &= local_time.masks[bisect_right(local_time.cuts, moment.minute)]
        if local_weekday is not None:
            mask &= local_weekday.masks.get(moment.weekday, local_weekday.other)
        if mask and self.places is not None:
            mask = self.places.narrow(mask, data)
        if not mask:
            return _NONE
        if mask & self.personal:
            for name, kind, named, other, missing in self.resident_words:
                value = resident.get(name)
                mask &= named.get(value, other) if type(value) is kind else missing  # type: ignore[arg-type]
        return self.matches.get(mask) or self._read_mask(mask)

    def _read_mask(self, mask: int) -> Match:
        if not mask:
            return _NOT_ELIGIBLE
        if len(self.matches) >= _MOST_MATCHES:
            self.matches.clear()
        rules = self._rules_of(mask)
        best = [index for index in rules if index in self.best]
        apart: tuple[int, ...] = ()
        if not mask & self.joined and len({self.best[index] for index in best}) == len(best):
            # Offers of best-of groups are paid first.
            apart = (*best, *(index for index in rules if index not in self.best))
        match = self.matches[mask] = Match(rules, in_force=True, eligible=True, apart=apart)
        return match

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


@dataclass(frozen=True, slots=True)
class _Bit:
    """One combination of alternatives of one rule: everything in it must hold."""

    rule: int
    document: Rule
    data: Mapping[str, list[Condition]]
    resident: Mapping[str, list[Condition]]


def compile_type(trigger: str, rules: Sequence[tuple[int, Rule]], zones: Zones) -> TypeMatcher:
    """`rules` with their index, in rule order. Raises RuleSetRefused for a zone that is not among `zones`."""
    bits = [bit for index, rule in rules for bit in _bits_of(index, rule)]
    of_event = [bit.data for bit in bits]
    days = [[(day_number(bit.document.validity.start), day_number(bit.document.validity.until))] for bit in bits]
    evidence = {
        name: sum(1 << at for at, bit in enumerate(bits) if EVIDENCE.index(bit.document.evidence) <= rank)
        for rank, name in enumerate(EVIDENCE)
    }
    sources: dict[str, int] = {}
    for at, bit in enumerate(bits):
        sources[bit.document.source] = sources.get(bit.document.source, 0) | 1 << at
    local_time = _compile(LOCAL_FACTS["local.time"], of_event)
    local_weekday = _compile(LOCAL_FACTS["local.weekday"], of_event)
    assert not isinstance(local_time, WordTable), "the time is a number"
    assert not isinstance(local_weekday, SpanTable), "the weekday is a word"
    spans, words = _compile_all(facts_in(EVENT_TYPES[trigger]), of_event)
    resident_spans, resident_words = _compile_all(tuple(RESIDENT_FACTS.values()), [bit.resident for bit in bits])
    assert not resident_spans, "no fact of the resident is a number"
    return TypeMatcher(
        owners=tuple(bit.rule for bit in bits),
        days=_span_table(days, 0),
        sources=sources,
        evidence=evidence,
        spans=spans,
        words=words,
        local_time=local_time,
        local_weekday=local_weekday,
        resident_words=resident_words,
        personal=sum(1 << at for at, bit in enumerate(bits) if bit.resident),
        joined=sum(1 << at for at, bit in enumerate(bits) if isinstance(bit.document.effect, Multiply | Unlock)),
        best={index: rule.stacking.group for index, rule in rules if rule.stacking and rule.stacking.mode == "best"},
        matches={},
        places=_compile_places(bits, zones),
    )


def _compile_places(bits: Sequence[_Bit], zones: Zones) -> PlaceTable | None:
    wanted = [
        [areas_of(condition, zones, bit.document.id) for name in PLACE_FACTS for condition in bit.data.get(name, [])]
        for bit in bits
    ]
    return PlaceTable(wanted) if any(wanted) else None


def _compile_all(
    facts: Iterable[Fact], conditions: list[Mapping[str, list[Condition]]]
) -> tuple[NamedSpans, NamedWords]:
    tables = [(fact.name, table) for fact in facts if (table := _compile(fact, conditions)) is not None]
    spans = tuple(
        (name, table.cuts, table.masks, table.missing) for name, table in tables if isinstance(table, SpanTable)
    )
    words = tuple(
        (name, table.kind, table.masks, table.other, table.missing)
        for name, table in tables
        if isinstance(table, WordTable)
    )
    return spans, words


def _bits_of(index: int, rule: Rule) -> Iterable[_Bit]:
    when: list[tuple[Condition, ...]] = [part.any if isinstance(part, AnyOf) else (part,) for part in rule.when]
    who = [part.any if isinstance(part, AnyOf) else (part,) for part in rule.who]
    # A rate or a sum needs its quantity, whether or not a condition mentions it.
    when += [(Condition(fact=fact, op="has"),) for fact in needed_facts(rule.progress, rule.effect)]
    for choice in product(*when, *who):
        yield _Bit(index, rule, _by_fact(choice[: len(when)]), _by_fact(choice[len(when) :]))


def _by_fact(conditions: Iterable[Condition]) -> dict[str, list[Condition]]:
    named: dict[str, list[Condition]] = {}
    for condition in conditions:
        named.setdefault(condition.fact, []).append(condition)
    return named


def _compile(fact: Fact, conditions_of_bits: list[Mapping[str, list[Condition]]]) -> Table | None:
    """None when no bit asks about this fact."""
    wanted = [conditions.get(fact.name, []) for conditions in conditions_of_bits]
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
