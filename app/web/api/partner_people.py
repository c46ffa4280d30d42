"""The people of a partner: who they are, inviting them and removing them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from app.core.ids import parse_public_id
from app.identity.logins import LoginKeys
from app.identity.partner_people import invite_again, invite_to_partner, list_people, remove_person
from app.identity.queries import StaffRead
from app.identity.staff_invitations import InvitationRead
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.callers import Call, SignedIn, as_partner_owner
from app.web.inviting import draw_invitation, link_invitation
from app.web.sent import Body

router = APIRouter(tags=["partner"])

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class StaffOrder(msgspec.Struct, frozen=True):
    """A person of the partner; an `owner` may do all that you may."""

    name: Name
    owner: bool = False


class StaffShape(Shape):
    """A person of the partner."""

    id: str
    name: str
    owner: bool


class StaffListShape(Shape):
    """Owners first."""

    items: list[StaffShape]


class InvitedShape(StaffShape):
    """`code` and `link` are shown this once: whoever opens the link first signs in as this person from then on."""

    code: str
    link: str
    expires_at: datetime


@router.get("/v1/partner/staff", responses=declines(*SIGNED_IN))
def show_staff(call: SignedIn) -> StaffListShape:
    """Your people. For owners of the partner."""
    found = call.run(as_partner_owner, lambda session, me: list_people(session, partner_id=me.partner_id))
    return present_people(found)


@router.post(
    "/v1/partner/staff",
    status_code=201,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", StaffOrder)),
)
def invite(call: SignedIn, body: Body) -> InvitedShape:
    """Invite somebody to act for the partner. For owners of the partner."""
    order = body.read(StaffOrder)
    return draw_and_invite(call, partial(invite_to_partner, name=order.name, owner=order.owner))


@router.post("/v1/partner/staff/{id}/invite", status_code=201, responses=declines(*SIGNED_IN, 404))
def invite_once_more(call: SignedIn, id: str) -> InvitedShape:  # noqa: A002 - the path's own word
    """Another code for one of your people, whose way in was lost. For owners of the partner."""
    return draw_and_invite(call, partial(invite_again, staff=parse_public_id("stf", id)))


@router.delete("/v1/partner/staff/{id}", status_code=204, responses=declines(*SIGNED_IN, 404, 409))
def remove(call: SignedIn, id: str) -> Response:  # noqa: A002 - the path's own word
    """They can do nothing any more, from their next request on. For owners of the partner."""
    staff = parse_public_id("stf", id)
    call.run(
        as_partner_owner,
        lambda session, me: remove_person(session, partner_id=me.partner_id, staff=staff, actor=me.actor, now=call.now),
    )
    return Response(status_code=204)


def draw_and_invite(call: Call, serve: Callable[..., tuple[StaffRead, InvitationRead]]) -> InvitedShape:
    """`serve` invites by a code that is drawn here. Raises what it raises, and PartnerOwnerOnly."""
    code, keys = draw_invitation(), LoginKeys(call.runtime.secrets)
    made = call.run(
        as_partner_owner,
        lambda session, me: serve(
            session, partner_id=me.partner_id, code=code, actor=me.actor, keys=keys, now=call.now
        ),
    )
    return present_invited(call, code, made)


def present_people(people: tuple[StaffRead, ...]) -> StaffListShape:
    return StaffListShape(items=[StaffShape(id=one.public_id, name=one.name, owner=one.owner) for one in people])


def present_invited(call: Call, code: str, made: tuple[StaffRead, InvitationRead]) -> InvitedShape:
    staff, invited = made
    return InvitedShape(
        id=staff.public_id,
        name=staff.name,
        owner=staff.owner,
        code=code,
        link=link_invitation(call.runtime, code),
        expires_at=invited.expires_at,
    )
