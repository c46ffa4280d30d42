"""Batches of events shuffled, with duplicates inside one request and across requests: the books end the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import text

from app.core.database import Database
from app.core.secret_store import Secrets
from app.earning.verify import find_event_drift
from app.ledger.queries import get_balance
from app.ledger.verify import verify_ledger
from tests.earning.world import World, build_world, ride, tap

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
EVENTS = text("SELECT count(*) FROM events WHERE external_id = ANY(:ids)")


def week_of(card: int) -> list[dict[str, object]]:
    """A week's rides and taps of one resident; the ids are the card's own."""
    rides = [ride(100 * card + day, MONDAY + timedelta(days=day), 3_000 + 500 * day, card=card) for day in range(6)]
    taps = [tap(100 * card + n, MONDAY + timedelta(days=n % 6, minutes=90 * n), card=card) for n in range(14)]
    return [*rides, *taps]


def available(world: World) -> list[int]:
    return world.database.in_transaction(
        lambda session: [get_balance(session, wallet_id=one, now=world.now).available for one in world.residents]
    )


@pytest.mark.parametrize("seed", range(6))
def test_shuffled_batches_with_duplicates_give_what_one_in_order_gives(
    rolled_back: Database, secrets: Secrets, seed: int
) -> None:
    world, chance = build_world(rolled_back, secrets, residents=4), Random(seed)  # noqa: S311 - orders work
    in_order, shuffled = [*week_of(0), *week_of(1)], [*week_of(2), *week_of(3)]
    sent_once = [str(one["id"]) for one in (*in_order, *shuffled)]
    world.send(in_order)
    arrivals = shuffled + chance.choices(shuffled, k=25)
    chance.shuffle(arrivals)
    answered: dict[str, int] = {}
    while arrivals:
        size = chance.randint(1, 15)
        batch, arrivals = arrivals[:size], arrivals[size:]
        for result in world.send(batch + chance.choices(batch, k=2)):
            if result.status != "duplicate":
                answered[str(result.id)] = answered.get(str(result.id), 0) + 1
    first, second, third, fourth = available(world)
    assert (first, second) == (third, fourth)
    assert first > 0
    assert set(answered.values()) == {1}, "each was taken in once, and the rest were told so"
    kept = rolled_back.in_transaction(lambda session: session.execute(EVENTS, {"ids": sent_once}).scalar_one())
    assert kept == len(sent_once)
    assert not rolled_back.in_transaction(verify_ledger).findings
    assert not rolled_back.in_transaction(find_event_drift)
