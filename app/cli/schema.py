"""rewards migrate."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.failures import told_plainly
from app.cli.scheme import Choice, reached_database
from app.core.migration import find_model_drift, migrate_scheme

FOUND = 1


def migrate(
    context: typer.Context,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 when the models have what no migration has.")
    ] = False,
) -> None:
    """Bring the scheme's tables to the newest version."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        settings = choice.settings()
        with reached_database(settings) as database_url:
            if not check:
                migrate_scheme(database_url, settings.scheme)
                typer.echo(f'The scheme "{settings.scheme}" is up to date.')
                return
            drift = find_model_drift(database_url, settings.scheme)
        typer.echo(drift or "The models and the migrations agree.")
        if drift:
            raise typer.Exit(FOUND)
