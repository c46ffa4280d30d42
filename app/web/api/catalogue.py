"""What senders need to know: the event types, and the tokens of those who joined."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.earning.event_types import list_event_types
from app.identity.errors import SourceUnknown
from app.identity.permissions import TOKENS_READ
from app.identity.queries import Client
from app.identity.sources import list_sources
from app.residents.cards import CardKeys
from app.residents.queries import TOKENS_A_PAGE, TokenPage, list_tokens
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next
from app.web.callers import SignedIn, as_machine

router = APIRouter(tags=["events"])


class TokenShape(Shape):
    """A token that may be sent from now on, or no longer."""

    token: str
    enrolled: bool


class TokensShape(Shape):
    """Changes since `after`; ask again with the new `after`, at once when there is `more`."""

    items: list[TokenShape]
    after: str
    more: bool


@router.get("/v1/event-types", responses=declines(), response_model=dict[str, list[dict[str, Any]]])
def show_event_types() -> dict[str, list[dict[str, object]]]:
    """Every event type with the JSON Schema of its data. Open to all."""
    return {"items": list_event_types()}


@router.get("/v1/sources/{source}/tokens", responses=declines(*SIGNED_IN, 400, 404))
def show_tokens(
    call: SignedIn,
    response: Response,
    source: str,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=TOKENS_A_PAGE)] = TOKENS_A_PAGE,
) -> TokensShape:
    """The tokens of people who joined, and changes since. Send events for these only. Scope `tokens:read`."""
    page = call.run(
        as_machine(TOKENS_READ),
        lambda session, client: _list(session, client, source, call.runtime.card_keys, after, limit),
    )
    items = [TokenShape(token=change.token, enrolled=change.enrolled) for change in page.changes]
    following = page.cursor if page.more else None
    link_next(response, f"/v1/sources/{quote(source, safe=':')}/tokens", after=following, limit=limit)
    return TokensShape(items=items, after=page.cursor, more=page.more)


def _list(session: Session, client: Client, source: str, keys: CardKeys, after: str, limit: int) -> TokenPage:
    known = list_sources(session).get(source)
    if known is None or source not in client.sources:
        raise SourceUnknown
    return list_tokens(session, source_id=known.id, after=after, limit=limit, keys=keys)
