"""Back-tests of drafts: asked for, looked at, called off; the report as JSON or as a table."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Header
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.backtest.errors import BacktestUnfinished, BacktestUnknown
from app.backtest.jobs import ask_backtest, cancel_backtest, get_backtest, list_backtests
from app.backtest.table import write_table
from app.core.ids import parse_public_id
from app.identity.permissions import DRAFTERS
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.rulebook.drafting.queries import get_draft
from app.web.api.answers import SIGNED_IN, declines, respond, takes
from app.web.api.backtest_shapes import (
    BacktestShape,
    BacktestsShape,
    BacktestSummaryShape,
    present_backtest,
    summarise_backtest,
)
from app.web.api.rules import read_rule_key
from app.web.api.upload import CSV_TYPE
from app.web.callers import SignedIn, as_officer, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["rules"])

as_drafter = as_officer_with(*DRAFTERS)

Accept = Annotated[str, Header(description=f"`{CSV_TYPE}` for the report as a table; else JSON.", max_length=1000)]


class BacktestOrder(msgspec.Struct, frozen=True):
    """The local dates of the events that are judged, both included."""

    from_on: date
    to_on: date


@router.post(
    "/v1/rules/{id}/backtest",
    status_code=202,
    response_model=BacktestShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", BacktestOrder)),
)
def ask(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Have the open draft of a rule tried on stored events. For officers with the role editor or approver.

    It is worked on behind the scenes, and attached to the draft when it is done: ask for it by its id.
    """
    order, rule = body.read(BacktestOrder), read_rule_key(id)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        draft = get_draft(session, key=rule)
        asked = ask_backtest(
            session,
            draft=draft.rule,
            revision=draft.revision,
            from_on=order.from_on,
            to_on=order.to_on,
            officer_id=officer.id,
            now=call.now,
        )
        return Answer(202, present_backtest(asked).model_dump(mode="json"))

    return respond(run_once(call, as_drafter, serve, key=key, sent=body))


@router.get("/v1/rules/{id}/backtests", responses=declines(*SIGNED_IN, 404))
def show_backtests(call: SignedIn, id: str) -> BacktestsShape:  # noqa: A002 - the path's own word
    """The back-tests of a rule's drafts. For officers with a role."""
    rule = read_rule_key(id)
    found = call.run(as_officer, lambda session, _: list_backtests(session, key=rule, limit=50))
    return BacktestsShape(items=[BacktestSummaryShape(**summarise_backtest(one)) for one in found])


@router.get(
    "/v1/backtests/{id}",
    response_model=BacktestShape,
    responses=declines(*SIGNED_IN, 400, 404, 409) | {200: {"content": {CSV_TYPE: {"schema": {"type": "string"}}}}},
)
def show_backtest(call: SignedIn, id: str, accept: Accept = "application/json") -> Response:  # noqa: A002 - the path's own word
    """How far a back-test has come, and its report. For officers with a role."""
    wanted = read_backtest_id(id)
    found = call.run(as_officer, lambda session, _: get_backtest(session, backtest=wanted))
    if CSV_TYPE not in accept.lower():
        return JSONResponse(present_backtest(found).model_dump(mode="json"))
    if found.result is None:
        raise BacktestUnfinished(status=found.status)
    return Response(write_table(found.result), media_type=CSV_TYPE)


@router.post(
    "/v1/backtests/{id}/cancel", response_model=BacktestShape, responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422)
)
def cancel(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Call a back-test off. For officers with the role editor or approver."""
    wanted = read_backtest_id(id)

    def serve(session: Session, _: OfficerRead) -> Answer:
        ended = cancel_backtest(session, backtest=wanted, now=call.now)
        return Answer(200, present_backtest(ended).model_dump(mode="json"))

    return respond(run_once(call, as_drafter, serve, key=key, sent=body))


def read_backtest_id(written: str) -> UUID:
    uuid = parse_public_id("bkt", written)
    if uuid is None:
        raise BacktestUnknown
    return uuid
