from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.core.settings import Settings


@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_an_empty_setting_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(name, raising=False)
    unset = Settings()
    monkeypatch.setenv(name, "")
    assert Settings() == unset
    if name == "DATA_DIR":
        assert Settings().data_dir == Path(".data")


@pytest.mark.parametrize(
    "written",
    [
        "postgresql://me:secret@db.example:5432/rewards",
        "postgres://me@[::1]/rewards?sslmode=require",
        "postgresql:///rewards?host=/var/run/postgresql",
    ],
)
def test_addresses_that_postgresql_knows_are_taken(written: str) -> None:
    assert Settings(database_url=written).database_url == written


@pytest.mark.parametrize(
    "written", ["redis://", "redis://:secret@r.example:6379/0", "rediss://r", "unix:///run/r.sock"]
)
def test_addresses_that_redis_knows_are_taken(written: str) -> None:
    assert Settings(redis_url=written).redis_url == written


def test_a_refused_address_is_repeated_nowhere() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(database_url="mysql://me:hunter2@h/x", redis_url="hunter2")
    assert "hunter2" not in str(refused.value)
