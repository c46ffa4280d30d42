"""A partner's own systems: where they are told what happens, and where they are asked."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.errors import Conflict
from app.core.outbound import UrlRefused
from app.identity.queries import StaffRead
from app.offers.connecting import list_connections
from app.offers.queries import get_partner
from app.offers.webhooks.service import WebhookMade, list_webhooks
from app.web.callers import Call, as_partner_staff
from app.web.languages import mark
from app.web.own_webhooks import add_own_webhook
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

INTEGRATION = "/partner/integration"


@router.get(INTEGRATION)
def show_integration(request: Request) -> Response:
    return _show(request, sign_in_again(request, Role.PARTNER))


@router.post(INTEGRATION)
def add(request: Request, form: SentForm) -> Response:
    """The secret stands on the answer itself and nowhere else, so it is gone when the page is left."""
    call, url = sign_in_again(request, Role.PARTNER), form.one("url")
    check_form(request, form.one("csrf"))
    if not url:
        return _show(request, call, faults={"url": mark("Enter the address of your system")}, status=422)
    try:
        made = add_own_webhook(call, url)
    except (UrlRefused, Conflict) as refusal:
        return _show(request, call, url=url, faults={"url": str(refusal)}, status=status_of(type(refusal)))
    return _show(request, call, made=made)


def _show(
    request: Request,
    call: Call,
    *,
    url: str = "",
    made: WebhookMade | None = None,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    def find(session: Session, staff: StaffRead) -> dict[str, object]:
        return {
            "partner": get_partner(session, partner_id=staff.partner_id),
            "webhooks": list_webhooks(session, partner_id=staff.partner_id),
            "connections": list_connections(session, partner_id=staff.partner_id),
        }

    facts = call.run(as_partner_staff, find) | {"url": url, "made": made, "faults": faults or {}}
    return render(request, "partner/integration.html", status=status, **facts)
