"""A resident's year on one page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from app.rights.statements import make_statement
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.callers import SignedIn, as_resident

router = APIRouter(tags=["resident"])


class DoneShape(Shape):
    """How often you did something, for how many minutes where that is told, and the points for it."""

    type: str
    times: int
    minutes: int
    points: int


class StatementShape(Shape):
    """One year in Leeds. `value_pence` is what the vouchers that you used were worth to their partners.

    `declined` is how often you took thanks without points.
    """

    year: int
    done: list[DoneShape]
    declined: int
    earned_points: int
    used_points: int
    expired_points: int
    vouchers_used: int
    value_pence: int


@router.get("/v1/me/statements/{year}", responses=declines(*SIGNED_IN, 400))
def show_statement(call: SignedIn, year: Annotated[int, Path(ge=2000, le=2200)]) -> StatementShape:
    """Your year: what you did, earned and used. Scope `resident`."""
    made = call.run(as_resident, lambda session, me: make_statement(session, resident_id=me.id, year=year))
    return StatementShape.model_validate(made, from_attributes=True)
