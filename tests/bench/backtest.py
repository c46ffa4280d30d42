"""How fast stored events are back-tested: `python -m tests.bench.backtest`, as a share of the engine's own rate.

The engine's own rate is that of the same two folds of the same events, held in memory, by as many processes at once,
with no reading and no tallying, measured in the same run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg

from app.backtest.judging import judge_group
from app.backtest.lives import Group
from app.backtest.run import find_crowd_types, run_backtest
from app.backtest.sets import RuleSets, build_sets, load_engine
from app.backtest.stored import Span, StoredChunk, plan_chunks
from app.backtest.work import CHUNK_EVENTS
from app.core.database import APP_ROLE
from app.core.garbage import collect_rarely
from app.core.migration import migrate_scheme
from app.core.postgres import running_postgres
from rules.packs import LEEDS, load_pack
from rules.parts import PointsEffect
from tests.bench.cpu import read_cpu_seconds
from tests.bench.engine import Figure

SCHEME = "leeds"
PROCESSES = 2
EVENTS = 1_000_000
EVENTS_A_RESIDENT = 100
ROUNDS = 3
MOST_MIB = 256
"""Whatever the number of events: a process holds a chunk of them at a time."""
_START = datetime(2026, 7, 6, 4, tzinfo=UTC)
_FROM_ON, _UNTIL_ON = date(2026, 7, 1), date(2026, 11, 1)
_WARDS = 33


@dataclass(frozen=True)
class Turn:
    """Seconds of a back-test, and of the bare folds in the slower of the processes; then the processor's for each.

    Where the machine is busy the processor's tell more: a back-test has PostgreSQL beside it, bare folds have nothing.
    """

    backtest: float
    folds: float
    backtest_cpu: float
    folds_cpu: float
    worker_mebibytes: int


def measure_backtest(*, events: int = EVENTS, rounds: int = ROUNDS) -> list[Figure]:
    """In a database of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="rewards-bench-") as folder:
        Path(folder).chmod(0o711)  # root's server runs as nobody, who must get through
        with running_postgres(Path(folder, "data")) as server:
            migrate_scheme(server.url, SCHEME)
            _fill(server.url, events)
            span = Span(server.url, SCHEME, APP_ROLE, _START - timedelta(days=1), _START + timedelta(days=120))
            postmaster = int(Path(folder, "data", "postgres", "postmaster.pid").read_text(encoding="utf-8").split()[0])
            some = [_measure(span, events, "rul_early_trip", postmaster) for _ in range(rounds)]
            every = [_measure(span, events, "rul_ten_trips", postmaster) for _ in range(rounds)]
    return [
        *_compare(f"Back-test of {events:,} events, a rule that one in six meets", some, at_least=0.8),
        *_compare(f"Back-test of {events:,} events, a rule that everybody meets", every),
        Figure(
            "Memory of a process of it",
            max(turn.worker_mebibytes for turn in some + every),
            "MiB at most",
            at_most=MOST_MIB,
        ),
    ]


def _compare(name: str, turns: list[Turn], at_least: float | None = None) -> list[Figure]:
    """The engine's own rate is that of two whole folds."""
    by_clock = statistics.median(turn.folds / turn.backtest for turn in turns)
    by_cpu = statistics.median(turn.folds_cpu / turn.backtest_cpu for turn in turns)
    return [
        Figure(name, by_clock, "of the engine's own rate", at_least=at_least),
        Figure("... by processor time, PostgreSQL's with it", by_cpu, "of the engine's own rate"),
    ]


def _measure(span: Span, events: int, tried: str, postmaster: int) -> Turn:
    """The draft pays twice what the rule in force does."""
    rules = load_pack(LEEDS)
    rule = next(rule for rule in rules if rule.id == tried)
    assert isinstance(rule.effect, PointsEffect)
    draft = rule.model_copy(update={"version": 2, "effect": PointsEffect(kind="points", points=2 * rule.effect.points)})
    sets = build_sets(draft, in_force=rules, zones=(), from_on=_FROM_ON, until_on=_UNTIL_ON)
    cpu, began = _used_cpu(postmaster), time.perf_counter()
    chunks = plan_chunks(span, most_events=CHUNK_EVENTS, by_household=False, crowd_types=find_crowd_types(sets))
    found = run_backtest(sets, chunks, processes=PROCESSES).tallies
    took, cpu = time.perf_counter() - began, _used_cpu(postmaster) - cpu
    assert found.events == events, "every event is judged"
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=collect_rarely) as pool:
        held = [chunks[n::PROCESSES][:5] for n in range(PROCESSES)]
        folds = list(pool.map(_fold_only, [sets] * PROCESSES, held))
    part = sum(len(chunk.groups) for some in held for chunk in some) / sum(len(chunk.groups) for chunk in chunks)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    slower, used = max(clock for clock, _ in folds), sum(cpu for _, cpu in folds)
    return Turn(took, slower / part, cpu, used / part, memory)


def _used_cpu(postmaster: int) -> float:
    """Seconds of this process, of those that it has waited for, and of PostgreSQL where that can be told."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime + (read_cpu_seconds(postmaster) or 0)


def _fold_only(sets: RuleSets, chunks: list[StoredChunk]) -> tuple[float, float]:
    """By the clock, and of the processor."""
    engine = load_engine(sets)
    groups: list[Group] = [group for chunk in chunks for group in chunk.read()]
    began, used = time.perf_counter(), time.process_time()
    for group in groups:
        judge_group(engine.before, group, {})
        judge_group(engine.after, group, {})
    return time.perf_counter() - began, time.process_time() - used


def _fill(url: str, events: int) -> None:
    residents = events // EVENTS_A_RESIDENT
    with psycopg.connect(url, options=f"-c search_path={SCHEME}") as connection:
        connection.execute(
            "INSERT INTO sources (id, name, title, evidence)"
            " VALUES (1, 'urn:wymetro:taps', 'Taps', 'verified'), (2, 'urn:leeds:cycle-hire', 'Rides', 'verified')"
        )
        _fill_residents(connection, residents)
        columns = (
            "id, resident_id, card_id, happened_at, recorded_at, points, adjusted, source_id, evidence, status,"
            " quarter, counted, external_id, type, digest, data, resident_facts, reasons"
        )
        with connection.cursor().copy(f"COPY events ({columns}) FROM STDIN".encode()) as copy:
            for number in range(events):
                copy.write_row(_make_row(number, residents))
        connection.commit()
        connection.execute("ANALYZE events")


def _make_row(number: int, residents: int) -> tuple[object, ...]:
    """Events arrive day by day, each resident's a little more than a day apart; every fifth is a ride."""
    resident, turn = number % residents, number // residents
    at = _START + timedelta(days=turn, minutes=resident * 7 % 960)
    ride = turn % 5 == 0
    data: dict[str, object] = {"mode": ("bus", "rail")[turn % 2], "leg": "on", "stop": f"4500{resident * turn % 900}"}
    if ride:
        data = {"distance_m": 500 + resident * turn % 6_000, "duration_seconds": 900}
    facts = {"ward": f"Ward {resident % _WARDS}", "connection": "live", "pass_type": "adult"}
    written = (msgspec.json.encode(data).decode(), msgspec.json.encode(facts).decode())
    kind = "cycle.trip" if ride else "transit.tap"
    source = 2 if ride else 1
    ids = (number + 1, resident + 1, resident + 1)
    return (*ids, at, at, 0, 0, source, 1, 2, 0, True, str(number), kind, b"\0" * 16, *written, [])


def _fill_residents(connection: psycopg.Connection[tuple[object, ...]], residents: int) -> None:
    connection.execute(
        "INSERT INTO residents (id, public_id, name, connection, ward, enrolled_at, deprivation_decile)"
        " SELECT n, gen_random_uuid(), 'Resident', 'live', 'Ward', %s, 1 + n %% 10 FROM generate_series(1, %s) AS n",
        [_START, residents],
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    for figure in measure_backtest(events=chosen.events, rounds=chosen.rounds):
        print(f"{figure.name}: {figure.value:.2f} {figure.unit}")
