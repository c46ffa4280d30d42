"""A whole back-test: every chunk in one of several processes, what everybody shares settled in between."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TypeVar

from app.backtest.judging import Crowds, Judged, Move, Settled, find_moves, judge_group, list_crowds, settle_moves
from app.backtest.lives import Chunk, Group, narrow
from app.backtest.sets import AFTER, BEFORE, Engine, Pair, RuleSets, load_engine
from app.backtest.tallies import Both, Tallies, tally
from app.core.garbage import collect_rarely
from rules.event import Outcome

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


def judge_chunk(sets: RuleSets, chunk: Chunk, settled: BothSettled, number: int) -> Tallies:
    """The work of one process."""
    engine = load_engine(sets)
    return tally(engine, [judged for group in chunk.read() for judged in _judge(engine, group, settled)], chunk=number)


def _judge(engine: Engine, group: Group, settled: BothSettled) -> Iterator[Both]:
    """What the draft cannot touch is judged once for both sets, where it is about few of the events."""
    own = narrow(group, engine.own_types) if engine.common else group
    if engine.common is None or 2 * _count(own) > _count(group):
        yield from _judge_pair(engine, engine.whole, group, [()] * len(group), settled)
        return
    common = [judged.outcomes for judged in judge_group(engine.common, group, settled.before)]
    for life, both in zip(group, _judge_pair(engine, engine.own, own, common, settled), strict=True):
        yield replace(both, life=life)


def _count(group: Group) -> int:
    return sum(len(life.events) for life in group)


def _judge_pair(
    engine: Engine, pair: Pair, group: Group, common: Sequence[Sequence[Outcome]], settled: BothSettled
) -> Iterator[Both]:
    """Residents whom neither the draft nor its earlier version concerns come to the same under both sets."""
    before = judge_group(pair.before, group, settled.before)
    if not any(_is_concerned(engine, pair, judged) for judged in before):
        for shared, had in zip(common, before, strict=True):
            yield Both(had.life, [*shared, *had.outcomes], (), (), had, None)
        return
    after = judge_group(pair.after, group, settled.after)
    for shared, had, gets in zip(common, before, after, strict=True):
        yield Both(gets.life, shared, had.outcomes, gets.outcomes, gets, pair.draft_index)


def _is_concerned(engine: Engine, pair: Pair, before: Judged) -> bool:
    earlier = pair.earlier_index
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
    crowds = list_crowds(engine.whole.before)
    before = _settle(pool, sets, BEFORE, crowds, chunks, passed)
    others = list_crowds(engine.whole.after)
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
        calls = [partial(_find_chunk_moves, sets, side, chunk, settled, crowds) for chunk in chunks]
        moves: list[Move] = []
        for found in _run_all(pool, calls):
            moves += found
            passed(0)
        settled = settle_moves(moves, settled)
    return settled


def _find_chunk_moves(sets: RuleSets, side: str, chunk: Chunk, settled: Settled, crowds: Crowds) -> list[Move]:
    engine = load_engine(sets)
    timeline = engine.whole.before if side == BEFORE else engine.whole.after
    return [move for group in chunk.read(crowds.types) for move in find_moves(timeline, group, settled, crowds.fronts)]


@contextmanager
def _opened(processes: int) -> Iterator[ProcessPoolExecutor | None]:
    if processes == 1:
        yield None
        return
    pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"), initializer=collect_rarely)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


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
