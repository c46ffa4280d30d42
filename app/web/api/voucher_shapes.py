"""A voucher as it is told to whoever holds it, and kept without its codes."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from starlette.responses import Response

from app.core.ids import parse_public_id, public_id
from app.ledger.commands import Answer
from app.redemption.codes import VoucherCodes
from app.redemption.errors import RedemptionUnknown
from app.redemption.qr import draw_qr
from app.redemption.queries import VoucherRead
from app.web.api.answers import Shape, respond

HAS_CODES = "has_codes"


class VoucherReward(Shape):
    """What the voucher is for."""

    id: str
    title: str


class VoucherPartner(Shape):
    """Where to show it."""

    name: str
    place: str


class VoucherShape(Shape):
    """`qr` is a picture (an SVG data URL) that says `qr_text`; all three codes are null where nothing has to be shown.

    `status`: confirming (the partner has yet to say yes), issued, cancelling, redeemed, cancelled, expired or declined.
    `reason` is the partner's own sentence, `instead` a reward for who has already what this one gives, `valid_until_at`
    the end of a pass that has begun.
    """

    id: str
    code: str | None
    qr: str | None
    qr_text: str | None
    status: str
    points: int
    reward: VoucherReward
    partner: VoucherPartner
    made_at: datetime
    expires_at: datetime
    redeemed_at: datetime | None
    reason: str | None
    instead: str | None
    valid_until_at: datetime | None


def read_redemption_id(written: str) -> UUID:
    """Raises RedemptionUnknown."""
    uuid = parse_public_id("red", written)
    if uuid is None:
        raise RedemptionUnknown
    return uuid


class VoucherPage(Shape):
    """Newest first; `after` asks for the next page."""

    items: list[VoucherShape]
    after: str | None


def keep_voucher(status: int, voucher: VoucherRead) -> Answer:
    """The answer as it may be kept: without the codes, which nothing may store, but knowing whether there are any."""
    shown = present_voucher(replace(voucher, code=None, token=None)).model_dump(mode="json")
    return Answer(status, shown | {HAS_CODES: voucher.token is not None})


def respond_with_codes(answer: Answer, codes: VoucherCodes) -> Response:
    """The kept answer with its codes, derived once more."""
    body = dict(answer.body)
    if body.pop(HAS_CODES, False):
        uuid = read_redemption_id(body["id"])
        body |= _draw(codes.code_for(uuid), codes.token_for(uuid))
    return respond(replace(answer, body=body))


def _draw(code: str | None, token: str | None) -> dict[str, str | None]:
    return {"code": code, "qr": write_data_url(draw_qr(token)) if token else None, "qr_text": token}


def present_voucher(voucher: VoucherRead) -> VoucherShape:
    return VoucherShape(
        id=public_id("red", voucher.id),
        **_draw(voucher.code, voucher.token),
        status=voucher.status.value,
        points=voucher.points,
        reward=VoucherReward(id=public_id("rew", voucher.reward_id), title=voucher.reward_title),
        partner=VoucherPartner(name=voucher.partner_name, place=voucher.place),
        made_at=voucher.made_at,
        expires_at=voucher.expires_at,
        redeemed_at=voucher.redeemed_at,
        reason=voucher.reason,
        instead=public_id("rew", voucher.instead) if voucher.instead else None,
        valid_until_at=voucher.valid_until_at,
    )


def write_data_url(svg: str) -> str:
    """A picture that stands in the answer itself."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
