"""The end of the scheme: told to all, begun and called off by an officer, and what is owed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter

from app.identity.permissions import WINDERS_DOWN
from app.rights.winding_down import (
    OwedRead,
    WindDownRead,
    call_off_wind_down,
    find_wind_down,
    report_owed,
    start_wind_down,
)
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.callers import Anybody, SignedIn, as_officer, as_officer_with
from app.web.sent import Body

router = APIRouter(tags=["rights"])

as_admin = as_officer_with(*WINDERS_DOWN)


class WindDownOrder(msgspec.Struct, frozen=True):
    """The public notice, and the day from which points can't be spent any more: 90 days away at least."""

    notice: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    ends_on: date


class WindDownShape(Shape):
    """Earning has closed; points can be spent until just before `ends_on`."""

    notice: str
    started_at: datetime
    ends_on: date
    closed_at: datetime | None


class StandingShape(Shape):
    """`wind_down` is null while the scheme goes on."""

    wind_down: WindDownShape | None


class OwedShape(StandingShape):
    """What is owed: to so many residents in points, to partners in pence, and to funders what is left in their pots."""

    residents: int
    wallet_points: int
    vouchers: int
    held_points: int
    backing_pence: int
    payable_pence: int
    pot_pence: int


@router.get("/v1/wind-down", responses=declines())
def show_wind_down(call: Anybody) -> StandingShape:
    """Whether the scheme is coming to its end, and until when points can be spent. Open to all."""
    return StandingShape(wind_down=_present(call.run(find_wind_down)))


@router.post(
    "/v1/wind-down",
    status_code=201,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", WindDownOrder)),
)
def wind_down(call: SignedIn, body: Body) -> StandingShape:
    """Begin the end: earning closes now, redeeming stays open until `ends_on`. For officers with the role admin."""
    order = body.read(WindDownOrder)
    started = call.run(
        as_admin,
        lambda session, officer: start_wind_down(
            session, notice=order.notice, ends_on=order.ends_on, officer=officer, now=call.now
        ),
    )
    return StandingShape(wind_down=_present(started))


@router.delete("/v1/wind-down", responses=declines(*SIGNED_IN, 409))
def call_off(call: SignedIn) -> StandingShape:
    """Let the scheme go on; resume earning by ending its pause. For officers with the role admin."""
    call.run(as_admin, lambda session, officer: call_off_wind_down(session, officer=officer, now=call.now))
    return StandingShape(wind_down=None)


@router.get("/v1/wind-down/report", responses=declines(*SIGNED_IN))
def show_owed(call: SignedIn) -> OwedShape:
    """What is owed now, and to whom. For officers with a role."""
    owed: OwedRead = call.run(as_officer, lambda session, _: report_owed(session))
    return OwedShape(
        wind_down=_present(owed.wind_down),
        residents=owed.residents,
        wallet_points=owed.wallet_points,
        vouchers=owed.vouchers,
        held_points=owed.held_points,
        backing_pence=owed.backing_pence,
        payable_pence=owed.payable_pence,
        pot_pence=owed.pot_pence,
    )


def _present(found: WindDownRead | None) -> WindDownShape | None:
    return WindDownShape.model_validate(found, from_attributes=True) if found else None
