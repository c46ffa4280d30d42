"""Who lives with whom, told by residents themselves: some rules pay once a household."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session

from app.audit import record_act
from app.core.ids import public_id
from app.residents.households import HouseholdKeys, HouseholdRead, join_household, leave_household
from app.residents.queries import ResidentRead
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.callers import SignedIn, as_resident
from app.web.sent import Body

router = APIRouter(tags=["resident"])


class HouseholdOrder(msgspec.Struct, frozen=True):
    """The unique property reference number of your home: 1 to 12 digits. It is not kept, only a keyed hash of it."""

    uprn: Annotated[str, msgspec.Meta(max_length=40)]


class HouseholdShape(Shape):
    """Whether you told us of your home, and since when that stands; which home it is can't be read back."""

    known: bool
    since_on: date | None


@router.put(
    "/v1/me/household",
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", HouseholdOrder)),
)
def tell_household(call: SignedIn, body: Body) -> HouseholdShape:
    """Tell where you live, so that your household shares its limits; once in 90 days. Scope `resident`."""
    order = body.read(HouseholdOrder)
    keys = HouseholdKeys(call.runtime.secrets)
    return _present(
        call.run(
            as_resident,
            lambda session, me: _noted(
                *(session, me, call.now),
                join_household(session, resident_id=me.id, uprn=order.uprn, keys=keys, now=call.now),
            ),
        )
    )


@router.delete("/v1/me/household", responses=declines(*SIGNED_IN, 409))
def drop_household(call: SignedIn) -> HouseholdShape:
    """Be a household alone from now on; a change like any other, once in 90 days. Scope `resident`."""
    return _present(
        call.run(
            as_resident,
            lambda session, me: _noted(
                *(session, me, call.now), leave_household(session, resident_id=me.id, now=call.now)
            ),
        )
    )


def _noted(session: Session, me: ResidentRead, now: datetime, done: HouseholdRead) -> HouseholdRead:
    """That it changed, never to what."""
    subject, facts = f"resident:{public_id('res', me.public_id)}", {"what": "household"}
    record_act(session, actor=me.actor, act="person.changed", subject=subject, facts=facts, now=now)
    return done


def _present(household: HouseholdRead) -> HouseholdShape:
    return HouseholdShape(known=household.known, since_on=household.since_on)
