"""Officers invite the owners of a partner, and remove whoever should not act for it any more."""

from __future__ import annotations

from functools import partial

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import parse_public_id
from app.identity.logins import LoginKeys
from app.identity.partner_people import invite_to_partner, list_people, remove_person
from app.identity.queries import OfficerRead, StaffRead
from app.identity.staff_invitations import InvitationRead
from app.offers.partner_errors import PartnerNotApproved
from app.web.api.answers import SIGNED_IN, declines, takes
from app.web.api.partner_contracts import as_keeper
from app.web.api.partner_people import InvitedShape, Name, StaffListShape, present_invited, present_people
from app.web.api.payout_shapes import get_partner_by_id
from app.web.callers import SignedIn
from app.web.inviting import draw_invitation
from app.web.sent import Body

router = APIRouter(tags=["partners"])


class OwnerOrder(msgspec.Struct, frozen=True):
    """Who will speak for the partner."""

    name: Name


@router.post(
    "/v1/partners/{id}/owners",
    status_code=201,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", OwnerOrder)),
)
def invite_owner(call: SignedIn, id: str, body: Body) -> InvitedShape:  # noqa: A002 - the path's own word
    """Invite an owner of an approved partner. For officers with the role finance, approver or admin."""
    name, code, keys = body.read(OwnerOrder).name, draw_invitation(), LoginKeys(call.runtime.secrets)

    def serve(session: Session, officer: OfficerRead) -> tuple[StaffRead, InvitationRead]:
        partner = get_partner_by_id(session, id)
        if partner.state not in {"approved", "stopped"}:
            raise PartnerNotApproved(state=partner.state)
        invite = partial(invite_to_partner, session, partner_id=partner.id, name=name, owner=True, keys=keys)
        return invite(code=code, actor=officer.actor, now=call.now)

    return present_invited(call, code, call.run(as_keeper, serve))


@router.get("/v1/partners/{id}/staff", responses=declines(*SIGNED_IN, 404))
def show_staff(call: SignedIn, id: str) -> StaffListShape:  # noqa: A002 - the path's own word
    """Who may act for a partner. For officers with the role finance, approver or admin."""
    return call.run(
        as_keeper,
        lambda session, _: present_people(list_people(session, partner_id=get_partner_by_id(session, id).id)),
    )


@router.delete("/v1/partners/{id}/staff/{staff}", status_code=204, responses=declines(*SIGNED_IN, 404))
def remove(call: SignedIn, id: str, staff: str) -> Response:  # noqa: A002 - the path's own word
    """They can do nothing any more, the last owner too. For officers with the role finance, approver or admin."""
    wanted = parse_public_id("stf", staff)
    call.run(
        as_keeper,
        lambda session, officer: remove_person(
            session,
            partner_id=get_partner_by_id(session, id).id,
            staff=wanted,
            actor=officer.actor,
            now=call.now,
        ),
    )
    return Response(status_code=204)
