"""Takes a back-test from waiting to its end. Broken off, it begins anew: nothing of it is kept but the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import msgspec
from sqlalchemy import or_, text
from sqlmodel import Session, col, select

from app.backtest.jobs import BacktestRead, read_row
from app.backtest.report import Setting, project, write_report
from app.backtest.run import find_crowd_types, run_backtest
from app.backtest.samples import trace_samples
from app.backtest.sets import build_sets
from app.backtest.stored import Span, plan_chunks
from app.backtest.tables import Backtest
from app.core.clock import LONDON, Clock, london_date
from app.core.database import APP_ROLE, Database
from app.rulebook.publishing import rules_at
from app.rulebook.queries import find_budgets, load_timeline
from app.rulebook.titles import list_titles
from rules.document import Rule
from rules.errors import RuleSetRefused
from rules.places import Zone

SILENCE: Final = timedelta(seconds=60)
"""How long nobody may have shown a sign of life before somebody else begins anew."""
SIGN_EVERY: Final = timedelta(seconds=2)
MOST_ATTEMPTS: Final = 3
CHUNK_EVENTS: Final = 20_000
FAILED: Final = "The work on it broke down {attempts} times. Ask for the back-test again."

Attach = Callable[[Session, "Evidence"], object]
"""Hands the result on to the draft."""


@dataclass(frozen=True)
class Evidence:
    """What a draft keeps of a back-test: points that it adds over its validity."""

    backtest: BacktestRead
    low_points: int
    central_points: int
    high_points: int
    now: datetime


@dataclass(frozen=True)
class _Claim:
    """A back-test that is ours to work on, as long as its attempt stays the same and nobody called it off."""

    number: int
    attempt: int
    draft: Rule
    from_on: date
    to_on: date
    in_force: tuple[Rule, ...]
    zones: tuple[Zone, ...]
    left_points: dict[str, int]
    titles: dict[str, str]


class _TakenOn(Exception):
    """It was called off, somebody else has begun anew, or we were told to stop."""


def work_next_backtest(
    database: Database, *, scheme: str, clock: Clock, processes: int, attach: Attach, stop: Callable[[], bool]
) -> BacktestRead | None:
    """Work on the oldest back-test that nobody works on, in so many processes; None when there is none."""
    claim = database.in_transaction(lambda session: _claim(session, clock.now()))
    if claim is None:
        return None
    if claim.attempt <= MOST_ATTEMPTS:
        work = _Work(database, clock, stop, claim)
        try:
            work.run(scheme, processes, attach)
        except RuleSetRefused as refusal:
            work.end("failed", refusal.told)
        except _TakenOn:
            work.let_go()
    return database.in_transaction(lambda session: read_row(session.get_one(Backtest, claim.number)))


def _claim(session: Session, now: datetime) -> _Claim | None:
    row = session.exec(
        select(Backtest)
        .where(
            text("status IN ('waiting', 'running')"),
            or_(col(Backtest.heartbeat_at).is_(None), col(Backtest.heartbeat_at) < now - SILENCE),
        )
        .order_by(col(Backtest.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    row.attempt, row.status, row.heartbeat_at = row.attempt + 1, "running", now
    if row.attempt > MOST_ATTEMPTS:
        row.status, row.ended_at, row.heartbeat_at = "failed", now, None
        row.reason = FAILED.format(attempts=MOST_ATTEMPTS)
    session.flush()
    artefact = load_timeline(session).at(now)
    return _Claim(
        number=row.id,
        attempt=row.attempt,
        draft=Rule.model_validate_json(msgspec.json.encode(row.document)),
        from_on=row.from_on,
        to_on=row.to_on,
        in_force=rules_at(session, at=now),
        zones=tuple(artefact.zones.values()) if artefact else (),
        left_points={key: budget.left for key, budget in find_budgets(session).items()},
        titles=list_titles(session),
    )


class _Work:
    """The work on one claim."""

    def __init__(self, database: Database, clock: Clock, stop: Callable[[], bool], claim: _Claim) -> None:
        self._database, self._clock, self._stop, self._claim = database, clock, stop, claim
        self._signed_at = clock.now()

    def run(self, scheme: str, processes: int, attach: Attach) -> None:
        claim = self._claim
        until_on = claim.to_on + timedelta(days=1)
        sets = build_sets(
            claim.draft, in_force=claim.in_force, zones=claim.zones, from_on=claim.from_on, until_on=until_on
        )
        url = self._database.engine.url.render_as_string(hide_password=False)
        span = Span(url, scheme, APP_ROLE, _midnight(claim.from_on), _midnight(until_on))
        by_household = any(
            limit.scope == "household" for rule in (*claim.in_force, claim.draft) for limit in rule.limits
        )
        chunks = plan_chunks(
            span, most_events=CHUNK_EVENTS, by_household=by_household, crowd_types=find_crowd_types(sets)
        )
        residents = sum(len(group) for chunk in chunks for group in chunk.groups)
        self._write(lambda _session, row: _begin(row, residents))
        finished = run_backtest(
            sets, chunks, processes=processes, passed=lambda done: self._show_life(done * 100 // len(chunks))
        )
        samples = trace_samples(sets, chunks, finished)
        today_on = london_date(self._clock.now())
        rules = (*claim.in_force, claim.draft)
        setting = Setting(claim.draft, today_on, claim.left_points, samples, rules, claim.titles)
        report = write_report(finished.tallies, setting)
        projected = project(finished.tallies, claim.draft)

        def finish(session: Session, row: Backtest) -> None:
            now = self._clock.now()
            row.status, row.percent, row.result, row.ended_at = "done", 100, report, now
            session.flush()
            attach(session, Evidence(backtest=read_row(row), **projected, now=now))
            row.heartbeat_at = None

        self._write(finish)

    def end(self, status: str, reason: str) -> None:
        def change(_session: Session, row: Backtest) -> None:
            row.status, row.reason, row.ended_at, row.heartbeat_at = status, reason, self._clock.now(), None

        self._write(change)

    def let_go(self) -> None:
        """Leave it to whoever comes next, at once; an order to stop is not held against it."""

        def leave(_session: Session, row: Backtest) -> None:
            row.heartbeat_at, row.attempt = None, row.attempt - 1

        try:
            self._write(leave, may_stop=False)
        except _TakenOn:
            return

    def _show_life(self, percent: int) -> None:
        if self._stop() or self._clock.now() - self._signed_at >= SIGN_EVERY:

            def sign(_session: Session, row: Backtest) -> None:
                row.percent = max(row.percent, percent)

            self._write(sign)

    def _write(self, change: Callable[[Session, Backtest], None], *, may_stop: bool = True) -> None:
        """Change something about it, if it is still ours, and show a sign of life. Raises _TakenOn."""
        if may_stop and self._stop():
            raise _TakenOn
        now = self._clock.now()

        def serve(session: Session) -> None:
            row = session.get(Backtest, self._claim.number, with_for_update=True, populate_existing=True)
            if row is None or row.attempt != self._claim.attempt or row.status != "running":
                raise _TakenOn
            row.heartbeat_at = now
            change(session, row)
            session.flush()

        self._database.in_transaction(serve)
        self._signed_at = now


def _begin(row: Backtest, residents: int) -> None:
    row.residents, row.percent = residents, 0


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time.min, LONDON).astimezone(UTC)
