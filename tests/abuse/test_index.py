"""The page about abuse names tests that exist, and says of every attack what holds it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ATTACKS = 15
"""Rows of the table of attacks in the design."""


def _rows() -> list[list[str]]:
    page = (ROOT / "docs" / "reference" / "abuse.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    return rows[1:]


def test_every_attack_has_a_control_and_a_test_or_says_that_it_has_none_yet() -> None:
    rows = _rows()
    assert len(rows) == ATTACKS
    for attack, control, tests in rows:
        assert "`tests/" in tests or "yet" in control, attack


def test_every_test_that_the_page_names_is_there() -> None:
    missing = []
    for _, _, tests in _rows():
        path = ""
        for name in re.findall(r"`([^`]+)`", tests):
            file, _, test = name.partition("::")
            path = file or path
            if f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8"):
                missing.append(name)
    assert missing == []


PROMISES, LAWS = 9, 12


def test_every_promise_and_every_law_names_its_code_and_tests_that_are_there() -> None:
    page = (ROOT / "docs" / "reference" / "promises.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    rows = [row for row in rows if row[0] not in {"promise", "subject"}]
    assert len(rows) == PROMISES + LAWS
    for name, _, code, tests in rows:
        assert all((ROOT / path).is_file() for path in re.findall(r"`([^`]+)`", code)), name
        named = [one.partition("::") for one in re.findall(r"`([^`]+)`", tests)]
        assert named, name
        for path, _, test in named:
            assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), (name, path, test)
