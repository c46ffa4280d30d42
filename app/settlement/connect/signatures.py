"""Events of Stripe are proved by the signature over their raw body, and by their age."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
import stripe

from app.settlement.connect.errors import StripeEventForged, StripeEventStale, StripeEventUnfit

GOOD_FOR: Final = timedelta(minutes=5)
_NUL: Final = b"\\u0000"
_STAMP: Final = re.compile(r"(?:^|,)t=([0-9]{1,11})(?:,|$)")


Word = Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{1,255}$")]
Instant = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
"""Seconds since 1970, until the year 9999."""


class _Data(msgspec.Struct, frozen=True):
    object: dict[str, Any]


class StripeEventSent(msgspec.Struct, frozen=True):
    """As Stripe sends it; `account` is the connected account that it is about."""

    id: Word
    type: Word
    created: Instant
    data: _Data
    account: str | None = None


def read_event(body: bytes, *, signature: str | None, secrets: Sequence[str], now: datetime) -> StripeEventSent:
    """The event of a request, proved by one of our secrets over its raw body.

    Raises StripeEventForged, StripeEventStale or StripeEventUnfit. The SDK checks the signature; how old it is is
    judged by our clock.
    """
    if not any(_is_signed(body, signature or "", secret) for secret in secrets):
        raise StripeEventForged
    stamp = _STAMP.search(signature or "")
    if stamp is None or abs(now - datetime.fromtimestamp(int(stamp[1]), UTC)) > GOOD_FOR:
        raise StripeEventStale(minutes=int(GOOD_FOR.total_seconds()) // 60)
    if _NUL in body:  # of which no text of ours can hold any
        raise StripeEventUnfit
    try:
        return msgspec.json.decode(body, type=StripeEventSent)
    except msgspec.MsgspecError:
        raise StripeEventUnfit from None


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        # No tolerance: the SDK would ask the machine's clock.
        return bool(stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=None))
    except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError):  # TypeError: not in ASCII
        return False
