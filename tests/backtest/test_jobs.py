"""Back-tests of stored events, as jobs."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlmodel import Session

from app.backtest.errors import BacktestEnded, BacktestUnknown, SpanUpsideDown
from app.backtest.jobs import BacktestRead, ask_backtest, cancel_backtest, get_backtest
from app.backtest.work import MOST_ATTEMPTS, SILENCE, Evidence, work_next_backtest
from app.core.clock import SetClock
from app.core.database import Database
from app.core.secret_store import Secrets
from rules.document import Rule
from rules.packs import LEEDS, load_pack
from rules.parts import Rate
from tests.databases import SCHEME
from tests.earning.world import World, build_world, ride

Work = Callable[..., BacktestRead | None]


@pytest.fixture
def city(database: Database, secrets: Secrets) -> World:
    """Two residents with rides on five weeks of Mondays, and one without any."""
    world = build_world(database, secrets)
    first = datetime.fromisoformat("2026-10-12T09:00:00Z")
    for week in range(5):
        at = first + timedelta(weeks=week)
        world.send([ride(10 * week + card, at, 5_000, card=card) for card in range(2)], at=at + timedelta(hours=1))
    return world


@pytest.fixture
def attached() -> list[Evidence]:
    return []


@pytest.fixture
def work(city: World, attached: list[Evidence]) -> Work:
    """Works on the next back-test, in this process unless told otherwise."""

    def run(*, processes: int = 1, stop: Callable[[], bool] = lambda: False) -> BacktestRead | None:
        return work_next_backtest(
            city.database,
            scheme=SCHEME,
            clock=SetClock(city.now),
            processes=processes,
            attach=lambda _session, evidence: attached.append(evidence),
            stop=stop,
        )

    return run


def _draft() -> Rule:
    """Cycling, at half the points."""
    (rule,) = (rule for rule in load_pack(LEEDS) if rule.id == "rul_cycle_distance")
    effect = Rate(kind="rate", fact="distance_m", points=1, every=1000)
    return rule.model_copy(update={"version": 2, "effect": effect})


def _ask(world: World) -> BacktestRead:
    def ask(session: Session) -> BacktestRead:
        span = {"from_on": date(2026, 9, 1), "to_on": date(2026, 11, 21)}
        return ask_backtest(session, draft=_draft(), revision=3, officer_id=7, now=world.now, **span)

    return world.database.in_transaction(ask)


@pytest.mark.parametrize("processes", [1, 2])
def test_stored_events_are_judged_under_the_rules_in_force_and_under_the_draft(
    city: World, work: Work, attached: list[Evidence], processes: int
) -> None:
    asked = _ask(city)
    assert (asked.status, asked.result) == ("waiting", None)
    done = work(processes=processes)
    assert done is not None
    assert (done.public_id, done.status, done.percent, done.residents) == (asked.public_id, "done", 100, 2)
    assert done.result is not None
    assert done.result["cost"] == {"key": "all", "before_points": 100, "after_points": 50, "difference_points": -50}
    assert done.result["residents"]["lose"] == 2
    assert done.result["history"]["enough"] is True
    assert {row["key"] for row in done.result["run_out"]} == {rule.campaign for rule in load_pack(LEEDS)}
    (evidence,) = attached
    assert (evidence.backtest.rule_key, evidence.backtest.revision) == ("rul_cycle_distance", 3)
    # 50 points fewer in 29 days, over the 670 days of the rule.
    assert evidence.central_points == -50 * 670 // 29
    assert evidence.low_points <= evidence.central_points <= evidence.high_points
    assert work() is None


def test_an_order_to_stop_leaves_the_work_to_whoever_comes_next(city: World, work: Work) -> None:
    _ask(city)
    left = work(stop=lambda: True)
    assert left is not None
    assert left.status == "running"
    done = work()
    assert done is not None
    assert done.status == "done"


def test_what_broke_down_too_often_is_given_up_with_a_reason(
    city: World, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ask(city)

    def break_down(*_: object, **__: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr("app.backtest.work.run_backtest", break_down)
        for _ in range(MOST_ATTEMPTS):
            with pytest.raises(ConnectionResetError):
                work()
            assert work() is None  # still somebody's, as far as anybody can tell
            city.now += SILENCE + timedelta(seconds=1)
    given_up = work()
    assert given_up is not None
    assert given_up.status == "failed"
    assert given_up.reason is not None
    assert "broke down" in given_up.reason


def test_a_cancelled_back_test_is_worked_on_no_more(city: World, work: Work, attached: list[Evidence]) -> None:
    asked = _ask(city)

    def cancel() -> BacktestRead:
        return city.database.in_transaction(
            lambda session: cancel_backtest(session, backtest=asked.public_id, now=city.now)
        )

    assert cancel().status == "cancelled"
    assert work() is None
    assert attached == []
    with pytest.raises(BacktestEnded):
        cancel()


def test_one_that_is_cancelled_during_the_work_keeps_no_result(
    city: World, work: Work, attached: list[Evidence]
) -> None:
    asked = _ask(city)
    asks = iter(range(100))

    def cancel_at_the_third_look() -> bool:
        if next(asks) == 2:
            city.database.in_transaction(
                lambda session: cancel_backtest(session, backtest=asked.public_id, now=city.now)
            )
        return False

    ended = work(stop=cancel_at_the_third_look)
    assert ended is not None
    assert (ended.status, ended.result) == ("cancelled", None)
    assert attached == []


def test_a_span_ends_after_it_begins_and_not_in_the_future(session: Session) -> None:
    now = datetime.fromisoformat("2026-11-22T12:00:00Z")
    for from_on, to_on in ((date(2026, 9, 2), date(2026, 9, 1)), (date(2026, 9, 1), date(2026, 11, 23))):
        with pytest.raises(SpanUpsideDown):
            ask_backtest(session, draft=_draft(), revision=1, from_on=from_on, to_on=to_on, officer_id=7, now=now)


def test_a_back_test_that_nobody_asked_for_is_not_found(session: Session) -> None:
    with pytest.raises(BacktestUnknown):
        get_backtest(session, backtest=uuid4())
