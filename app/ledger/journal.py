"""The one way in which anything but an award is written: transfers, and the balances that follow from them.

Lock order everywhere: residents' states, budgets and stock, wallets, then what they pay into (redeemed, community
groups, breakage, receivable, pots, backing, payable); in id order among accounts of one kind of these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime

from sqlmodel import Session

from app.core.arrays import Bigints, Instants, statements
from app.core.ids import take_ids
from app.ledger.chart import LOTS, AccountKind, TransferKind, Unit, slot_of
from app.ledger.errors import AccountMissingError, SweepOverdueError
from app.ledger.lots import LOT_COLUMNS, OLDEST_QUARTER, Lots, may_hold


@dataclass(frozen=True)
class Entry:
    """One transfer to be written. `quarter` is that of the wallet's lot, None where no wallet takes part."""

    kind: TransferKind
    unit: Unit
    _: KW_ONLY
    debit: int
    credit: int
    amount: int
    effective_at: datetime
    quarter: int | None = None
    event_id: int | None = None
    hold_id: int | None = None
    refold: int | None = None
    reversal_of: int | None = None


@dataclass
class Delta:
    """What changes in one account; `lots` by quarter."""

    posted: int = 0
    held: int = 0
    lots: dict[int, int] = field(default_factory=dict)

    def add_to_lot(self, quarter: int, points: int) -> None:
        """Note the change of one quarter's lot."""
        self.lots[quarter] = self.lots.get(quarter, 0) + points


@dataclass
class Plan:
    """Transfers to write and what they change."""

    entries: list[Entry] = field(default_factory=list)
    deltas: defaultdict[int, Delta] = field(default_factory=lambda: defaultdict(Delta))

    def move(self, entry: Entry, *, lot_of: int | None = None) -> None:
        """Note a transfer; `lot_of` is the wallet whose lot changes, None where held points or no wallet's move."""
        self.entries.append(entry)
        self.deltas[entry.debit].posted -= entry.amount
        self.deltas[entry.credit].posted += entry.amount
        if lot_of is not None:
            assert entry.quarter is not None, "a lot has a quarter"
            sign = 1 if entry.credit == lot_of else -1
            self.deltas[lot_of].add_to_lot(entry.quarter, sign * entry.amount)


@dataclass(frozen=True)
class Locked:
    """An account under lock, as it stands."""

    kind: AccountKind
    posted: int
    held: int
    lots: Lots

    @property
    def left(self) -> int:
        """What may still leave the account."""
        return self.posted - self.held


_LOCK = f"""
    SELECT id, kind, posted, held, {LOT_COLUMNS},
           (SELECT value::int FROM scheme_facts WHERE key = '{OLDEST_QUARTER}')
    FROM ledger_accounts WHERE id = ANY(%s) AND NOT closed ORDER BY id FOR UPDATE
"""  # noqa: S608 - our own constants

_WRITE = """
    INSERT INTO ledger_transfers
        (id, debit, credit, amount, effective_at, kind, unit, quarter, event_id, hold_id, refold, reversal_of)
    SELECT * FROM unnest(%s, %s, %s, %s, %s, %s::smallint[], %s::smallint[], %s::smallint[], %s::bigint[],
                         %s::bigint[], %s::int[], %s::bigint[])
"""

_CHANGE = f"""
    UPDATE ledger_accounts a SET posted = a.posted + d.posted, held = a.held + d.held,
        {", ".join(f"lot_{slot} = a.lot_{slot} + d.lot_{slot}" for slot in range(LOTS))}
    FROM unnest({", ".join(["%s"] * (3 + LOTS))}) AS d (id, posted, held, {LOT_COLUMNS}) WHERE a.id = d.id
"""  # noqa: S608 - our own constants


def lock_accounts(session: Session, ids: Iterable[int], *, kind: AccountKind | None = None) -> dict[int, Locked]:
    """Lock accounts in id order and read them.

    Raises AccountMissingError for those that are missing, closed, or of another kind than `kind`.
    """
    wanted = sorted(set(ids))
    with statements(session) as raw:
        cursor = raw.execute(_LOCK, [Bigints(wanted)])
    rows = [row for row in cursor.fetchall() if kind in {None, row[1]}]
    if len(rows) != len(wanted):
        raise AccountMissingError(sorted(set(wanted) - {row[0] for row in rows}))
    return {
        number: Locked(AccountKind(kind), posted, held, Lots(tuple(rest[:LOTS]), rest[LOTS] or 0))
        for number, kind, posted, held, *rest in rows
    }


def check_quarter(quarter: int, oldest: int) -> None:
    """Raise SweepOverdueError unless points may be put into this quarter's slot."""
    if not may_hold(quarter, oldest):
        raise SweepOverdueError(quarter=quarter, oldest=oldest or None)


def write_entries(session: Session, entries: Sequence[Entry]) -> list[int]:
    """Append transfers; their ids. The balances that they imply are the caller's to change, by `change_accounts`."""
    if not entries:
        return []
    ids = take_ids(session, len(entries))
    columns = [
        Bigints(ids),
        Bigints([entry.debit for entry in entries]),
        Bigints([entry.credit for entry in entries]),
        Bigints([entry.amount for entry in entries]),
        Instants([entry.effective_at for entry in entries]),
        *([getattr(entry, name) for entry in entries] for name in ("kind", "unit", "quarter")),
        *([getattr(entry, name) for entry in entries] for name in ("event_id", "hold_id", "refold")),
        [entry.reversal_of for entry in entries],
    ]
    with statements(session) as raw:
        raw.execute(_WRITE, columns)
    return ids


def change_accounts(session: Session, deltas: Mapping[int, Delta]) -> None:
    """Apply changes to accounts that are locked already. Raises AccountMissingError where one is not there."""
    ids = sorted(deltas)
    changes = [deltas[number] for number in ids]
    lots = [[0] * len(ids) for _ in range(LOTS)]
    for place, change in enumerate(changes):
        for quarter, points in change.lots.items():
            lots[slot_of(quarter)][place] += points
    columns = [ids, [change.posted for change in changes], [change.held for change in changes], *lots]
    with statements(session) as raw:
        cursor = raw.execute(_CHANGE, [Bigints(column) for column in columns])
    if cursor.rowcount != len(ids):
        raise AccountMissingError(ids)


def carry_out(session: Session, plan: Plan) -> list[int]:
    """Write the plan's transfers and change the accounts that they move between; the transfers' ids."""
    ids = write_entries(session, plan.entries)
    change_accounts(session, plan.deltas)
    return ids
