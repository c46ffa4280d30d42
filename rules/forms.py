"""Everything that a form for rules is drawn from: bounds and choices come from the models, the words stand here."""

from dataclasses import dataclass
from typing import Any, Final

from rules.catalogue import CHALLENGE, EVENT_TYPES, RESIDENT_FACTS, EventType, Fact, facts_about
from rules.coherence import TAP, can_come_before, is_quantity
from rules.conditions import Op, Part, ops_for
from rules.parts import (
    Community,
    Count,
    DistinctDays,
    Limit,
    Multiply,
    PointsEffect,
    Rate,
    Sequence,
    Stacking,
    StreakDays,
    Sum,
    Unlock,
)
from rules.schema import Node, branches, describe
from rules.wording import EVIDENCE, WINDOWS


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FactForm:
    """`operators` are those that a condition on it may have; a `quantity` can be added up, paid for and reached.

    `values` are all that a choice may be; `required` says that every event of the type carries it.
    """

    name: str
    label: str
    kind: str
    unit: str | None
    minimum: int | None
    maximum: int | None
    values: tuple[Choice, ...]
    pattern: str | None
    required: bool
    source: str
    personal: bool
    quantity: bool
    operators: tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class EventTypeForm:
    """`happening` follows "a resident". `can_follow` are the types that may come before it in a sequence."""

    name: str
    title: str
    description: str
    happening: str
    sensitive: bool
    derived: bool
    facts: tuple[FactForm, ...]
    can_follow: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OperatorForm:
    """`takes` is none, one, many, two (the lower one first) or place (a circle, or the name of a zone)."""

    name: Op
    label: str
    takes: str


@dataclass(frozen=True, slots=True)
class Field:
    """`kind` is integer, boolean, choice, text, quantity, event_type or source; `default` counts if it is left out."""

    name: str
    label: str
    help: str
    kind: str
    minimum: int | None
    maximum: int | None
    values: tuple[Choice, ...]
    pattern: str | None
    required: bool
    default: int | bool | None


@dataclass(frozen=True, slots=True)
class PartForm:
    """One kind of a part of the document. `kind` is written into the part, unless it has but one."""

    kind: str | None
    label: str
    help: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class RuleForm:
    """Event types that a rule may be about, each with what it may ask of them, and every part of a rule."""

    event_types: tuple[EventTypeForm, ...]
    resident_facts: tuple[FactForm, ...]
    operators: tuple[OperatorForm, ...]
    evidence: tuple[Choice, ...]
    progress: tuple[PartForm, ...]
    effects: tuple[PartForm, ...]
    limits: PartForm
    stacking: PartForm


_OPERATORS: Final = (
    OperatorForm("is", "is", "one"),
    OperatorForm("is_not", "is not", "one"),
    OperatorForm("in", "is one of", "many"),
    OperatorForm("not_in", "is none of", "many"),
    OperatorForm("at_least", "is at least", "one"),
    OperatorForm("below", "is less than", "one"),
    OperatorForm("between", "is from … to …", "two"),
    OperatorForm("has", "is known", "none"),
    OperatorForm("within", "lies within", "place"),
)
# Where a code word with a capital letter does not say it.
_WORDS: Final = {
    **{name: text[:1].upper() + text[1:] for name, text in {**WINDOWS, **EVIDENCE}.items()},
    "live": "Lives in Leeds",
    "work": "Works in Leeds",
    "visit": "Visits Leeds",
    "resident_rule": "Each resident, for this rule",
    "resident_campaign": "Each resident, for the whole campaign",
    "household": "A household together, for this rule",
    "best": "Only the best offer of the group pays",
    "sum": "All offers of the group pay",
}
_LABELS: Final = {
    "per": "In which time",
    "reach": "How much is to be reached",
    "repeat": "Pays again each time that it is reached",
    "fact": "What is measured",
    "grace_days": "Days that may be missed",
    "after": "What comes before",
    "source": "Who reports what comes before",
    "within_minutes": "Within how many minutes",
    "points": "Points",
    "every": "For how many units",
    "group": "Name of the group",
    "percent": "Percent of what the offer pays",
    "challenge": "Name of the challenge",
    "scope": "Whose limit",
    "times": "How often at most",
    "mode": "Which offers pay",
}
_LIMIT_LABELS: Final = {"points": "How many points at most"}
# Names that are chosen from a list which stands elsewhere.
_CHOSEN: Final = {"fact": "quantity", "after": "event_type", "source": "source"}
_PROGRESS: Final[tuple[tuple[type[Part], str, str], ...]] = (
    (Count, "So many events", "Pays when so many events have come in the time."),
    (Sum, "So much of a quantity", "Pays when a quantity of the events has come to so much in the time."),
    (DistinctDays, "On so many days", "Pays when there was an event on so many different days in the time."),
    (StreakDays, "Days in a row", "Pays for so many days in a row with an event; some days may be missed."),
    (Sequence, "One after another", "Pays for an event that comes soon after one of another type."),
    (Community, "Everybody together", "Pays everybody who takes part once everybody together has reached so much."),
)
_EFFECTS: Final[tuple[tuple[type[Part], str, str], ...]] = (
    (PointsEffect, "A fixed number of points", "Gives so many points."),
    (Rate, "Points for a quantity", "Gives points for every so many units; what is left over is carried on."),
    (Multiply, "More for other offers", "Raises what a group of offers pays to so many percent."),
    (Unlock, "Opens a challenge", "Unlocks a challenge, which rules about that challenge reward."),
)


def draw_form() -> RuleForm:
    """In the order of the catalogue and the models, ever the same."""
    return RuleForm(
        event_types=tuple(_draw_type(kind) for kind in EVENT_TYPES.values() if kind.name != TAP),
        resident_facts=tuple(_draw_fact(fact, quantity=False) for fact in RESIDENT_FACTS.values()),
        operators=_OPERATORS,
        evidence=tuple(Choice(value, _WORDS[value]) for value in EVIDENCE),
        progress=tuple(_draw_part(*row) for row in _PROGRESS),
        effects=tuple(_draw_part(*row) for row in _EFFECTS),
        limits=_draw_part(
            Limit,
            "Limit",
            "How often, or how many points at most. Every rule has one over a day or longer: exactly one of the two.",
            _LABELS | _LIMIT_LABELS,
        ),
        stacking=_draw_part(Stacking, "Group of offers", "Offers that meet in one event: which of them pays."),
    )


def _draw_type(kind: EventType) -> EventTypeForm:
    about_event, _ = facts_about(kind)
    follows = [other for other in EVENT_TYPES if kind.name != CHALLENGE and can_come_before(other, kind.name)]
    return EventTypeForm(
        kind.name,
        kind.title,
        kind.description,
        kind.happening,
        kind.sensitive,
        kind.derived,
        tuple(_draw_fact(fact, quantity=is_quantity(kind, fact.name)) for fact in about_event.values()),
        tuple(follows),
    )


def _draw_fact(fact: Fact, *, quantity: bool) -> FactForm:
    return FactForm(
        fact.name,
        fact.label,
        fact.kind,
        fact.unit,
        fact.minimum,
        fact.maximum,
        name_choices(fact.values),
        fact.pattern,
        fact.required,
        fact.source,
        fact.personal,
        quantity,
        ops_for(fact),
    )


def name_choices(values: tuple[str, ...] | list[str]) -> tuple[Choice, ...]:
    """What a choice may be, each with the words that people read for it."""
    return tuple(Choice(value, _WORDS.get(value, value.capitalize())) for value in values)


def _draw_part(model: type[Part], label: str, told: str, labels: dict[str, str] = _LABELS) -> PartForm:
    schema = model.model_json_schema()
    fields = [
        _draw_field(name, node, labels[name], schema) for name, node in schema["properties"].items() if name != "kind"
    ]
    kind = schema["properties"].get("kind", {}).get("const")
    return PartForm(kind, label, told, tuple(fields))


def _kind_of(node: Node) -> str:
    kind: str = node["type"]
    return "text" if kind == "string" else kind


def _draw_field(name: str, node: Node, label: str, schema: dict[str, Any]) -> Field:
    # Null says no more than leaving the field out.
    inner = next(branch for branch in branches(node, schema) if branch.get("type") != "null")
    values = name_choices(inner.get("enum", []))
    told = describe((inner,), schema)
    return Field(
        name=name,
        label=label,
        help=f"{told[:1].upper()}{told[1:]}.",
        kind=_CHOSEN.get(name) or ("choice" if values else _kind_of(inner)),
        minimum=inner.get("minimum"),
        maximum=inner.get("maximum"),
        values=values,
        pattern=inner.get("pattern"),
        required=name in schema.get("required", []),
        default=node.get("default"),
    )
