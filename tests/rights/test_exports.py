"""Who can carry people's data away: the person, and the desk for a person, who says why."""

from __future__ import annotations

from typing import Any

import typer

from app.cli.program import program
from tests.api.documented import DOCUMENT

OF_A_PERSON = {"GET /v1/me/export", "GET /v1/desk/residents/{member}/export"}
OF_NOBODY = {
    # Refused rows by line and column; points by rule, ward and decile, few people together; pounds by account.
    "GET /v1/imports/{id}/errors",
    "GET /v1/backtests/{id}",
    "GET /v1/reports/journal/{period}",
    # What a partner is owed, by voucher; and what a bank is told to pay.
    "GET /v1/partner/statements/{period}",
    "GET /v1/partners/{id}/statements/{period}",
    "GET /v1/payouts/files/{id}",
}
SPOKEN = {"application/json", "application/problem+json", "text/event-stream"}
"""What a program and a page talk in; all else is a file to keep."""


def list_files() -> dict[str, dict[str, Any]]:
    """Operations whose answers are files."""
    operations = {
        f"{method.upper()} {path}": operation
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }
    return {
        name: operation
        for name, operation in operations.items()
        if any(set(answer.get("content", {})) - SPOKEN for answer in operation["responses"].values())
    }


def test_every_file_with_a_persons_data_is_theirs_or_takes_a_recorded_purpose() -> None:
    files = list_files()
    assert set(files) == OF_A_PERSON | OF_NOBODY, "somebody decides of a new file whether it is about people"
    asked = {one["name"]: one for one in files["GET /v1/desk/residents/{member}/export"]["parameters"]}
    assert asked["purpose"]["required"]
    assert asked["Purpose-Note"]["required"]


def test_no_command_writes_people_into_a_file() -> None:
    commands = typer.main.get_command(program).commands  # type: ignore[attr-defined] # it is a group
    writes = {
        name
        for name, command in commands.items()
        if any(option in parameter.opts for parameter in command.params for option in ("--out", "--csv", "--output"))
    }
    assert writes == {"backtest", "journal"}
    assert not [name for name in commands if "export" in name or "dump" in name]
