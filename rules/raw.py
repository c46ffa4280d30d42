"""The bytes of a document before anything is made of them: what JSON lets through and a rule must not."""

import json
from collections.abc import Iterator
from typing import Any, Final

from rules.errors import DocumentRefused, Fault
from rules.schema import write_step

_MOST_DIGITS: Final = 12
_DEEPEST: Final = 12
_LONGEST_NAME: Final = 40


class _Unfit:
    """In the place of a number that no rule may hold."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence


class _Fields(list[tuple[str, Any]]):
    """An object as it was written, so that a field that is given twice is seen twice."""


_FRACTION: Final = _Unfit("This must be a whole number, written in digits alone: no point and no exponent.")
_NO_NUMBER: Final = _Unfit("This must be a number: NaN and Infinity are none.")
_HUGE: Final = _Unfit("This number is larger than any that a rule may hold.")


def _read_whole(digits: str) -> int | _Unfit:
    # Looked at before it is read: reading thousands of digits is slow, or refused by Python itself.
    return _HUGE if len(digits.removeprefix("-")) > _MOST_DIGITS else int(digits)


def find_raw_faults(body: bytes) -> tuple[Fault, ...]:
    """Faults that still let the document be read. Raises DocumentRefused if it is no JSON at all."""
    try:
        document = json.loads(
            body.decode(),
            object_pairs_hook=_Fields,
            parse_int=_read_whole,
            parse_float=lambda _: _FRACTION,
            parse_constant=lambda _: _NO_NUMBER,
        )
    except UnicodeDecodeError:
        raise _refuse("This is not text in UTF-8. Save the document as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise _refuse(f"This is not JSON: line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise _refuse("This is nested too deeply to be a rule.") from None
    return tuple(_walk(document, "", 0))


def _refuse(sentence: str) -> DocumentRefused:
    return DocumentRefused((Fault("", sentence),))


def _walk(value: object, path: str, depth: int) -> Iterator[Fault]:
    if depth > _DEEPEST:
        yield Fault(path, "This is nested more deeply than anything in a rule.")
    elif isinstance(value, _Unfit):
        yield Fault(path, value.sentence)
    elif isinstance(value, str) and not _is_sound(value):
        yield Fault(path, "This text holds half a character (a lone surrogate). Type it again.")
    elif isinstance(value, _Fields):
        yield from _walk_fields(value, path, depth)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, write_step(path, index), depth + 1)


def _walk_fields(fields: _Fields, path: str, depth: int) -> Iterator[Fault]:
    seen = set()
    for name, value in fields:
        if is_odd_name(name):
            yield Fault(path, "This holds a field whose name no rule knows.")
            continue
        inner = write_step(path, name)
        if name in seen:
            yield Fault(inner, "This field is given twice. Leave one of them out.")
        seen.add(name)
        yield from _walk(value, inner, depth + 1)


def is_odd_name(name: str) -> bool:
    """A field of this name is none of a rule, and its name is not repeated in a path."""
    return len(name) > _LONGEST_NAME or not name.isprintable()


def _is_sound(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
