"""What a sender of events may rely on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import LONDON
from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.units import Points
from app.earning.errors import BatchTooLarge
from app.earning.event_types import list_event_types
from app.earning.queries import get_event
from app.earning.verify import find_event_drift
from app.ledger.chart import TransferKind
from app.ledger.queries import get_balance, list_event_transfers
from app.ledger.service import place_hold
from app.ledger.verify import verify_ledger
from tests.earning.world import CHECK_IN, HUB, RIDES, TAPS, World, build_world, event, ride, tap

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


def _ten_trips(card: int = 0, first: int = 0) -> list[dict[str, object]]:
    return [tap(first + n, MONDAY + timedelta(hours=12 * n), card=card) for n in range(10)]


def _available(world: World, resident: int = 0) -> int:
    return world.database.in_transaction(
        lambda session: get_balance(session, wallet_id=world.residents[resident], now=world.now).available
    )


def _assert_books_agree(world: World) -> None:
    findings = world.database.in_transaction(lambda session: verify_ledger(session).findings)
    assert not findings
    assert not world.database.in_transaction(find_event_drift)


def test_the_tenth_trip_of_a_week_earns_and_the_wallet_shows_it(world: World) -> None:
    results = world.send(_ten_trips())
    assert [result.status for result in results] == ["recorded"] * 9 + ["awarded"]
    assert [result.points for result in results] == [0] * 9 + [50]
    assert results[0].reasons == ("progress_not_reached",)
    assert _available(world) == 50
    _assert_books_agree(world)


def test_a_repeat_is_a_duplicate_with_the_first_result_and_pays_nothing_more(world: World) -> None:
    first = world.send(_ten_trips())
    second = world.send(_ten_trips())
    assert {result.status for result in second} == {"duplicate"}
    assert [result.points for result in second] == [result.points for result in first]
    assert [result.reasons for result in second] == [result.reasons for result in first]
    assert _available(world) == 50


def test_a_repeat_within_a_batch_is_a_duplicate_of_the_first(world: World) -> None:
    one = ride(1, MONDAY, 5000)
    results = world.send([one, dict(one), ride(1, MONDAY, 6000)])
    assert [result.status for result in results] == ["awarded", "duplicate", "rejected"]
    assert [result.points for result in results] == [10, 10, 0]
    assert results[2].refusal is not None
    assert results[2].refusal.code == "event-changed"


@pytest.mark.parametrize(
    "change", [{"data": {"distance_m": 1}}, {"data": "nonsense"}, {"type": "no.such"}, {"time": 5}]
)
def test_a_changed_duplicate_is_found_before_the_schema_is_checked(world: World, change: dict[str, object]) -> None:
    world.send([ride(1, MONDAY, 5000)])
    (result,) = world.send([ride(1, MONDAY, 5000) | change])
    assert result.refusal is not None
    assert result.refusal.code == "event-changed"
    assert _available(world) == 10


def test_the_same_instant_in_another_zone_is_no_change(world: World) -> None:
    world.send([ride(1, MONDAY, 5000)])
    (result,) = world.send([ride(1, MONDAY, 5000) | {"time": "2026-11-16T09:00:00+01:00"}])
    assert result.status == "duplicate"


def test_a_card_that_nobody_enrolled_is_counted_and_not_stored(world: World) -> None:
    (result,) = world.send([tap(1, MONDAY, card=99)])
    assert (result.status, result.points) == ("not_enrolled", 0)
    stored, counted = world.database.in_transaction(
        lambda session: session.execute(
            text("SELECT (SELECT count(*) FROM events), (SELECT sum(events) FROM not_enrolled_counts)")
        ).one()
    )
    assert (stored, counted) == (0, 1)


def test_an_event_from_before_its_holder_enrolled_is_not_enrolled(world: World) -> None:
    (result,) = world.send([tap(1, datetime(2026, 6, 30, tzinfo=UTC))], at=datetime(2026, 7, 2, tzinfo=UTC))
    assert result.status == "not_enrolled"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"time": "2026-11-22T12:10:00Z"}, "event-in-future"),
        ({"time": "2026-11-08T11:00:00Z"}, "event-too-late"),
        ({"time": "2026-11-20"}, "event-malformed"),
        ({"time": "2026-11-20T10:00:00"}, "event-malformed"),
        ({"time": "0001-01-01T00:00:00+23:59"}, "event-too-late"),
        ({"time": None}, "event-malformed"),
        ({"type": "no.such"}, "event-type-unknown"),
        ({"type": ["x"]}, "event-type-unknown"),
        ({"type": "transit.trip"}, "event-type-unknown"),
        ({"specversion": "0.3"}, "event-malformed"),
        ({"subject": "card:4111111111111111"}, "bank-card-number"),
        ({"subject": "4111 1111 1111 1111"}, "bank-card-number"),
        ({"subject": "card:a/b"}, "subject-malformed"),
        ({"subject": "card:\u202e1"}, "subject-malformed"),
        ({"subject": None}, "subject-malformed"),
        ({"data": {"distance_m": -1}}, "data-invalid"),
        ({"data": {"distance_m": True}}, "data-invalid"),
        ({"data": {"distance_m": 1.5}}, "data-invalid"),
        ({"data": {"distance_m": "5"}}, "data-invalid"),
        ({"data": {"distance_m": 10**30}}, "data-invalid"),
        ({"data": {}}, "data-invalid"),
        ({"data": {"distance_m": 5, "colour": "red"}}, "data-invalid"),
        ({"data": None}, "data-invalid"),
        ({"data_base64": "AAAA"}, "event-malformed"),
    ],
)
def test_a_bad_event_is_rejected_by_name_and_does_not_sink_the_batch(
    world: World, change: dict[str, object], code: str
) -> None:
    bad, good = world.send([ride(1, MONDAY, 5000) | change, ride(2, MONDAY, 5000)])
    assert bad.status == "rejected"
    assert bad.refusal is not None
    assert bad.refusal.code == code
    assert "4111" not in str(bad.refusal)
    assert good.status == "awarded"
    (mended,) = world.send([ride(1, MONDAY + timedelta(hours=3), 5000)])
    assert mended.status == "awarded", "a rejected id may be sent again once it is right"


@pytest.mark.parametrize("bad_id", ["", "a/b", "a\x00b", "a b", "x" * 129, "\u200b", "..", 5, None, "a\\b"])
def test_an_id_that_cannot_stand_in_a_path_is_refused(world: World, bad_id: object) -> None:
    (result,) = world.send([ride(1, MONDAY, 5000) | {"id": bad_id}])
    assert (result.status, result.id) == ("rejected", None)


@pytest.mark.parametrize("sent", [5, None, "x", [], {}, {"id": "1"}])
def test_what_is_no_event_at_all_is_rejected(world: World, sent: object) -> None:
    (result,) = world.send([sent])
    assert result.status == "rejected"


def test_another_clients_source_is_refused_before_anything_is_looked_up(world: World) -> None:
    (result,) = world.send([tap(1, MONDAY) | {"source": "urn:other:taps"}])
    assert result.refusal is not None
    assert result.refusal.code == "source-not-yours"


def test_a_batch_over_the_limit_is_refused_whole(world: World) -> None:
    with pytest.raises(BatchTooLarge):
        world.send([tap(n, MONDAY) for n in range(1001)])


def test_history_is_recorded_unpaid_and_never_counts(world: World) -> None:
    results = world.send(_ten_trips()[:9], history=True)
    assert {(result.status, result.reasons) for result in results} == {("recorded", ("before_scheme",))}
    (tenth,) = world.send([_ten_trips()[9]])
    assert tenth.points == 0
    explained = world.explain(TAPS, "T-0")
    assert explained.sentences == (
        "This happened before the scheme began, so it is kept as history and earns no points.",
    )


def test_a_late_trip_moves_the_award_and_never_lowers_the_total(world: World) -> None:
    trips = _ten_trips()
    world.send([*trips[:4], *trips[5:]])
    (eleventh,) = world.send([tap(11, MONDAY + timedelta(days=5, hours=3))])
    assert eleventh.points == 50
    (late,) = world.send([trips[4]])
    assert (late.points, late.adjusted) == (0, 0), "the award moved from the eleventh to the tenth: net nothing"
    assert _available(world) == 50
    _assert_books_agree(world)


def test_what_an_event_earned_stands_in_its_own_transfers_though_it_came_late(world: World) -> None:
    world.send([ride(1, MONDAY + timedelta(days=3), 5000)])
    results = world.send([*_ten_trips(), ride(2, MONDAY + timedelta(hours=3), 9000)])
    assert [result.points for result in results] == [0] * 9 + [50, 18]
    for source, name, points in ((TAPS, "T-9", 50), (RIDES, "R-2", 18), (TAPS, "T-0", 0)):
        moved = _transfers(world, source, name)
        assert moved == ([(TransferKind.AWARD, points)] if points else []), name
    _assert_books_agree(world)


def test_what_a_late_event_changes_for_others_is_a_correction_in_its_name(world: World) -> None:
    trips = _ten_trips()
    world.send(trips[1:])
    [late] = world.send(trips[:1])
    assert (late.points, late.adjusted) == (0, 50)
    assert _transfers(world, TAPS, "T-0") == [(TransferKind.CORRECTION, 50)]
    _assert_books_agree(world)


def _transfers(world: World, source: str, name: str) -> list[tuple[TransferKind, int]]:
    def read(session: Session) -> list[tuple[TransferKind, int]]:
        found = get_event(session, source=source, external_id=name)
        moved = list_event_transfers(session, event_id=found.id, wallet_id=found.resident_id)
        return [(transfer.kind, transfer.points) for transfer in moved]

    return world.database.in_transaction(read)


def test_tapping_in_and_out_at_one_stop_takes_the_trip_back(world: World) -> None:
    trips = _ten_trips()
    world.send(trips)
    last = MONDAY + timedelta(hours=12 * 9)
    (off,) = world.send([tap(50, last + timedelta(minutes=3), leg="off")])
    assert (off.points, off.adjusted, off.reasons) == (0, -50, ("tap_off",))
    assert _available(world) == 0
    explained = world.explain(TAPS, "T-9")
    assert "same stop" in " ".join(explained.sentences)
    _assert_books_agree(world)


def test_void_undoes_exactly_and_only_once(world: World) -> None:
    world.send([ride(1, MONDAY, 8000), ride(2, MONDAY + timedelta(hours=2), 8000)])
    assert _available(world) == 20, "20 a day at most"

    def void() -> tuple[int, int]:
        done = world.void(RIDES, "R-1")
        return done.points, done.adjusted

    assert void() == (-16, 12), "the second ride had been cut to 4 points by the day's limit"
    assert _available(world) == 16
    assert void() == (0, 0)
    _assert_books_agree(world)


def test_a_spent_budget_refuses_the_points_and_not_the_events(poor_world: World) -> None:
    world = poor_world
    results = world.send([ride(n, MONDAY + timedelta(days=n), 5000, card=n % 3) for n in range(4)])
    assert sum(result.points for result in results) == 25
    assert {result.status for result in results} <= {"awarded", "recorded"}
    assert any("budget_spent" in result.reasons for result in results)
    _assert_books_agree(world)
    for number in range(4):
        explained = world.explain(RIDES, f"R-{number}")
        assert explained.trace is not None
        assert explained.trace.points == results[number].points, "explanations add up also after the budget is spent"


def test_points_that_were_spent_before_they_came_back_are_nobody_elses_to_be_given(
    rolled_back: Database, secrets: Secrets
) -> None:
    """One resident loses what is spent, another gains from the same dry budget in one batch."""
    world = build_world(rolled_back, secrets, budget=50)
    world.send(_ten_trips())
    world.send(_ten_trips(card=1, first=20)[:9])
    world.database.in_transaction(
        lambda session: place_hold(session, wallet_id=world.residents[0], points=Points(50), now=world.now)
    )
    last = MONDAY + timedelta(hours=12 * 9)
    off, tenth = world.send([tap(40, last + timedelta(minutes=2), leg="off"), tap(41, last, card=1)])
    assert off.adjusted == -50
    assert tenth.points == 0
    assert "budget_spent" in tenth.reasons
    _assert_books_agree(world)


def test_a_transfer_whose_event_is_gone_is_told(world: World) -> None:
    world.send([ride(1, MONDAY, 5000)])

    def remove(session: Session) -> None:
        for statement in ("SET ROLE NONE", "DELETE FROM events", "SET ROLE rewards_app"):
            session.execute(text(statement))

    world.database.in_transaction(remove)
    drift = world.database.in_transaction(find_event_drift)
    assert any("is not there" in finding for finding in drift)


def test_explanations_add_up_to_the_award(world: World) -> None:
    world.send([*_ten_trips(), ride(1, MONDAY, 5000)])
    for source, event_id, points in [(TAPS, "T-9", 50), (TAPS, "T-3", 0), (RIDES, "R-1", 10)]:
        explained = world.explain(source, event_id)
        assert explained.trace is not None
        assert explained.trace.points == points
        assert sum(rule.got for rule in explained.trace.rules) == points


def test_every_event_type_has_a_schema_and_derived_ones_say_so() -> None:
    kinds = {str(kind["type"]): kind for kind in list_event_types()}
    assert {"transit.tap", "volunteer.session", "checkin.scan", "cycle.trip", "litter.pick"} <= set(kinds)
    assert kinds["transit.trip"]["derived"] is True
    assert all(kind["schema"] for kind in kinds.values())


def test_local_days_decide_in_summer_time_too(world: World) -> None:
    evening = datetime(2026, 10, 24, 23, 30, tzinfo=LONDON).astimezone(UTC)
    at = datetime(2026, 10, 25, 12, tzinfo=UTC)
    first = event(CHECK_IN, "C-1", "checkin.scan", evening, card=0, data={"place": "library"})
    later = event(CHECK_IN, "C-2", "checkin.scan", evening + timedelta(hours=1), card=0, data={"place": "library"})
    assert [result.points for result in world.send([first, later], at=at)] == [5, 5]


def test_an_attested_session_earns_and_a_fifth_in_a_month_does_not(world: World) -> None:
    sessions = [
        event(HUB, f"V-{n}", "volunteer.session", MONDAY + timedelta(days=n), card=1, data={"minutes": 90})
        for n in range(5)
    ]
    results = world.send(sessions)
    assert [result.points for result in results] == [40, 40, 40, 40, 0]
    assert results[4].reasons == ("limit_reached",)
