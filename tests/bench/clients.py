"""Clients that work side by side for a while: a process each, so that no lock of one interpreter is measured."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier

BATCH = 1000
Work = Callable[[int], int]
"""Does one batch, by its running number among all clients; returns how many events it took."""

_PROCESSES = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Rate:
    """Events taken by all clients together, how long the slowest one worked, and the clients' processor time."""

    events: int
    seconds: float
    client_cpu_seconds: float

    @property
    def per_second(self) -> float:
        return self.events / self.seconds


def run_clients(make: Callable[[int], Work], *, clients: int, seconds: float, first: int) -> tuple[Rate, int]:
    """Let each client make its own connection, start all at once, and stop after `seconds`.

    `first` is the first batch number that nobody has used; the second result is the next one.
    """
    barrier = _PROCESSES.Barrier(clients)
    results: multiprocessing.Queue[tuple[int, int, float, float]] = _PROCESSES.Queue()
    started = [
        _PROCESSES.Process(target=_work, args=(make, number, clients, seconds, first, barrier, results))
        for number in range(clients)
    ]
    for process in started:
        process.start()
    done = [results.get(timeout=seconds * 10 + 120) for _ in started]
    for process in started:
        process.join()
    batches = max(batch for batch, *_ in done)
    rate = Rate(
        sum(events for _, events, _, _ in done),
        max(took for _, _, took, _ in done),
        sum(cpu for *_, cpu in done),
    )
    return rate, batches


def _work(
    make: Callable[[int], Work],
    number: int,
    clients: int,
    seconds: float,
    first: int,
    barrier: Barrier,
    results: multiprocessing.Queue[tuple[int, int, float, float]],
) -> None:
    work = make(number)
    barrier.wait()
    begun, cpu = time.perf_counter(), time.process_time()
    batch, events = first + number, 0
    while time.perf_counter() - begun < seconds:
        events += work(batch)
        batch += clients
    results.put((batch, events, time.perf_counter() - begun, time.process_time() - cpu))
