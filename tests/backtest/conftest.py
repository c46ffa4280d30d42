"""Rides of a small operator's file, and the rule that they are tried on."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.program import program

RIDES = """route_id,user_id,started_at,ended_at,distance_m
r1,ann,2020-06-22T07:00:00Z,2020-06-22T07:20:00Z,2600
r2,ann,2020-06-22T17:00:00Z,2020-06-22T17:30:00Z,9000
r3,ben,2020-06-23T07:00:00Z,2020-06-23T07:10:00Z,700
r4,ben,2020-06-24T07:00:00Z,2020-06-24T20:00:00Z,2800
r4,ben,2020-06-24T07:00:00Z,2020-06-24T20:00:00Z,2800
r5,cem,yesterday,2020-06-24T20:00:00Z,2800
"""


@pytest.fixture
def rides(tmp_path: Path) -> Path:
    path = tmp_path / "rides.csv"
    path.write_text(RIDES, encoding="utf-8")
    return path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`rewards` without any setting and without a database to reach."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    return lambda *words: CliRunner().invoke(program, [str(word) for word in words])
