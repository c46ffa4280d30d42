"""Do the events and the ledger tell the same story? Run beside `app.ledger.verify` by `rewards verify-ledger`."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session

from app.ledger.chart import AccountKind, TransferKind

_DRIFT = """
WITH moved AS (
  SELECT t.event_id,
         CASE WHEN t.kind = :write_back OR (t.kind IN (:award, :correction) AND w.id = t.credit)
           THEN t.amount ELSE -t.amount END AS points,
         CASE WHEN t.kind = :write_off OR w.id = t.debit THEN t.credit ELSE t.debit END AS budget
  FROM ledger_transfers t LEFT JOIN ledger_accounts w ON w.kind = :wallet AND w.id IN (t.debit, t.credit)
  WHERE t.kind IN (:award, :correction, :write_off, :write_back) AND t.reversal_of IS NULL
), booked AS (
  SELECT e.resident_id, a.owner AS campaign_id, sum(m.points) AS points
  FROM moved m JOIN events e ON e.id = m.event_id JOIN ledger_accounts a ON a.id = m.budget GROUP BY 1, 2
), decided AS (
  SELECT e.resident_id, c.id AS campaign_id, sum((line->>'got')::bigint) AS points
  FROM events e, jsonb_array_elements(e.lines) AS line JOIN campaigns c ON c.key = line->>'campaign' GROUP BY 1, 2
)
SELECT resident_id, campaign_id, coalesce(d.points, 0) AS decided, coalesce(b.points, 0) AS booked
FROM decided d FULL JOIN booked b USING (resident_id, campaign_id)
WHERE coalesce(d.points, 0) <> coalesce(b.points, 0) ORDER BY 1, 2
"""

_LINES = """
SELECT e.id, e.points, coalesce(sum((line->>'got')::bigint), 0) AS lines
FROM events e LEFT JOIN LATERAL jsonb_array_elements(e.lines) AS line ON true
WHERE e.points > 0 OR e.lines IS NOT NULL GROUP BY e.id, e.points
HAVING coalesce(sum((line->>'got')::bigint), 0) <> e.points
"""


_ORPHANS = """
SELECT t.event_id, count(*) AS transfers FROM ledger_transfers t
WHERE t.event_id IS NOT NULL AND NOT EXISTS (SELECT FROM events e WHERE e.id = t.event_id) GROUP BY 1 ORDER BY 1
"""


def find_event_drift(session: Session) -> tuple[str, ...]:
    """A sentence for every resident and campaign, and every event, where lines and transfers do not agree."""
    kinds = {
        "award": int(TransferKind.AWARD),
        "correction": int(TransferKind.CORRECTION),
        "write_off": int(TransferKind.WRITE_OFF),
        "write_back": int(TransferKind.WRITE_BACK),
        "wallet": int(AccountKind.WALLET),
    }
    drift = [
        f"Resident {row.resident_id}, campaign {row.campaign_id}: the events' lines come to {row.decided} points,"
        f" the transfers to {row.booked}."
        for row in session.execute(text(_DRIFT), kinds)
    ]
    drift += [
        f"Event {row.id}: it stands at {row.points} points, its lines at {row.lines}."
        for row in session.execute(text(_LINES))
    ]
    drift += [
        f"Event {row.event_id} is named by {row.transfers} transfers and is not there."
        for row in session.execute(text(_ORPHANS))
    ]
    return tuple(drift)
