"""Where a postcode and a stop lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from app.residents.places.layouts import normalise_postcode


@dataclass(frozen=True)
class Place:
    """`ward` is the code, `ward_name` what rules and people call it; `deprivation_decile` 1 (most deprived) to 10.

    The decile is None outside England, which the English index does not cover.
    """

    ward: str
    ward_name: str
    deprivation_decile: int | None


def find_place(session: Session, *, postcode: str) -> Place | None:
    """Where a postcode lies, None for one that is not in the tables (new homes take months). Nothing is kept.

    Raises PostcodeMalformed.
    """
    row = session.execute(
        text(
            "SELECT w.code, w.name, coalesce(newer.deprivation_decile, older.deprivation_decile)"
            " FROM postcodes p JOIN wards w ON w.code = p.ward_code"
            " LEFT JOIN small_areas newer ON newer.code = p.area_2021"
            " LEFT JOIN small_areas older ON older.code = p.area_2011"
            " WHERE p.postcode = :postcode"
        ),
        {"postcode": normalise_postcode(postcode)},
    ).one_or_none()
    return Place(row[0], row[1], row[2]) if row else None


def find_stop_wards(session: Session, *, stops: Sequence[str]) -> dict[str, str]:
    """The name of the ward of each stop, by the stop's code; stops that are not in the table are left out."""
    if not stops:
        return {}
    rows = session.execute(
        text("SELECT s.code, w.name FROM stops s JOIN wards w ON w.code = s.ward_code WHERE s.code = ANY(:stops)"),
        {"stops": sorted(set(stops))},
    )
    return {code: name for code, name in rows}  # noqa: C416 - dict() of the result would not be typed


def list_ward_names(session: Session) -> tuple[str, ...]:
    """Of every ward in the tables, in alphabetical order; empty before any table was loaded."""
    return tuple(session.execute(text("SELECT DISTINCT name FROM wards ORDER BY name")).scalars())
