"""One PostgreSQL cluster of our own: made once, started, found running, stopped. Its callers hold DATA_DIR's lock."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from app.core.postgres_binaries import find_binaries
from app.core.postgres_home import Account, Home, PostgresUnavailable, find_home

NAME = "rewards"
OUR_MARK = "cluster_name=smart_leeds_rewards"
"""Among the options of a server that we started; one that a person started by hand is never stopped by us."""
SETTINGS = (
    OUR_MARK,
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",  # a socket's path may be 107 bytes at most, and a folder's name is not ours to shorten
    "timezone=UTC",
    "log_timezone=UTC",
    "shared_buffers=256MB",
    "max_connections=200",
    "wal_compression=on",  # page images after a checkpoint are a third of the log otherwise
    "log_error_verbosity=terse",  # the details of an error, and the statement, may hold personal data
    "log_min_error_statement=panic",
)
RETRY_SECONDS = 10.0
"""After a kill -9 the server's children hold its memory for a second or so, and it cannot start until they are gone."""
READY_SECONDS = 120.0
"""How long a live server may recover from a crash before it answers."""


@dataclass(frozen=True)
class Cluster:
    """A cluster that exists on disk; `password` is that of its one user, `rewards`."""

    data: Path
    programs: Path
    account: Account
    password: str

    def start(self) -> tuple[int, bool]:
        """Give the port, and whether this call started the server. Raises PostgresUnavailable."""
        began = time.monotonic()
        said = ""
        while True:
            port = _find_live_port(self.data)
            started_here = port is None
            if port is None:
                port = _free_port()
                said = self._launch(port)
            if self._answers(port):
                return port, started_here
            waited = time.monotonic() - began
            if waited > (RETRY_SECONDS if started_here else READY_SECONDS):
                message = (
                    f"PostgreSQL did not start within {waited:.0f} seconds. See {self._log}.\n{said or self._tail()}"
                )
                raise PostgresUnavailable(message)
            time.sleep(0.2)

    def stop_if_ours(self) -> None:
        """Stop the server and wait until its data are safely written; leave alone one that a person started."""
        options = self.data / "postmaster.opts"
        if not options.exists() or OUR_MARK not in options.read_text(errors="replace"):
            return
        if _find_live_port(self.data) is not None:
            self.account.run(self.programs / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", "60")

    def _launch(self, port: int) -> str:
        # A stale pid may be another program's by now; PostgreSQL would take that for a running server.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        options = ["-p", str(port), *(word for setting in SETTINGS for word in ("-c", setting))]
        started = self.account.run(
            *(self.programs / "pg_ctl", "start", "-D", self.data, "-l", self._log),
            *("-w", "-t", str(int(READY_SECONDS)), "-o", shlex.join(options)),
        )
        return "" if started.returncode == 0 else self._tail() or started.stdout

    def _answers(self, port: int) -> bool:
        """Whether the server takes our password and has our database, which is made when missing."""
        if port == 0:
            return False
        try:
            with psycopg.connect(
                host="127.0.0.1",
                port=port,
                user=NAME,
                password=self.password,
                dbname="postgres",
                connect_timeout=5,
                autocommit=True,
            ) as connection:
                if connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).fetchone() is None:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
        except psycopg.OperationalError:
            return False
        return True

    @property
    def _log(self) -> Path:
        return self.data / "server.log"

    def _tail(self) -> str:
        if not self._log.exists():
            return ""
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])


def open_cluster(data_dir: Path) -> Cluster:
    """Find this DATA_DIR's cluster, or make it. Raises PostgresUnavailable."""
    home = find_home(data_dir)
    programs = find_binaries(home).directory
    kept = data_dir / "postgres-password"
    if not home.data.exists():
        password = secrets.token_urlsafe(32)
        _initialise(home, programs, password, kept)
    elif not kept.exists():
        message = f"{kept} is missing, and {home.data} cannot be opened without it. Put it back, or remove the data."
        raise PostgresUnavailable(message)
    return Cluster(home.data, programs, home.account, kept.read_text(encoding="ascii"))


def _initialise(home: Home, programs: Path, password: str, kept: Path) -> None:
    """Build the cluster aside and rename it into place, so that an interrupted start leaves nothing half made."""
    building = home.data.with_name("postgres.building")
    if building.exists():
        shutil.rmtree(building)
    building.mkdir(mode=0o700)
    _write_private(building / "password", password)
    home.account.own(building / "password")
    home.account.own(building)
    made = home.account.run(
        *(programs / "initdb", "-D", building / "data", "--username", NAME, "--pwfile", building / "password"),
        *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--data-checksums", "--no-instructions"),
    )
    if made.returncode != 0:
        message = f"PostgreSQL could not make its data in {building}:\n{made.stdout.strip()}"
        raise PostgresUnavailable(message)
    kept.unlink(missing_ok=True)
    _write_private(kept, password)
    (building / "data").rename(home.data)
    shutil.rmtree(building)


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)


def _find_live_port(data: Path) -> int | None:
    """Give the port of the server that runs on these data (0: it has yet to say), or None when there is none."""
    try:
        lines = (data / "postmaster.pid").read_text(errors="replace").splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not _runs_in(pid, data):
        return None
    return int(lines[3]) if len(lines) > 3 and lines[3].strip().isdigit() else 0  # noqa: PLR2004 - the port's line


def _runs_in(pid: int, data: Path) -> bool:
    """Whether the process lives and is this cluster's: a server's current directory is its data directory."""
    if Path("/proc/self/cwd").exists():
        try:
            return Path(f"/proc/{pid}/cwd").samefile(data)  # not so for a zombie, nor for a reused pid
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
