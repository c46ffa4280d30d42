"""Compares what Stripe has with our payments, and our payments with the ledger: every difference as a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.ids import public_id
from app.core.units import Pence
from app.ledger.chart import AccountKind, Unit
from app.settlement.connect.orders import StripeTransfer
from app.settlement.connect.our_payouts import OurPayout

MOVED: Final = ("paid", "returned")
"""Payments of which we say that their money has moved, whatever came back of it."""

_SETTLED: Final = text(f"""
    SELECT n.public_id AS partner, coalesce(a.posted, 0) AS ledger_pence, coalesce(p.pence, 0) AS paid_pence
    FROM partners n
    LEFT JOIN ledger_accounts a ON a.kind = {AccountKind.SETTLED:d} AND a.unit = {Unit.PENCE:d} AND a.owner = n.id
    LEFT JOIN (
        SELECT o.partner_id, sum(CASE o.status WHEN 'paid' THEN o.pence - coalesce(r.pence, 0) ELSE 0 END) AS pence
        FROM payouts o
        LEFT JOIN (SELECT payout_id, sum(pence) AS pence FROM payout_reversals WHERE status = 'done' GROUP BY 1) r
            ON r.payout_id = o.id
        GROUP BY 1
    ) p ON p.partner_id = n.id
    WHERE coalesce(a.posted, 0) <> coalesce(p.pence, 0)
    ORDER BY n.id
""")  # noqa: S608 - our own constants


@dataclass(frozen=True)
class Difference:
    """`kind` is stable; `payout` and `transfer` are the ids that it is about, here and at Stripe."""

    kind: str
    payout: str | None
    transfer: str | None
    sentence: str


def compare_with_ledger(session: Session, payouts: Iterable[OurPayout]) -> list[Difference]:
    """Each payment with its transfer in the ledger, and each partner's account there with all its payments."""
    found = [
        Difference(
            "ledger_amount",
            payout.name,
            None,
            f"{payout.name} is {payout.status} with {say(payout.pence)}, and the ledger moved "
            f"{say(payout.ledger_pence or Pence(0))} for it. Run rewards verify-ledger, and look who changed payments.",
        )
        for payout in payouts
        if payout.status in MOVED and payout.ledger_pence != payout.pence
    ]
    for row in session.execute(_SETTLED):
        partner = public_id("prt", row.partner)
        found.append(
            Difference(
                "ledger_balance",
                None,
                None,
                f"The ledger says that {partner} has had {say(row.ledger_pence)}, and its payments come to "
                f"{say(row.paid_pence)}. Run rewards verify-ledger, and look who changed payments.",
            )
        )
    return found


def compare_with_stripe(payouts: Sequence[OurPayout], transfers: Iterable[StripeTransfer]) -> list[Difference]:
    """Each transfer at Stripe with the payment it was made for, and each payment by Stripe with its transfer."""
    there: Mapping[str, StripeTransfer] = {transfer.reference: transfer for transfer in transfers}
    by_id = {payout.public_id: payout for payout in payouts}
    found: list[Difference] = []
    for transfer in there.values():
        payout = None if transfer.payout is None else by_id.get(transfer.payout)
        found.extend(_compare(payout, transfer))
    found.extend(
        _tell_missing_there(payout)
        for payout in payouts
        if payout.method == "stripe" and payout.status in MOVED and payout.reference not in there
    )
    return found


def list_unlisted(payouts: Iterable[OurPayout], transfers: Iterable[StripeTransfer]) -> list[str]:
    """Transfers that our payments name and Stripe did not list: made since, or not there at all."""
    listed = {transfer.reference for transfer in transfers}
    return [
        p.reference for p in payouts if p.method == "stripe" and p.reference is not None and p.reference not in listed
    ]


def tell_no_key() -> Difference:
    """Payments went by Stripe, and nobody can say what became of them there."""
    sentence = "Payments went by Stripe, and STRIPE_SECRET_KEY is not set: set it, so that they can be compared."
    return Difference("no_key", None, None, sentence)


def say(pence: int) -> str:
    """£12.34."""
    return f"{'-' if pence < 0 else ''}£{abs(pence) // 100}.{abs(pence) % 100:02}"


def _compare(payout: OurPayout | None, transfer: StripeTransfer) -> Iterator[Difference]:
    if payout is None or payout.reference != transfer.reference:
        if transfer.reversed_pence < transfer.pence:
            yield _tell_missing_here(payout, transfer)
        return
    facts: dict[str, Any] = {"payout": payout.name, "transfer": transfer.reference}
    what = f"{payout.name} ({transfer.reference})"
    if transfer.pence != payout.pence:
        yield Difference(
            "other_amount",
            **facts,
            sentence=f"{what}: we have paid {say(payout.pence)}, Stripe has moved {say(transfer.pence)}. Find out in "
            "Stripe's dashboard who made it, and settle the difference with the partner there.",
        )
    if transfer.destination != payout.destination:
        yield Difference(
            "other_account",
            **facts,
            sentence=f"{what}: Stripe has paid it into another account than the partner's. Reverse it in Stripe's "
            "dashboard, and look who changed the payment.",
        )
    if transfer.reversed_pence > payout.returned_pence:
        yield Difference(
            "reversed_there",
            **facts,
            sentence=f"{what}: Stripe has taken back {say(transfer.reversed_pence)}, we {say(payout.returned_pence)}. "
            f"{_explain_reversal(payout)}",
        )
    elif transfer.reversed_pence < payout.returned_pence:
        yield Difference(
            "reversed_here",
            **facts,
            sentence=f"{what}: we have taken back {say(payout.returned_pence)}, Stripe {say(transfer.reversed_pence)}. "
            "Reverse the rest in Stripe's dashboard.",
        )


def _explain_reversal(payout: OurPayout) -> str:
    if payout.reversing:
        return "A reversal that was approved is on its way; the worker takes it over by itself: rewards work --once."
    return (
        "Somebody reversed it in Stripe's dashboard: propose a reversal of the difference with Stripe's id of it, so "
        "that the ledger knows, or pay it again there if that was wrong."
    )


def _tell_missing_here(payout: OurPayout | None, transfer: StripeTransfer) -> Difference:
    moved = say(Pence(transfer.pence - transfer.reversed_pence))
    if payout is None:
        sentence = (
            f"{transfer.reference}: Stripe has moved {moved} for no payment of ours. Find out in Stripe's dashboard "
            "who made it, and reverse it there if nobody should have."
        )
        return Difference("missing_here", None, transfer.reference, sentence)
    if payout.method == "stripe" and payout.status == "ordered":
        sentence = (
            f"{payout.name} ({transfer.reference}): Stripe has moved {moved}, and we have not heard of it yet. The "
            "worker takes it over by itself within the hour: rewards work --once."
        )
        return Difference("missing_here", payout.name, transfer.reference, sentence)
    sentence = (
        f"{payout.name} ({transfer.reference}): Stripe has moved {moved} for it, and here it is {payout.status} by "
        f"{payout.method}. If it was paid otherwise as well, reverse it in Stripe's dashboard."
    )
    return Difference("missing_here", payout.name, transfer.reference, sentence)


def _tell_missing_there(payout: OurPayout) -> Difference:
    sentence = (
        f"{payout.name} ({payout.reference}): we have paid {say(payout.pence)}, and Stripe knows of no such transfer. "
        "Check that STRIPE_SECRET_KEY is of the account that paid it, live or test; else look who changed payments."
    )
    return Difference("missing_there", payout.name, payout.reference, sentence)
