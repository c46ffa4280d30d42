"""Beginning a draft of a rule: from a document, a template, or a rule in the book."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.rulebook.drafting.beginning import write_draft, write_next_version
from app.rulebook.drafting.documents import fill_template, read_document
from app.rulebook.drafting.read_models import DraftRead
from app.web.api.answers import SIGNED_IN, declines, respond, takes
from app.web.api.draft_shapes import DraftShape
from app.web.api.drafts import DocumentOrder, as_drafter
from app.web.api.drafts_shown import show_whole
from app.web.api.rules import read_rule_key
from app.web.callers import Call, SignedIn
from app.web.faults import BodyUnfit
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent
from rules.document import Rule

router = APIRouter(tags=["rules"])

Write = Callable[[Session, OfficerRead], DraftRead]


class TemplateOrder(msgspec.Struct, frozen=True):
    """The id of a template, and answers by the names of its blanks; a blank without one keeps its default."""

    template: str
    answers: dict[str, int | str | list[str]] = {}


class NextOrder(msgspec.Struct, frozen=True):
    """The id of a rule in the book, whose next version begins as the one in force."""

    next_of: str


_BEGINNINGS: Final[Mapping[str, type[DocumentOrder | TemplateOrder | NextOrder]]] = {
    "document": DocumentOrder,
    "template": TemplateOrder,
    "next_of": NextOrder,
}
_ANY_BEGINNING: Final = {"oneOf": [msgspec.json.schema(kind)["$defs"][kind.__name__] for kind in _BEGINNINGS.values()]}


@router.post(
    "/v1/rules",
    status_code=201,
    response_model=DraftShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", _ANY_BEGINNING)),
)
def begin(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Begin a draft, from a document, a template or a rule in the book. For officers, role editor or approver."""
    write = _read_beginning(body, call)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        draft = write(session, officer)
        return Answer(201, show_whole(session, draft, call.now).model_dump(mode="json"))

    return respond(run_once(call, as_drafter, serve, key=key, sent=body))


def _read_beginning(sent: Sent, call: Call) -> Write:
    """What begins the draft. Raises BodyUnfit unless exactly one of the three ways is taken."""
    members = sent.read_around(dict[str, msgspec.Raw])
    chosen = [name for name in _BEGINNINGS if name in members]
    if chosen == ["document"]:
        written = sent.read_around(DocumentOrder)
        return _write(call, lambda: read_document(bytes(written.document)))
    if chosen == ["template"]:
        filled = sent.read(TemplateOrder)
        return _write(call, lambda: fill_template(filled.template, filled.answers))
    if chosen == ["next_of"]:
        key = read_rule_key(sent.read(NextOrder).next_of)
        return lambda session, officer: write_next_version(session, key=key, officer=officer, now=call.now)
    raise BodyUnfit("$", f"send one of {', '.join(_BEGINNINGS)}")


def _write(call: Call, read: Callable[[], Rule]) -> Write:
    """The document is read once it is known who sent it."""
    return lambda session, officer: write_draft(session, rule=read(), officer=officer, now=call.now)
