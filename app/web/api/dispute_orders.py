"""What is sent about a dispute."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from app.core.ids import parse_public_id
from app.core.units import MOST_AT_ONCE
from app.redemption.dispute_errors import DisputeUnknown
from app.web.api.reasons import Reasoned

Amount = Annotated[int, msgspec.Meta(ge=1, le=MOST_AT_ONCE)]


class RefundOrder(Reasoned, frozen=True, kw_only=True):
    """So many points, all that are left where there is no number; the resident and the partner read the reason."""

    points: Amount | None = None


class RefundApproval(msgspec.Struct, frozen=True):
    """The points of the proposal, as you read it."""

    points: Amount


class DisputeOrder(Reasoned, frozen=True):
    """Which used voucher, and what was wrong; the reason names nobody."""

    redemption: Annotated[str, msgspec.Meta(max_length=64)]


def read_dispute_id(written: str) -> UUID:
    """Raises DisputeUnknown."""
    uuid = parse_public_id("dsp", written)
    if uuid is None:
        raise DisputeUnknown
    return uuid
