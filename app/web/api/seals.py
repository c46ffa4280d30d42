"""The public register of seals: whoever keeps a copy of one can tell later whether the books were changed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.ledger.seal_keys import SealKey
from app.ledger.seals import Seal, list_seals
from app.web.api.answers import Shape, declines, link_next
from app.web.callers import Anybody

router = APIRouter(tags=["money"])


class SealShape(Shape):
    """`signature` (hex) is of the UTF-8 bytes of `statement`; `root` and `head` are SHA-256, hex.

    `entries` counts all that this seal and those before it cover, which is what stands before (`generation`,
    `below_xid`) in the books.
    """

    number: int
    entries: int
    generation: int
    below_xid: int
    root: str
    head: str
    statement: str
    signature: str
    sealed_at: datetime


class SealPage(Shape):
    """Newest first; `public_key` (Ed25519, PEM) proves every signature."""

    public_key: str
    items: list[SealShape]
    after: str | None


@router.get("/v1/register/seals", responses=declines(400))
def show_seals(
    call: Anybody,
    response: Response,
    after: Annotated[str | None, Query(max_length=20)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> SealPage:
    """Seals over every transfer and audit act, the newest first. Open to all: keep a copy."""
    page = call.run(lambda session: list_seals(session, after=after, limit=limit))
    link_next(response, "/v1/register/seals", after=page.after, limit=limit)
    return SealPage(
        public_key=SealKey(call.runtime.secrets).proof.to_pem(),
        items=[_present(one, call.runtime.settings.scheme) for one in page.items],
        after=page.after,
    )


def _present(seal: Seal, scheme: str) -> SealShape:
    return SealShape(
        number=seal.number,
        entries=seal.entries,
        generation=seal.until.generation,
        below_xid=seal.until.xid,
        root=seal.root.hex(),
        head=seal.head.hex(),
        statement=seal.state(scheme),
        signature=seal.signature.hex(),
        sealed_at=seal.sealed_at,
    )
