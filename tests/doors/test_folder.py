from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.earning.importing.dropping import CHECKSUM, SETTLE, DropFolder, Look
from app.earning.importing.folders import Folder
from tests.doors.conftest import DOOR, HEADER, Post, ride
from tests.doors.test_work import declared

GOOD = HEADER + ride(1) + ride(2)


class Drop:
    """A drop folder on disk, with whoever looks after it."""

    def __init__(self, post: Post, path: Path, root: Folder) -> None:
        self.post, self.path, self._root = post, path, root
        self.folder = DropFolder(root, post.database, post.tools, post.clock)

    def put(self, content: str | bytes, name: str = "rides.csv", *, door: str = DOOR, age: timedelta = SETTLE) -> Path:
        """A file that was written to its end `age` ago."""
        path = self.path / door / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        at = (self.post.clock.now() - age).timestamp()
        os.utime(path, (at, at))
        return path

    def look(self) -> Look:
        """Look, work, and look again."""
        first = self.folder.look()
        while self.post.work():
            pass
        second = self.folder.look()
        return Look([*first.outcomes, *second.outcomes], second.unsettled, second.waiting, second.troubles)

    def restart(self) -> None:
        self.folder = DropFolder(self._root, self.post.database, self.post.tools, self.post.clock)

    def list_files(self, *parts: str) -> list[str]:
        return sorted(path.name for path in self.path.joinpath(*parts).iterdir() if not path.is_dir())


@pytest.fixture
def drop(post: Post, tmp_path: Path) -> Iterator[Drop]:
    with Folder.opened(tmp_path / "drop") as root:
        yield Drop(post, tmp_path / "drop", root)


def test_a_dropped_file_is_taken_and_moved_with_the_rows_that_were_not_kept(drop: Drop) -> None:
    drop.put(GOOD + ride(3, metres="far"))
    look = drop.look()
    assert [(one.door, one.name, one.taken) for one in look.outcomes] == [(DOOR, "rides.csv", True)]
    assert drop.list_files(DOOR) == []
    assert drop.list_files(DOOR, "done") == ["rides.csv", "rides.csv.errors.csv"]
    errors = (drop.path / DOOR / "done" / "rides.csv.errors.csv").read_text().splitlines()
    assert errors == ["line,column,reason,code", "4,distance_m,This is not a number.,number-malformed"]
    assert drop.post.count("events") == 2
    assert drop.look().outcomes == []


def test_tomorrows_file_may_have_the_name_of_todays(drop: Drop) -> None:
    drop.put(GOOD)
    drop.look()
    drop.put(HEADER + ride(3))
    assert drop.look().outcomes[0].taken
    assert drop.list_files(DOOR, "done") == ["rides-2.csv", "rides.csv"]


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        (GOOD.replace("distance_m", "metres"), 1, "columns-missing"),
        (HEADER.replace("\n", ",more\n") + ride(1).replace("\n", ",1\n"), 1, "columns-changed"),
        (GOOD[:-1], 3, "file-truncated"),
        (GOOD[:-12] + "\n", 3, "row-broken"),
        (GOOD.encode() + b"\xff,,,,\n", 4, "file-unreadable"),
    ],
)
def test_a_broken_file_goes_into_quarantine_with_line_and_reason(
    drop: Drop, content: str | bytes, line: int, code: str
) -> None:
    drop.post.take(HEADER + ride(90))
    before = drop.post.books()
    drop.put(content)
    look = drop.look()
    assert [one.taken for one in look.outcomes] == [False]
    assert drop.list_files(DOOR) == drop.list_files(DOOR, "done") == []
    assert drop.list_files(DOOR, "quarantine") == ["rides.csv", "rides.csv.reason.txt"]
    told = (drop.path / DOOR / "quarantine" / "rides.csv.reason.txt").read_text().splitlines()
    assert told[0] == "rides.csv was not taken, 2026-11-22 12:00."
    assert told[1] == look.outcomes[0].sentence
    assert told[2:] == [f"line: {line}", f"code: {code}"]
    assert drop.post.books() == before
    assert drop.look().outcomes == []


def test_the_same_file_under_another_name_is_refused_and_says_which(drop: Drop) -> None:
    drop.put(GOOD, "monday.csv")
    drop.look()
    before = drop.post.books()
    drop.put(GOOD, "tuesday.csv")
    (refused,) = drop.look().outcomes
    assert not refused.taken
    assert "monday.csv" in refused.sentence
    assert drop.list_files(DOOR, "quarantine") == ["tuesday.csv", "tuesday.csv.reason.txt"]
    assert drop.post.books() == before


def test_two_of_one_content_at_once_are_taken_once(drop: Drop) -> None:
    drop.put(GOOD, "a.csv")
    drop.put(GOOD, "b.csv")
    assert sorted((one.name, one.taken) for one in drop.look().outcomes) == [("a.csv", True), ("b.csv", False)]
    assert drop.post.count("events") == 2


def test_the_same_file_again_under_its_name_is_put_away_and_not_worked_on(drop: Drop) -> None:
    drop.put(GOOD)
    drop.look()
    drop.put(GOOD)
    (again,) = drop.look().outcomes
    assert again.taken
    assert "nothing was done again" in again.sentence
    assert drop.list_files(DOOR) == []


@pytest.mark.parametrize("name", ["rides.csv.part", "rides.csv.filepart", ".rides.csv", "rides.csv.sha256"])
def test_a_file_that_is_on_its_way_is_left_alone(drop: Drop, name: str) -> None:
    drop.put(GOOD, name)
    assert drop.look() == Look()
    assert drop.list_files(DOOR) == [name]


def test_a_file_that_changed_a_moment_ago_waits(drop: Drop) -> None:
    drop.put(GOOD[:-5], age=timedelta(seconds=1))
    assert drop.look().unsettled == [f"{DOOR}/rides.csv"]
    drop.put(GOOD, age=timedelta(0))
    drop.post.clock.at += SETTLE
    assert drop.look().outcomes[0].taken


def test_a_file_that_grows_while_it_is_read_is_left_for_later(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop.put(GOOD)
    whole = hashlib.file_digest

    def grow(file: object, kind: str) -> object:
        digest = whole(file, kind)  # type: ignore[arg-type]
        path.write_text(GOOD + ride(3))
        return digest

    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", grow)
        assert drop.folder.look().unsettled == [f"{DOOR}/rides.csv"]
    assert drop.post.count("import_files") == drop.post.count("events") == 0


def test_a_crash_before_the_file_was_moved_does_nothing_twice(drop: Drop) -> None:
    drop.put(GOOD)
    assert drop.folder.look().waiting == [f"{DOOR}/rides.csv"]
    drop.restart()
    assert drop.folder.look().waiting == [f"{DOOR}/rides.csv"]
    assert drop.post.work()
    drop.restart()
    assert drop.folder.look().outcomes[0].taken
    assert drop.list_files(DOOR, "done") == ["rides.csv"]
    assert drop.post.count("import_files") == 1
    assert drop.post.count("events") == 2


def test_a_crash_before_a_broken_file_was_moved_refuses_it_again(drop: Drop) -> None:
    drop.put(GOOD[:-1])
    drop.folder.look()
    drop.post.work()
    drop.restart()
    (refused,) = drop.look().outcomes
    assert not refused.taken
    assert drop.list_files(DOOR, "quarantine") == ["rides.csv", "rides.csv.reason.txt"]


def test_a_checksum_beside_the_file_is_compared(drop: Drop) -> None:
    drop.put(GOOD)
    drop.put(hashlib.sha256(GOOD.encode()).hexdigest() + "  rides.csv\n", "rides.csv" + CHECKSUM)
    assert drop.look().outcomes[0].taken
    assert drop.list_files(DOOR, "done") == ["rides.csv", "rides.csv.sha256"]
    drop.put(HEADER + ride(3))
    drop.put("0" * 64, "rides.csv" + CHECKSUM)
    (refused,) = drop.look().outcomes
    assert "checksum" in refused.sentence
    assert drop.list_files(DOOR, "quarantine") == ["rides.csv", "rides.csv.reason.txt", "rides.csv.sha256"]


def test_a_file_waits_for_a_checksum_that_was_agreed(drop: Drop) -> None:
    drop.post.open(declared(checksum=True))
    drop.put(GOOD)
    assert drop.look().unsettled == [f"{DOOR}/rides.csv"]
    drop.put(hashlib.sha256(GOOD.encode()).hexdigest(), "rides.csv" + CHECKSUM)
    assert drop.look().outcomes[0].taken


def test_a_folder_that_is_no_door_keeps_its_files_in_quarantine(drop: Drop) -> None:
    drop.put(GOOD, door="bus-company")
    (refused,) = drop.look().outcomes
    assert "no door" in refused.sentence
    assert drop.list_files("bus-company", "quarantine") == ["rides.csv", "rides.csv.reason.txt"]
    drop.put(GOOD, door="")
    (refused,) = drop.look().outcomes
    assert drop.list_files("quarantine") == ["rides.csv", "rides.csv.reason.txt"]


def test_no_link_is_followed(drop: Drop, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(GOOD)
    folder = drop.path / DOOR
    folder.mkdir()
    (folder / "soft.csv").symlink_to(secret)
    (folder / "hard.csv").hardlink_to(secret)
    os.utime(secret, (0, 0))
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()
    outcomes = drop.look().outcomes
    assert {one.name: one.taken for one in outcomes} == dict.fromkeys(
        ("soft.csv", "hard.csv", "pipe.csv", "folder.csv"), False
    )
    assert secret.read_text() == GOOD
    assert drop.post.count("import_files") == drop.post.count("events") == 0


@pytest.mark.parametrize("inner", ["done", "quarantine"])
def test_nothing_is_moved_through_a_link(drop: Drop, tmp_path: Path, inner: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    drop.put(GOOD)
    (drop.path / DOOR / inner).symlink_to(elsewhere)
    (trouble,) = drop.look().troubles
    assert inner in trouble
    assert list(elsewhere.iterdir()) == []
    assert drop.list_files(DOOR)[-1] == "rides.csv"
    assert drop.post.count("import_files") == 0


def test_the_folder_of_a_door_is_no_link(drop: Drop, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "rides.csv").write_text(GOOD)
    (drop.path / DOOR).symlink_to(elsewhere)
    assert [one.taken for one in drop.look().outcomes] == [False]
    assert (elsewhere / "rides.csv").read_text() == GOOD
    assert drop.post.count("import_files") == 0


@pytest.mark.parametrize("name", ["-rf.csv", "a\nb.csv", "x" * 251 + ".csv", "é☃.csv", "x .csv", b"\xff.csv"])
def test_a_strange_name_does_no_harm(drop: Drop, name: str | bytes) -> None:
    called = os.fsdecode(name)
    drop.put(GOOD, called)
    (outcome,) = drop.look().outcomes
    assert outcome.taken
    assert outcome.name.isprintable()
    assert len(drop.list_files(DOOR, "done")) == 1


def test_a_file_that_is_too_large_is_not_read(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.earning.importing.dropping.LARGEST_BYTES", 10)
    drop.put(GOOD)
    (refused,) = drop.look().outcomes
    assert "10 bytes" in refused.sentence


def test_more_files_than_may_wait_take_their_turn(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.earning.importing.files.MOST_WAITING", 1)
    drop.put(HEADER + ride(1), "a.csv")
    drop.put(HEADER + ride(2), "b.csv")
    first = drop.look()
    assert [one.name for one in first.outcomes] == ["a.csv"]
    assert [one.name for one in drop.look().outcomes] == ["b.csv"]
    assert drop.list_files(DOOR, "quarantine") == []


def test_a_file_of_many_pieces_is_taken_whole(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.earning.importing.dropping.PIECE_BYTES", 7)
    drop.put(GOOD)
    assert drop.look().outcomes[0].taken
    assert drop.post.count("events") == 2
