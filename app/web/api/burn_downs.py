"""How a campaign's points went, day by day."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from sqlmodel import Session

from app.identity.queries import OfficerRead
from app.rulebook.burn_down import BurnDown, read_burn_down
from app.rulebook.campaigns import get_campaign
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.callers import SignedIn, as_officer

router = APIRouter(tags=["campaigns"])


class BurnDayShape(Shape):
    """`given_points` are net of what came back; `left_points` are of all that was funded until now."""

    on: date
    given_points: int
    left_points: int


class BurnDownShape(Shape):
    """`days` on which points moved, soonest first; `run_out_on` is null where the points last to the campaign's end.

    It supposes that the days from `pace_from_on` until yesterday, 28 at most, come again and again; both are null when
    nothing was given on them.
    """

    key: str
    days: list[BurnDayShape]
    pace_from_on: date | None
    run_out_on: date | None


@router.get("/v1/campaigns/{key}/burn-down", responses=declines(*SIGNED_IN, 404))
def show_burn_down(call: SignedIn, key: str) -> BurnDownShape:
    """Points by day, and the date on which they run out at that pace. For officers with a role."""

    def find(session: Session, _: OfficerRead) -> BurnDown:
        return read_burn_down(session, get_campaign(session, key=key, now=call.now), now=call.now)

    found = call.run(as_officer, find)
    return BurnDownShape(
        key=found.key,
        days=[
            BurnDayShape(on=day.on, given_points=day.given_points, left_points=day.left_points) for day in found.days
        ],
        pace_from_on=found.pace_from_on,
        run_out_on=found.run_out_on,
    )
