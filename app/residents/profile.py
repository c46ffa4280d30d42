"""Correcting what a resident told about themselves. What was recorded before stays as it was judged then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text
from sqlmodel import Session

from app.residents.places.queries import find_place
from app.residents.queries import ResidentRead, get_resident


@dataclass(frozen=True)
class Correction:
    """None leaves as it is. `forget` names what is emptied: the postcode's ward and decile, or the type of pass."""

    name: str | None = None
    connection: Literal["live", "work", "visit"] | None = None
    postcode: str | None = None
    pass_type: str | None = None
    forget: frozenset[str] = frozenset()


def correct_profile(session: Session, *, resident_id: int, correction: Correction) -> ResidentRead:
    """Of a postcode only the ward and the decile are kept, none where it is not in the tables.

    Raises PostcodeMalformed or ResidentUnknown.
    """
    changes: dict[str, object] = {
        name: value for name in ("name", "connection", "pass_type") if (value := getattr(correction, name)) is not None
    }
    if "pass_type" in correction.forget:
        changes["pass_type"] = None
    if correction.postcode is not None or "postcode" in correction.forget:
        place = find_place(session, postcode=correction.postcode) if correction.postcode is not None else None
        changes["ward"] = place.ward_name if place else None
        changes["deprivation_decile"] = place.deprivation_decile if place else None
    if changes:
        said = ", ".join(f"{name} = :{name}" for name in changes)
        session.execute(
            text(f"UPDATE residents SET {said} WHERE id = :id AND active"),  # noqa: S608 - our own names of columns
            changes | {"id": resident_id},
        )
    session.expire_all()
    return get_resident(session, resident_id=resident_id)
