"""The checks of `verify`. Each query gives (number, expected, found) for what is wrong, and nothing when all is well.

`number` is an account's unless the check's sentence says otherwise. Everything is recomputed in sets from transfers
and holds; nothing here trusts a balance.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.ledger.chart import LOTS, AccountKind, TransferKind, Unit
from app.ledger.lots import OLDEST_QUARTER
from app.ledger.rate import FIRST_RATE, HIGHEST_RATE, RATE
from app.ledger.routes import ROUTES


@dataclass(frozen=True)
class Check:
    """`says` is the sentence for a person, with {number}, {expected} and {found}."""

    name: str
    says: str
    sql: str


_BALANCE = """
    SELECT a.id, coalesce(t.moved, 0), a.posted FROM ledger_accounts a
    LEFT JOIN (
        SELECT id, sum(amount)::bigint AS moved FROM (
            SELECT credit AS id, amount FROM ledger_transfers
            UNION ALL SELECT debit, -amount FROM ledger_transfers
        ) AS sides GROUP BY id
    ) AS t ON t.id = a.id
    WHERE a.posted <> coalesce(t.moved, 0)
"""

# What each resident's receivable and each budget have between them: written off, less given again or taken back.
_OWED = f"""
    SELECT receivable, budget, sum(points)::bigint AS points FROM (
        SELECT debit AS receivable, credit AS budget, amount AS points FROM ledger_transfers
        WHERE kind = {TransferKind.WRITE_OFF:d}
        UNION ALL
        SELECT t.credit, t.debit, -t.amount FROM ledger_transfers t JOIN ledger_accounts r ON r.id = t.credit
        WHERE t.kind IN ({TransferKind.WRITE_BACK:d}, {TransferKind.CLAWBACK:d}) AND r.kind = {AccountKind.RECEIVABLE:d}
    ) AS moves GROUP BY receivable, budget
"""  # noqa: S608 - our own constants

_HELD = f"""
    SELECT a.id, coalesce(h.held, 0), a.held FROM ledger_accounts a
    LEFT JOIN (
        SELECT wallet_id AS id, sum(amount)::bigint AS held FROM ledger_holds WHERE state = 1 GROUP BY wallet_id
        UNION ALL
        SELECT budget, sum(points)::bigint FROM ({_OWED}) AS owed GROUP BY budget
    ) AS h ON h.id = a.id
    WHERE a.held <> coalesce(h.held, 0)
"""  # noqa: S608 - our own constants

_OWED_TWICE = f"SELECT receivable, 0, points FROM ({_OWED}) AS owed WHERE points < 0"  # noqa: S608 - our own constants

# What each wallet has of each quarter: what came and went by transfer, less what open holds keep, and what releases
# gave back to another quarter than it came from.
_BY_QUARTER = f"""
    SELECT wallet, quarter, sum(points)::bigint AS points FROM (
        SELECT credit AS wallet, quarter, amount AS points FROM ledger_transfers WHERE quarter IS NOT NULL
        UNION ALL
        SELECT debit, quarter, -amount FROM ledger_transfers WHERE quarter IS NOT NULL
        UNION ALL
        SELECT h.wallet_id, l.quarter, -l.amount FROM ledger_hold_lots l JOIN ledger_holds h ON h.id = l.hold_id
        WHERE h.state = 1 OR l.released_quarter IS NOT NULL
        UNION ALL
        SELECT h.wallet_id, l.released_quarter, l.amount FROM ledger_hold_lots l JOIN ledger_holds h ON h.id = l.hold_id
        WHERE l.released_quarter IS NOT NULL
    ) AS moves JOIN ledger_accounts w ON w.id = wallet AND w.kind = {AccountKind.WALLET:d}
    GROUP BY wallet, quarter
"""  # noqa: S608 - our own constants

_SLOT_SUMS = ", ".join(
    f"sum(points) FILTER (WHERE quarter % {LOTS} = {slot})::bigint AS sum_{slot}" for slot in range(LOTS)
)
_SLOT_PAIRS = ", ".join(f"(coalesce(s.sum_{slot}, 0), a.lot_{slot})" for slot in range(LOTS))

_LOT = f"""
    SELECT a.id, pair.expected, pair.found FROM ledger_accounts a
    LEFT JOIN (SELECT wallet, {_SLOT_SUMS} FROM ({_BY_QUARTER}) AS q GROUP BY wallet) AS s ON s.wallet = a.id
    CROSS JOIN LATERAL (VALUES {_SLOT_PAIRS}) AS pair (expected, found)
    WHERE pair.expected <> pair.found
"""  # noqa: S608 - our own constants

_QUARTER = f"""
    SELECT q.wallet, 0, q.points FROM ({_BY_QUARTER}) AS q
    LEFT JOIN (SELECT value::int AS oldest FROM scheme_facts WHERE key = '{OLDEST_QUARTER}') AS f ON true
    WHERE q.points < 0 OR (q.points <> 0
        AND NOT coalesce(q.quarter BETWEEN f.oldest AND f.oldest + {LOTS - 1}, false))
"""  # noqa: S608 - our own constants

_UNIT = "SELECT unit, 0, sum(posted)::bigint FROM ledger_accounts GROUP BY unit HAVING sum(posted) <> 0"

_FLOOR = f"""
    SELECT id, 0, posted - held FROM ledger_accounts
    WHERE posted < held
        AND kind NOT IN ({AccountKind.ISSUANCE:d}, {AccountKind.RECEIVABLE:d}, {AccountKind.PAYABLE:d})
"""  # noqa: S608 - our own constants

_RATE = f"(SELECT coalesce(max(value::int), {FIRST_RATE}) FROM scheme_facts WHERE key = '{RATE}')"  # noqa: S608 - our own constants

_HIGHEST = f"""(SELECT coalesce(max(value::int), {FIRST_RATE}) FROM scheme_facts
    WHERE key IN ('{RATE}', '{HIGHEST_RATE}'))"""  # noqa: S608 - our own constants

# What was written off is counted out: those points were spent, and paid for, once already.
_BACKING = f"""
    SELECT {AccountKind.BACKING:d}, needed, behind FROM (
        SELECT ceil(coalesce(sum(posted) FILTER (WHERE kind IN ({AccountKind.WALLET:d}, {AccountKind.BUDGET:d},
                   {AccountKind.RECEIVABLE:d})), 0) * {_RATE} / 100.0)::bigint AS needed,
               coalesce(sum(posted) FILTER (WHERE kind = {AccountKind.BACKING:d}), 0)::bigint AS behind
        FROM ledger_accounts
    ) AS sums WHERE behind < needed
"""  # noqa: S608 - our own constants

_NO_ACCOUNT = """
    SELECT t.id, 2, (d.id IS NOT NULL)::int + (c.id IS NOT NULL)::int FROM ledger_transfers t
    LEFT JOIN ledger_accounts d ON d.id = t.debit LEFT JOIN ledger_accounts c ON c.id = t.credit
    WHERE d.id IS NULL OR c.id IS NULL
"""

_ALLOWED = ", ".join(
    f"({route.kind:d}, {route.unit:d}, {route.debit:d}, {route.credit:d}, {route.lot}, "
    f"{route.cause == 'event'}, {route.cause == 'hold'})"
    for route in ROUTES
)

_ROUTE = f"""
    SELECT min(t.id), 0, count(*) FROM ledger_transfers t
    JOIN ledger_accounts d ON d.id = t.debit JOIN ledger_accounts c ON c.id = t.credit
    LEFT JOIN (VALUES {_ALLOWED}) AS r (kind, unit, debit, credit, lot, event, hold)
        ON r.kind = t.kind AND r.unit = t.unit AND r.unit = d.unit AND r.unit = c.unit AND r.debit = d.kind
        AND r.credit = c.kind AND r.lot = (t.quarter IS NOT NULL) AND r.event = (t.event_id IS NOT NULL)
        AND r.hold = (t.hold_id IS NOT NULL)
    WHERE r.kind IS NULL GROUP BY t.kind, t.unit, d.kind, c.kind, d.unit, c.unit
"""  # noqa: S608 - our own constants

_HOLD_WALLET = f"""
    SELECT h.id, 1, 0 FROM ledger_holds h
    LEFT JOIN ledger_accounts a ON a.id = h.wallet_id AND a.kind = {AccountKind.WALLET:d} WHERE a.id IS NULL
"""  # noqa: S608 - our own constants

_HOLD_LOTS = """
    SELECT coalesce(h.id, l.hold_id), coalesce(h.amount, 0), coalesce(l.points, 0) FROM ledger_holds h
    FULL JOIN (SELECT hold_id, sum(amount)::bigint AS points FROM ledger_hold_lots GROUP BY hold_id) AS l
        ON l.hold_id = h.id
    WHERE coalesce(h.amount, 0) <> coalesce(l.points, 0)
"""

_HOLD_MOVED = """
    SELECT h.id, 0, l.released_quarter FROM ledger_hold_lots l JOIN ledger_holds h ON h.id = l.hold_id
    WHERE l.released_quarter IS NOT NULL AND h.state <> 3
"""

_CAPTURE = f"""
    SELECT coalesce(l.hold_id, t.hold_id), coalesce(l.points, 0), coalesce(t.points, 0) FROM (
        SELECT l.hold_id, h.wallet_id, l.quarter, l.amount AS points
        FROM ledger_hold_lots l JOIN ledger_holds h ON h.id = l.hold_id WHERE h.state = 2
    ) AS l
    FULL JOIN (
        SELECT hold_id, debit, quarter, sum(amount)::bigint AS points
        FROM ledger_transfers WHERE kind = {TransferKind.CAPTURE:d} GROUP BY hold_id, debit, quarter
    ) AS t ON t.hold_id = l.hold_id AND t.debit = l.wallet_id AND t.quarter = l.quarter
    WHERE coalesce(l.points, 0) <> coalesce(t.points, 0)
"""  # noqa: S608 - our own constants

_PAYEE = f"""
    SELECT hold_id, 1, count(DISTINCT credit) FROM ledger_transfers WHERE kind = {TransferKind.CAPTURE:d}
    GROUP BY hold_id HAVING count(DISTINCT credit) > 1
"""  # noqa: S608 - our own constants

_PAYABLE = f"""
    SELECT t.hold_id, coalesce(h.amount, 0) * {_HIGHEST} / 100, t.pence FROM (
        SELECT hold_id, sum(amount)::bigint AS pence FROM ledger_transfers
        WHERE kind = {TransferKind.PAYABLE:d} GROUP BY hold_id
    ) AS t LEFT JOIN ledger_holds h ON h.id = t.hold_id AND h.state = 2
    WHERE t.pence > coalesce(h.amount, 0) * {_HIGHEST} / 100
"""  # noqa: S608 - our own constants

# Of each unit: what came back of a captured hold, at most what it spent, and to the wallet that spent it.
_REFUNDED = f"""
    SELECT r.hold_id, coalesce(s.amount, 0), r.amount FROM (
        SELECT hold_id, unit, CASE WHEN unit = {Unit.POINTS:d} THEN credit END AS wallet, sum(amount)::bigint AS amount
        FROM ledger_transfers WHERE kind = {TransferKind.REFUND:d} GROUP BY 1, 2, 3
    ) AS r LEFT JOIN (
        SELECT hold_id, unit, CASE WHEN unit = {Unit.POINTS:d} THEN debit END AS wallet, sum(amount)::bigint AS amount
        FROM ledger_transfers WHERE kind IN ({TransferKind.CAPTURE:d}, {TransferKind.PAYABLE:d}) GROUP BY 1, 2, 3
    ) AS s ON s.hold_id = r.hold_id AND s.unit = r.unit AND s.wallet IS NOT DISTINCT FROM r.wallet
    WHERE r.amount > coalesce(s.amount, 0)
"""  # noqa: S608 - our own constants

_RETURNED = f"""
    SELECT {AccountKind.BACKING:d}, expired * {_HIGHEST} / 100, returned FROM (
        SELECT coalesce(sum(amount) FILTER (WHERE kind = {TransferKind.EXPIRY:d}), 0)::bigint AS expired,
               coalesce(sum(amount) FILTER (WHERE kind = {TransferKind.RETURN:d}), 0)::bigint AS returned
        FROM ledger_transfers WHERE kind IN ({TransferKind.EXPIRY:d}, {TransferKind.RETURN:d})
    ) AS sums WHERE returned > expired * {_HIGHEST} / 100
"""  # noqa: S608 - our own constants

# Whose money was drawn: of each funder the running sum, at most what it put behind points; of each hold, not below 0.
_DRAWN = f"""
    SELECT funder_id, sum, drawn_pence FROM (
        SELECT funder_id, drawn_pence, sum(pence) OVER (PARTITION BY funder_id ORDER BY place)::bigint AS sum
        FROM ledger_drawdowns
    ) AS d WHERE sum <> drawn_pence
    UNION ALL
    SELECT d.funder_id, put.pence, d.pence FROM (
        SELECT funder_id, sum(pence)::bigint AS pence FROM ledger_drawdowns GROUP BY funder_id
    ) AS d LEFT JOIN LATERAL (
        SELECT coalesce(sum(t.amount) FILTER (WHERE t.debit = p.id), 0)::bigint
             - coalesce(sum(t.amount) FILTER (WHERE t.credit = p.id), 0)::bigint AS pence
        FROM ledger_transfers t JOIN ledger_accounts p ON p.id IN (t.debit, t.credit)
        WHERE p.kind = {AccountKind.POT:d} AND p.owner = d.funder_id
          AND t.kind IN ({TransferKind.BACK:d}, {TransferKind.RETURN:d})
    ) AS put ON true WHERE d.pence > put.pence
    UNION ALL
    SELECT -hold_id, 0, sum(pence)::bigint FROM ledger_drawdowns GROUP BY hold_id HAVING sum(pence) < 0
"""  # noqa: S608 - our own constants

_REVERSAL = """
    SELECT r.original_id, 2, (SELECT count(*) FROM ledger_transfers t WHERE t.id IN (r.original_id, r.transfer_id))
    FROM ledger_reversals r
    WHERE (SELECT count(*) FROM ledger_transfers t WHERE t.id IN (r.original_id, r.transfer_id)) <> 2
"""

# What a reversal moved, with what it wrote off: at most what it undoes, the other way round, and noted as a reversal.
_REVERSED = f"""
    SELECT v.reversal_of, coalesce(o.amount, 0), v.points FROM (
        SELECT reversal_of, credit, event_id, sum(amount)::bigint AS points,
               min(debit) FILTER (WHERE kind = {TransferKind.REVERSAL:d}) AS wallet, min(id) AS first
        FROM ledger_transfers WHERE reversal_of IS NOT NULL OR kind = {TransferKind.REVERSAL:d}
        GROUP BY reversal_of, credit, event_id
    ) AS v LEFT JOIN ledger_transfers o ON o.id = v.reversal_of
        AND o.kind IN ({TransferKind.AWARD:d}, {TransferKind.CORRECTION:d}) AND o.debit = v.credit
        AND o.credit = coalesce(v.wallet, o.credit) AND o.event_id = v.event_id
    LEFT JOIN ledger_reversals r ON r.original_id = o.id AND r.transfer_id = v.first
    WHERE r.original_id IS NULL OR v.points > o.amount
"""  # noqa: S608 - our own constants

_DECIDED = f"""
    SELECT coalesce(t.event_id, d.event_id), coalesce(d.points, 0), coalesce(t.points, 0) FROM (
        SELECT event_id, sum(amount)::bigint AS points FROM ledger_transfers
        WHERE reversal_of IS NOT NULL OR (kind = {TransferKind.CLAWBACK:d} AND quarter IS NOT NULL) GROUP BY event_id
    ) AS t FULL JOIN (
        SELECT event_id, sum(amount + written_off)::bigint AS points FROM ledger_decisions
        WHERE event_id IS NOT NULL GROUP BY event_id
    ) AS d ON d.event_id = t.event_id
    WHERE coalesce(d.points, 0) <> coalesce(t.points, 0)
"""  # noqa: S608 - our own constants

UNITS = ", ".join(f"{unit:d} is {unit.name.lower()}" for unit in Unit)

CHECKS = (
    Check("balance", "Account {number}: its transfers come to {expected}, its balance says {found}.", _BALANCE),
    Check("held", "Account {number}: open holds reserve {expected}, the account says {found}.", _HELD),
    Check("lot", "Wallet {number}: by its transfers and holds a lot has {expected} points, it says {found}.", _LOT),
    Check("quarter", "Wallet {number}: a quarter that cannot hold points has {found}.", _QUARTER),
    Check("unit", f"Unit {{number}} ({UNITS}): all accounts together have {{found}} instead of 0.", _UNIT),
    Check("floor", "Account {number}: {found} may still leave it, which is less than 0.", _FLOOR),
    Check("backing", "Points need {expected} pence behind them, there are {found}.", _BACKING),
    Check("no-account", "Transfer {number}: only {found} of its 2 accounts exist.", _NO_ACCOUNT),
    Check("route", "Transfer {number} and all like it ({found}): this kind does not go between these.", _ROUTE),
    Check("hold-wallet", "Hold {number}: its wallet does not exist.", _HOLD_WALLET),
    Check("hold-lots", "Hold {number}: it reserves {expected} points, its lots {found}.", _HOLD_LOTS),
    Check("hold-moved", "Hold {number}: points went back to quarter {found}, but it was not released.", _HOLD_MOVED),
    Check("capture", "Hold {number}: {expected} points of a quarter were captured, transfers moved {found}.", _CAPTURE),
    Check("payee", "Hold {number}: its points went to {found} payees.", _PAYEE),
    Check("payable", "Hold {number}: a partner is owed {found} pence, at most {expected} may be.", _PAYABLE),
    Check("owed", "Receivable {number}: {found} points of a budget are owed, it can't be fewer than 0.", _OWED_TWICE),
    Check("refunded", "Hold {number}: {found} came back of it, it had spent {expected}.", _REFUNDED),
    Check("returned", "{found} pence went back to pots, but the points that expired had {expected}.", _RETURNED),
    Check("draw", "Funder {number}: {found} pence of it are noted as used, {expected} may be.", _DRAWN),
    Check("reversed", "Transfer {number}: {found} points of it are taken back, {expected} may be, once.", _REVERSED),
    Check("decided", "Event {number}: officers decided about {expected} points, transfers moved {found}.", _DECIDED),
    Check("reversal", "Transfer {number}: its reversal is recorded, but {found} of the 2 transfers exist.", _REVERSAL),
)
