"""One rule as one JSON document, checked on the way in and never changed."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, Discriminator, Field, StrictBool, Tag, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from rules.coherence import find_amount_fault, find_condition_fault, find_limit_fault, find_part_fault
from rules.conditions import AnyOf, Condition, Part, Whole, Word
from rules.errors import DocumentRefused, Fault
from rules.event import Evidence
from rules.parts import Effect, EventName, Limit, Progress, Sequence, SourceName, Stacking
from rules.raw import find_raw_faults, is_odd_name
from rules.schema import describe, find_place, tags_of

LARGEST_BYTES: Final = 65_536
_INCOHERENT: Final = "incoherent"
Text = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        pattern=r"^[^\x00-\x1f]+$",
        description="text of 1 to 500 characters on one line",
    ),
]
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
    id: Annotated[
        str, Field(pattern=r"^rul_[a-z0-9_]{1,60}$", description="rul_ and up to 60 small letters, digits or _")
    ]
    version: Annotated[int, Field(ge=1, le=100_000)]
    title: Annotated[
        dict[Annotated[str, Field(pattern=r"^[a-z]{2}$")], Text],
        Field(min_length=1, description='a text for each language, such as {"en": "Ten trips in a week"}'),
    ]
    campaign: Annotated[
        str, Field(pattern=r"^cmp_[a-z0-9_]{1,60}$", description="cmp_ and up to 60 small letters, digits or _")
    ]
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


_SCHEMA: Final = Rule.model_json_schema()


def read_rule(body: bytes) -> Rule:
    """Raises DocumentRefused with every fault found; a fault never repeats what was sent."""
    if len(body) > LARGEST_BYTES:
        raise DocumentRefused((Fault("", f"A rule has at most {LARGEST_BYTES:,} bytes."),))
    raw = find_raw_faults(body)
    rule, details = None, []
    try:
        rule = Rule.model_validate_json(body)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    if rule is None or raw:
        raise DocumentRefused(_choose_faults(raw, [_read_fault(detail) for detail in details if not _is_raw(detail)]))
    return rule


def _is_raw(detail: ErrorDetails) -> bool:
    """Whether the look at the bytes has told it already, without a name that might be anything."""
    return detail["type"] == "json_invalid" or any(
        isinstance(step, str) and is_odd_name(step) for step in detail["loc"]
    )


def _choose_faults(raw: Iterable[Fault], others: Iterable[Fault]) -> tuple[Fault, ...]:
    """One fault a place, in order of their paths, and none for what merely holds a faulty place."""
    faults: dict[str, Fault] = {}
    for fault in (*raw, *others):
        faults.setdefault(fault.path, fault)
    return tuple(
        faults[path]
        for path in sorted(faults)
        if not any(other != path and other.startswith((f"{path}.", f"{path}[")) for other in faults)
    )


def _read_fault(detail: ErrorDetails) -> Fault:
    kind, loc = detail["type"], detail["loc"]
    if kind == _INCOHERENT:
        context = detail.get("ctx", {})
        return Fault(context["path"], context["sentence"])
    path, nodes = find_place(_SCHEMA, loc, keep_last=kind in {"extra_forbidden", "missing"})
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return Fault(f"{path}.kind", f"This must be one of: {', '.join(tags_of(nodes))}.")
    if not path:
        return Fault(path, "A rule is one JSON object: fields in braces.")
    if kind == "extra_forbidden":
        return Fault(path, "This field is not known here. Leave it out, or look how it is written.")
    if loc[-1] == "[key]":
        return Fault(path, "A language is written as two small letters, such as en.")
    what = describe(nodes, _SCHEMA)
    return Fault(path, f"This field is missing. It must be {what}." if kind == "missing" else f"This must be {what}.")
