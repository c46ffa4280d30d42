"""Who may act for a partner: its owner invites them, gives them another way in, and takes them away."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, NotFound
from app.core.ids import parse_public_id
from app.identity.errors import RegistrationInvalid
from app.identity.partner_people import invite_again, invite_to_partner, list_people, remove_person
from app.identity.queries import StaffRead
from app.identity.tills import list_tills
from app.offers.queries import get_partner
from app.web.api.partner_people import InvitedShape, draw_and_invite
from app.web.callers import Call, as_partner_owner, as_partner_staff
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

STAFF = "/partner/staff"
LONGEST_NAME = 80
NAME_UNFIT = mark("Enter a name of at most 80 characters")


@router.get(STAFF)
def show_staff(request: Request) -> Response:
    return _show(request, sign_in_again(request, Role.PARTNER))


@router.post(STAFF)
def invite(request: Request, form: SentForm) -> Response:
    """The code stands on the answer itself and nowhere else, so it is gone when the page is left."""
    call = sign_in_again(request, Role.PARTNER, as_partner_owner)
    check_form(request, form.one("csrf"))
    name = form.one("name")
    if not 0 < len(name) <= LONGEST_NAME:
        return _show(request, call, values=form.as_sent(), faults={"name": NAME_UNFIT}, status=422)
    try:
        invited = draw_and_invite(call, partial(invite_to_partner, name=name, owner=form.one("owner") == "yes"))
    except (Conflict, RegistrationInvalid) as refusal:
        faults = {"name": str(refusal)}
        return _show(request, call, values=form.as_sent(), faults=faults, status=status_of(type(refusal)))
    return _show(request, call, invited=invited)


@router.post("/partner/staff/{person}/invite")
def invite_once_more(request: Request, person: str, form: SentForm) -> Response:
    call = sign_in_again(request, Role.PARTNER)
    check_form(request, form.one("csrf"))
    return _show(
        request, call, invited=draw_and_invite(call, partial(invite_again, staff=parse_public_id("stf", person)))
    )


@router.post("/partner/staff/{person}/remove")
def remove(request: Request, person: str, form: SentForm) -> Response:
    call, wanted = sign_in_again(request, Role.PARTNER), parse_public_id("stf", person)
    check_form(request, form.one("csrf"))

    def serve(session: Session, me: StaffRead) -> bool:
        remove_person(session, partner_id=me.partner_id, staff=wanted, actor=me.actor, now=call.now)
        return me.uuid == wanted

    try:
        oneself = call.run(as_partner_owner, serve)
    except (Conflict, NotFound) as refusal:
        return _show(request, call, refused=str(refusal), status=status_of(type(refusal)))
    return RedirectResponse("/sign-in" if oneself else f"{STAFF}?done=removed", status_code=303)


def _show(
    request: Request,
    call: Call,
    *,
    status: int = 200,
    invited: InvitedShape | None = None,
    refused: str | None = None,
    values: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
) -> Response:
    """The people are for owners; everybody finds the tills."""

    def find(session: Session, staff: StaffRead) -> dict[str, object]:
        tills = list_tills(session, partner_id=staff.partner_id)
        return {
            "me": staff,
            "partner": get_partner(session, partner_id=staff.partner_id),
            "people": list_people(session, partner_id=staff.partner_id) if staff.owner else (),
            "tills": sum(till.revoked_at is None for till in tills),
        }

    facts = call.run(as_partner_staff, find) | {
        "invited": invited,
        "refused": refused,
        "values": values or {},
        "faults": faults or {},
    }
    return render(request, "partner/staff.html", status=status, **facts)
