"""Stripe, our payments and the ledger, read and compared."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from app.core.database import Database
from app.settlement.connect.client import StripeConnect
from app.settlement.connect.our_payouts import OurPayout, list_our_payouts
from app.settlement.connect.reconcile import (
    Difference,
    compare_with_ledger,
    compare_with_stripe,
    list_unlisted,
    tell_no_key,
)


@dataclass(frozen=True)
class Comparison:
    """What was compared, `stripe` where there is one, and every difference."""

    stripe: bool
    payments: int
    transfers: int
    differences: tuple[Difference, ...]


def compare(database: Database, stripe: StripeConnect | None) -> Comparison:
    """Stripe with our payments, and those with the ledger. Raises StripeUnknown.

    Stripe is asked first and our payments are read afterwards, so that what is paid meanwhile is no difference: a
    transfer that we know of and Stripe had not listed is looked up once more.
    """
    there = [] if stripe is None else list(stripe.list_transfers())
    payouts, differences = database.in_transaction(_read_books)
    if stripe is not None:
        looked_up = (stripe.look_up(reference) for reference in list_unlisted(payouts, there))
        there += [transfer for transfer in looked_up if transfer is not None]
        differences += compare_with_stripe(payouts, there)
    elif any(payout.method == "stripe" and payout.asked for payout in payouts):
        differences.append(tell_no_key())
    return Comparison(stripe is not None, len(payouts), len(there), tuple(differences))


def _read_books(session: Session) -> tuple[list[OurPayout], list[Difference]]:
    payouts = list_our_payouts(session)
    return payouts, compare_with_ledger(session, payouts)
