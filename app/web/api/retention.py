"""How long each kind of record is kept."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter

from app.identity.permissions import WINDERS_DOWN
from app.rights.retention import RetentionRead, list_retention, set_retention
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.callers import SignedIn, as_officer, as_officer_with
from app.web.sent import Body

router = APIRouter(tags=["rights"])

as_admin = as_officer_with(*WINDERS_DOWN)


class RetentionOrder(msgspec.Struct, frozen=True):
    """For how many days this kind of record is kept from now on."""

    days: Annotated[int, msgspec.Meta(ge=1, le=3650)]


class RetentionShape(Shape):
    """`due` is how many records are over now and go with the next purge."""

    key: str
    title: str
    days: int
    usual_days: int
    due: int


class RetentionList(Shape):
    """Every kind of record that is purged."""

    items: list[RetentionShape]


@router.get("/v1/retention", responses=declines(*SIGNED_IN))
def show_retention(call: SignedIn) -> RetentionList:
    """How long each kind of record is kept, and how many are over. For officers with a role."""
    return _list(call.run(as_officer, lambda session, _: list_retention(session, now=call.now)))


@router.put(
    "/v1/retention/{kind}",
    responses=declines(*SIGNED_IN, 400, 404, 413, 415, 422),
    openapi_extra=takes(("application/json", RetentionOrder)),
)
def choose_retention(call: SignedIn, kind: str, body: Body) -> RetentionList:
    """Keep a kind of record for so many days. For officers with the role admin."""
    order = body.read(RetentionOrder)

    call.run(
        as_admin,
        lambda session, officer: set_retention(session, key=kind, days=order.days, officer=officer, now=call.now),
    )
    return show_retention(call)


def _list(kinds: tuple[RetentionRead, ...]) -> RetentionList:
    return RetentionList(items=[RetentionShape.model_validate(one, from_attributes=True) for one in kinds])
