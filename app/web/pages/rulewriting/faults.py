"""What is wrong with a form, by the field that it is about; the empty name is the form as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Faults = dict[str, str]


def find_faults(told: Sequence[Mapping[str, str]], fields: Mapping[str, str]) -> Faults:
    """From faults of a document, each with `path` and `sentence`; `fields` names the field of a path or its beginning.

    One that no field is about stands with its path, so that nothing is hidden.
    """
    found: Faults = {}
    for fault in told:
        path, sentence = fault["path"], fault["sentence"]
        name = next((field for front, field in fields.items() if is_within(path, front)), "")
        said = sentence if name or not path else f"{path}: {sentence}"
        found[name] = f"{found[name]} {said}" if name in found else said
    return found


def is_within(path: str, front: str) -> bool:
    """Whether `path` is `front` or a part of it."""
    return path == front or path.startswith((f"{front}.", f"{front}["))
