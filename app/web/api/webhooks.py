"""A partner's webhooks: where it is told what happens, what it was told, and telling it again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import parse_public_id, public_id
from app.identity.queries import StaffRead
from app.offers.webhooks.deliveries import DeliveryRead, list_deliveries, replay
from app.offers.webhooks.errors import DeliveryUnknown
from app.offers.webhooks.service import (
    WebhookMade,
    WebhookRead,
    enable_webhook,
    get_row,
    list_webhooks,
)
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.callers import SignedIn, as_partner_staff
from app.web.own_webhooks import add_own_webhook, change_own_secret, read_webhook_id, remove_own_webhook
from app.web.sent import Body

router = APIRouter(tags=["webhooks"])

MOST_SHOWN = 200


class WebhookOrder(msgspec.Struct, frozen=True):
    """An https address that anybody on the internet could reach."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class WebhookShape(Shape):
    """`disabled_at` is set once it had failed for three days; `POST .../enable` brings it back."""

    id: str
    url: str
    made_at: datetime
    failing_since_at: datetime | None
    disabled_at: datetime | None


class WebhookMadeShape(WebhookShape):
    """`secret` is shown this once. Messages are signed with it."""

    secret: str


class WebhooksShape(Shape):
    """Oldest first."""

    items: list[WebhookShape]


class DeliveryShape(Shape):
    """`id` is the message's `webhook-id`; `answer` the status of the last try, null when nobody answered."""

    id: str
    type: str
    status: str
    attempts: int
    answer: int | None
    next_at: datetime | None
    made_at: datetime
    ended_at: datetime | None


class DeliveriesShape(Shape):
    """Newest first."""

    items: list[DeliveryShape]


@router.get("/v1/partner/webhooks", responses=declines(*SIGNED_IN))
def show_webhooks(call: SignedIn) -> WebhooksShape:
    """Your webhooks. For the partner's staff."""
    found = call.run(as_partner_staff, lambda session, staff: list_webhooks(session, partner_id=staff.partner_id))
    return WebhooksShape(items=[WebhookShape.model_validate(_facts(webhook)) for webhook in found])


@router.post(
    "/v1/partner/webhooks",
    status_code=201,
    response_model=WebhookMadeShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", WebhookOrder)),
)
def add(call: SignedIn, body: Body) -> WebhookMadeShape:
    """Be told at this address from now on. For the partner's staff."""
    return _show_made(add_own_webhook(call, body.read(WebhookOrder).url))


@router.post(
    "/v1/partner/webhooks/{id}/secret", response_model=WebhookMadeShape, responses=declines(*SIGNED_IN, 400, 404)
)
def change(call: SignedIn, id: str) -> WebhookMadeShape:  # noqa: A002 - the path's own word
    """A new secret; the old one signs beside it for 24 hours. For the partner's staff."""
    return _show_made(change_own_secret(call, read_webhook_id(id)))


@router.post("/v1/partner/webhooks/{id}/enable", responses=declines(*SIGNED_IN, 400, 404))
def enable(call: SignedIn, id: str) -> WebhookShape:  # noqa: A002 - the path's own word
    """You have mended it: messages are sent again. For the partner's staff."""
    wanted = read_webhook_id(id)
    enabled = call.run(
        as_partner_staff, lambda session, staff: enable_webhook(session, partner_id=staff.partner_id, webhook=wanted)
    )
    return WebhookShape.model_validate(_facts(enabled))


@router.delete("/v1/partner/webhooks/{id}", status_code=204, responses=declines(*SIGNED_IN, 400, 404))
def remove(call: SignedIn, id: str) -> Response:  # noqa: A002 - the path's own word
    """Be told there no longer. For the partner's staff."""
    remove_own_webhook(call, read_webhook_id(id))
    return Response(status_code=204)


@router.get("/v1/partner/webhooks/{id}/deliveries", responses=declines(*SIGNED_IN, 400, 404))
def show_deliveries(call: SignedIn, id: str) -> DeliveriesShape:  # noqa: A002 - the path's own word
    """What you were told there, and what your server answered. For the partner's staff."""
    wanted = read_webhook_id(id)

    def find(session: Session, staff: StaffRead) -> tuple[DeliveryRead, ...]:
        row = get_row(session, partner_id=staff.partner_id, webhook=wanted)
        return list_deliveries(session, endpoint_id=row.id, limit=MOST_SHOWN)

    return DeliveriesShape(items=[_present(delivery) for delivery in call.run(as_partner_staff, find)])


@router.post(
    "/v1/partner/deliveries/{id}/replay",
    status_code=202,
    response_class=Response,
    responses=declines(*SIGNED_IN, 400, 404),
)
def send_again(call: SignedIn, id: str) -> Response:  # noqa: A002 - the path's own word
    """Be told again, under the same `webhook-id`. For the partner's staff."""
    wanted = parse_public_id("msg", id)
    if wanted is None:
        raise DeliveryUnknown
    call.run(
        as_partner_staff,
        lambda session, staff: replay(session, partner_id=staff.partner_id, delivery=wanted, now=call.now),
    )
    return Response(status_code=202)


def _facts(webhook: WebhookRead) -> dict[str, object]:
    return {
        "id": public_id("whk", webhook.public_id),
        "url": webhook.url,
        "made_at": webhook.made_at,
        "failing_since_at": webhook.failing_since_at,
        "disabled_at": webhook.disabled_at,
    }


def _show_made(made: WebhookMade) -> WebhookMadeShape:
    return WebhookMadeShape.model_validate(_facts(made.webhook) | {"secret": made.secret})


def _present(delivery: DeliveryRead) -> DeliveryShape:
    return DeliveryShape(
        id=public_id("msg", delivery.public_id),
        type=delivery.type,
        status=delivery.status,
        attempts=delivery.attempts,
        answer=delivery.answer,
        next_at=delivery.next_at,
        made_at=delivery.made_at,
        ended_at=delivery.ended_at,
    )
