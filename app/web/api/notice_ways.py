"""How a resident is told things: by e-mail, by text, or at the desk."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

import msgspec
from fastapi import APIRouter

from app.identity.logins import LoginKeys
from app.notices.choosing import Way, choose_notice_way, read_notice_ways
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.callers import SignedIn, as_resident
from app.web.sent import Body

router = APIRouter(tags=["resident"])


class NoticeWayOrder(msgspec.Struct, frozen=True):
    """Where notices go from now on; `desk` is a letter or a word at the desk."""

    way: Way


class NoticeWaysShape(Shape):
    """`way` is where notices go now, `ways` where they could."""

    way: Literal["email", "text", "desk"]
    ways: list[Literal["email", "text", "desk"]]


@router.get("/v1/me/notices", responses=declines(*SIGNED_IN))
def show_ways(call: SignedIn) -> NoticeWaysShape:
    """How you are told that points expire, or what became of a dispute. Scope `resident`."""
    keys = LoginKeys(call.runtime.secrets)
    found = call.run(as_resident, lambda session, me: read_notice_ways(session, resident=me, keys=keys))
    return NoticeWaysShape.model_validate(asdict(found))


@router.put(
    "/v1/me/notices",
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", NoticeWayOrder)),
)
def choose_way(call: SignedIn, body: Body) -> NoticeWaysShape:
    """Choose how you are told. Scope `resident`."""
    order, keys = body.read(NoticeWayOrder), LoginKeys(call.runtime.secrets)
    found = call.run(
        as_resident,
        lambda session, me: choose_notice_way(session, resident=me, way=order.way, keys=keys, now=call.now),
    )
    return NoticeWaysShape.model_validate(asdict(found))
