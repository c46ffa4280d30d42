"""Taking one's data along, and leaving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import StreamingResponse

from app.core.ids import public_id
from app.identity.logins import LoginKeys
from app.residents.queries import ResidentRead
from app.rights.erasure import erase_resident
from app.rights.export import ExportKeys, Part, read_holdings, record_export
from app.rights.holdings import Holding
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.callers import Call, SignedIn, as_resident

router = APIRouter(tags=["resident"])

_ABOUT: Final = (
    "Everything that Smart Leeds Rewards holds about you, as it is held: each part is one table, each row one record. "
    "Times are in UTC. What is left out are keyed hashes, which say nothing without our keys, and what is about other "
    "people."
)
_JSON_TYPE, PAGE_TYPE = "application/json", "text/html"


class HoldingShape(Shape):
    """Rows of one table, as they are held. `stays` says why rows stay when you leave, without what is about you."""

    table: str
    title: str
    stays: str | None
    rows: list[dict[str, Any]]


class ExportShape(Shape):
    """Everything that is held about you; with `Accept: text/html` the same as a page to read."""

    about: str
    id: str
    made_at: datetime
    holdings: list[HoldingShape]


class ErasedShape(Shape):
    """You were erased: so many points went back to those who paid for them, so many vouchers were cancelled."""

    points: int
    vouchers: int
    erased_at: datetime


PAGE_ANSWER: Final = {"content": {PAGE_TYPE: {"schema": {"type": "string"}}}, "model": ExportShape}


@router.get("/v1/me/export", response_model=ExportShape, responses={**declines(*SIGNED_IN), 200: PAGE_ANSWER})
def export(call: SignedIn, request: Request) -> StreamingResponse:
    """Everything that is held about you, as JSON or as a page, by `Accept`. Scope `resident`."""
    return stream_export(call, readable=PAGE_TYPE in request.headers.get("accept", ""))


def stream_export(call: Call, *, readable: bool) -> StreamingResponse:
    """As a file to keep: a page to read, or JSON. That it was asked for is on record."""

    def note(session: Session, me: ResidentRead) -> ResidentRead:
        record_export(session, resident=me, now=call.now)
        return me

    return write_export(call, call.run(as_resident, note), readable=readable)


def write_export(call: Call, me: ResidentRead, *, readable: bool) -> StreamingResponse:
    """Of a resident whose asking for it is on record."""
    keys = ExportKeys(call.runtime.card_keys, LoginKeys(call.runtime.secrets))
    parts = read_holdings(call.runtime.database, resident=me, keys=keys)
    write, media_type = (_write_page, PAGE_TYPE) if readable else (_write_json, _JSON_TYPE)
    return StreamingResponse(
        write(me, parts, call.now),
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="my-data.{"html" if readable else "json"}"'},
    )


@router.delete("/v1/me", responses=declines(*SIGNED_IN, 400, 409))
def leave(
    call: SignedIn,
    forfeit_points: Annotated[
        int | None, Query(ge=0, description="How many points you know that you lose, as the refusal told you.")
    ] = None,
) -> ErasedShape:
    """Be erased. Points that you have are lost, and you are told so first: 409 until you say that you know.

    Scope `resident`. This can't be undone.
    """
    erased = call.run(
        as_resident,
        lambda session, me: erase_resident(session, resident=me, forfeit=forfeit_points, actor=me.actor, now=call.now),
    )
    return ErasedShape(points=erased.points, vouchers=erased.vouchers, erased_at=erased.erased_at)


def _write_json(me: ResidentRead, parts: Iterator[Part], now: datetime) -> Iterator[bytes]:
    encode = msgspec.json.encode
    head = {"about": _ABOUT, "id": public_id("res", me.public_id), "made_at": now}
    yield encode(head)[:-1] + b',"holdings":['
    open_holding: Holding | None = None
    separator = b""
    for part in parts:
        if part.holding is not open_holding:
            yield b"" if open_holding is None else b"]},"
            about = {
                "table": part.holding.table,
                "title": part.holding.title,
                "stays": part.holding.stays or None,
            }
            yield encode(about)[:-1] + b',"rows":['
            separator, open_holding = b"", part.holding
        for row in part.rows:
            yield separator + encode(row)
            separator = b","
    yield b"]}]}"


def _write_page(me: ResidentRead, parts: Iterator[Part], now: datetime) -> Iterator[str]:
    yield (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>What we hold about you</title></head><body>'
        f"<main><h1>What we hold about you</h1><p>{escape(_ABOUT)}</p>"
        f"<p>Your id is {public_id('res', me.public_id)}. This was made on {now:%-d %B %Y at %H:%M} UTC.</p>"
    )
    title = ""
    for part in parts:
        if part.holding.title != title:
            title = part.holding.title
            stays = f" When you leave: {part.holding.stays}" if part.holding.stays else ""
            yield f"<h2>{escape(title)}</h2><p>Table {part.holding.table}.{escape(stays)}</p>"
            if not part.rows:
                yield "<p>Nothing.</p>"
        for row in part.rows:
            yield f"<dl>{''.join(map(_write_fact, row.items()))}</dl><hr>"
    yield "</main></body></html>"


def _write_fact(fact: tuple[str, Any]) -> str:
    name, value = fact
    said = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"<dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(said)}</dd>"
