"""The models and the migrations tell the same story, forwards and backwards."""

from __future__ import annotations

import psycopg
from alembic import command

from app.core.migration import _config, find_model_drift, migrate_scheme

SCHEME = "leeds"


def test_the_models_and_the_migrations_agree(empty_database_url: str) -> None:
    url = empty_database_url
    migrate_scheme(url, SCHEME)
    assert find_model_drift(url, SCHEME) is None


def test_a_database_that_is_behind_is_told_apart_from_models_that_differ(empty_database_url: str) -> None:
    drift = find_model_drift(empty_database_url, SCHEME)
    assert drift is not None
    assert "rewards migrate" in drift


def test_a_column_that_no_migration_knows_is_named(empty_database_url: str) -> None:
    url = empty_database_url
    migrate_scheme(url, SCHEME)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER TABLE {SCHEME}.rewards DROP COLUMN title".encode())
    assert "title" in (find_model_drift(url, SCHEME) or "")


def test_every_migration_can_be_undone_and_done_again(empty_database_url: str) -> None:
    url = empty_database_url
    migrate_scheme(url, SCHEME)
    command.downgrade(_config(url, SCHEME), "base")
    migrate_scheme(url, SCHEME)
    assert find_model_drift(url, SCHEME) is None
