"""Conditions as rows of a form: a fact, how it is compared, with what; a row may be another way than the one above."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from app.web.languages import mark
from app.web.pages.rulewriting.faults import Faults
from app.web.pages.rulewriting.numbers import read_number, write_number
from app.web.pages.whole_forms import WholeForm
from rules.forms import FactForm

Row = dict[str, str]
Value = int | str | bool

MOST_ROWS: Final = 20
_MILLION: Final = 1_000_000
_CIRCLE_PARTS: Final = 3
_TAKES_MANY: Final = ("in", "not_in", "between")
_TRUTHS: Final = {"yes": True, "true": True, "no": False, "false": False}

UNREADABLE: Final = mark(
    "Enter a value that fits: a whole number, a time such as 07:30, yes or no, or words with commas between them"
)


def read_clauses(form: WholeForm, front: str, facts: Iterable[FactForm], faults: Faults) -> list[dict[str, Any]]:
    """The document's list; rows without a fact are left out, and a row ticked as another way joins the one above."""
    known = {fact.name: fact for fact in facts}
    ways: list[list[dict[str, Any]]] = []
    for row in range(MOST_ROWS):
        name = f"{front}-{row}"
        fact, op = form.one(f"{name}-fact"), form.one(f"{name}-op")
        if not fact:
            continue
        condition: dict[str, Any] = {"fact": fact, "op": op}
        try:
            value = _read_value(op, form.one(f"{name}-value"), known.get(fact))
        except ValueError:
            faults[name] = UNREADABLE
            continue
        if value is not None:
            condition["value"] = value
        if form.one(f"{name}-or") and ways:
            ways[-1].append(condition)
        else:
            ways.append([condition])
    return [way[0] if len(way) == 1 else {"any": way} for way in ways]


def write_rows(clauses: Sequence[dict[str, Any]], facts: Iterable[FactForm]) -> list[Row]:
    """What the form shows of a document's list."""
    known = {fact.name: fact for fact in facts}
    rows: list[Row] = []
    for clause in clauses:
        for place, condition in enumerate(clause.get("any", [clause])):
            fact = known.get(condition["fact"])
            named = {choice.value: choice.label for choice in fact.values} if fact else {}
            value = _write_value(condition.get("value"), fact.unit if fact else None, named)
            joined = "yes" if place else ""
            rows.append({"fact": condition["fact"], "op": condition["op"], "value": value, "or": joined})
    return rows


def _read_value(op: str, written: str, fact: FactForm | None) -> object:
    """Raises ValueError."""
    if op == "has":
        return None
    if not written:
        raise ValueError
    if op == "within":
        return _read_place(written)
    unit, kind = (fact.unit, fact.kind) if fact else (None, "text")
    named = {choice.label.lower(): choice.value for choice in fact.values} if fact else {}
    if op in _TAKES_MANY:
        return [_read_one(part.strip(), kind, unit, named) for part in written.split(",") if part.strip()]
    return _read_one(written, kind, unit, named)


def _read_one(written: str, kind: str, unit: str | None, named: Mapping[str, str]) -> Value:
    """A choice by its label or as the document has it, in whatever letters."""
    if kind == "integer":
        return read_number(written, unit)
    if kind == "boolean":
        truth = _TRUTHS.get(written.lower())
        if truth is None:
            raise ValueError
        return truth
    return named.get(written.lower(), written.lower() if written.lower() in named.values() else written)


def _read_place(written: str) -> object:
    """The name of a zone, or latitude, longitude and metres."""
    parts = [part.strip() for part in written.split(",")]
    if len(parts) != _CIRCLE_PARTS:
        return written
    latitude, longitude = (_read_millionths(part) for part in parts[:2])
    return {"latitude_e6": latitude, "longitude_e6": longitude, "radius_m": int(parts[2])}


def _read_millionths(degrees: str) -> int:
    """Exactly, without a float: 53.796 is 53796000."""
    sign = -1 if degrees.startswith("-") else 1
    whole, _, part = degrees.lstrip("-").partition(".")
    if not (whole.isdigit() and (part or "0").isdigit() and len(part) <= 6):  # noqa: PLR2004 - six places are millionths
        raise ValueError
    return sign * (int(whole) * _MILLION + int(part.ljust(6, "0") or "0"))


def _write_value(value: object, unit: str | None, named: Mapping[str, str]) -> str:
    match value:
        case None:
            return ""
        case dict():
            degrees = [_write_degrees(value[name]) for name in ("latitude_e6", "longitude_e6")]
            return ", ".join([*degrees, str(value["radius_m"])])
        case list():
            return ", ".join(_write_value(one, unit, named) for one in value)
        case bool():
            return "yes" if value else "no"
        case str():
            return named.get(value, value)
        case _:
            return str(write_number(value, unit))


def _write_degrees(millionths: int) -> str:
    whole, part = divmod(abs(millionths), _MILLION)
    return f"{'-' if millionths < 0 else ''}{whole}.{part:06}"
