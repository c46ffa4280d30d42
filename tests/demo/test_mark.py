from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import Misconfigured
from app.demo.mark import DemoMark, find_mark, write_mark


def test_a_mark_is_read_back_and_replaced(tmp_path: Path) -> None:
    assert find_mark(tmp_path) is None
    write_mark(tmp_path / "new", DemoMark("http://127.0.0.1:8000"))
    write_mark(tmp_path / "new", DemoMark("http://127.0.0.1:8001", database_given=True))
    assert find_mark(tmp_path / "new") == DemoMark("http://127.0.0.1:8001", database_given=True)


@pytest.mark.parametrize("written", ["", "[]", "{}", '"text"'])
def test_a_spoilt_mark_is_told_and_not_taken_for_none(tmp_path: Path, written: str) -> None:
    (tmp_path / "demo.json").write_text(written, encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"demo\.json"):
        find_mark(tmp_path)
