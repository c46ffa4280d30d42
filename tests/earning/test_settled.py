"""What happened more than 90 days ago keeps what it got: no late event, no fuller budget and no reversal undoes it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.units import Points
from app.earning.taking_back import reverse_event
from app.ledger.decisions import Decision
from app.ledger.journal import lock_accounts
from app.ledger.queries import get_balance
from app.ledger.service import fund_campaign, place_hold, release_holds
from app.rulebook.queries import find_campaign
from tests.earning.world import FUNDER, LITTER, RIDES, World, build_world, event, ride

LONG_AGO = datetime(2026, 7, 20, 8, tzinfo=UTC)
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


def _fund_rides(world: World) -> None:
    def fund(session: Session) -> None:
        campaign = find_campaign(session, "cmp_ride_leeds")
        fund_campaign(session, campaign_id=campaign, points=Points(1000), funder_id=FUNDER, now=world.now)

    world.database.in_transaction(fund)


def _points(world: World) -> int:
    return world.database.in_transaction(
        lambda session: get_balance(session, wallet_id=world.residents[0], now=world.now).available
    )


def test_what_an_officer_reversed_is_not_paid_again_by_a_late_event(rolled_back: Database, secrets: Secrets) -> None:
    world = build_world(rolled_back, secrets, residents=1, budget=4)
    [first] = world.send([ride(1, LONG_AGO, 5000)], at=LONG_AGO + timedelta(days=1))
    assert first.points == 4, "the budget had no more"
    decision = Decision(1, "A copied card")
    rolled_back.in_transaction(
        lambda session: reverse_event(session, source=RIDES, external_id="R-1", decision=decision, now=world.now)
    )
    _fund_rides(world)
    world.send([ride(2, MONDAY + timedelta(hours=2), 500)])
    [late] = world.send([ride(3, MONDAY, 500)])
    assert (late.points, late.adjusted, _points(world)) == (1, 0, 2)


def test_an_old_event_that_a_spent_budget_refused_is_not_paid_by_an_unrelated_late_one(
    rolled_back: Database, secrets: Secrets
) -> None:
    world = build_world(rolled_back, secrets, residents=1, budget=4)
    world.send([ride(1, LONG_AGO, 5000)], at=LONG_AGO + timedelta(days=1))
    _fund_rides(world)
    world.send([ride(2, MONDAY + timedelta(hours=2), 500)])
    [late] = world.send([ride(3, MONDAY, 500)])
    assert late.adjusted == 0


def test_a_goal_that_is_reached_when_little_is_left_is_trimmed_like_anything_else(
    rolled_back: Database, secrets: Secrets
) -> None:
    """45 points: a pick of the week pays 30, and at the thousandth bag the goal asks for 20."""
    world = build_world(rolled_back, secrets, residents=2, budget=45)
    picks = [
        event(LITTER, f"L-{n}", "litter.pick", MONDAY + timedelta(minutes=n), card=0, data={"bags": 100})
        for n in range(10)
    ]
    world.send(picks[:9])
    [last, ridden] = world.send([picks[9], ride(1, MONDAY, 5000, card=1)])
    assert (last.points, ridden.points) == (15, 10)


def test_a_batch_of_early_and_late_events_and_a_sweep_never_wait_for_each_other(
    database: Database, secrets: Secrets
) -> None:
    world = build_world(database, secrets, residents=2)
    first, second = world.residents
    world.send([ride(1, MONDAY, 5000, card=0), ride(2, MONDAY, 5000, card=1)])

    def hold(session: Session) -> list[int]:
        return [
            place_hold(session, wallet_id=resident, points=Points(2), now=world.now) for resident in (first, second)
        ]

    holds = database.in_transaction(hold)
    let_go, locked = threading.Event(), threading.Event()

    def block(session: Session) -> None:
        lock_accounts(session, [first])
        locked.set()
        let_go.wait(10)

    late_and_early = [
        ride(3, MONDAY - timedelta(days=1), 5000, card=0),
        ride(4, MONDAY + timedelta(days=1), 5000, card=1),
    ]
    threads = [
        threading.Thread(target=database.in_transaction, args=(block,)),
        threading.Thread(
            target=database.in_transaction,
            args=(lambda session: release_holds(session, hold_ids=holds, now=world.now),),
        ),
        threading.Thread(target=world.send, args=(late_and_early,)),
    ]
    threads[0].start()
    locked.wait(10)
    for thread in threads[1:]:
        thread.start()
        thread.join(0.4)  # long enough to reach its first lock
    let_go.set()
    for thread in threads:
        thread.join(20)
    database.engine.dispose()  # a connection reports its numbers when it ends
    deadlocks = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert database.in_transaction(lambda session: session.execute(deadlocks).scalar_one()) == 0
