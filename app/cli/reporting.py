"""rewards journal and accrual: what finance takes into the council's own books."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.cli.failures import told_plainly
from app.cli.scheme import Choice, opened_database
from app.ledger.outstanding import read_outstanding
from app.settlement.account_codes import read_account_codes
from app.settlement.general_journal import list_journal, write_journal
from app.settlement.papers import write_pounds
from app.settlement.periods import midnight, read_period


def journal(
    context: typer.Context,
    period: Annotated[str, typer.Argument(help="A month such as 2026-11, or a week such as 2026-W48.")],
    *,
    out: Annotated[Path, typer.Option(help="The file to write.")],
) -> None:
    """Write every movement of money of a period as a CSV for the general ledger; its totals balance."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        settings, wanted = choice.settings(), read_period(period)
        codes = read_account_codes(settings.journal_codes)
        with opened_database(settings) as database:
            lines = database.in_transaction(
                lambda session: list_journal(
                    session, scheme=settings.scheme, codes=codes, from_at=wanted.from_at, until_at=wanted.until_at
                )
            )
        out.write_text(write_journal(lines), encoding="utf-8", newline="")
    total = sum(line.debit_pence for line in lines)
    typer.echo(f"Wrote {len(lines) // 2} entries of {write_pounds(total)} pounds on each side to {out}.")


def accrual(
    context: typer.Context,
    *,
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The end of this date in Leeds.")],
) -> None:
    """Print what was owed for outstanding points at the end of a date, by funder."""
    choice = context.ensure_object(Choice)
    at = midnight(on.date() + timedelta(days=1))
    with told_plainly(), opened_database(choice.settings()) as database:
        found = database.in_transaction(lambda session: read_outstanding(session, at=at))
    table = Table("funder", "left behind points", "owed", box=None)
    for one in found.shares:
        table.add_row(str(one.funder_id), write_pounds(one.behind_pence), write_pounds(one.owed_pence))
    Console().print(table)
    typer.echo(
        f"{found.points} points outstanding at {found.pence_per_100_points} pence per 100: "
        f"{write_pounds(found.owed_pence)} pounds owed, {write_pounds(found.backing_pence)} set aside."
    )
