"""The open draft of a rule: read, saved and discarded."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Header
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.identity.permissions import DRAFTERS
from app.identity.queries import OfficerRead
from app.rulebook.drafting.documents import read_document
from app.rulebook.drafting.queries import get_draft, list_drafts, list_past_drafts
from app.rulebook.drafting.saving import discard_draft, save_draft
from app.web.api.answers import SIGNED_IN, declines, takes
from app.web.api.draft_shapes import DraftRecordsShape, DraftShape, DraftsShape
from app.web.api.drafts_shown import show_records, show_summaries, show_whole
from app.web.api.rules import read_rule_key
from app.web.callers import SignedIn, as_officer, as_officer_with
from app.web.sent import Body

router = APIRouter(tags=["rules"])

as_drafter = as_officer_with(*DRAFTERS)
_TAGGED = {"ETag": {"description": "Changes with every save.", "schema": {"type": "string"}}}

IfMatch = Annotated[str, Header(alias="If-Match", description="The ETag of the draft as you read it.", max_length=100)]


class DocumentOrder(msgspec.Struct, frozen=True):
    """The document of a rule, whole."""

    document: msgspec.Raw


@router.get("/v1/rules/drafts", responses=declines(*SIGNED_IN))
def show_drafts(call: SignedIn) -> DraftsShape:
    """Every open draft. For officers with a role."""
    return call.run(as_officer, lambda session, _: show_summaries(session, list_drafts(session)))


@router.get("/v1/rules/{id}/drafts", responses=declines(*SIGNED_IN, 404))
def show_past_drafts(call: SignedIn, id: str) -> DraftRecordsShape:  # noqa: A002 - the path's own word
    """Drafts that were scheduled or discarded, with what was approved and by whom. For officers with a role."""
    rule = read_rule_key(id)
    return call.run(as_officer, lambda session, _: show_records(session, list_past_drafts(session, key=rule)))


@router.get(
    "/v1/rules/{id}/draft",
    response_model=DraftShape,
    responses=declines(*SIGNED_IN, 404) | {200: {"headers": _TAGGED}},
)
def show_draft(call: SignedIn, id: str) -> Response:  # noqa: A002 - the path's own word
    """The open draft of a rule with all that is known about it, and its ETag. For officers with a role."""
    rule = read_rule_key(id)
    return tag(call.run(as_officer, lambda session, _: show_whole(session, get_draft(session, key=rule), call.now)))


@router.put(
    "/v1/rules/{id}/draft",
    response_model=DraftShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 412, 413, 415, 422) | {200: {"headers": _TAGGED}},
    openapi_extra=takes(("application/json", DocumentOrder)),
)
def save(call: SignedIn, id: str, body: Body, if_match: IfMatch) -> Response:  # noqa: A002 - the path's own word
    """Save the whole document; what was checked or approved is to be done again. Officers, role editor or approver."""
    rule, sent = read_rule_key(id), body.read_around(DocumentOrder)

    def serve(session: Session, officer: OfficerRead) -> DraftShape:
        saved = save_draft(
            session,
            key=rule,
            revision=if_match.strip('"'),
            rule=read_document(bytes(sent.document)),
            officer=officer,
            now=call.now,
        )
        return show_whole(session, saved, call.now)

    return tag(call.run(as_drafter, serve))


@router.delete(
    "/v1/rules/{id}/draft", status_code=204, responses=declines(*SIGNED_IN, 400, 404, 412), response_class=Response
)
def discard(call: SignedIn, id: str, if_match: IfMatch) -> Response:  # noqa: A002 - the path's own word
    """Discard the open draft; it stays on record. For officers with the role editor or approver."""
    rule = read_rule_key(id)
    call.run(
        as_drafter,
        lambda session, officer: discard_draft(
            session, key=rule, revision=if_match.strip('"'), officer=officer, now=call.now
        ),
    )
    return Response(status_code=204)


def tag(draft: DraftShape) -> Response:
    """With the ETag that the next change of it names."""
    return JSONResponse(draft.model_dump(mode="json"), headers={"ETag": f'"{draft.revision}"'})
