"""The lockout counts in Redis when there is one, and in memory when it is away."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.web.lockout import Lockout, TooManyUnknownCodes

SERVER = shutil.which("redis-server")


@pytest.fixture
def redis_process(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis of the test's own on a free port."""
    if SERVER is None:
        pytest.skip("redis-server is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(tmp_path))
    with subprocess.Popen([SERVER, *options], stdout=subprocess.DEVNULL) as process:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0", process
        process.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "redis-server did not start"
            time.sleep(0.05)
        else:
            return


def _guess(lockout: Lockout, times: int, *, caller: str = "stf_1", partner_id: int = 1) -> None:
    lockout.remember(caller=caller, partner_id=partner_id)
    for _ in range(times):
        lockout.refuse_locked(caller=caller)
        lockout.count_unknown(caller=caller)


def test_processes_share_the_count_through_redis(redis_process: tuple[str, subprocess.Popen[bytes]]) -> None:
    url, _ = redis_process
    first, second = Lockout(url), Lockout(url)
    _guess(first, 59)
    _guess(second, 1)
    for lockout in (first, second):
        with pytest.raises(TooManyUnknownCodes) as refused:
            lockout.refuse_locked(caller="stf_1")
        assert 0 < refused.value.retry_after_seconds <= 600


def test_an_outage_of_redis_is_survived_in_memory_and_is_not_slow(
    redis_process: tuple[str, subprocess.Popen[bytes]],
) -> None:
    url, process = redis_process
    lockout = Lockout(url)
    _guess(lockout, 5)
    process.terminate()
    process.wait(10)
    started = time.monotonic()
    with capture_logs() as logged:
        _guess(lockout, 60)
        with pytest.raises(TooManyUnknownCodes):
            lockout.refuse_locked(caller="stf_1")
    assert time.monotonic() - started < 5
    assert {line["event"] for line in logged} == {"redis is down, counting in memory", "locked out"}


def test_known_codes_and_other_partners_are_left_alone() -> None:
    lockout = Lockout()
    _guess(lockout, 60)
    lockout.remember(caller="stf_2", partner_id=2)
    for _ in range(1000):
        lockout.refuse_locked(caller="stf_2")
    lockout.refuse_locked(caller="never-seen")
    with pytest.raises(TooManyUnknownCodes):
        lockout.refuse_locked(caller="stf_1")


def test_all_of_a_partners_callers_share_its_count() -> None:
    lockout = Lockout()
    _guess(lockout, 30, caller="stf_1")
    _guess(lockout, 30, caller="till")
    for caller in ("stf_1", "till"):
        with pytest.raises(TooManyUnknownCodes):
            lockout.refuse_locked(caller=caller)
