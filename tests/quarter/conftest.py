from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from psycopg import sql

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.quarter.script import Quarter, Size

SMALL = Size(residents=60, weeks=4, begins_on=date(2027, 9, 13), seed=20261)
FULL = Size(residents=500, weeks=13, begins_on=date(2027, 8, 30), seed=500)


@pytest.fixture(
    scope="module",
    params=[pytest.param(SMALL, id="small"), pytest.param(FULL, id="full", marks=pytest.mark.nightly)],
)
def quarter(
    request: pytest.FixtureRequest,
    server_url: str,
    template_name: str,
    secrets: Secrets,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Quarter]:
    """A run that is over, in a database of its own, with what it recorded."""
    size: Size = request.param
    name = f"{template_name}_quarter_{size.residents}"
    made, dropped = (
        sql.SQL(order).format(sql.Identifier(name), sql.Identifier(template_name))
        for order in ("CREATE DATABASE {0} TEMPLATE {1}", "DROP DATABASE {0} WITH (FORCE)")
    )
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(made)
        database = Database(f"{server_url.rpartition('/')[0]}/{name}", scheme="leeds", pool_size=2)
        try:
            run = Quarter(database, secrets, tmp_path_factory.mktemp("files"), size)
            began = time.monotonic()
            with pytest.MonkeyPatch.context() as patch:
                # Files are taken in by the importer itself; only its call of the intake is overheard.
                patch.setattr("app.earning.importing.run.record_events", run.hear_intake)
                run.run()
            run.took_seconds = time.monotonic() - began
            yield run
        finally:
            database.dispose()
            connection.execute(dropped)
