"""Fails the whole run when a line that the application logged holds something personal or secret.

Whatever a test writes to standard error is looked at, that of programs it starts included; a test that reads its own
output (`capsys`) looks for itself. The lines are told by test and by kind: what was found is not repeated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from app.demo.plan import FIRST_NAMES, LAST_NAMES, OFFICERS

NOT_PERSONAL = frozenset({"request_id", "timestamp"})
"""What the log itself makes up: random digits, which may look like anything."""

LOOKS = {
    "a token": re.compile(r"eyJ[\w-]{8,}\.|\b(?:Bearer|Basic) [\w.~+/=-]{8,}"),
    "a client secret": re.compile(r"-secret-of-(?:at-least|more)"),
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    "a card": re.compile(r"\b(?:card|member|link):[\w.~-]+"),
    "a card number": re.compile(r"(?<![\d.])\d{13,19}(?![\d.])"),
    "a postcode": re.compile(r"\b(?:LS|BD|WF|HX|HD)\d{1,2} ?\d[ABD-HJLNP-UW-Z]{2}\b"),
    "a code": re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4,5}-[0-9A-HJKMNP-TV-Z]{4,5}\b"),
    "a name": re.compile("|".join(re.escape(name) for name in ("An Officer", *(one.name for one in OFFICERS)))),
    "a resident's name": re.compile(rf"\bResident \d|\b(?:{'|'.join(FIRST_NAMES)}) (?:{'|'.join(LAST_NAMES)})\b"),
    "a resident's id": re.compile(r"\bres_[0-9a-f]{32}\b"),
    "a private key": re.compile(r"-----BEGIN"),
}


def find_personal(text: str) -> set[str]:
    """The kinds of what stands in the application's log lines of `text` and should not."""
    return {kind for line in _log_lines(text) for kind, look in LOOKS.items() if look.search(line)}


def _log_lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        try:
            told = json.loads(line) if line.startswith("{") else None
        except ValueError:
            continue
        if isinstance(told, dict) and "event" in told and "level" in told:
            yield json.dumps({name: value for name, value in told.items() if name not in NOT_PERSONAL})


class LogWatch:
    """A pytest plugin; `tests/conftest.py` registers it."""

    def __init__(self) -> None:
        self.found: dict[str, set[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        kinds = find_personal(report.capstderr)
        if kinds:
            self.found.setdefault(report.nodeid, set()).update(kinds)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.found and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for nodeid, kinds in sorted(self.found.items()):
            terminalreporter.write_line(f"PERSONAL DATA IN THE LOG: {', '.join(sorted(kinds))} in {nodeid}", red=True)
