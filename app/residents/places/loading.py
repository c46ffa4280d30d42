"""Loads tables of places, in batches of a few statements; loading one again changes what has changed and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import text
from sqlmodel import Session

from app.residents.places.layouts import Layout, RowRefused, TableFound, Value

BATCH = 5_000

PlaceRow = tuple[int, Mapping[str, str]]
Refuse = Callable[[int, RowRefused], None]


@dataclass(frozen=True)
class LoadTally:
    """`changed` rows are new or other than before; rows that were refused are in neither number."""

    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: LoadTally) -> LoadTally:
        return LoadTally(self.changed + other.changed, self.unchanged + other.unchanged)


def load_places(session: Session, *, found: TableFound, rows: Iterable[PlaceRow], refuse: Refuse) -> LoadTally:
    """Load every row that can be, streaming; `refuse` is told the others, each with its line.

    Of several rows about one place the last one counts. What the table leaves out stays as it was.
    """
    wards = set(session.execute(text("SELECT code FROM wards")).scalars())
    tally = LoadTally()
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        values = list(_read(batch, found, wards, refuse))
        tally += _save(session, layout=found.layout, values=values)
    return tally


def _read(batch: Sequence[PlaceRow], found: TableFound, wards: set[str], refuse: Refuse) -> Iterator[tuple[Value, ...]]:
    names = [name for name, _ in found.layout.columns]
    ward_at = names.index("ward_code") if "ward_code" in names else None
    for line, cells in batch:
        try:
            values = found.read(cells)
            if ward_at is not None and values[ward_at] not in wards:
                reason = "We don't know this ward. Load a table of wards that has it first."
                raise RowRefused(column=found.titles["ward"], reason=reason)  # noqa: TRY301 - one road for refusals
        except RowRefused as refused:
            refuse(line, refused)
        else:
            yield values


def _save(session: Session, *, layout: Layout, values: Sequence[tuple[Value, ...]]) -> LoadTally:
    if not values:
        return LoadTally()
    latest = {row[0]: row for row in values}
    names = [name for name, _ in layout.columns]
    others = names[1:]
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in layout.columns)
    statement = (  # the names are the layouts' own, never a file's
        f"INSERT INTO {layout.table} ({', '.join(names)}) SELECT * FROM unnest({arrays})"  # noqa: S608
        f" ON CONFLICT ({names[0]}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in others)}"
        f" WHERE ({', '.join(f'{layout.table}.{name}' for name in others)})"
        f" IS DISTINCT FROM ({', '.join(f'excluded.{name}' for name in others)})"
    )
    columns = zip(*latest.values(), strict=True)
    done = session.execute(text(statement), dict(zip(names, map(list, columns), strict=True)))
    changed = int(done.rowcount)  # type: ignore[attr-defined] # an INSERT's result has it; the annotation is general
    return LoadTally(changed, len(values) - changed)
