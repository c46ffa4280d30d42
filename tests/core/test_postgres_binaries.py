"""Which PostgreSQL is chosen for which data, and what is said when none fits."""

from __future__ import annotations

import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core import postgres_binaries
from app.core.postgres_binaries import Binaries, choose_binaries, find_binaries, list_binaries
from app.core.postgres_home import Account, Home, PostgresUnavailable, find_home

OLD = Binaries(Path("/old/bin"), 15, "15.18")
NEW = Binaries(Path("/new/bin"), 18, "18.6")


def test_new_data_take_the_preferred_programs() -> None:
    assert choose_binaries([OLD, NEW], None) == OLD


def test_data_are_opened_by_programs_of_their_own_version() -> None:
    assert choose_binaries([OLD, NEW], 18) == NEW


def test_data_of_another_version_are_refused_naming_both_versions_and_a_way_out() -> None:
    with pytest.raises(PostgresUnavailable, match=r"PostgreSQL 16.*version 15, 18\..*another DATA_DIR"):
        choose_binaries([NEW, OLD], 16)


def test_a_machine_without_postgresql_is_told_what_to_do() -> None:
    with pytest.raises(PostgresUnavailable, match=r"Install it.*DATABASE_URL"):
        choose_binaries([], None)


def test_the_programs_found_here_are_complete_and_new_enough() -> None:
    found = list_binaries()
    assert found
    for binaries in found:
        assert binaries.major >= postgres_binaries.OLDEST
        assert all((binaries.directory / name).exists() for name in postgres_binaries.NEEDED)


def test_the_version_of_the_data_is_read_from_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    monkeypatch.setattr(postgres_binaries, "list_binaries", lambda: [OLD, NEW])
    assert find_binaries(Home(tmp_path / "postgres", Account())) == NEW


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs programs as another user")


@as_root
def test_programs_in_roots_own_folder_are_copied_to_where_nobody_can_run_them(
    open_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "pginstall" / "bin"
    closed.mkdir(parents=True)
    (closed / "postgres").write_text("#!/bin/sh\necho runs\n")
    (closed / "postgres").chmod(0o700)
    monkeypatch.setattr(
        postgres_binaries, "list_binaries", lambda: [Binaries(closed, 18, "18.6", (tmp_path / "pginstall",))]
    )
    nobody = pwd.getpwnam("nobody")
    account = Account(nobody.pw_uid, nobody.pw_gid)
    assert not account.may_reach(closed / "postgres")
    found = find_binaries(Home(open_folder / "postgres", account))
    assert account.run(found.directory / "postgres").stdout == "runs\n"


@as_root
def test_data_that_root_owns_are_refused_in_a_sentence(open_folder: Path) -> None:
    (open_folder / "postgres").mkdir()
    with pytest.raises(PostgresUnavailable, match="other than root"):
        find_home(open_folder)


@as_root
def test_in_an_open_folder_the_data_stay_inside_data_dir(open_folder: Path) -> None:
    assert find_home(open_folder).data == open_folder / "postgres"
