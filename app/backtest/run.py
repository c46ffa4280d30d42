"""A whole back-test: every chunk in one of several processes, what everybody shares settled in between."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

from app.backtest.judging import Crowds, Judged, Move, Settled, find_moves, judge_group, list_crowds, settle_moves
from app.backtest.lives import Chunk, Group, narrow
from app.backtest.sets import AFTER, BEFORE, Engine, RuleSets, load_engine
from app.backtest.stored import keep_connections
from app.backtest.tallies import Both, Tallies, tally
from app.core.garbage import collect_rarely

T = TypeVar("T")
NONE_SETTLED: Settled = {}


@dataclass(frozen=True, slots=True)
class BothSettled:
    """What everybody together had reached, under each set of rules."""

    before: Settled
    after: Settled


@dataclass(frozen=True, slots=True)
class Finished:
    """`settled` is what a trace needs to come out the same."""

    tallies: Tallies
    settled: BothSettled


def run_backtest(
    sets: RuleSets, chunks: Sequence[Chunk], *, processes: int, passed: Callable[[int], None] = lambda _: None
) -> Finished:
    """`passed` hears how many chunks are done, 0 until all is settled; it may raise to end the run.

    One process is this one.
    """
    engine = load_engine(sets)
    with _opened(processes) as pool:
        settled = _settle_both(pool, sets, engine, chunks, passed)
        tallies = Tallies()
        calls = [partial(judge_chunk, sets, chunk, settled, number) for number, chunk in enumerate(chunks)]
        for done, found in enumerate(_run_all(pool, calls), start=1):
            tallies.take_in(found)
            passed(done)
    return Finished(tallies, settled)


def find_crowd_types(sets: RuleSets) -> frozenset[str]:
    """Types of the stored events that move what everybody counts together."""
    engine = load_engine(sets)
    crowds = [*list_crowds(engine.before), *list_crowds(engine.after)]
    return frozenset(kind for one in crowds for kind in one.types or ())


def judge_chunk(sets: RuleSets, chunk: Chunk, settled: BothSettled, number: int) -> Tallies:
    """The work of one process."""
    engine = load_engine(sets)
    return tally(engine, (both for group in chunk.read() for both in _judge(engine, group, settled)), chunk=number)


def _judge(engine: Engine, group: Group, settled: BothSettled) -> Iterator[Both]:
    """Residents whom neither the draft nor its earlier version concerns come to the same under both sets.

    For the others only what the draft can touch is judged once more.
    """
    before = judge_group(engine.before, group, settled.before)
    if not any(_is_concerned(engine, judged) for judged in before):
        for had in before:
            yield Both(had.life, had.outcomes, None, had)
        return
    after = judge_group(engine.own, narrow(group, engine.own_types), settled.after)
    for had, gets in zip(before, after, strict=True):
        yield Both(had.life, had.outcomes, gets.outcomes, gets)


def _is_concerned(engine: Engine, before: Judged) -> bool:
    earlier = engine.earlier_index
    if earlier is not None and _has_verdict(before, earlier):
        return True
    return not engine.alike and engine.concerns(before.life.events)


def _has_verdict(judged: Judged, index: int) -> bool:
    for outcome in judged.outcomes:
        for verdict in outcome.verdicts:
            if verdict.plan == index:
                return True
    return False


def _settle_both(
    pool: Executor | None, sets: RuleSets, engine: Engine, chunks: Sequence[Chunk], passed: Callable[[int], None]
) -> BothSettled:
    crowds = list_crowds(engine.before)
    before = _settle(pool, sets, BEFORE, crowds, chunks, passed)
    others = list_crowds(engine.after)
    if others == crowds and all(one.types is not None for one in crowds):
        # Counters of the same names over stored events alone: what moves them is in their names.
        return BothSettled(before, before)
    return BothSettled(before, _settle(pool, sets, AFTER, others, chunks, passed))


def _settle(
    pool: Executor | None,
    sets: RuleSets,
    side: str,
    listed: Sequence[Crowds],
    chunks: Sequence[Chunk],
    passed: Callable[[int], None],
) -> Settled:
    settled = NONE_SETTLED
    for crowds in listed:
        asked = [chunk for chunk in chunks if crowds.types is None or chunk.may_hold(crowds.types)]
        calls = [partial(_find_chunk_moves, sets, side, chunk, settled, crowds) for chunk in asked]
        moves: list[Move] = []
        for found in _run_all(pool, calls):
            moves += found
            passed(0)
        settled = settle_moves(moves, settled)
    return settled


def _find_chunk_moves(sets: RuleSets, side: str, chunk: Chunk, settled: Settled, crowds: Crowds) -> list[Move]:
    engine = load_engine(sets)
    timeline = engine.before if side == BEFORE else engine.after
    return [move for group in chunk.read(crowds.types) for move in find_moves(timeline, group, settled, crowds.fronts)]


@contextmanager
def _opened(processes: int) -> Iterator[ProcessPoolExecutor | None]:
    if processes == 1:
        yield None
        return
    pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"), initializer=_begin_process)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin_process() -> None:
    collect_rarely()
    keep_connections()


def _run_all(pool: Executor | None, calls: Sequence[Callable[[], T]]) -> Iterator[T]:
    """In any order. Only a few calls wait in the pool at a time, so that what they carry is not held twice."""
    if pool is None:
        yield from (call() for call in calls)
        return
    ahead = iter(calls)
    open_calls: set[Future[T]] = {pool.submit(call) for call in islice(ahead, 4)}
    while open_calls:
        done, open_calls = wait(open_calls, return_when=FIRST_COMPLETED)
        open_calls |= {pool.submit(call) for call in islice(ahead, len(done))}
        for future in done:
            yield future.result()
