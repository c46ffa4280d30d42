"""Everything the rules engine refuses.

RulesError
├── DocumentRefused    a rule document with faults
├── RuleSetRefused     rules that cannot be published together
├── ArtefactAltered    bytes that are not what was published
├── EngineUnfit        an artefact of another version of the engine
└── NeedsReplay        events that the state at hand cannot take in
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Fault:
    """`path` leads to the fault from the top of the document, as in `when[0].value`; empty means the whole document."""

    path: str
    sentence: str


class RulesError(Exception):
    """Base of every refusal of the engine."""


class DocumentRefused(RulesError):
    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{fault.path or 'document'}: {fault.sentence}" for fault in faults))


class RuleSetRefused(RulesError):
    """`rule` is the id of the rule that should change, and `path` leads to its part, as in `effect.challenge`.

    `told` is the sentence with what people call that rule.
    """

    def __init__(self, rule: str, sentence: str, name: str = "", path: str = "") -> None:
        self.rule = rule
        self.path = path
        self.sentence = sentence
        self.told = f"{name or rule}: {sentence}"
        super().__init__(f"{rule}: {sentence}")


class ArtefactAltered(RulesError):
    """`differs` names the parts that are not as published, such as `rule rul_ten_trips`."""

    def __init__(self, *, expected: str, actual: str, differs: tuple[str, ...]) -> None:
        self.expected = expected
        self.actual = actual
        self.differs = differs
        super().__init__(f"the artefact's hash is {actual}, not {expected} as published: {', '.join(differs)}")


class EngineUnfit(RulesError):
    def __init__(self, *, published_by: str, engine: str) -> None:
        self.published_by = published_by
        self.engine = engine
        super().__init__(f"the artefact was published by engine {published_by}, and this is engine {engine}")


OUT_OF_ORDER: Final = "out_of_order"
TRIP_CANCELLED: Final = "trip_cancelled"


class NeedsReplay(RulesError):
    """`cause` is OUT_OF_ORDER or TRIP_CANCELLED; nothing has been changed, and `replay` gives the answer."""

    def __init__(self, cause: str) -> None:
        self.cause = cause
        super().__init__(f"the events need a replay: {cause}")
