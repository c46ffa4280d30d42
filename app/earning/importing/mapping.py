"""One row becomes one CloudEvent, as the map declares; pure."""

from __future__ import annotations

import hashlib
import hmac
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from app.core.clock import LONDON
from app.earning.importing.declaration import ColumnFact, ConstantFact, DurationFact, Fact, ImportMap, TimeForm
from app.earning.importing.reading import RowFault

_NOT_IN_A_NAME = re.compile(r"[^\w:.\-]+")
_LARGEST = 10**15
NAME_LENGTH = 40

Cells = Mapping[str, str]


@dataclass(frozen=True)
class EventMapper:
    """Turns rows into events. `hash_key` makes ids for files without any; `shift_days` moves the local dates."""

    import_map: ImportMap
    hash_key: bytes
    shift_days: int = 0

    def to_event(self, cells: Cells) -> dict[str, object]:
        """The row as a CloudEvent in its JSON form. Raises RowFault."""
        declared = self.import_map
        event: dict[str, object] = {
            "specversion": "1.0",
            "id": self._id(cells),
            "source": declared.source,
            "type": declared.type,
            "time": _written(shift_days(self.happened_at(cells), self.shift_days)),
            "subject": _filled(declared.subject, cells),
        }
        data = {name: _fact(declared, name, fact, cells) for name, fact in declared.data.items()}
        event["data"] = {name: value for name, value in data.items() if value is not None}
        return event

    def happened_at(self, cells: Cells) -> datetime:
        """When the file says it happened, before any shift. Raises RowFault."""
        return parse_time(self.import_map.time, self.import_map.time.column, cells)

    def _id(self, cells: Cells) -> str:
        if self.import_map.id.template is not None:
            return _filled(self.import_map.id.template, cells)
        # Each cell with its length, so that no two rows run together into the same text.
        said = "".join(f"{len(cells[column])}:{cells[column]}" for column in self.import_map.id.hash_of)
        return hmac.new(self.hash_key, said.encode(), hashlib.sha256).hexdigest()[:32]


def parse_time(form: TimeForm, column: str, cells: Cells) -> datetime:
    """The instant in UTC that a cell says. Raises RowFault."""
    cell = _cell(column, cells)
    try:
        read = (
            datetime.fromisoformat(cell) if form.format == "iso" else datetime.strptime(cell, form.format)  # noqa: DTZ007 - the next line gives it its zone
        )
        return (read if read.tzinfo else read.replace(tzinfo=form.zone_info)).astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        expected = "an ISO 8601 time" if form.format == "iso" else f"a time written as {form.format}"
        raise RowFault(column=column, code="time-malformed", reason=f"This is not {expected}.") from fault


def shift_days(instant: datetime, days: int) -> datetime:
    """The same wall-clock time in Leeds, whole days later: a trip at eight in the morning stays one."""
    if not days:
        return instant
    return (instant.astimezone(LONDON) + timedelta(days=days)).astimezone(UTC)


@dataclass(frozen=True)
class DateSpan:
    """The first and the last local date of a file."""

    first_on: date
    last_on: date


def _written(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds" if instant.microsecond else "seconds").replace("+00:00", "Z")


def _cell(column: str, cells: Cells) -> str:
    cell = cells[column].strip()
    if not cell:
        raise RowFault(column=column, code="cell-empty", reason="The cell is empty.")
    return cell


def _filled(template: str, cells: Cells) -> str:
    parts = string.Formatter().parse(template)
    return "".join(literal + (_cell(column, cells) if column else "") for literal, column, _, _ in parts)


def _fact(declared: ImportMap, name: str, fact: Fact, cells: Cells) -> str | int | None:
    if isinstance(fact, ConstantFact):
        return fact.constant
    if isinstance(fact, DurationFact):
        return _duration_seconds(declared.time, name, fact, cells)
    if any(cells[column].strip() not in wanted for column, wanted in fact.only_where.items()):
        return None
    if fact.optional and not cells[fact.column].strip():
        return None
    return _convert(fact, _cell(fact.column, cells))


def _convert(fact: ColumnFact, cell: str) -> str | int | None:
    if fact.values:
        if cell not in fact.values:
            known = ", ".join(fact.values)
            raise RowFault(column=fact.column, code="value-unknown", reason=f"The map knows only {known}.")
        return fact.values[cell]
    if fact.kind == "integer":
        return _whole_number(fact, cell)
    if fact.kind == "name":
        return _NOT_IN_A_NAME.sub("-", cell).strip("-")[:NAME_LENGTH] or None
    return cell


def _whole_number(fact: ColumnFact, cell: str) -> int:
    try:
        product = Decimal(cell) * fact.multiply
    except InvalidOperation as fault:
        raise RowFault(column=fact.column, code="number-malformed", reason="This is not a number.") from fault
    if not product.is_finite() or abs(product) >= _LARGEST:
        raise RowFault(column=fact.column, code="number-malformed", reason="This number is out of range.")
    return int(product)


def _duration_seconds(form: TimeForm, name: str, fact: DurationFact, cells: Cells) -> int:
    began_at = parse_time(form, fact.seconds_from, cells)
    seconds = int((parse_time(form, fact.seconds_to, cells) - began_at).total_seconds())
    if seconds < 0:
        reason = f"It ends before it begins, so {name} would be negative."
        raise RowFault(column=fact.seconds_to, code="ends-before-it-begins", reason=reason)
    return seconds
