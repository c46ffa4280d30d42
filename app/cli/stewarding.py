"""rewards purge, wind-down and atrs: what is over goes, how the scheme stands at its end, and what it decides by."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from app.cli.deciding import OfficerUnknown
from app.cli.failures import told_plainly
from app.cli.scheme import Choice, opened_database
from app.core.clock import SystemClock, london_date
from app.identity.errors import OtherRoleNeeded
from app.identity.permissions import WINDERS_DOWN
from app.identity.queries import find_officer
from app.rights.retention import list_retention, purge_due
from app.rights.transparency import write_transparency_record
from app.rights.winding_down import report_owed, start_wind_down


def purge(
    context: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much is over.")] = False,
) -> None:
    """Purge what has been kept for as long as its kind is kept; the nightly job does the same."""
    now = SystemClock().now()
    with told_plainly(), opened_database(context.ensure_object(Choice).settings()) as database:
        if dry_run:
            for one in database.in_transaction(lambda session: list_retention(session, now=now)):
                typer.echo(f"{one.key}: {one.due} over, kept for {one.days} days")
            return
        for key, count in purge_due(database, now=now).items():
            typer.echo(f"{key}: {count} purged")


def wind_down(
    context: typer.Context,
    ends_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From when points can't be spent.")
    ] = None,
    notice: Annotated[str, typer.Option(help="What the public reads.")] = "",
    officer: Annotated[str, typer.Option(help="Who decides: the id of an officer with the role admin.")] = "",
) -> None:
    """Say what is owed; with --ends-on, --notice and --officer begin to wind the scheme down."""
    now = SystemClock().now()
    with told_plainly(), opened_database(context.ensure_object(Choice).settings()) as database:
        if ends_on is not None:
            wanted = ends_on.date()

            def start(session: Session) -> None:
                found = find_officer(session, written=officer)
                if found is None:
                    raise OfficerUnknown
                if found.roles.isdisjoint(WINDERS_DOWN):
                    raise OtherRoleNeeded(*WINDERS_DOWN)
                start_wind_down(session, notice=notice, ends_on=wanted, officer=found, now=now)

            database.in_transaction(start)
        owed = database.in_transaction(report_owed)
        if owed.wind_down is None:
            typer.echo("The scheme is not being wound down.")
        else:
            left = (owed.wind_down.ends_on - london_date(now)).days
            typer.echo(
                f"Earning has closed. Points can be spent until just before {owed.wind_down.ends_on}: {left} days."
            )
        typer.echo(f"{owed.residents} residents have {owed.wallet_points} points to spend.")
        typer.echo(f"{owed.vouchers} vouchers are out, for {owed.held_points} points.")
        typer.echo(f"{owed.backing_pence} pence stand behind points, {owed.payable_pence} are owed to partners.")
        typer.echo(f"{owed.pot_pence} pence in pots go back to funders.")


def atrs(context: typer.Context) -> None:
    """Write the algorithmic transparency record, from the rules in force, to the screen."""
    choice, now = context.ensure_object(Choice), SystemClock().now()
    with told_plainly():
        settings = choice.settings()
        with opened_database(settings) as database:
            record = database.in_transaction(
                lambda session: write_transparency_record(session, bounds=settings.flag_bounds, now=now)
            )
        typer.echo(record, nl=False)
