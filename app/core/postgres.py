"""A PostgreSQL of the program's own, for a machine that was given no DATABASE_URL.

Any number of processes may use one DATA_DIR at a time. Each holds a shared lock on `postgres.users` while it does;
`postgres.lock` is held for the moment of starting and stopping. The last user out stops the server: that is the
process which started it, unless others still used it then, or it was killed. The system drops the locks of a killed
process, so nothing is left to mend by hand.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from app.core.postgres_cluster import NAME, Cluster, open_cluster
from app.core.postgres_home import PostgresUnavailable


@dataclass(frozen=True)
class RunningPostgres:
    """A server that answers; `url` holds the password, so it never belongs in a log."""

    url: str
    started_here: bool

    def __repr__(self) -> str:
        return f"RunningPostgres(started_here={self.started_here})"


@contextmanager
def running_postgres(data_dir: Path) -> Iterator[RunningPostgres]:
    """Run DATA_DIR's server while the block lasts, or use the one that runs. Raises PostgresUnavailable."""
    data_dir.mkdir(parents=True, exist_ok=True)
    data_dir = data_dir.resolve()
    with _termination_unwinds(), _open_lock(data_dir / "postgres.users") as users:
        with _exclusive(data_dir / "postgres.lock"):
            fcntl.flock(users, fcntl.LOCK_SH)
            cluster, port, started_here = _start(data_dir, users)
        try:
            yield RunningPostgres(f"postgresql://{NAME}:{cluster.password}@127.0.0.1:{port}/{NAME}", started_here)
        finally:
            with _exclusive(data_dir / "postgres.lock"):
                _stop_when_last(cluster, users)


def _start(data_dir: Path, users: int) -> tuple[Cluster, int, bool]:
    try:
        cluster = open_cluster(data_dir)
    except PermissionError as refused:
        message = f"{refused.filename} is closed to this user. Run as its owner, or choose another DATA_DIR."
        raise PostgresUnavailable(message) from refused
    try:
        return cluster, *cluster.start()
    except BaseException:  # Ctrl-C too: a server may be on its way up
        _stop_when_last(cluster, users)
        raise


def _stop_when_last(cluster: Cluster, users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    cluster.stop_if_ours()


@contextmanager
def _open_lock(path: Path) -> Iterator[int]:
    try:
        # Reading is enough to lock, so that root's lock file serves the owner of DATA_DIR too.
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    except PermissionError as refused:
        message = f"{path} is closed to this user. Run as its owner, or choose another DATA_DIR."
        raise PostgresUnavailable(message) from refused
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with _open_lock(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def _termination_unwinds() -> Iterator[None]:
    """Make a plain `kill` or a closed terminal end the program the way Ctrl-C does: through every `finally`."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _exit)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _exit(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
