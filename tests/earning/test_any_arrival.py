"""Whatever the order, the repeats and the batches in which events arrive, the books end the same."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from app.earning.records import load_kept
from app.earning.verify import find_event_drift
from app.ledger.queries import get_balance
from app.ledger.verify import verify_ledger
from app.residents.service import enrol_resident, link_card
from app.rulebook.queries import load_timeline
from rules.fold import replay
from tests.earning.world import CHECK_IN, START, World, event, ride, tap

_numbers = itertools.count(1)
MONDAY = datetime(2026, 11, 9, tzinfo=UTC)
MINUTES = 13 * 24 * 60


@dataclass(frozen=True)
class Act:
    """Something that a resident did, `minute` minutes into the fortnight."""

    kind: str
    minute: int
    amount: int


ACTS = st.builds(
    Act,
    kind=st.sampled_from(["on", "on", "on", "off", "ride", "check-in"]),
    minute=st.integers(0, MINUTES // 7).map(lambda week_part: week_part * 7),
    amount=st.integers(0, 4000),
)


def _as_event(act: Act, number: int, card: int) -> dict[str, object]:
    at = MONDAY + timedelta(minutes=act.minute)
    if act.kind in {"on", "off"}:
        return tap(number, at, card=card, leg=act.kind, stop=f"stop{act.amount % 2}")
    if act.kind == "ride":
        return ride(number, at, act.amount * 5, card=card)
    return event(CHECK_IN, f"C-{number}", "checkin.scan", at, card=card, data={"place": "library"})


def _join(world: World) -> tuple[int, int]:
    """A fresh resident and the number of their card."""
    card = 1_000_000 + next(_numbers)

    def join(session: Session) -> int:
        resident = enrol_resident(session, name="Resident", connection="work", ward=None, enrolled_at=START, now=START)
        subject = f"card:{card}"
        link_card(session, resident_id=resident.id, subject=subject, source_id=None, keys=world.keys, enrolled_at=START)
        return resident.id

    return world.database.in_transaction(join), card


def _assert_as_if_replayed(world: World, resident_id: int) -> None:
    def compare(session: Session) -> None:
        kept = load_kept(session, resident_ids=[resident_id])[resident_id]
        folded = replay(load_timeline(session), [known.event for known in kept], None)
        outcomes = {outcome.key: outcome for outcome in folded.outcomes}
        for known in kept:
            assert known.lines == outcomes[known.event.key].lines
            assert known.reasons == outcomes[known.event.key].reasons
        balance = get_balance(session, wallet_id=resident_id, now=world.now)
        assert balance.available == sum(outcome.points for outcome in folded.outcomes)

    world.database.in_transaction(compare)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data(), acts=st.lists(ACTS, min_size=1, max_size=25))
def test_arrival_order_repeats_voids_and_batches_change_nothing(
    world: World, data: st.DataObject, acts: list[Act]
) -> None:
    resident_id, card = _join(world)
    sent = [_as_event(act, next(_numbers), card) for act in acts]
    arrivals = data.draw(st.permutations([*sent, *data.draw(st.lists(st.sampled_from(sent), max_size=5))]))
    adjusted = points = 0
    while arrivals:
        size = data.draw(st.integers(1, len(arrivals)))
        batch, arrivals = arrivals[:size], arrivals[size:]
        for result in world.send(batch):
            assert result.status in {"awarded", "recorded", "duplicate"}
            if result.status != "duplicate":
                points += result.points
                adjusted += result.adjusted
    _assert_as_if_replayed(world, resident_id)
    balance = world.database.in_transaction(lambda s: get_balance(s, wallet_id=resident_id, now=world.now))
    assert balance.available == points + adjusted, "what senders were told adds up to what the wallet holds"
    for gone in data.draw(st.lists(st.sampled_from(sent), max_size=3)):
        world.void(str(gone["source"]), str(gone["id"]))
        _assert_as_if_replayed(world, resident_id)
    assert not world.database.in_transaction(lambda session: verify_ledger(session).findings)
    assert not world.database.in_transaction(find_event_drift)
