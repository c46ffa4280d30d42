"""The partner's page of till devices: make a code, see who is there, remove one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict
from app.core.ids import parse_public_id
from app.identity.errors import RegistrationInvalid
from app.identity.tills import LONGEST_TITLE, list_tills, revoke_till
from app.offers.queries import get_partner
from app.web.callers import Call, as_partner_staff
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pairing import OfferedCode, offer_code
from app.web.problems import status_of
from app.web.rates import TooManyTries

router = APIRouter(include_in_schema=False)


@router.get("/till/devices")
def show_devices(request: Request) -> Response:
    return _show(request, sign_in_again(request, Role.PARTNER))


@router.post("/till/devices")
def add_device(request: Request, title: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = "") -> Response:
    """The code stands on the answer itself and nowhere else, so it is gone when the page is left."""
    call = sign_in_again(request, Role.PARTNER)
    check_form(request, csrf)
    if not title.strip():
        return _show(request, call, status=422, missing=mark("Enter what you call the till"))
    try:
        offered = offer_code(call, title)
    except RegistrationInvalid as refusal:
        return _show(request, call, status=422, missing=str(refusal))
    except (Conflict, TooManyTries) as refusal:
        return _show(request, call, status=status_of(type(refusal)), refused=str(refusal))
    return _show(request, call, offered=offered)


@router.post("/till/devices/{device}/remove")
def remove_device(request: Request, device: str, csrf: Annotated[str, Form()] = "") -> Response:
    call = sign_in_again(request, Role.PARTNER)
    check_form(request, csrf)
    till = parse_public_id("til", device)
    call.run(
        as_partner_staff,
        lambda session, staff: revoke_till(session, staff=staff, till=till, now=call.now),
    )
    return RedirectResponse("/till/devices", status_code=303)


def _show(
    request: Request,
    call: Call,
    *,
    status: int = 200,
    offered: OfferedCode | None = None,
    refused: str | None = None,
    missing: str | None = None,
) -> Response:
    partner, tills = call.run(
        as_partner_staff,
        lambda session, staff: (
            get_partner(session, partner_id=staff.partner_id),
            list_tills(session, partner_id=staff.partner_id),
        ),
    )
    return render(
        request,
        "till_devices.html",
        status=status,
        partner=partner,
        tills=[till for till in tills if till.revoked_at is None],
        removed=[till for till in tills if till.revoked_at is not None],
        offered=offered,
        refused=refused,
        missing=missing,
        longest=LONGEST_TITLE,
        public_url=call.runtime.settings.public_url,
    )
