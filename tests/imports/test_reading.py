from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from app.earning.importing.declaration import FileForm
from app.earning.importing.errors import ColumnsMissing, FileUnreadable
from app.earning.importing.reading import LONGEST_CELL, Row, RowFault, read_rows

FORM = FileForm()


def write(folder: Path, content: bytes) -> Path:
    path = folder / "rides.csv"
    path.write_bytes(content)
    return path


def read(folder: Path, content: bytes, *columns: str) -> list[Row]:
    return list(read_rows(write(folder, content), FORM, columns))


def test_a_byte_order_mark_and_windows_line_ends_make_no_difference(tmp_path: Path) -> None:
    plain = read(tmp_path, b"card,at\nA,1\nB,2\n", "card", "at")
    windows = read(tmp_path, b"\xef\xbb\xbfcard,at\r\nA,1\r\nB,2\r\n", "card", "at")
    assert plain == windows == [Row(2, {"card": "A", "at": "1"}), Row(3, {"card": "B", "at": "2"})]


def test_a_missing_column_is_named_beside_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(ColumnsMissing) as refused:
        read(tmp_path, b"card,at\nA,1\n", "card", "when")
    assert refused.value.missing == ["when"]
    assert refused.value.found == ["card", "at"]
    assert '"when"' in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"card,at\nA,\xff\xfe\n"])
def test_a_file_that_is_no_text_is_told_plainly(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileUnreadable, match="cannot be read"):
        read(tmp_path, content, "card")


def test_a_missing_file_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="No such file"):
        list(read_rows(tmp_path / "none.csv", FORM, []))


def test_a_bad_row_is_a_fault_with_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    content = b'card,at\n"A\nA",1\nB\n\nC,3,4\nD,"x"y\nE,5\n'
    rows = read(tmp_path, content, "card", "at")
    assert [row.line for row in rows] == [2, 4, 6, 7, 8]
    assert [isinstance(row.cells, RowFault) for row in rows] == [False, True, True, True, False]


@pytest.mark.parametrize("length", [LONGEST_CELL + 1, 200_000])
def test_an_endless_cell_is_a_fault_of_its_row_only(tmp_path: Path, length: int) -> None:
    rows = read(tmp_path, b"card,at\nA," + b"9" * length + b"\nB,2\n", "card", "at")
    assert isinstance(rows[0].cells, RowFault)
    assert rows[-1].cells == {"card": "B", "at": "2"}


def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    path = write(tmp_path, b"card,at\n" + b"ABCDEFGHIJ,2026-01-01T00:00:00Z\n" * 20_000)
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_rows(path, FORM, ["card", "at"]))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert peak_bytes < 400_000 < path.stat().st_size


def test_progress_ends_at_the_size_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, b"card,at\n" + b"A,1\n" * 5_000)
    passed: list[int] = []
    list(read_rows(path, FORM, ["card"], passed=passed.append))
    assert passed == sorted(passed)
    assert passed[-1] == path.stat().st_size
