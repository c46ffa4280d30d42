"""The set-based poster: a batch of awards is four statements with packed arrays, whatever its size.

Callers hold the residents' states, then call `lock_budgets`, trim to what is left, and post.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from psycopg import errors as pg
from sqlalchemy import text
from sqlmodel import Session

from app.core.arrays import Bigints, Instants, pipeline
from app.core.ids import take_ids
from app.ledger.accounts import open_account
from app.ledger.chart import LOTS, AccountKind, TransferKind, Unit, quarter_of, slot_of
from app.ledger.errors import AccountMissingError, BudgetOverspentError, SweepOverdueError
from app.ledger.journal import Delta, Entry, Locked, Plan, carry_out, check_quarter, lock_accounts
from app.ledger.lots import OLDEST_QUARTER, landing_quarter, live_quarters, may_hold
from app.ledger.write_offs import find_owed

_FLOOR = "ck_ledger_accounts_floor"

# Rows must be locked in the order of the arrays, which only a nested loop over them does; it is the fastest, too.
_NESTED_LOOPS = """
    SELECT set_config('enable_hashjoin', %(on)s, true), set_config('enable_mergejoin', %(on)s, true),
           set_config('enable_seqscan', %(on)s, true)
"""

_INSERT = f"""
    INSERT INTO ledger_transfers (id, debit, credit, amount, event_id, effective_at, quarter, unit, kind)
    SELECT t.*, %s::smallint, {Unit.POINTS:d}, {TransferKind.AWARD:d} FROM unnest(%s, %s, %s, %s, %s, %s) AS t
"""  # noqa: S608 - our own constants

_SPEND = f"""
    UPDATE ledger_accounts a SET posted = a.posted - d.points
    FROM unnest(%s, %s) AS d (id, points) WHERE a.id = d.id AND a.kind = {AccountKind.BUDGET:d} AND NOT a.closed
"""  # noqa: S608 - our own constants

# One text for each slot, because a column's name cannot be a parameter.
_FILL = tuple(
    f"""
    UPDATE ledger_accounts a SET posted = a.posted + d.points, lot_{slot} = a.lot_{slot} + d.points
    FROM unnest(%s, %s) AS d (id, points) WHERE a.id = d.id AND a.kind = {AccountKind.WALLET:d} AND NOT a.closed
    AND (SELECT value::int FROM scheme_facts WHERE key = '{OLDEST_QUARTER}') BETWEEN %s AND %s
    """  # noqa: S608 - our own constants
    for slot in range(LOTS)
)


@dataclass(frozen=True, slots=True)
class Award:
    """Points that one event gives one wallet out of one campaign's budget."""

    event_id: int
    budget_account: int
    wallet_id: int
    points: int
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """The net change, by one refold, of what an event gave out of one budget. `quarter` is that of its award.

    `earned` of the points are a new event's own: those are never set against what was written off earlier. Where all
    are, it is that event's award, which happens to be posted with corrections of earlier ones.
    """

    cause_event_id: int
    refold: int
    budget_account: int
    wallet_id: int
    points: int
    quarter: int
    effective_at: datetime
    earned: int = 0


def lock_budgets(session: Session, *, account_ids: Sequence[int]) -> dict[int, int]:
    """Lock accounts in id order until the end of the transaction; what each has left, in its own unit."""
    return {number: account.left for number, account in lock_accounts(session, account_ids).items()}


def lock_wallets(session: Session, *, wallet_ids: Sequence[int]) -> None:
    """Lock wallets in id order, when more than one statement of the transaction will change them."""
    lock_accounts(session, wallet_ids, kind=AccountKind.WALLET)


def post_awards(session: Session, *, awards: Sequence[Award], now: datetime) -> None:
    """Move points from budgets to wallets, into the lot of the quarter of `now`. The amounts must be above 0.

    Raises BudgetOverspentError, AccountMissingError or SweepOverdueError, after which the transaction must be rolled
    back. Leaves the planner's join settings at their defaults.
    """
    if not awards:
        return
    quarter = quarter_of(now)
    spent: defaultdict[int, int] = defaultdict(int)
    given: defaultdict[int, int] = defaultdict(int)
    for award in awards:
        spent[award.budget_account] += award.points
        given[award.wallet_id] += award.points
    budgets, wallets = sorted(spent), sorted(given)
    transfers = (
        quarter,
        Bigints(take_ids(session, len(awards))),
        Bigints([award.budget_account for award in awards]),
        Bigints([award.wallet_id for award in awards]),
        Bigints([award.points for award in awards]),
        Bigints([award.event_id for award in awards]),
        Instants([award.effective_at for award in awards]),
    )
    try:
        with pipeline(session) as raw:
            raw.execute(_NESTED_LOOPS, {"on": "off"})
            spending = raw.execute(_SPEND, [Bigints(budgets), Bigints([spent[number] for number in budgets])])
            raw.execute(_INSERT, transfers)
            filling = raw.execute(
                _FILL[slot_of(quarter)],
                [Bigints(wallets), Bigints([given[number] for number in wallets]), quarter - LOTS + 1, quarter],
            )
            raw.execute(_NESTED_LOOPS, {"on": "on"})
    except pg.CheckViolation as fault:
        if fault.diag.constraint_name == _FLOOR:
            raise BudgetOverspentError from fault
        raise
    if spending.rowcount != len(budgets):
        raise AccountMissingError(budgets)
    if filling.rowcount != len(wallets):
        _explain_missing(session, wallets=wallets, quarter=quarter)


def post_corrections(session: Session, *, corrections: Sequence[Correction], now: datetime) -> None:
    """Bring wallets to the net effect of a refold; see `CorrectionPlan` for what goes where.

    Raises BudgetOverspentError or AccountMissingError, after which the transaction must be rolled back.
    """
    if not corrections:
        return
    budgets = lock_accounts(session, {each.budget_account for each in corrections}, kind=AccountKind.BUDGET)
    wallets = lock_accounts(session, {each.wallet_id for each in corrections}, kind=AccountKind.WALLET)
    plan = CorrectionPlan(session, wallets, now)
    for correction in sorted(corrections, key=lambda correction: correction.points <= 0):
        plan.add(correction)
    for number, budget in budgets.items():
        change = plan.deltas.get(number, Delta())
        if budget.left + change.posted - change.held < 0:
            raise BudgetOverspentError
    carry_out(session, plan)


def _explain_missing(session: Session, *, wallets: list[int], quarter: int) -> None:
    """Say why fewer wallets were found than awarded."""
    oldest = session.execute(
        text("SELECT value::int FROM scheme_facts WHERE key = :key"), {"key": OLDEST_QUARTER}
    ).scalar()
    if oldest is None or not may_hold(quarter, oldest):
        raise SweepOverdueError(quarter=quarter, oldest=oldest)
    raise AccountMissingError(wallets)


class CorrectionPlan(Plan):
    """The transfers of a batch of corrections; the wallets are locked.

    What is given comes first, so that a batch that takes and gives the same never writes anything off. It sets right
    what an earlier refold wrote off for the same resident and budget, who has spent that already. The rest goes to the
    award's own quarter, or where that would expire within 30 days, to the oldest that will not. What is taken comes
    from the award's own quarter, then the newest; what has been spent or is held is written off.
    """

    def __init__(self, session: Session, wallets: Mapping[int, Locked], now: datetime) -> None:
        super().__init__()
        self._session = session
        self._wallets = wallets
        self._now = now
        self._owed: dict[tuple[int, int], int] | None = None

    def add(self, correction: Correction) -> None:
        """Plan one; those that give come before those that take."""
        if correction.points > 0:
            self._give(correction)
        elif correction.points < 0:
            wanted = -correction.points
            wanted -= self.take(
                self._entry(
                    correction, TransferKind.CORRECTION, correction.wallet_id, correction.budget_account, wanted
                ),
                own=correction.quarter,
            )
            if wanted:
                receivable = self.receivable_of(correction.wallet_id)
                budget = correction.budget_account
                self.write_off(self._entry(correction, TransferKind.WRITE_OFF, receivable, budget, wanted))

    def take(self, wanted: Entry, *, own: int) -> int:
        """Plan up to `wanted` from what the wallet can spend: of its `own` quarter, then the newest. How many."""
        wallet, taken = self._wallets[wanted.debit], 0
        for quarter in _own_then_newest(own, self._now):
            there = wallet.lots.points_of(quarter) + self.deltas[wanted.debit].lots.get(quarter, 0)
            amount = min(wanted.amount - taken, there)
            if amount > 0:
                self.move(replace(wanted, amount=amount, quarter=quarter), lot_of=wanted.debit)
                taken += amount
        return taken

    def write_off(self, entry: Entry) -> None:
        """Plan a write-off: the budget gets the points back, and holds them, because no money is behind them."""
        self.move(entry)
        self.deltas[entry.credit].held += entry.amount

    def receivable_of(self, wallet_id: int) -> int:
        """The account of what was written off for this resident; whoever has the wallet locked has it to themselves."""
        return open_account(self._session, kind=AccountKind.RECEIVABLE, unit=Unit.POINTS, owner=wallet_id)

    def _give(self, correction: Correction) -> None:
        budget, wallet_id = correction.budget_account, correction.wallet_id
        again = min(correction.points - correction.earned, self._find_owed(wallet_id, budget))
        if again > 0:
            self._owed_by_refold[wallet_id, budget] -= again
            receivable = self.receivable_of(wallet_id)
            self.move(self._entry(correction, TransferKind.WRITE_BACK, budget, receivable, again))
            self.deltas[budget].held -= again
        given = correction.points - max(again, 0)
        if given:
            quarter = landing_quarter(correction.quarter, self._now)
            check_quarter(quarter, self._wallets[wallet_id].lots.oldest)
            entry = self._entry(correction, TransferKind.CORRECTION, budget, wallet_id, given)
            if correction.earned == correction.points:
                entry = replace(entry, kind=TransferKind.AWARD, refold=None)
            self.move(replace(entry, quarter=quarter), lot_of=wallet_id)

    @property
    def _owed_by_refold(self) -> dict[tuple[int, int], int]:
        if self._owed is None:
            found = find_owed(self._session, wallet_ids=self._wallets)
            self._owed = {pair: owed.by_refold for pair, owed in found.items()}
        return self._owed

    def _find_owed(self, wallet_id: int, budget: int) -> int:
        return self._owed_by_refold.get((wallet_id, budget), 0)

    def _entry(self, correction: Correction, kind: TransferKind, debit: int, credit: int, amount: int) -> Entry:
        return Entry(
            kind,
            Unit.POINTS,
            debit=debit,
            credit=credit,
            amount=amount,
            event_id=correction.cause_event_id,
            refold=correction.refold,
            effective_at=correction.effective_at,
        )


def _own_then_newest(own: int, now: datetime) -> Iterator[int]:
    yield own
    yield from (quarter for quarter in reversed(live_quarters(now)) if quarter != own)
