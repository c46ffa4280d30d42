"""Everything the rules engine refuses.

RulesError
├── DocumentRefused    a rule document with faults
├── RuleSetRefused     rules that cannot be published together
├── ArtefactAltered    bytes that are not what was published
└── NeedsReplay        events that the state at hand cannot take in
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Fault:
    """`path` leads to the fault from the top of the document, as in `when.0.value`; empty means the whole document."""

    path: str
    sentence: str


class RulesError(Exception):
    """Base of every refusal of the engine."""


class DocumentRefused(RulesError):
    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{fault.path or 'document'}: {fault.sentence}" for fault in faults))


class RuleSetRefused(RulesError):
    def __init__(self, rule: str, sentence: str) -> None:
        self.rule = rule
        self.sentence = sentence
        super().__init__(f"{rule}: {sentence}")


class ArtefactAltered(RulesError):
    def __init__(self, *, expected: str, actual: str) -> None:
        self.expected = expected
        self.actual = actual
        super().__init__(f"the artefact's hash is {actual}, not {expected} as published")


OUT_OF_ORDER: Final = "out_of_order"
TRIP_CANCELLED: Final = "trip_cancelled"


class NeedsReplay(RulesError):
    """`cause` is OUT_OF_ORDER or TRIP_CANCELLED; nothing has been changed, and `replay` gives the answer."""

    def __init__(self, cause: str) -> None:
        self.cause = cause
        super().__init__(f"the events need a replay: {cause}")
