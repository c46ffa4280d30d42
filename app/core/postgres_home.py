"""Where a DATA_DIR's PostgreSQL cluster lives, and as whom its programs run.

PostgreSQL refuses to run as root, so root lends it to the owner of the data, or to `nobody` when there is none yet.
That account must reach the data: when DATA_DIR is closed to it (a 0700 folder, root's home), the cluster lives in a
directory of an unguessable name elsewhere, and a pointer file in DATA_DIR says where.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import Misconfigured

POINTER = "postgres-elsewhere"
PLACES_ELSEWHERE = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - mkdtemp makes an unguessable name of our own
COMMAND_SECONDS = 300
"""Longest that any one program may take: initdb on a slow disk, a start that recovers after a crash."""


class PostgresUnavailable(Misconfigured):
    """No PostgreSQL can be run for this DATA_DIR; `str()` says why and what to do."""


@dataclass(frozen=True)
class Account:
    """Whom PostgreSQL's programs run as; `uid` None means as ourselves."""

    uid: int | None = None
    gid: int | None = None

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a program of PostgreSQL away from our terminal, so that Ctrl-C reaches us and not it."""
        with tempfile.TemporaryFile(
            "w+"
        ) as said:  # a pipe would stay open for as long as the server that pg_ctl leaves
            done = subprocess.run(  # noqa: S603 - programs of PostgreSQL that we found, no shell
                command,
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.uid is None else [],
                cwd="/",  # theirs to enter, which our own current directory may not be
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                check=False,
                timeout=COMMAND_SECONDS,
            )
            said.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, said.read())

    def may_reach(self, path: Path) -> bool:
        """Ask the system itself: whether the account may enter the directory or run the program."""
        return self.uid is None or self.run("/bin/sh", "-c", 'test -x "$0"', path).returncode == 0

    def own(self, path: Path) -> None:
        """Give the account what we made for it."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Home:
    """The cluster's data directory (which may not exist yet) and the account that owns it."""

    data: Path
    account: Account


def find_home(data_dir: Path) -> Home:
    """Find the place of this DATA_DIR's cluster, or choose one. Raises PostgresUnavailable when it is not ours."""
    pointer = data_dir / POINTER
    elsewhere = Path(pointer.read_text(encoding="utf-8").strip()) if pointer.exists() else None
    data = (elsewhere or data_dir) / "postgres"
    if os.path.lexists(data):
        return _existing_home(data)
    if os.geteuid() != 0:
        return Home(data_dir / "postgres", Account())
    nobody = pwd.getpwnam("nobody")
    account = Account(nobody.pw_uid, nobody.pw_gid)
    if elsewhere is not None and elsewhere.is_dir() and elsewhere.lstat().st_uid == 0:
        return Home(data, account)
    if not account.may_reach(data_dir):
        data = _make_place_elsewhere(account, data_dir) / "postgres"
        pointer.write_text(f"{data.parent}\n", encoding="utf-8")
    return Home(data, account)


def _existing_home(data: Path) -> Home:
    status = data.lstat()
    owner = status.st_uid
    if os.geteuid() not in {0, owner}:
        message = f"{data} belongs to another user ({owner}). Run as that user, or choose another DATA_DIR."
        raise PostgresUnavailable(message)
    account = Account(owner, status.st_gid) if os.geteuid() == 0 else Account()
    if data.is_symlink() or owner == 0 or not account.may_reach(data):
        message = (
            f"User {owner}, who owns {data}, cannot run PostgreSQL there: it must be a directory (not a link) of a "
            f"user other than root, who may enter every folder above it. Mend that, or choose another DATA_DIR."
        )
        raise PostgresUnavailable(message)
    return Home(data, account)


def _make_place_elsewhere(account: Account, data_dir: Path) -> Path:
    for parent in PLACES_ELSEWHERE:
        if parent.is_dir() and os.access(parent, os.W_OK) and account.may_reach(parent):
            place = Path(tempfile.mkdtemp(prefix="smart-leeds-rewards-", dir=parent))
            place.chmod(0o711)
            (place / "belongs-to").write_text(f"{data_dir}\n", encoding="utf-8")
            return place
    message = f"PostgreSQL does not run as root, and {data_dir} is closed to other users: choose another DATA_DIR."
    raise PostgresUnavailable(message)
