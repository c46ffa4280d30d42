"""The catalogue's event types as JSON Schemas for senders, and the check that an event's data keeps to its schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from app.core.errors import Invalid
from app.residents.cards import BankCardNumber, has_bank_card_number
from rules.catalogue import EVENT_TYPES, EventType, Fact


class DataInvalid(Invalid):
    """The event's `data` is not what its type's schema asks for; `where` names the member."""

    code = "data-invalid"

    def __init__(self, where: str, wanted: str) -> None:
        self.where = where
        super().__init__(f"{where}: {wanted}.")


def list_event_types() -> list[dict[str, object]]:
    """Every type with its JSON Schema (2020-12) for `data`, in the order of the catalogue."""
    return [
        {
            "type": kind.name,
            "title": kind.title,
            "description": kind.description,
            "sensitive": kind.sensitive,
            "derived": kind.derived,
            "schema": _schema_of(kind),
        }
        for kind in EVENT_TYPES.values()
    ]


def check_data(kind: EventType, data: object) -> dict[str, str | int | bool]:
    """`data` when it keeps to the schema; raises DataInvalid or BankCardNumber, never repeating what was sent."""
    if not isinstance(data, dict):
        raise DataInvalid("data", "must be an object")
    facts = _facts_of(kind.name)
    for name, value in data.items():
        fact = facts.get(name)
        if fact is None:
            raise DataInvalid("data", f"has a member that {kind.name} does not know; known are {', '.join(facts)}")
        wrong = _find_fault(fact, value)
        if wrong:
            raise DataInvalid(f"data.{name}", wrong)
    for name, fact in facts.items():
        if fact.required and name not in data:
            raise DataInvalid(f"data.{name}", "is missing")
    return data


@cache
def _pattern(written: str) -> re.Pattern[str]:
    return re.compile(written)


def _find_fault(fact: Fact, value: object) -> str | None:
    """What `value` must be and is not."""
    match fact.kind:
        case "integer":
            return _find_integer_fault(fact, value)
        case "boolean":
            return None if type(value) is bool else "must be true or false"
        case "choice":
            return None if value in fact.values else f"must be one of {', '.join(fact.values)}"
        case "text":
            return _find_text_fault(fact, value)


def _find_integer_fault(fact: Fact, value: object) -> str | None:
    if type(value) is not int:
        return "must be a whole number"
    if fact.minimum is not None and value < fact.minimum:
        return f"must be at least {fact.minimum}"
    if fact.maximum is not None and value > fact.maximum:
        return f"must be at most {fact.maximum}"
    return None


def _find_text_fault(fact: Fact, value: object) -> str | None:
    if not isinstance(value, str):
        return "must be text"
    if has_bank_card_number(value):
        raise BankCardNumber
    if fact.pattern and not _pattern(fact.pattern).fullmatch(value):
        return f"must match {fact.pattern}"
    return None


@cache
def _facts_of(name: str) -> Mapping[str, Fact]:
    return {fact.name: fact for fact in EVENT_TYPES[name].facts}


def _schema_of(kind: EventType) -> dict[str, object]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.title,
        "type": "object",
        "properties": {fact.name: _member(fact) for fact in kind.facts},
        "required": [fact.name for fact in kind.facts if fact.required],
        "additionalProperties": False,
    }


def _member(fact: Fact) -> dict[str, object]:
    member: dict[str, object] = {"description": f"{fact.label} ({fact.unit})" if fact.unit else fact.label}
    match fact.kind:
        case "integer":
            member["type"] = "integer"
            bounds = {"minimum": fact.minimum, "maximum": fact.maximum}
            member |= {name: bound for name, bound in bounds.items() if bound is not None}
        case "boolean":
            member["type"] = "boolean"
        case "choice":
            member["enum"] = list(fact.values)
        case "text":
            member["type"] = "string"
            if fact.pattern:
                member["pattern"] = fact.pattern
    return member
