"""The reading of the ASVS leaves no chapter out and names only what is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "asvs.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.splitlines() if line.startswith("| V")]
STATES = ("holds", "partly", "gap", "does not apply", "do not apply", "V10.5")


def test_every_chapter_of_level_2_is_read() -> None:
    assert re.findall(r"^## V(\d+) ", PAGE, re.MULTILINE) == [str(number) for number in range(1, 17)]
    assert len(ROWS) > 60


def test_every_row_says_how_it_stands_in_which_code_and_by_which_test() -> None:
    for section, state, code, test in ROWS:
        assert state.startswith(STATES), section
        assert re.fullmatch(r"`[^`]+`(, `[^`]+`)*", code), section
        assert re.fullmatch(r"`tests/[^`]+`(, `tests/[^`]+`)*", test), section


def test_every_file_it_names_is_there() -> None:
    named = {name for *_, code, test in ROWS for name in re.findall(r"`([^`]+)`", f"{code} {test}")}
    assert {name for name in named if not (ROOT / name).is_file()} == set()
