"""Which officers let somebody of a partner in, themselves or by whom they let in before.

Who hands out a way in can use it first. So what such a person asks for is never approved by that officer.
"""

from __future__ import annotations

from sqlmodel import Session

from app.audit import Actor
from app.identity.tables import PartnerStaff


def note_let_in(session: Session, *, staff_id: int, by: Actor) -> None:
    """`by` is an officer, or one of the partner's people, whose own officers then stand behind this person, too."""
    row = session.get_one(PartnerStaff, staff_id, with_for_update=True, populate_existing=True)
    behind: list[int] = []
    if by.kind == "officer" and by.id is not None:
        behind = [by.id]
    elif by.kind == "staff":
        behind = session.get_one(PartnerStaff, by.id).let_in_by
    row.let_in_by = sorted({*row.let_in_by, *behind})
    session.flush()


def has_let_in(session: Session, *, officer_id: int, staff_id: int | None) -> bool:
    """Whether the officer stands behind this person; of nobody (None) no officer does."""
    row = None if staff_id is None else session.get(PartnerStaff, staff_id, populate_existing=True)
    return row is not None and officer_id in row.let_in_by
