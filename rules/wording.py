"""Words for facts, windows and amounts, shared by sentences about rules and explanations of events."""

from collections.abc import Iterable, Mapping
from typing import Final

from rules.document import Rule
from rules.event import Value
from rules.reference import Wanted

WINDOWS: Final[Mapping[str, str]] = {
    "event": "each time",
    "day": "a day",
    "week": "a week (Monday to Sunday)",
    "month": "a calendar month",
    "validity": "while this offer lasts",
    "lifetime": "ever",
}
EVIDENCE: Final[Mapping[str, str]] = {
    "any": "no evidence is needed",
    "verified": "reported by a trusted source",
    "registered_organisation": "confirmed by a registered organisation",
}
_ONCE: Final = {1: "once", 2: "twice"}
_SIXTY: Final = 60


def named(rule: Rule) -> str:
    """“Ten trips in a week”: what people call a rule, where its id would say nothing to them."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{rule.title['en']}\N{RIGHT DOUBLE QUOTATION MARK}"


def times(number: int) -> str:
    return _ONCE.get(number, f"{number} times")


def points(number: int) -> str:
    return f"{number:,} point" if number == 1 else f"{number:,} points"


def listed(words: Iterable[str], last: str = "or") -> str:
    """a, b or c."""
    *front, end = words
    return f"{', '.join(front)} {last} {end}" if front else end


def shown(fact: str, value: Value, unit: str | None = None) -> str:
    """A value as a person writes it: 07:30, Monday, 1,500 metres, 3 hours. Different values are shown differently."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        if fact == "local.weekday":
            return value.capitalize()
        # A name of several words, or with digits or marks, is quoted, so that it never runs into the sentence.
        return value if value.isalpha() else f"\N{LEFT DOUBLE QUOTATION MARK}{value}\N{RIGHT DOUBLE QUOTATION MARK}"
    if fact == "local.time":
        hours, minutes = divmod(value, _SIXTY)
        return f"{hours:02}:{minutes:02}"
    if unit == "seconds":
        return _duration(value)
    if value == 1 and unit:
        unit = unit.removesuffix("s")
    return f"{value:,} {unit}" if unit else f"{value:,}"


def minutes(number: int) -> str:
    """2 hours; 1 hour 5 minutes."""
    return _duration(number * _SIXTY)


def _duration(seconds: int) -> str:
    """3 hours 25 minutes 1 second; 0 seconds."""
    minutes, rest_seconds = divmod(seconds, _SIXTY)
    hours, rest_minutes = divmod(minutes, _SIXTY)
    parts = [(hours, "hour"), (rest_minutes, "minute"), (rest_seconds, "second")]
    words = [f"{number} {name}{'' if number == 1 else 's'}" for number, name in parts if number]
    return " ".join(words) or "0 seconds"


def wish(fact: str, op: str, wanted: Wanted, unit: str | None = None) -> str:  # noqa: PLR0911 - one an op
    """What follows "the distance ..."."""
    values = wanted if isinstance(wanted, tuple) else () if wanted is None else (wanted,)
    words = [shown(fact, value, unit) for value in values]
    match op:
        case "is" | "in":
            return f"is {listed(words)}"
        case "is_not" | "not_in":
            return f"is not {listed(words)}"
        case "at_least":
            return f"is {words[0]} or later" if fact == "local.time" else f"is at least {words[0]}"
        case "below":
            return f"is before {words[0]}" if fact == "local.time" else f"is less than {words[0]}"
        case "between":
            return f"is from {words[0]} to {words[1]}"
        case "within":
            # A circle is told by its radius; everything else is the name of a zone.
            return f"is within {values[0]}" if " metres of " in str(values[0]) else f"is within the zone {values[0]}"
        case _:
            return "is known"
