"""What has to be in the council's balance at Stripe before partners are paid.

Nobody pays the council by card, so the balance is empty until finance fills it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.units import Pence
from app.ledger.chart import AccountKind, Unit
from app.settlement.connect.client import StripeConnect
from app.settlement.connect.errors import StripeAway, StripeUnknown
from app.settlement.connect.orders import StripeBalance

_NEEDED: Final = text(f"""
    WITH unpaid AS (
        SELECT partner_id, sum(pence) FILTER (WHERE method = 'stripe' AND status IN ('waiting', 'ordered')) AS waiting,
               sum(pence) FILTER (WHERE status = 'held') AS held, sum(pence) AS every,
               min(due_on) FILTER (WHERE method = 'stripe' AND status = 'waiting') AS due_on
        FROM payouts WHERE status IN ('waiting', 'held', 'ordered') GROUP BY 1
    ), earned AS (
        SELECT greatest(a.posted - coalesce(u.every, 0), 0) AS pence
        FROM payees p
        JOIN ledger_accounts a
            ON a.kind = {AccountKind.PAYABLE:d} AND a.unit = {Unit.PENCE:d} AND a.owner = p.partner_id
        LEFT JOIN unpaid u ON u.partner_id = p.partner_id
        WHERE p.method = 'stripe'
    )
    SELECT (SELECT coalesce(sum(waiting), 0) FROM unpaid)::bigint AS waiting,
           (SELECT coalesce(sum(held), 0) FROM unpaid)::bigint AS held,
           (SELECT coalesce(sum(pence), 0) FROM earned)::bigint AS earned, (SELECT min(due_on) FROM unpaid) AS due_on
""")  # noqa: S608 - our own constants


@dataclass(frozen=True)
class Needed:
    """`waiting_pence` for payments that are lined up, `earned_pence` for what no closed week holds yet.

    `held_pence` are payments that Stripe can't make. `due_on` is the first day on which one may go, None for at once.
    """

    waiting_pence: Pence
    earned_pence: Pence
    held_pence: Pence
    due_on: date | None


@dataclass(frozen=True)
class Funding:
    """What is needed, and what is there."""

    needed: Needed
    balance: StripeBalance

    @property
    def short_pence(self) -> Pence:
        """What has to be put in, beside what is on its way into the balance."""
        wanted = self.needed.waiting_pence + self.needed.earned_pence
        return Pence(max(wanted - self.balance.available_pence - self.balance.pending_pence, 0))


def sum_needed(session: Session) -> Needed:
    """By all partners who are paid by Stripe."""
    row = session.execute(_NEEDED).one()
    return Needed(Pence(row.waiting), Pence(row.earned), Pence(row.held), row.due_on)


def read_balance(stripe: StripeConnect) -> StripeBalance:
    """What is there now. Raises StripeAway."""
    try:
        return stripe.read_balance()
    except StripeUnknown:
        raise StripeAway from None
