"""rewards verify-ledger, explain and expire."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from app.cli.failures import told_plainly
from app.cli.scheme import Choice, is_demo, opened_database
from app.cli.screen import progress_bar
from app.core.clock import SystemClock
from app.core.errors import Misconfigured
from app.core.secret_store import resolve_secrets
from app.core.settings import Settings
from app.earning.explanation import EventExplanation, explain_event
from app.earning.verify import find_event_drift
from app.ledger.expiry import count_expired
from app.ledger.kept_seals import KeptSeal, find_copy, place_of_copy, read_copies
from app.ledger.seal_checks import verify_seals
from app.ledger.seal_keys import SealKey, SealProof, read_proof
from app.ledger.tasks import sweep_points
from app.ledger.verify import VerifyReport, verify_ledger
from app.redemption.stock_checks import find_stock_drift
from app.redemption.tasks import sweep_due_vouchers
from app.redemption.verify import find_redemption_drift
from app.rulebook.errors import ArtefactDamaged
from app.rulebook.queries import load_timeline
from rules.reference import Check

FOUND = 1
_WIDE = 160


def verify(
    context: typer.Context,
    *,
    kept: Annotated[
        Path | None, typer.Option(help="A copy of a seal, or of what the register of seals answered.")
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option(help="The public key of seals, PEM; else it comes from SECRET_KEY.")
    ] = None,
) -> None:
    """Recompute every balance and every seal from what they are of; exit 1 when something is wrong."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        settings = choice.settings()
        proof = _find_proof(settings, public_key)
        copies = [*_list_own_copy(settings), *(read_copies(kept) if kept else ())]
        with opened_database(settings) as database:
            report, drift = database.in_transaction(_verify)
            seals = database.in_transaction(
                lambda session: verify_seals(session, scheme=settings.scheme, proof=proof, kept=copies)
            )
        findings = [*(finding.sentence for finding in report.findings), *drift, *seals.findings]
        for finding in findings:
            typer.echo(finding)
        counted = (
            f"{report.accounts} accounts, {report.transfers} transfers, {report.holds} holds, "
            f"{seals.seals} seals of {seals.entries - seals.unsealed} entries and {seals.unsealed} not sealed yet"
        )
        if findings:
            typer.echo(f"The ledger is WRONG: {len(findings)} findings in {counted}.")
            raise typer.Exit(FOUND)
        typer.echo(f"The ledger is right: {counted}.")


def _find_proof(settings: Settings, given: Path | None) -> SealProof | None:
    """None where nothing says it; whether that matters depends on whether there are seals."""
    if given is not None:
        return read_proof(given.read_text(encoding="utf-8"))
    try:
        return SealKey(resolve_secrets(settings, demo=is_demo(settings))).proof
    except Misconfigured:
        return None


def _list_own_copy(settings: Settings) -> list[KeptSeal]:
    found = find_copy(place_of_copy(settings))
    return [] if found is None else [found]


def _verify(session: Session) -> tuple[VerifyReport, tuple[str, ...]]:
    vouchers = (*find_redemption_drift(session), *find_stock_drift(session))
    drift = (*find_event_drift(session), *vouchers, *_find_altered_rules(session))
    return verify_ledger(session), drift


def _find_altered_rules(session: Session) -> tuple[str, ...]:
    """Balances that agree prove little when the rules behind them are not those that were published."""
    try:
        load_timeline(session)
    except ArtefactDamaged as damaged:
        return (str(damaged),)
    return ()


def explain(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="The event's source, such as urn:wymetro:taps.", metavar="SOURCE")],
    event_id: Annotated[str, typer.Argument(help="The event's id, as its source sent it.", metavar="ID")],
) -> None:
    """Say why an event earned what it earned: in sentences, then check by check."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        with opened_database(choice.settings()) as database:
            explained = database.in_transaction(
                lambda session: explain_event(session, source=source, external_id=event_id)
            )
        for sentence in explained.sentences:
            typer.echo(sentence)
        _print_checks(explained)


def _print_checks(explained: EventExplanation) -> None:
    checks = [(rule, check) for rule in (explained.trace.rules if explained.trace else ()) for check in rule.checks]
    if not checks:
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("Rule", "Fact", "Wanted", "Found", "Holds"):
        table.add_column(heading, overflow="fold")
    for rule, check in checks:
        found = "not known" if check.actual is None else str(check.actual)
        table.add_row(rule.title, check.fact, _wanted(check), found, "yes" if check.passed else "no")
    typer.echo()
    width = None if sys.stdout.isatty() else _WIDE
    Console(markup=False, highlight=False, width=width).print(table)


def _wanted(check: Check) -> str:
    if check.wanted is None:
        return "is known"
    wanted = ", ".join(map(str, check.wanted)) if isinstance(check.wanted, tuple) else str(check.wanted)
    return f"{check.op.replace('_', ' ')} {wanted}"


def expire(context: typer.Context) -> None:
    """End vouchers and points whose time is over, and queue the notices to residents whose points will expire."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        now = SystemClock().now()
        with opened_database(choice.settings()) as database:
            # Vouchers first: the points that they give back are seen by the rest.
            vouchers = sweep_due_vouchers(database, now=now)
            total = database.in_transaction(lambda session: count_expired(session, now=now))
            with progress_bar("Expiring points", max(total, 1)) as passed:
                done = sweep_points(database, now=now, passed=passed)
        typer.echo(
            f"Expired {vouchers} vouchers and {done.points} points of {done.lots} lots; {done.pence} pence went back "
            f"to pots; {done.notices} notices queued."
        )
