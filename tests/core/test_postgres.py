"""The launcher, as root and as an ordinary user, in folders closed to everybody else."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from app.core.postgres_binaries import list_binaries
from app.core.postgres_cluster import _free_port
from app.core.postgres_home import POINTER, Account

ROOT = Path(__file__).parents[2]
PROGRAM = """
import select
import signal
import sys
from pathlib import Path
from app.core.postgres import running_postgres
# A shell without job control starts what it puts in the background, and all beneath it, deaf to Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
with running_postgres(Path(sys.argv[1])) as server:
    print(server.url, server.started_here, flush=True)
    # A plain read would miss a signal that comes just before it blocks: Python's handler runs between its own steps.
    while not select.select([sys.stdin], [], [], 0.1)[0]:
        pass
"""
LEAVING_SECONDS = 90  # longer than the launcher's own patience with a server that is slow to stop


@dataclass
class Visitor:
    """A process that uses the server until it is told to leave."""

    process: subprocess.Popen[str]
    url: str
    started_here: bool

    def leave(self, number: int | None = None) -> int:
        if number is not None:
            self.process.send_signal(number)
        return_code = self.process.wait(LEAVING_SECONDS) if number is not None else None
        self.process.communicate(timeout=LEAVING_SECONDS)
        return self.process.returncode if return_code is None else return_code


@dataclass(frozen=True)
class Place:
    """A DATA_DIR, and whom processes run as that use it."""

    data_dir: Path
    account: Account
    python: Path

    def run(self, data_dir: Path) -> subprocess.Popen[str]:
        """Start a process that uses the server until its input ends."""
        return subprocess.Popen(
            [self.python, "-c", PROGRAM, data_dir],
            user=self.account.uid,
            group=self.account.gid,
            extra_groups=None if self.account.uid is None else [],
            cwd="/",
            env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{Path(psycopg.__file__).parents[1]}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def cluster(self) -> Path:
        pointer = self.data_dir / POINTER
        return (Path(pointer.read_text().strip()) if pointer.exists() else self.data_dir) / "postgres"

    def server_pid(self) -> int | None:
        pid_file = self.cluster / "postmaster.pid"
        return int(pid_file.read_text().split()[0]) if pid_file.exists() else None


Visit = Callable[[], Visitor]


@pytest.fixture(scope="module", params=["as we are", "as an ordinary user"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    account, python = Account(), Path(sys.executable)
    if request.param == "as an ordinary user":
        if os.geteuid() != 0:
            pytest.skip("we are an ordinary user already")
        nobody = pwd.getpwnam("nobody")
        account = Account(nobody.pw_uid, nobody.pw_gid)
        python = _find_python(account)
    folder = Path(tempfile.mkdtemp(prefix="a person's fólder "))  # mode 0700
    account.own(folder)
    place = Place(folder / "data", account, python)
    yield place
    if place.cluster.parent != place.data_dir:
        shutil.rmtree(place.cluster.parent)
    shutil.rmtree(folder)


@pytest.fixture
def visit(place: Place) -> Iterator[Visit]:
    visitors: list[Visitor] = []

    def start() -> Visitor:
        process = place.run(place.data_dir)
        visitors.append(Visitor(process, "", started_here=False))
        assert process.stdout is not None
        url, started_here = process.stdout.readline().split()
        visitors[-1] = Visitor(process, url, started_here == "True")
        return visitors[-1]

    yield start
    for visitor in visitors:
        if visitor.process.poll() is None:
            visitor.leave()


def _find_python(account: Account) -> Path:
    """Find a Python of our version that the account may run: root's own is often in root's home."""
    name = f"python3.{sys.version_info.minor}"
    for python in (Path(sys.executable), Path("/usr/bin", name), Path("/usr/local/bin", name)):
        if python.exists() and account.may_reach(python) and account.may_reach(Path(psycopg.__file__).parent):
            return python
    pytest.skip("no Python that an ordinary user may run")


def _write(url: str, word: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("TRUNCATE kept")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])


def _read(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT word FROM kept").fetchone()
        assert row is not None
        return str(row[0])


def test_what_one_run_wrote_the_next_run_finds(place: Place, visit: Visit) -> None:
    first = visit()
    _write(first.url, "kept")
    first.leave()
    assert place.server_pid() is None
    second = visit()
    assert second.started_here
    assert _read(second.url) == "kept"


def test_a_server_killed_outright_starts_again_with_its_data(place: Place, visit: Visit) -> None:
    first = visit()
    _write(first.url, "survived")
    pid = place.server_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    second = visit()
    assert second.started_here
    assert _read(second.url) == "survived"


def test_a_server_whose_starter_was_killed_is_taken_over_and_stopped(place: Place, visit: Visit) -> None:
    first = visit()
    first.leave(signal.SIGKILL)
    pid = place.server_pid()
    assert pid is not None
    second = visit()
    assert not second.started_here
    assert place.server_pid() == pid
    assert second.url == first.url
    second.leave()
    assert place.server_pid() is None


def test_nobody_stops_the_server_under_another_user_and_the_last_one_out_does(place: Place, visit: Visit) -> None:
    first, second = visit(), visit()
    assert (first.started_here, second.started_here) == (True, False)
    first.leave()
    _write(second.url, "still here")
    third = visit()
    second.leave()
    assert _read(third.url) == "still here"
    third.leave()
    assert place.server_pid() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_program_that_is_told_to_end_stops_its_server(place: Place, visit: Visit, number: int) -> None:
    visitor = visit()
    assert visitor.leave(number) != 0
    assert place.server_pid() is None


def test_a_stale_pid_that_is_now_another_program_does_not_stop_a_start(place: Place, visit: Visit) -> None:
    visit().leave()
    lines = [str(os.getpid()), str(place.cluster), "1700000000", "1", "", "127.0.0.1", "", "ready"]
    stale = place.cluster / "postmaster.pid"
    stale.write_text("\n".join(lines))
    place.account.own(stale)
    assert visit().started_here


def test_a_server_that_a_person_started_by_hand_is_used_and_left_running(place: Place, visit: Visit) -> None:
    visit().leave()
    major = int((place.cluster / "PG_VERSION").read_text())
    owner = place.cluster.stat()
    by_hand = Account(owner.st_uid, owner.st_gid) if os.geteuid() == 0 else Account()
    pg_ctl = next(binaries for binaries in list_binaries() if binaries.major == major).directory / "pg_ctl"
    started = by_hand.run(
        *(pg_ctl, "start", "-w", "-D", place.cluster, "-l", place.cluster / "server.log"),
        *("-o", f"-p {_free_port()} -c listen_addresses=127.0.0.1 -c unix_socket_directories="),
    )
    assert started.returncode == 0, started.stdout
    try:
        visitor = visit()
        assert not visitor.started_here
        visitor.leave()
        assert place.server_pid() is not None
    finally:
        by_hand.run(pg_ctl, "stop", "-w", "-D", place.cluster)


def test_the_password_is_needed_and_only_its_owner_reads_it(place: Place, visit: Visit) -> None:
    url = visit().url
    kept = place.data_dir / "postgres-password"
    assert kept.stat().st_mode & 0o777 == 0o600
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(kept.read_text(), "another"))


def test_a_start_that_was_cut_off_while_making_the_data_is_made_good(place: Place, visit: Visit) -> None:
    visit().leave()
    unfinished = place.cluster.with_name("postgres.building")
    place.cluster.rename(place.cluster.with_name("aside"))
    (unfinished / "data").mkdir(parents=True)
    (unfinished / "data" / "PG_VERSION").write_text("1")
    for path in (unfinished, *unfinished.rglob("*")):
        place.account.own(path)
    assert visit().started_here
    assert not unfinished.exists()


def test_six_first_starts_at_once_make_one_server(place: Place) -> None:
    fresh = place.data_dir.parent / "raced"
    crowd = [place.run(fresh) for _ in range(6)]
    said = [process.communicate(timeout=60)[0].split() for process in crowd]
    assert [process.returncode for process in crowd] == [0] * len(crowd)
    assert len({Path(url).name for url, _ in said}) == 1
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree((fresh / POINTER).read_text().strip())
