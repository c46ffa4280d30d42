"""Every payment there is, with what the ledger moved for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.ids import public_id
from app.core.units import Pence

_PAYOUTS: Final = text("""
    SELECT p.public_id, p.method, p.status, p.pence, p.partner_id, p.provider_reference, p.destination, p.asked,
           coalesce(r.pence, 0) AS returned_pence, coalesce(r.waiting, false) AS reversing, t.amount AS ledger_pence
    FROM payouts p LEFT JOIN ledger_transfers t ON t.id = p.transfer_id
    LEFT JOIN (
        SELECT payout_id, sum(pence) FILTER (WHERE status = 'done') AS pence, bool_or(status = 'approved') AS waiting
        FROM payout_reversals GROUP BY 1
    ) r ON r.payout_id = p.id
    ORDER BY p.id
""")


@dataclass(frozen=True)
class OurPayout:
    """`asked` is how often Stripe was asked to pay it, `returned_pence` what Stripe gave back of it.

    More may be coming back where it is `reversing`. `ledger_pence` is what the ledger moved for it, None for nothing.
    """

    public_id: UUID
    method: str
    status: str
    pence: Pence
    reference: str | None
    destination: str | None
    asked: int
    returned_pence: Pence
    reversing: bool
    ledger_pence: Pence | None

    @property
    def name(self) -> str:
        return public_id("pay", self.public_id)


def list_our_payouts(session: Session) -> list[OurPayout]:
    """Every payment there is, by whichever way."""
    return [
        OurPayout(
            row.public_id,
            row.method,
            row.status,
            Pence(row.pence),
            row.provider_reference,
            row.destination,
            row.asked,
            Pence(row.returned_pence),
            row.reversing,
            None if row.ledger_pence is None else Pence(row.ledger_pence),
        )
        for row in session.execute(_PAYOUTS)
    ]
