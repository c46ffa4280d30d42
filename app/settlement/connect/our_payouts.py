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
           CASE WHEN p.status = 'returned' THEN p.pence ELSE 0 END AS returned_pence, t.amount AS ledger_pence
    FROM payouts p LEFT JOIN ledger_transfers t ON t.id = p.transfer_id
    ORDER BY p.id
""")


@dataclass(frozen=True)
class OurPayout:
    """`asked` is how often Stripe was asked to pay it, `returned_pence` what came back of it.

    `ledger_pence` is what the ledger moved for it, None for nothing.
    """

    public_id: UUID
    method: str
    status: str
    pence: Pence
    reference: str | None
    destination: str | None
    asked: int
    returned_pence: Pence
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
            None if row.ledger_pence is None else Pence(row.ledger_pence),
        )
        for row in session.execute(_PAYOUTS)
    ]
