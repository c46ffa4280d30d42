"""rewards reconcile: Stripe, our payments and the ledger say the same."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from app.cli.failures import fail, told_plainly
from app.cli.scheme import Choice, opened_database
from app.settlement.connect.comparing import Comparison, compare
from app.settlement.connect.errors import StripeUnknown
from app.wiring import build_stripe

FOUND = 1


def reconcile(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Compare Stripe with our payments, and those with the ledger; exit 1 when they differ."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        settings = choice.settings()
        with opened_database(settings) as database:
            try:
                compared = compare(database, build_stripe(settings))
            except StripeUnknown as fault:
                fail(
                    "Stripe does not accept STRIPE_SECRET_KEY. Put the right one in, and run this again."
                    if fault.key_refused
                    else "Stripe did not answer, so nothing was compared. Run this again."
                )
    typer.echo(json.dumps(_present(compared), indent=2) if as_json else _say(compared))
    if compared.differences:
        raise typer.Exit(FOUND)


def _present(compared: Comparison) -> dict[str, object]:
    return {
        "stripe": compared.stripe,
        "payments": compared.payments,
        "transfers": compared.transfers,
        "differences": [vars(difference) for difference in compared.differences],
    }


def _say(compared: Comparison) -> str:
    transfers = f"{compared.transfers} transfers at Stripe" if compared.stripe else "no Stripe"
    counted = f"{compared.payments} payments, {transfers}"
    if not compared.differences:
        return f"No difference: {counted}."
    lines = [difference.sentence for difference in compared.differences]
    return "\n".join([*lines, f"{len(lines)} differences in {counted}."])
