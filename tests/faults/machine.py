"""A machine of its own to switch off: the real `rewards serve` on a scratch DATA_DIR, and its own PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from app.core.postgres_cluster import _free_port, _runs_in, open_cluster
from app.core.postgres_home import find_home

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_SECONDS = 90
ENDS_WITHIN_SECONDS = 30


@dataclass
class Machine:
    """At most one server process at a time, always on the same port. Ends only what it started."""

    data_dir: Path
    port: int = field(default_factory=_free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """That of every program of this machine; the secrets are those that were made in DATA_DIR."""
        kept = json.loads((self.data_dir / "secrets.json").read_text(encoding="utf-8"))
        return {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(self.data_dir),
            "SECRET_KEY": kept["secret_key"],
            "SIGNING_KEY": kept["signing_key"],
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command of the program, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=STARTS_WITHIN_SECONDS,
            check=False,
        )

    def start(self) -> None:
        """Run the server, and its database where that does not run; returns when it is ready."""
        assert self.process is None, "the last one was ended"
        with (self.data_dir / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "serve", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while not self.is_ready():
            assert self.process.poll() is None, f"the server ended at once:\n{self.said()}"
            assert time.monotonic() < deadline, f"the server did not start:\n{self.said()}"
            time.sleep(0.1)

    def is_ready(self) -> bool:
        """Whether the server says that it can serve."""
        try:
            return httpx2.get(f"{self.base_url}/health/ready", timeout=5).status_code == httpx2.codes.OK
        except httpx2.TransportError:
            return False

    def said(self) -> str:
        """The last of what the servers wrote."""
        return (self.data_dir / "serve.log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def kill_server(self) -> None:
        """By kill -9 of the one process; its database goes on."""
        self._end_server(signal.SIGKILL)

    def stop_server(self) -> None:
        """What an operator does: SIGTERM, and it has to end by itself."""
        self._end_server(signal.SIGTERM)

    def kill_database(self) -> None:
        """By kill -9 of the postmaster and all its children; returns when none of them runs."""
        data = find_home(self.data_dir).data
        postmaster = int((data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        assert _runs_in(postmaster, data), "only the postmaster of this very cluster is killed"
        children = _children_of(postmaster)
        assert children, "a database under load has children"
        for pid in (postmaster, *children):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:  # it ended by itself when it lost its postmaster
                continue
        deadline = time.monotonic() + ENDS_WITHIN_SECONDS
        while any(_runs_in(pid, data) for pid in (postmaster, *children)):
            assert time.monotonic() < deadline, "the database did not end"
            time.sleep(0.05)

    def clear(self) -> None:
        """End whatever a failed test has left running."""
        if self.process is not None:
            self._end_server(signal.SIGKILL)
        if self.data_dir.exists() and find_home(self.data_dir).data.exists():
            open_cluster(self.data_dir).stop_if_ours()

    def _end_server(self, number: signal.Signals) -> None:
        assert self.process is not None, "there is a server to end"
        self.process.send_signal(number)
        self.process.wait(ENDS_WITHIN_SECONDS)
        self.process = None


def _children_of(parent: int) -> tuple[int, ...]:
    children = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in parentheses may hold anything; the parent is the second word after it.
            after_name = status.read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(after_name[1]) == parent:
            children.append(int(status.parent.name))
    return tuple(children)
