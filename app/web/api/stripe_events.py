"""Where Stripe tells us what happened: signed over the raw body, counted once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header

from app.settlement.connect.errors import StripeNotSetUp
from app.settlement.connect.events import count_event
from app.settlement.connect.signatures import read_event
from app.web.api.answers import Shape, declines
from app.web.callers import Anybody
from app.web.sent import Body

router = APIRouter(tags=["money"])

Signature = Annotated[str | None, Header(alias="Stripe-Signature", description="As Stripe signs its events.")]


class CountedShape(Shape):
    """`counted` is false for an event that was counted before."""

    counted: bool


@router.post("/v1/stripe/events", responses=declines(400, 409, 413, 422))
def hear(call: Anybody, body: Body, signature: Signature = None) -> CountedShape:
    """An event of Stripe's. For Stripe alone, who signs it."""
    written = call.runtime.settings.stripe_webhook_secret
    if written is None:
        raise StripeNotSetUp
    secrets = [one.strip() for one in written.get_secret_value().split(",") if one.strip()]
    event = read_event(body.body, signature=signature, secrets=secrets, now=call.now)
    return CountedShape(counted=call.run(lambda session: count_event(session, event, now=call.now)))
