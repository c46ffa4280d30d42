"""Do the vouchers and the ledger tell the same story? Run beside `app.ledger.verify` by `rewards verify-ledger`."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session

from app.ledger.holds import CAPTURED, OPEN, RELEASED

_STATES = {OPEN: "open", CAPTURED: "captured", RELEASED: "released"}

_DRIFT = text("""
    SELECT h.id AS hold_id, h.state, r.id AS redemption_id, r.status, h.wallet_id <> r.resident_id AS anothers,
           h.amount, r.points
    FROM (SELECT * FROM ledger_holds h WHERE NOT EXISTS (
        SELECT FROM redemption_refunds u WHERE u.hold_id = h.id AND u.kind = 'undo')) h
    FULL JOIN redemptions r ON r.hold_id = h.id
    WHERE h.id IS NULL OR r.id IS NULL OR h.amount <> r.points OR h.wallet_id <> r.resident_id
        OR h.state <> CASE r.status WHEN 'redeemed' THEN :captured WHEN 'issued' THEN :open
                                    WHEN 'confirming' THEN :open WHEN 'cancelling' THEN :open ELSE :released END
    ORDER BY 1, 3
""")


def find_redemption_drift(session: Session) -> tuple[str, ...]:
    """A sentence for every hold without a voucher, voucher without a hold, and every two that disagree."""
    rows = session.execute(_DRIFT, {"open": OPEN, "captured": CAPTURED, "released": RELEASED})
    drift = []
    for row in rows:
        if row.hold_id is None:
            drift.append(f"Voucher {row.redemption_id} is {row.status}, and its points were never reserved.")
        elif row.redemption_id is None:
            drift.append(f"Hold {row.hold_id} is {_STATES[row.state]}, and no voucher belongs to it.")
        elif row.anothers:
            drift.append(f"Voucher {row.redemption_id}: the points of hold {row.hold_id} are another resident's.")
        else:
            drift.append(
                f"Voucher {row.redemption_id} is {row.status} for {row.points} points; its hold {row.hold_id} of "
                f"{row.amount} points is {_STATES[row.state]}."
            )
    return tuple(drift)
