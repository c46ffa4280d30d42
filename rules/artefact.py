"""What is published: rules, catalogue, zones and clock as bytes with their hash, and which was in force when."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, Self

from rules.catalogue import EVENT_TYPES, LOCAL_FACTS, PLACE_FACTS, RESIDENT_FACTS, STOP_WARD
from rules.clock import LONDON, Clock, to_micros
from rules.document import Rule
from rules.errors import ArtefactAltered, EngineUnfit
from rules.places import Zone
from rules.program import Program, compile_rules, refuse_shared_carry
from rules.rule_set import refuse_incoherent

ENGINE_VERSION: Final = "2"
SCHEMA: Final = "rewards.artefact/1"
SEALS: Final = "seals"
_FOR_EVER: Final = 1 << 63


def canonical(document: object) -> bytes:
    """JSON in one way only: sorted keys, no spaces, UTF-8."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True)
class Artefact:
    """`rules` stand in rule order, which is the order of their ids; `sha256` is the hash of `body` in hex.

    `carried` has, by rule id, the counter in which a rule goes on with progress made under another filter.
    """

    rules: tuple[Rule, ...]
    zones: Mapping[str, Zone]
    sha256: str
    body: bytes
    program: Program = field(repr=False, compare=False)
    carried: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def publish(
        cls, rules: Iterable[Rule], zones: Iterable[Zone] = (), carried: Mapping[str, str] | None = None
    ) -> Self:
        """Raises RuleSetRefused for rules that cannot stand together."""
        ordered = sorted(rules, key=lambda rule: rule.id)
        refuse_incoherent(ordered)
        refuse_shared_carry(ordered, carried or {})
        return cls.assemble(ordered, zones, carried)

    @classmethod
    def assemble(
        cls, rules: Iterable[Rule], zones: Iterable[Zone] = (), carried: Mapping[str, str] | None = None
    ) -> Self:
        """The same without asking whether they can stand together, for who has asked that of other dates.

        It is for trying rules, never for what people are paid by. Raises RuleSetRefused for a zone that is not there.
        """
        ordered = tuple(sorted(rules, key=lambda rule: rule.id))
        named = {zone.name: zone for zone in sorted(zones, key=lambda zone: zone.name)}
        going_on = {rule.id: carried[rule.id] for rule in ordered if carried and rule.id in carried}
        document: dict[str, Any] = {
            "schema": SCHEMA,
            "engine": ENGINE_VERSION,
            "rules": [rule.model_dump(mode="json", by_alias=True) for rule in ordered],
            "facts": {
                "events": [asdict(kind) for kind in EVENT_TYPES.values()],
                "local": [asdict(fact) for fact in (*LOCAL_FACTS.values(), STOP_WARD)],
                "places": [asdict(fact) for fact in PLACE_FACTS.values()],
                "resident": [asdict(fact) for fact in RESIDENT_FACTS.values()],
            },
            "zones": [zone.model_dump(mode="json") for zone in named.values()],
            "clock": {"zone": "Europe/London", "transitions": LONDON.transitions},
        }
        if going_on:
            # Left out when there is none, so that such artefacts have the bytes that they always had.
            document["carried"] = going_on
        body = canonical({**document, SEALS: _seal(json.loads(canonical(document)))})
        program = compile_rules(ordered, LONDON, named, going_on)
        return cls(ordered, named, _sha256(body), body, program, going_on)

    @classmethod
    def load(cls, body: bytes, sha256: str) -> Self:
        """Raises ArtefactAltered unless `body` is exactly what was published under `sha256`; or EngineUnfit."""
        actual = _sha256(body)
        if actual != sha256:
            raise ArtefactAltered(expected=sha256, actual=actual, differs=find_differences(body))
        document = json.loads(body)
        if document["engine"] != ENGINE_VERSION:
            raise EngineUnfit(published_by=str(document["engine"]), engine=ENGINE_VERSION)
        rules = tuple(Rule.model_validate_json(canonical(rule)) for rule in document["rules"])
        zones = {zone["name"]: Zone.model_validate_json(canonical(zone)) for zone in document["zones"]}
        clock = Clock(tuple((start, offset) for start, offset in document["clock"]["transitions"]))
        carried = document.get("carried", {})
        return cls(rules, zones, sha256, body, compile_rules(rules, clock, zones, carried), carried)


def _seal(document: Mapping[str, Any]) -> dict[str, str]:
    """A hash of each part, each rule and each zone by itself: they tell where bytes were altered."""
    seals = {name: _sha256(canonical(document.get(name))) for name in ("schema", "engine", "facts", "clock")}
    if "carried" in document:
        seals["carried"] = _sha256(canonical(document["carried"]))
    seals |= {f"rule {rule['id']}": _sha256(canonical(rule)) for rule in document["rules"]}
    return seals | {f"zone {zone['name']}": _sha256(canonical(zone)) for zone in document["zones"]}


def find_differences(body: bytes) -> tuple[str, ...]:
    """Which parts of altered bytes are not what their own seals say."""
    try:
        document = json.loads(body)
        published, actual = dict(document[SEALS]), _seal(document)
    except (ValueError, TypeError, KeyError, AttributeError):
        return ("the whole of it: it cannot be read",)
    names = sorted(published.keys() | actual.keys())
    return tuple(name for name in names if published.get(name) != actual.get(name)) or (SEALS,)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Artefacts by the instant from which each is in force, soonest first.

    `shared_types` are the types of event for which any of their rules reads a counter outside the resident's state.
    """

    entries: tuple[tuple[datetime, Artefact], ...]
    shared_types: frozenset[str] = field(init=False, repr=False, compare=False)
    _starts: tuple[datetime, ...] = field(init=False, repr=False, compare=False)
    _micros: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __init__(self, entries: Sequence[tuple[datetime, Artefact]]) -> None:
        """Raises ValueError when two entries are out of order or an instant has no zone."""
        starts = tuple(start for start, _ in entries)
        if any(start.tzinfo is None for start in starts) or any(one >= other for one, other in pairwise(starts)):
            message = "the entries of a timeline are in order of time, in UTC"
            raise ValueError(message)
        object.__setattr__(self, "entries", tuple(entries))
        shared_types = frozenset(kind for _, artefact in entries for kind in artefact.program.shared)
        object.__setattr__(self, "shared_types", shared_types)
        object.__setattr__(self, "_starts", starts)
        object.__setattr__(self, "_micros", tuple(to_micros(start) for start in starts))

    def at(self, happened_at: datetime) -> Artefact | None:
        """The artefact in force then; None before the first."""
        index = bisect_right(self._starts, happened_at)
        return self.entries[index - 1][1] if index else None

    def span_at(self, micros: int) -> tuple[Program | None, int]:
        """What is run at so many microseconds since 1970, and when something else takes its place."""
        index = bisect_right(self._micros, micros)
        until = self._micros[index] if index < len(self._micros) else _FOR_EVER
        return self.entries[index - 1][1].program if index else None, until
