"""One rule as one JSON document, checked on the way in and never changed."""

from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, Discriminator, Field, StrictBool, Tag, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from rules.coherence import find_amount_fault, find_condition_fault, find_limit_fault, find_part_fault
from rules.conditions import AnyOf, Condition, Part, Whole, Word
from rules.errors import DocumentRefused, Fault
from rules.event import Evidence
from rules.parts import Effect, EventName, Limit, Progress, Sequence, SourceName, Stacking

LARGEST_BYTES: Final = 65_536
_INCOHERENT: Final = "incoherent"
Text = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]+$")]
Facts = dict[Annotated[str, Field(max_length=40)], StrictBool | Whole | Word]


def _clause_tag(value: object) -> str:
    return "AnyOf" if isinstance(value, AnyOf) or (isinstance(value, dict) and "any" in value) else "Condition"


Clause = Annotated[Annotated[AnyOf, Tag("AnyOf")] | Annotated[Condition, Tag("Condition")], Discriminator(_clause_tag)]
Conditions = Annotated[tuple[Clause, ...], Field(max_length=20)]


class Validity(Part):
    """`start` is the first London date in force, `until` the first one no longer."""

    start: date
    until: date


class ExampleEvent(Part):
    """`times` events of this kind, `every_minutes` apart. Source and evidence are the rule's own unless given."""

    type: EventName
    time: Annotated[AwareDatetime, Field(strict=False)]
    data: Facts = Field(default_factory=dict)
    resident: Facts = Field(default_factory=dict)
    source: SourceName | None = None
    evidence: Evidence | None = None
    times: Annotated[int, Field(ge=1, le=100)] = 1
    every_minutes: Annotated[int, Field(ge=1, le=44_640)] = 1_440


class Expectation(Part):
    """Points in all."""

    points: Annotated[int, Field(ge=0, le=10_000_000)]


class Example(Part):
    title: Text
    events: Annotated[tuple[ExampleEvent, ...], Field(min_length=1, max_length=50)]
    expect: Expectation


class Rule(Part):
    """`when` is about the event and `who` about the resident: all of each must hold."""

    document: Annotated[Literal["rewards.rule/1"], Field(alias="schema")]
    id: Annotated[str, Field(pattern=r"^rul_[a-z0-9_]{1,60}$")]
    version: Annotated[int, Field(ge=1, le=100_000)]
    title: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z]{2}$")], Text], Field(min_length=1)]
    campaign: Annotated[str, Field(pattern=r"^cmp_[a-z0-9_]{1,60}$")]
    validity: Validity
    trigger: EventName
    source: SourceName
    evidence: Evidence
    who: Conditions
    when: Conditions
    progress: Progress | None
    effect: Effect
    stacking: Stacking | None
    limits: Annotated[tuple[Limit, ...], Field(min_length=1, max_length=6)]
    basis: Text
    examples: Annotated[tuple[Example, ...], Field(max_length=20)]

    @property
    def sources(self) -> tuple[str, ...]:
        """Every sender without whom the rule pays nobody."""
        before = self.progress.source if isinstance(self.progress, Sequence) else self.source
        return tuple(dict.fromkeys((self.source, before)))

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        fault = (
            find_condition_fault(self.trigger, self.when, self.who)
            or find_amount_fault(self.trigger, self.progress, self.effect)
            or find_part_fault(self.trigger, self.when, self.who, self.progress, self.effect, self.stacking)
            or find_limit_fault(self.progress, self.effect, self.limits)
            or self._find_own_fault()
        )
        if fault:
            raise PydanticCustomError(_INCOHERENT, "{sentence}", {"path": fault.path, "sentence": fault.sentence})
        return self

    def _find_own_fault(self) -> Fault | None:
        if "en" not in self.title:
            return Fault("title", "The title is given in English at least (en).")
        if self.validity.start >= self.validity.until:
            return Fault("validity.until", "A rule ends after it starts.")
        return None


def read_rule(body: bytes) -> Rule:
    """Raises DocumentRefused with every fault found; a fault never repeats what was sent."""
    if len(body) > LARGEST_BYTES:
        raise DocumentRefused((Fault("", f"A rule has at most {LARGEST_BYTES} bytes."),))
    try:
        return Rule.model_validate_json(body)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    raise DocumentRefused(_read_faults(details))


_SENTENCES: Final = {
    "bool_type": "This must be true or false.",
    "extra_forbidden": "This field is not known.",
    "float_type": "This must be a whole number.",
    "int_type": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "json_invalid": "This is not JSON.",
    "missing": "This field is missing.",
    "string_type": "This must be text.",
    "union_tag_invalid": "There is no such kind.",
    "union_tag_not_found": "This needs a kind.",
}
# The names that pydantic puts into a path for the branch of a choice, which the document does not contain.
_BRANCHES: Final = frozenset(
    {"AnyOf", "Condition", "Circle", "bool", "constrained-int", "constrained-str", "count", "sum", "distinct_days"}
    | {"streak_days", "sequence", "community", "rate", "multiply", "unlock"}
)
_ANY_SCALAR: Final = "This must be a whole number, a word, true or false, or a list of them."


def _read_faults(details: list[ErrorDetails]) -> tuple[Fault, ...]:
    """One fault a place, in order of their paths."""
    faults: dict[str, Fault] = {}
    for detail in details:
        fault = _read_fault(detail)
        if fault.path not in faults:
            faults[fault.path] = fault
        elif detail["type"].endswith("_type"):
            # Each branch of a choice says which type it would have liked.
            same = faults[fault.path].sentence in _SENTENCES.values()
            faults[fault.path] = Fault(fault.path, _ANY_SCALAR) if same else faults[fault.path]
        else:
            faults[fault.path] = fault
    # A list is called too short when its only item is faulty: the item's own fault says it all.
    short = {_read_fault(detail).path for detail in details if detail["type"] == "too_short"}
    empty = {path for path in short if not any(other.startswith(f"{path}.") for other in faults)}
    return tuple(faults[path] for path in sorted(faults) if path not in short or path in empty)


def _read_fault(detail: ErrorDetails) -> Fault:
    if detail["type"] == _INCOHERENT:
        context = detail.get("ctx", {})
        return Fault(context["path"], context["sentence"])
    steps = []
    for index, step in enumerate(detail["loc"]):
        # `points` is a field as well as a kind: as a kind it follows the effect directly, and is never the last.
        kind = index == 1 and detail["loc"][0] == "effect" and step == "points" and len(detail["loc"]) > index + 1
        if not kind and str(step) not in _BRANCHES and "[" not in str(step):
            steps.append(str(step))
    return Fault(".".join(steps), _SENTENCES.get(detail["type"], detail["msg"]))
