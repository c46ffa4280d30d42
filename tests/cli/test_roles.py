"""What an ordinary database user is told, who may not make the application's role."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url
from typer.testing import CliRunner, Result

from app.cli.program import program

Run = Callable[..., Result]


@dataclass(frozen=True)
class OrdinaryUser:
    """`url` leads to an empty database of its own, in a cluster where the role rewards_app is there already."""

    name: str
    url: str


@pytest.fixture
def ordinary_user(server_url: str, template_name: str, empty_database_url: str) -> Iterator[OrdinaryUser]:
    assert template_name  # migrated before, which has made the role
    name = f"ordinary_{os.getpid()}"
    address = make_url(empty_database_url)
    with psycopg.connect(server_url, autocommit=True) as admin:

        def run(order: str) -> None:
            admin.execute(
                sql.SQL(order).format(user=sql.Identifier(name), database=sql.Identifier(address.database or ""))
            )

        run("CREATE ROLE {user} LOGIN PASSWORD 'ordinary'")
        run("ALTER DATABASE {database} OWNER TO {user}")
        try:
            yield OrdinaryUser(
                name, address.set(username=name, password="ordinary").render_as_string(hide_password=False)
            )
        finally:
            run("ALTER DATABASE {database} OWNER TO CURRENT_USER")
            with psycopg.connect(make_conninfo(empty_database_url), autocommit=True) as inside:
                inside.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(name)))
            run("DROP ROLE {user}")


@pytest.fixture
def run(ordinary_user: OrdinaryUser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", ordinary_user.url)
    runner = CliRunner()
    return lambda *words: runner.invoke(program, [str(word) for word in words])


def test_a_user_who_may_not_take_on_the_role_is_told_that_and_not_to_migrate(
    run: Run, ordinary_user: OrdinaryUser, server_url: str
) -> None:
    for command in ("migrate", "seed-demo", "verify-ledger"):
        result = run(command)
        assert result.exit_code == 2
        assert "GRANT rewards_app TO" in result.stderr, command
        assert "CREATEROLE" in result.stderr
        assert "no tables" not in result.stderr
        assert len(result.stderr.splitlines()) == 1
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("GRANT rewards_app TO {}").format(sql.Identifier(ordinary_user.name)))
    assert run("migrate").exit_code == 0
    assert run("verify-ledger").exit_code == 0


def test_a_user_who_may_make_nothing_in_the_database_is_told_that(
    run: Run, ordinary_user: OrdinaryUser, server_url: str
) -> None:
    database = sql.Identifier(make_url(ordinary_user.url).database or "")
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO CURRENT_USER").format(database))
    told = run("migrate").stderr
    assert "permission denied for database" in told
    assert "must own the database" in told
