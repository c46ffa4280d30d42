"""rewards create-officer, invite."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from app.audit import SYSTEM
from app.cli.failures import told_plainly
from app.cli.scheme import Choice, is_demo, opened_database, opened_runtime
from app.core.clock import SystemClock
from app.core.errors import Conflict
from app.identity.logins import LoginKeys
from app.identity.queries import OfficerRead, count_admins
from app.identity.service import create_officer
from app.web.inviting import draw_invitation, invite_somebody, link_invitation


class OfficersExist(Conflict):
    """Only two administrators come from the command line; they make the others together, and that is on record."""

    code = "officers-exist"

    def __init__(self) -> None:
        super().__init__(
            "This scheme has two administrators already. Ask them to add you: only those two are made on the command "
            "line."
        )


def make_officer(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="The officer's name.")],
    email: Annotated[str, typer.Option(help="The e-mail address they sign in with.")],
    role: Annotated[
        list[str], typer.Option(help="editor, approver, support, finance, auditor or admin; may be given again.")
    ],
) -> None:
    """Make an officer of a scheme that has fewer than two administrators to make others."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        now = SystemClock().now()
        with opened_database(choice.settings()) as database:
            officer = database.in_transaction(
                lambda session: make_first_officer(session, name=name, email=email, roles=role, now=now)
            )
        typer.echo(f"Made {officer.public_id} with {', '.join(sorted(officer.roles))}.")


def invite(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="An officer (off_...), a host (hst_...) or partner's staff (stf_...).")],
) -> None:
    """Print a link that gives somebody a way in, once, within seven days; their earlier ways in end when it is used."""
    with told_plainly():
        settings, code = context.ensure_object(Choice).settings(), draw_invitation()
        with opened_runtime(settings, demo=is_demo(settings)) as runtime:
            keys, now = LoginKeys(runtime.secrets), runtime.clock.now()
            invited = runtime.database.in_transaction(
                lambda session: invite_somebody(session, person=person, code=code, actor=SYSTEM, keys=keys, now=now)
            )
            typer.echo(f"{link_invitation(runtime, code)}\nGood once, until {invited.expires_at:%Y-%m-%d %H:%M} UTC.")


ENOUGH_ADMINS = 2
"""One proposes and the other approves."""


def make_first_officer(session: Session, *, name: str, email: str, roles: list[str], now: datetime) -> OfficerRead:
    """Raises OfficersExist, RegistrationInvalid or OfficerEmailTaken."""
    if count_admins(session) >= ENOUGH_ADMINS:
        raise OfficersExist
    return create_officer(session, name=name, email=email, roles=roles, now=now)
