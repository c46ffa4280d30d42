"""Conditions on facts: how they are written, and what a plain reading of one says (the matcher must agree)."""

import re
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from rules.catalogue import LOCATION, Fact
from rules.errors import Fault
from rules.event import Value

ZONE_PATTERN: Final = r"^[a-z][a-z0-9_]{0,39}$"
Op = Literal["is", "is_not", "in", "not_in", "at_least", "below", "between", "has", "within"]
_LARGEST: Final = 1_000_000_000
_ONE: Final = frozenset({"is", "is_not", "at_least", "below"})
_ORDERED: Final = frozenset({"at_least", "below", "between"})
_PAIR: Final = 2
_TYPES: Final[dict[str, type]] = {"integer": int, "text": str, "choice": str, "boolean": bool}

Whole = Annotated[StrictInt, Field(ge=-_LARGEST, le=_LARGEST)]
Word = Annotated[StrictStr, Field(min_length=1, max_length=80)]
Scalar = StrictBool | Whole | Word


class Part(BaseModel):
    """Base of every part of a rule document: frozen, exact types, no field that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Circle(Part):
    """Millionths of a degree, so that places need no float either."""

    latitude_e6: Annotated[int, Field(ge=-90_000_000, le=90_000_000)]
    longitude_e6: Annotated[int, Field(ge=-180_000_000, le=180_000_000)]
    radius_m: Annotated[int, Field(ge=1, le=100_000)]


class Condition(Part):
    """`between` takes in both ends; `has` takes no value; a fact that is missing or of another type never passes."""

    fact: Annotated[
        str, Field(pattern=r"^[a-z][a-z_.]{0,39}$", description="the name of a fact, such as local.weekday")
    ]
    op: Op
    value: Annotated[
        Scalar | Annotated[tuple[Scalar, ...], Field(min_length=1, max_length=200)] | Circle | None,
        Field(description="a whole number, a word of up to 80 characters, true, false, a list of them, or a circle"),
    ] = None

    def scalars(self) -> tuple[Value, ...]:
        """The wanted values, one or many alike."""
        if self.value is None or isinstance(self.value, Circle):
            return ()
        return self.value if isinstance(self.value, tuple) else (self.value,)

    def whole_numbers(self) -> tuple[int, ...]:
        return tuple(value for value in self.scalars() if isinstance(value, int))


class AnyOf(Part):
    any: Annotated[tuple[Condition, ...], Field(min_length=2, max_length=10)]


def known(fact: Fact, value: Value | None) -> Value | None:
    """The value if it is of the fact's own type (True is not the number 1), else None."""
    return value if type(value) is _TYPES[fact.kind] else None


def passes(condition: Condition, fact: Fact, value: Value | None) -> bool:
    """The plain reading; for conditions on a place see `rules/places.py`."""
    actual = known(fact, value)
    if actual is None:
        return False
    match condition.op:
        case "has":
            return True
        case "is" | "in":
            return actual in condition.scalars()
        case "is_not" | "not_in":
            return actual not in condition.scalars()
        case _:
            return _compares(condition, int(actual))


def _compares(condition: Condition, actual: int) -> bool:
    low, *high = condition.whole_numbers()
    match condition.op:
        case "at_least":
            return actual >= low
        case "below":
            return actual < low
        case _:
            return low <= actual <= high[0]


def ops_for(fact: Fact) -> tuple[Op, ...]:
    """What may be asked about the fact."""
    if fact.name == LOCATION:
        return ("within", "has")
    same: tuple[Op, ...] = ("is", "is_not", "in", "not_in")
    ordered: tuple[Op, ...] = ("at_least", "below", "between") if fact.kind == "integer" else ()
    return (*same, *ordered, "has")


def find_fault(condition: Condition, fact: Fact) -> Fault | None:
    """Refuses what could not mean anything: a wrong type, a value the fact never takes, an op of another kind."""
    wanted, numbers = condition.scalars(), condition.whole_numbers()
    sentence: str | None = None
    if (condition.op == "within") != (fact.name == LOCATION) and not (fact.name == LOCATION and condition.op == "has"):
        return Fault("op", "Within a place is asked about the location, and nothing else is.")
    if condition.op == "within":
        named = isinstance(condition.value, str) and re.fullmatch(ZONE_PATTERN, condition.value)
        fits = named or isinstance(condition.value, Circle)
        return None if fits else Fault("value", "Give a circle, or the name of a zone.")
    if condition.op == "has":
        sentence = None if condition.value is None else "This op takes no value."
    elif isinstance(condition.value, Circle) or not wanted:
        sentence = "This op needs a value."
    elif condition.op in _ONE and isinstance(condition.value, tuple):
        sentence = "This op takes one value, not a list."
    elif condition.op not in _ONE and not isinstance(condition.value, tuple):
        sentence = "This op takes a list."
    elif condition.op in _ORDERED and fact.kind != "integer":
        return Fault("op", f"The {fact.label} is not a number, so it cannot be compared in this way.")
    elif condition.op == "between" and (len(wanted) != _PAIR or list(numbers) != sorted(numbers)):
        sentence = "This op takes two numbers, the lower one first."
    if sentence is None:
        sentence = next((text for value in wanted if (text := _misfit(fact, value))), None)
    return Fault("value", sentence) if sentence else None


def _misfit(fact: Fact, value: Value) -> str | None:
    if type(value) is not _TYPES[fact.kind]:
        needed = {"integer": "a whole number", "boolean": "true or false"}.get(fact.kind, "a word")
        return f"The {fact.label} is compared with {needed}."
    if fact.kind == "choice" and value not in fact.values:
        return f"The {fact.label} is one of: {', '.join(fact.values)}."
    if isinstance(value, str) and fact.pattern is not None and not re.fullmatch(fact.pattern, value):
        return f"The {fact.label} is never written like this."
    if isinstance(value, int) and fact.minimum is not None and fact.maximum is not None:  # noqa: SIM102 - two thoughts
        if not fact.minimum <= value <= fact.maximum:
            return f"The {fact.label} is always from {fact.minimum} to {fact.maximum}."
    return None
