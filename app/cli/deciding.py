"""rewards pay-in, fund, set-rate, reverse, claw-back, approve-adjustment: officers' decisions by the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

import typer
from sqlmodel import Session

from app.cli.failures import told_plainly
from app.cli.scheme import Choice, opened_database
from app.core.clock import SystemClock
from app.core.errors import NotAllowed
from app.core.ids import parse_public_id, public_id
from app.core.units import MOST_AT_ONCE, Pence, Points
from app.earning.adjustment_errors import AdjustmentUnknown
from app.earning.adjustments import (
    AdjustmentRead,
    MintLimits,
    approve_adjustment,
    propose_clawback,
    propose_reversal,
)
from app.identity.errors import OtherRoleNeeded
from app.identity.permissions import CORRECTION_ROLES, MONEY_ROLES
from app.identity.queries import OfficerRead, find_officer
from app.ledger.decisions import Decision
from app.ledger.funding import record_funding, record_payment
from app.redemption.promises import change_backing_rate
from app.residents.cards import refuse_bank_card_number
from app.rulebook.queries import find_campaign

T = TypeVar("T")

Officer = Annotated[str, typer.Option(help="Who decides: the officer's id, off_...")]
Reason = Annotated[str, typer.Option(help="Why; it stays on record and names nobody.")]
Funder = Annotated[int, typer.Option(help="The funder's number.", min=1)]
Source = Annotated[str, typer.Argument(help="The event's source.", metavar="SOURCE")]
EventId = Annotated[str, typer.Argument(help="The event's id, as its source sent it.", metavar="ID")]


class OfficerUnknown(NotAllowed):
    """A decision is somebody's."""

    code = "officer-not-active"

    def __init__(self) -> None:
        super().__init__("There is no active officer with this id.")


def pay_in(
    context: typer.Context,
    pence: Annotated[int, typer.Argument(help="How much, in pence.", min=1, max=MOST_AT_ONCE)],
    funder: Funder,
    officer: Officer,
    reason: Reason,
) -> None:
    """Record money that a funder set aside, in pence. For the roles finance and admin."""
    _decide(
        *(context, officer, reason, MONEY_ROLES),
        lambda session, decision, now: record_payment(
            session, funder_id=funder, pence=Pence(pence), decision=decision, now=now
        ),
    )
    typer.echo(f"Paid {pence} pence into the pot of funder {funder}.")


def fund(
    context: typer.Context,
    campaign: Annotated[str, typer.Argument(help="The campaign's key.")],
    points: Annotated[int, typer.Argument(help="How many points it may give.", min=1, max=MOST_AT_ONCE)],
    funder: Funder,
    officer: Officer,
    reason: Reason,
) -> None:
    """Give a campaign points to award, against a funder's pot. For the roles finance and admin."""
    _decide(
        *(context, officer, reason, MONEY_ROLES),
        lambda session, decision, now: record_funding(
            session,
            campaign_id=find_campaign(session, campaign),
            points=Points(points),
            funder_id=funder,
            decision=decision,
            now=now,
        ),
    )
    typer.echo(f"Campaign {campaign} got {points} points.")


def set_rate(
    context: typer.Context,
    pence: Annotated[int, typer.Argument(help="Pence behind 100 points.", min=1, max=10_000)],
    funder: Funder,
    officer: Officer,
    reason: Reason,
) -> None:
    """Change the backing rate; the funder's pot pays what is missing. For the roles finance and admin."""
    _decide(
        *(context, officer, reason, MONEY_ROLES),
        lambda session, decision, now: change_backing_rate(
            session, to=pence, funder_id=funder, decision=decision, now=now
        ),
    )
    typer.echo(f"{pence} pence stand behind 100 points.")


def reverse(context: typer.Context, source: Source, event_id: EventId, officer: Officer, reason: Reason) -> None:
    """Propose to take back what an event gave that is too old to void. For the roles approver and admin."""
    made = _run(
        *(context, officer, CORRECTION_ROLES),
        lambda session, found, now: propose_reversal(
            session, source=source, external_id=event_id, reason=_check(reason), officer=found, now=now
        ),
    )
    _say_proposed(made)


def claw(
    context: typer.Context,
    source: Source,
    event_id: EventId,
    points: Annotated[int, typer.Argument(help="How many points.", min=1, max=MOST_AT_ONCE)],
    officer: Officer,
    reason: Reason,
) -> None:
    """Propose to take points for those of an event that were spent and written off. Roles approver and admin."""
    made = _run(
        *(context, officer, CORRECTION_ROLES),
        lambda session, found, now: propose_clawback(
            session,
            source=source,
            external_id=event_id,
            points=Points(points),
            reason=_check(reason),
            officer=found,
            now=now,
        ),
    )
    _say_proposed(made)


def approve(
    context: typer.Context,
    adjustment: Annotated[str, typer.Argument(help="The adjustment's id, adj_...", metavar="ADJUSTMENT")],
    officer: Officer,
) -> None:
    """Carry out an adjustment that another officer proposed. For the roles approver and admin."""
    settings = context.ensure_object(Choice).settings()
    limits = MintLimits(settings.adjustment_most_points, settings.adjustment_most_points_a_day)

    def serve(session: Session, found: OfficerRead, now: datetime) -> AdjustmentRead:
        wanted = parse_public_id("adj", adjustment)
        if wanted is None:
            raise AdjustmentUnknown
        return approve_adjustment(session, adjustment=wanted, officer=found, limits=limits, now=now)

    done = _run(context, officer, CORRECTION_ROLES, serve)
    if done.kind == "award":
        typer.echo(f"Gave {done.points} points.")
    else:
        typer.echo(f"Took back {done.taken} points and wrote off {done.written_off}.")


def _say_proposed(made: AdjustmentRead) -> None:
    typer.echo(f"Proposed {public_id('adj', made.id)}. Another officer approves it: rewards approve-adjustment")


def _check(reason: str) -> str:
    refuse_bank_card_number(reason)
    return reason


def _decide(
    context: typer.Context,
    officer: str,
    reason: str,
    roles: tuple[str, ...],
    serve: Callable[[Session, Decision, datetime], T],
) -> T:
    """Carry a decision out in the name of an officer who has one of `roles`."""
    return _run(
        *(context, officer, roles),
        lambda session, found, now: serve(session, Decision(found.id, _check(reason), found.uuid), now),
    )


def _run(
    context: typer.Context,
    officer: str,
    roles: tuple[str, ...],
    serve: Callable[[Session, OfficerRead, datetime], T],
) -> T:
    now = SystemClock().now()

    def act(session: Session) -> T:
        found = find_officer(session, written=officer)
        if found is None:
            raise OfficerUnknown
        if found.roles.isdisjoint(roles):
            raise OtherRoleNeeded(*roles)
        return serve(session, found, now)

    choice = context.ensure_object(Choice)
    with told_plainly(), opened_database(choice.settings()) as database:
        return database.in_transaction(act)
    raise AssertionError  # told_plainly lets nothing pass
