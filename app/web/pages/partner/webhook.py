"""One address that a partner is told at: what was sent, a test, another secret, and bringing it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.ids import parse_public_id
from app.identity.queries import StaffRead
from app.offers.webhooks.deliveries import DeliveryRead, announce_test, list_deliveries, replay
from app.offers.webhooks.errors import DeliveryUnknown, WebhookUnknown
from app.offers.webhooks.service import WebhookMade, WebhookRead, enable_webhook, get_row, list_webhooks
from app.web.callers import Call, as_partner_staff
from app.web.faults import PathUnknown
from app.web.own_webhooks import change_own_secret, read_webhook_id, remove_own_webhook
from app.web.pages.partner.integration import INTEGRATION
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm

router = APIRouter(include_in_schema=False)

MOST_SHOWN = 50


@router.get("/partner/integration/{webhook}")
def show_webhook(request: Request, webhook: str) -> Response:
    return _show(request, sign_in_again(request, Role.PARTNER), read_webhook_id(webhook))


@router.post("/partner/integration/{webhook}/secret")
def renew(request: Request, webhook: str, form: SentForm) -> Response:
    """The secret stands on the answer itself and nowhere else."""
    call, wanted = sign_in_again(request, Role.PARTNER), read_webhook_id(webhook)
    check_form(request, form.one("csrf"))
    return _show(request, call, wanted, made=change_own_secret(call, wanted))


@router.post("/partner/integration/{webhook}/{act}")
def act_on(request: Request, webhook: str, act: str, form: SentForm) -> Response:
    """One of ACTS."""
    call, wanted = sign_in_again(request, Role.PARTNER, as_partner_staff), read_webhook_id(webhook)
    check_form(request, form.one("csrf"))
    do = ACTS.get(act)
    if do is None:
        raise PathUnknown
    do(call, wanted, form)
    place = INTEGRATION if act == "remove" else f"{INTEGRATION}/{webhook}"
    return RedirectResponse(f"{place}?done={act}", status_code=303)


def _test(call: Call, wanted: UUID, _: WholeForm) -> None:
    def serve(session: Session, staff: StaffRead) -> None:
        row = get_row(session, partner_id=staff.partner_id, webhook=wanted)
        announce_test(session, endpoint_id=row.id, now=call.now)

    call.run(as_partner_staff, serve)


def _enable(call: Call, wanted: UUID, _: WholeForm) -> None:
    call.run(
        as_partner_staff, lambda session, staff: enable_webhook(session, partner_id=staff.partner_id, webhook=wanted)
    )


def _remove(call: Call, wanted: UUID, _: WholeForm) -> None:
    remove_own_webhook(call, wanted)


def _replay(call: Call, _: UUID, form: WholeForm) -> None:
    delivery = parse_public_id("msg", form.one("delivery"))
    if delivery is None:
        raise DeliveryUnknown
    call.run(
        as_partner_staff,
        lambda session, staff: replay(session, partner_id=staff.partner_id, delivery=delivery, now=call.now),
    )


ACTS: Mapping[str, Callable[[Call, UUID, WholeForm], None]] = {
    "test": _test,
    "enable": _enable,
    "remove": _remove,
    "replay": _replay,
}


def _show(request: Request, call: Call, wanted: UUID, *, made: WebhookMade | None = None) -> Response:
    def find(session: Session, staff: StaffRead) -> tuple[WebhookRead, tuple[DeliveryRead, ...]]:
        all_of_them = list_webhooks(session, partner_id=staff.partner_id)
        one = next((one for one in all_of_them if one.public_id == wanted), None)
        if one is None:
            raise WebhookUnknown
        row = get_row(session, partner_id=staff.partner_id, webhook=wanted)
        return one, list_deliveries(session, endpoint_id=row.id, limit=MOST_SHOWN)

    webhook, deliveries = call.run(as_partner_staff, find)
    return render(request, "partner/webhook.html", status=200, webhook=webhook, deliveries=deliveries, made=made)
