"""What is published: rules, catalogue and clock as one body of bytes with its hash, and which was in force when."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final, Self

from rules.catalogue import EVENT_TYPES, LOCAL_FACTS, RESIDENT_FACTS
from rules.clock import LONDON, Clock
from rules.document import Rule
from rules.errors import ArtefactAltered
from rules.program import Program, compile_rules

ENGINE_VERSION: Final = "1"
SCHEMA: Final = "rewards.artefact/1"


def canonical(document: object) -> bytes:
    """JSON in one way only: sorted keys, no spaces, UTF-8."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Artefact:
    """`rules` stand in rule order, which is the order of their ids; `sha256` is the hash of `body` in hex."""

    rules: tuple[Rule, ...]
    sha256: str
    body: bytes
    program: Program = field(repr=False, compare=False)

    @classmethod
    def publish(cls, rules: Iterable[Rule]) -> Self:
        """Raises RuleSetRefused for rules that cannot stand together."""
        ordered = tuple(sorted(rules, key=lambda rule: rule.id))
        body = canonical(
            {
                "schema": SCHEMA,
                "engine": ENGINE_VERSION,
                "rules": [rule.model_dump(mode="json", by_alias=True) for rule in ordered],
                "facts": {
                    "events": [asdict(kind) for kind in EVENT_TYPES.values()],
                    "local": [asdict(fact) for fact in LOCAL_FACTS.values()],
                    "resident": [asdict(fact) for fact in RESIDENT_FACTS.values()],
                },
                "clock": {"zone": "Europe/London", "transitions": LONDON.transitions},
            }
        )
        return cls(ordered, hashlib.sha256(body).hexdigest(), body, compile_rules(ordered, LONDON))

    @classmethod
    def load(cls, body: bytes, sha256: str) -> Self:
        """Raises ArtefactAltered unless `body` is exactly what was published under `sha256`."""
        actual = hashlib.sha256(body).hexdigest()
        if actual != sha256:
            raise ArtefactAltered(expected=sha256, actual=actual)
        document = json.loads(body)
        rules = tuple(Rule.model_validate_json(canonical(rule)) for rule in document["rules"])
        clock = Clock(tuple((start, offset) for start, offset in document["clock"]["transitions"]))
        return cls(rules, sha256, body, compile_rules(rules, clock))


@dataclass(frozen=True, slots=True)
class Timeline:
    """Artefacts by the instant from which each is in force, soonest first."""

    entries: tuple[tuple[datetime, Artefact], ...]
    _starts: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __init__(self, entries: Sequence[tuple[datetime, Artefact]]) -> None:
        """Raises ValueError when two entries are out of order or an instant has no zone."""
        starts = tuple(start for start, _ in entries)
        if any(start.tzinfo is None for start in starts) or any(one >= other for one, other in pairwise(starts)):
            message = "the entries of a timeline are in order of time, in UTC"
            raise ValueError(message)
        object.__setattr__(self, "entries", tuple(entries))
        object.__setattr__(self, "_starts", starts)

    def at(self, happened_at: datetime) -> Artefact | None:
        """The artefact in force then; None before the first."""
        index = bisect_right(self._starts, happened_at)
        return self.entries[index - 1][1] if index else None
