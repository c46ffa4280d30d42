"""Runs the migrations of one scheme in one transaction, under an advisory lock, with lock and statement time-outs."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.base import ischema_names

from app.core.columns import Xid8
from app.core.database import connect_engine
from app.tables import METADATA

ischema_names["xid8"] = Xid8  # SQLAlchemy can't reflect it by itself, and `migrate --check` reflects every column


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """The tables of jobs belong to procrastinate, which has no models of them."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def run() -> None:
    """Migrate the schema named in the configuration; it is made first where it is missing."""
    options = context.config.attributes
    scheme: str = options["scheme"]
    engine = connect_engine(options["database_url"], scheme=scheme, role=None, pool_size=1)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('rewards migrations'))"))
            connection.execute(text("SET LOCAL statement_timeout = '10min'"))
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{scheme}"'))  # the name is checked by Settings
            context.configure(
                connection=connection, target_metadata=METADATA, transactional_ddl=True, include_name=_is_ours
            )
            context.run_migrations()
            connection.commit()
    finally:
        engine.dispose()


run()
