"""The words for what is wrong with a value: the libraries' own are for programmers, and some repeat what was sent."""

from __future__ import annotations

import re
from typing import Final

from pydantic_core import ErrorDetails

UNFIT: Final = "it is not of the form that is wanted here"
NO_SUCH_VALUE: Final = "it must be one of the values that /openapi.json lists for it"
_NUMBER, _TEXT, _DATE = "it must be a whole number", "it must be text", "it must be a date such as 2026-09-01"
_PYDANTIC: Final = {
    "missing": "it is missing",
    "int_parsing": _NUMBER,
    "int_parsing_size": _NUMBER,
    "int_from_float": _NUMBER,
    "int_type": _NUMBER,
    "string_type": _TEXT,
    "bool_parsing": "it must be true or false",
    "date_from_datetime_parsing": _DATE,
    "date_parsing": _DATE,
    "string_too_short": "it must have {min_length} or more characters",
    "string_too_long": "it must have {max_length} or fewer characters",
    "greater_than_equal": "it must be {ge} or more",
    "less_than_equal": "it must be {le} or less",
    "literal_error": "it must be {expected}",
}
"""By pydantic's type of error, with the limits that it names."""

_PATTERNS: Final = {
    "Idempotency-Key": "it must be 1 to 255 visible ASCII characters",
    "scheme": "it must be a small letter, and then up to 30 small letters, digits or underscores",
    r"^[^\x00-\x1f\x7f]+$": "it must not hold line breaks or other control characters",
}
"""What a regular expression asks for, by the name of the parameter, or by the expression where it is shared."""

_KINDS: Final = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a JSON array",
    "object": "a JSON object",
    "null": "null",
}
_COUNTED: Final = {"str": "characters", "array": "items", "object": "members"}
_LACKS = re.compile(r"Object missing required field `(.+)`")
_SIZE = re.compile(r"Expected `(\w+)` of length (>=|<=) (\d+)")
_LIMIT = re.compile(r"Expected `\w+` (>=|<=) (\S+)")
_SHAPE = re.compile(r"Expected `\w+` matching regex '(.+)'")
_KIND = re.compile(r"Expected `([^`]+)`(?:, got `[^`]+`)?")
_ENDS: Final = {">=": "or more", "<=": "or less"}


def say_parameter_fault(fault: ErrorDetails) -> str:
    """What a setting or a parameter should be, for a sentence that has named it."""
    if fault["type"] == "address":
        return fault["msg"]  # our own words, of app.core.settings
    if fault["type"] == "string_pattern_mismatch":
        return _PATTERNS.get(str(fault["loc"][-1]), UNFIT)
    return _PYDANTIC.get(fault["type"], UNFIT).format_map(fault.get("ctx", {}))


def say_member_fault(said: str) -> str:
    """The same for a member of a body, from the first part of what msgspec said, before "at"."""
    if found := _LACKS.fullmatch(said):
        return f"it lacks {found[1]}"
    if found := _SIZE.fullmatch(said):
        counted = _COUNTED.get(found[1], "items")
        return f"it must have {found[3]} {_ENDS[found[2]].replace('less', 'fewer')} {counted}"
    if found := _LIMIT.fullmatch(said):
        return f"it must be {found[2]} {_ENDS[found[1]]}"
    if found := _SHAPE.fullmatch(said):
        return _PATTERNS.get(found[1].replace("\\\\", "\\"), UNFIT)  # msgspec doubles backslashes
    if found := _KIND.fullmatch(said):
        return "it must be " + " or ".join(_KINDS.get(kind, "something else") for kind in found[1].split(" | "))
    # Of an unknown value msgspec names the value, which is what was sent.
    return NO_SUCH_VALUE if said.startswith("Invalid enum value") else UNFIT
