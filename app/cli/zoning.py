"""rewards load-zones: named areas that rules can ask about."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.audit import SYSTEM
from app.cli.failures import told_plainly
from app.cli.scheme import Choice, opened_database
from app.core.clock import SystemClock, london_date
from app.earning.importing.errors import FileUnreadable
from app.rulebook.publishing import LEAST_NOTICE
from app.rulebook.zone_files import read_zones
from app.rulebook.zones import put_zones


def load_zone_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A GeoJSON file of polygons with name and title.", metavar="FILE")],
    on: Annotated[str, typer.Option("--on", help="The local day on which it begins; the next if left out.")] = "",
) -> None:
    """Load named zones that rules can ask about, from a GeoJSON file. Safe to repeat."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        try:
            zones = read_zones(file.read_bytes())
        except OSError as fault:
            raise FileUnreadable(name=file.name, fault=str(fault.strerror)) from fault
        now = SystemClock().now()
        begins_on = _read_day(on) if on else london_date(now + LEAST_NOTICE) + timedelta(days=1)
        with opened_database(choice.settings()) as database:
            put = database.in_transaction(
                lambda session: put_zones(session, zones=zones, on=begins_on, actor=SYSTEM, now=now)
            )
    for word, names in (("Added", put.added), ("Drawn anew", put.redrawn), ("Unchanged", put.unchanged)):
        if names:
            typer.echo(f"{word}: {', '.join(names)}")
    typer.echo(f"Rules can ask about them from {begins_on:%-d %B %Y}.")


def _read_day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as fault:
        raise typer.BadParameter("Write the day as 2026-12-01.", param_hint="--on") from fault
