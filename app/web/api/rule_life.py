"""One rule: what it is and was, taking a schedule back, and the emergency stop."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.audit import record_act
from app.identity.permissions import RULE_STOPPERS, SCHEDULERS
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.rulebook.errors import RuleNotFound
from app.rulebook.publishing import unschedule_version
from app.rulebook.stopping import stop_rule
from app.rulebook.versions import VersionRead, list_versions
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.rules import (
    OfficerRuleShape,
    StopShape,
    VersionsShape,
    list_officer_rules,
    present_stop,
    present_version,
    read_rule_key,
)
from app.web.callers import SignedIn, as_officer, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["rules"])

as_scheduler = as_officer_with(*SCHEDULERS)
as_stopper = as_officer_with(*RULE_STOPPERS)


class StopOrder(msgspec.Struct, frozen=True):
    """Why, for the public: a sentence or two, without personal data. `honour`: people may finish what they are in."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    honour: bool


class StoppedShape(StopShape):
    """`version` is the one that was in force."""

    id: str
    version: int


class UnscheduledShape(Shape):
    """`version` was waiting to begin and was taken back at `withdrawn_at`."""

    id: str
    version: int
    withdrawn_at: datetime


@router.get("/v1/rules/{id}", responses=declines(*SIGNED_IN, 404))
def show_rule(call: SignedIn, id: str) -> OfficerRuleShape:  # noqa: A002 - the path's own word
    """One rule: the version in force, or else the newest. For officers with a role."""

    def find(session: Session) -> OfficerRuleShape:
        rule = next((one for one in list_officer_rules(session, call.now) if one.id == id), None)
        if rule is None:
            raise RuleNotFound
        return rule

    return call.run(as_officer, lambda session, _: find(session))


@router.get("/v1/rules/{id}/versions", responses=declines(*SIGNED_IN, 404))
def show_versions(call: SignedIn, id: str) -> VersionsShape:  # noqa: A002 - the path's own word
    """Every version that was published or scheduled, and what became of it. For officers with a role."""

    def find(session: Session) -> tuple[VersionRead, ...]:
        versions = list_versions(session, key=read_rule_key(id))
        if not versions:
            raise RuleNotFound
        return versions

    versions = call.run(as_officer, lambda session, _: find(session))
    return VersionsShape(items=[present_version(version, call.now) for version in versions])


@router.post(
    "/v1/rules/{id}/unschedule",
    response_model=UnscheduledShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def unschedule(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Take back the last version that has yet to begin. For officers with the role editor or approver."""
    rule = read_rule_key(id)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        version = unschedule_version(session, key=rule, officer_id=officer.id, now=call.now)
        record_act(
            session,
            actor=officer.actor,
            act="rule.unscheduled",
            subject=f"rule:{rule}",
            facts={"version": version},
            now=call.now,
        )
        shape = UnscheduledShape(id=rule, version=version, withdrawn_at=call.now)
        return Answer(200, shape.model_dump(mode="json"))

    return respond(run_once(call, as_scheduler, serve, key=key, sent=body))


@router.post(
    "/v1/rules/{id}/stop",
    status_code=201,
    response_model=StoppedShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", StopOrder)),
)
def stop(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Stop a rule, now or when what people are in is over. For officers with the role editor, approver or admin."""
    order, rule = body.read(StopOrder), read_rule_key(id)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        made = stop_rule(
            session, key=rule, reason=order.reason, honour=order.honour, officer_id=officer.id, now=call.now
        )
        record_act(
            session,
            actor=officer.actor,
            act="rule.stopped",
            subject=f"rule:{rule}",
            facts={"version": made.version, "honour": made.honour},
            now=call.now,
        )
        shape = StoppedShape(**present_stop(made).model_dump(), id=rule, version=made.version)
        return Answer(201, shape.model_dump(mode="json"))

    return respond(run_once(call, as_stopper, serve, key=key, sent=body))
