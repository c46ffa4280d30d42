"""The poster alone: one award for each event straight into the ledger, without HTTP, rules or the events' rows."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from app.core.database import Database
from app.core.ids import take_ids
from app.ledger.posting import Award, post_awards
from tests.bench.city import members
from tests.bench.clients import BATCH, Work

POINTS = 10


def work(url: str, scheme: str, wallets: list[int], budgets: list[int], now: datetime) -> Work:
    """Batches of awards by one connection, each to a thousand wallets out of one budget, like the anchor's."""
    database = Database(url, scheme=scheme, pool_size=1)

    def post(number: int) -> int:
        def serve(session: Session) -> None:
            events = take_ids(session, BATCH)
            awards = [
                Award(event_id, budgets[0], wallets[member], POINTS, now)
                for event_id, member in zip(events, members(number), strict=True)
            ]
            post_awards(session, awards=awards, now=now)

        database.in_transaction(serve)
        return BATCH

    return post
