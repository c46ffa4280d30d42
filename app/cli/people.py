"""rewards create-officer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from app.cli.failures import told_plainly
from app.cli.scheme import Choice, opened_database
from app.core.clock import SystemClock
from app.core.errors import Conflict
from app.identity.queries import OfficerRead, has_officer
from app.identity.service import create_officer


class OfficersExist(Conflict):
    """Only the first officer comes from the command line; they make the others, and that is on record."""

    code = "officers-exist"

    def __init__(self) -> None:
        super().__init__(
            "This scheme has an officer already. Ask an administrator among them to add you: only the first one is "
            "made on the command line."
        )


def make_officer(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="The officer's name.")],
    email: Annotated[str, typer.Option(help="The e-mail address they sign in with.")],
    role: Annotated[
        list[str], typer.Option(help="editor, approver, support, finance, auditor or admin; may be given again.")
    ],
) -> None:
    """Make the first officer of a scheme that has none."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        now = SystemClock().now()
        with opened_database(choice.settings()) as database:
            officer = database.in_transaction(
                lambda session: make_first_officer(session, name=name, email=email, roles=role, now=now)
            )
        typer.echo(f"Made {officer.public_id} with {', '.join(sorted(officer.roles))}.")


def make_first_officer(session: Session, *, name: str, email: str, roles: list[str], now: datetime) -> OfficerRead:
    """Raises OfficersExist, RegistrationInvalid or OfficerEmailTaken."""
    if has_officer(session):
        raise OfficersExist
    return create_officer(session, name=name, email=email, roles=roles, now=now)
