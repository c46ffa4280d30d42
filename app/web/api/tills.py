"""Till devices: a person of the partner makes a code, a device redeems it once for a sign-in of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter

from app.core.ids import parse_public_id
from app.identity.tills import LONGEST_TITLE, TillRead, list_tills, revoke_till
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.callers import Anybody, SignedIn, as_partner_staff
from app.web.pairing import offer_code, redeem_code
from app.web.sent import Body

router = APIRouter(tags=["tills"])


class TillOrder(msgspec.Struct, frozen=True):
    """A new till, called what its people call it."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TITLE)]


class PairingOrder(msgspec.Struct, frozen=True):
    """The code on the partner's page. Case, spaces and hyphens do not matter."""

    code: Annotated[str, msgspec.Meta(max_length=64)]


class PairingShape(Shape):
    """What to type on the device before `expires_at`. It is shown once; a new one ends it."""

    code: str
    expires_at: datetime


class TillDeviceShape(Shape):
    """A device. `signed_in_at` is when it was last there, to within five minutes."""

    id: str
    title: str
    paired_at: datetime
    signed_in_at: datetime | None
    revoked_at: datetime | None


class TillDevicesShape(Shape):
    """The latest first, those that were removed too."""

    items: list[TillDeviceShape]


class PairedShape(Shape):
    """The device's own sign-in for /oauth/token, told once: only a hash of the secret is kept here."""

    client_id: str
    client_secret: str
    title: str
    partner: str


@router.post(
    "/v1/partner/tills",
    status_code=201,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422, 429),
    openapi_extra=takes(("application/json", TillOrder)),
)
def add_till(call: SignedIn, body: Body) -> PairingShape:
    """Make a code that a device can become a till with, once, within ten minutes. For people of the partner."""
    order = body.read(TillOrder)
    offered = offer_code(call, order.title)
    return PairingShape(code=offered.code, expires_at=offered.ends_at)


@router.get("/v1/partner/tills", responses=declines(*SIGNED_IN))
def show_tills(call: SignedIn) -> TillDevicesShape:
    """The partner's devices. For people of the partner."""
    tills = call.run(as_partner_staff, lambda session, staff: list_tills(session, partner_id=staff.partner_id))
    return TillDevicesShape(items=[_present(till) for till in tills])


@router.delete("/v1/partner/tills/{id}", responses=declines(*SIGNED_IN, 404))
def remove_till(call: SignedIn, id: str) -> TillDeviceShape:  # noqa: A002 - the path's own word
    """Refuse a device from its next request on. Again changes nothing. For people of the partner."""
    till = parse_public_id("til", id)
    return _present(
        call.run(
            as_partner_staff,
            lambda session, staff: revoke_till(session, staff=staff, till=till, now=call.now),
        )
    )


@router.post(
    "/v1/tills/pair",
    status_code=201,
    responses=declines(400, 404, 409, 413, 415, 422, 429),
    openapi_extra=takes(("application/json", PairingOrder)),
)
def pair(call: Anybody, body: Body) -> PairedShape:
    """Become a till of the partner that made the code. Nobody is signed in yet: the code is what proves it."""
    paired = redeem_code(call, body.read(PairingOrder).code)
    return PairedShape(
        client_id=paired.till.public_id, client_secret=paired.secret, title=paired.till.title, partner=paired.partner
    )


def _present(till: TillRead) -> TillDeviceShape:
    return TillDeviceShape(
        id=till.public_id,
        title=till.title,
        paired_at=till.paired_at,
        signed_in_at=till.signed_in_at,
        revoked_at=till.revoked_at,
    )
