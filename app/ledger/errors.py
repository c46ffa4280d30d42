"""What the ledger declines, and what it stops at because going on would spoil the books.

Refusal
 |- NotFound: WalletNotFound, HoldNotFound
 '- Conflict: InsufficientPoints, HoldResolved, PotTooSmall, CostAboveBacking, BackingSpent, CommandRunning,
              RateTooLow, NothingToReverse, ClawbackTooLarge, BudgetTooSmall
    Invalid:  KeyReused, ReasonUnfit
LedgerError             a mistake in the program or in its operation; nobody's request is to blame
 |- AccountMissingError, BudgetOverspentError, SweepOverdueError, SealsLostError
Misconfigured
 '- RestoredElsewhere
"""

from __future__ import annotations

from app.core.errors import Conflict, Invalid, Misconfigured, NotFound


class WalletNotFound(NotFound):
    """The resident has no wallet."""

    code = "wallet-not-found"

    def __init__(self) -> None:
        super().__init__("There is no wallet for this resident.")


class HoldNotFound(NotFound):
    """No points were ever reserved under this number."""

    code = "hold-not-found"

    def __init__(self) -> None:
        super().__init__("No points are reserved for this.")


class InsufficientPoints(Conflict):
    """The wallet has fewer points to spend than the hold needs."""

    code = "insufficient-points"

    def __init__(self, *, available: int, wanted: int) -> None:
        super().__init__(f"You have {available} points. You need {wanted}.")
        self.available = available
        self.wanted = wanted


class HoldResolved(Conflict):
    """The hold was captured or released before; `state` says which."""

    code = "hold-resolved"

    def __init__(self, *, state: str) -> None:
        super().__init__(f"These points have already been {state}.")
        self.state = state


class PotTooSmall(Conflict):
    """The funder has put aside less money than the points need behind them."""

    code = "pot-too-small"

    def __init__(self, *, available_pence: int, wanted_pence: int) -> None:
        super().__init__(f"The funder's pot holds {available_pence} pence. These points need {wanted_pence} pence.")
        self.available_pence = available_pence
        self.wanted_pence = wanted_pence


class CostAboveBacking(Conflict):
    """A reward costs more pence than there is behind the points it asks for."""

    code = "cost-above-backing"

    def __init__(self, *, cost_pence: int, most_pence: int) -> None:
        super().__init__(f"This reward costs {cost_pence} pence, but its points have {most_pence} pence behind them.")
        self.cost_pence = cost_pence
        self.most_pence = most_pence


class BackingSpent(Conflict):
    """The money behind the scheme's points does not cover this; an officer must pay more in."""

    code = "backing-spent"

    def __init__(self) -> None:
        super().__init__("The scheme cannot pay for this reward at the moment. Your points are safe. Try again later.")


class RateTooLow(Conflict):
    """The backing rate would no longer cover what a reward, or a voucher that is out, costs."""

    code = "rate-too-low"

    def __init__(self, *, least_pence_per_100_points: int) -> None:
        super().__init__(
            f"Rewards cost up to {least_pence_per_100_points} pence per 100 points. The rate can't go below that."
        )
        self.least_pence_per_100_points = least_pence_per_100_points


class NothingToReverse(Conflict):
    """The event gave nothing that could still be reversed."""

    code = "nothing-to-reverse"

    def __init__(self) -> None:
        super().__init__("This event has no points that can be taken back, or they have been taken back already.")


class ClawbackTooLarge(Conflict):
    """More is to be taken back than was written off for this event, or than the wallet has."""

    code = "clawback-too-large"

    def __init__(self, *, written_off: int, available: int) -> None:
        super().__init__(
            f"{written_off} points are written off for this event, and the resident has {available} points. "
            "Take back no more than the smaller number."
        )
        self.written_off = written_off
        self.available = available


class ReasonUnfit(Invalid):
    """A decision about points or money needs a reason that somebody else can read."""

    code = "reason-unfit"

    def __init__(self, *, most_characters: int) -> None:
        super().__init__(f"Say why, in a sentence on one line, of at most {most_characters} characters.")
        self.most_characters = most_characters


class BudgetTooSmall(Conflict):
    """A campaign has fewer points left than somebody is to be given."""

    code = "budget-too-small"

    def __init__(self, *, left_points: int) -> None:
        super().__init__(f"The campaign has {left_points} points left. Fund it first, or give fewer.")
        self.left_points = left_points


class CommandRunning(Conflict):
    """Another request with the same Idempotency-Key is being served now."""

    code = "idempotency-key-in-use"

    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is still running. Wait, then send it again.")


class KeyReused(Invalid):
    """The Idempotency-Key came before, with another request."""

    code = "idempotency-key-reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for a different request. Use a new key.")


class LedgerError(Exception):
    """Base of the faults that roll everything back and need a person."""


class AccountMissingError(LedgerError):
    """Something was to be posted to an account that is not there, is closed, or is of another kind."""

    def __init__(self, account_ids: list[int]) -> None:
        super().__init__(f"These accounts are missing, closed or of another kind: {account_ids}.")
        self.account_ids = account_ids


class BudgetOverspentError(LedgerError):
    """A batch gives more than its budget has left: the caller has to lock budgets and trim first."""

    def __init__(self) -> None:
        super().__init__("The batch gives more points than a budget has left. Lock the budgets and trim first.")


class SweepOverdueError(LedgerError):
    """Points were to go into a quarter whose lot is not free, or is swept already."""

    def __init__(self, *, quarter: int, oldest: int | None) -> None:
        super().__init__(
            f"Quarter {quarter} cannot take points: the oldest quarter not yet swept is {oldest}. "
            "Run the expiry sweep, and check the clock."
        )
        self.quarter = quarter
        self.oldest = oldest


class NothingToRefund(Conflict):
    """The points were not spent, or have all come back."""

    code = "nothing-to-refund"

    def __init__(self) -> None:
        super().__init__("None of these points can come back: they were not spent, or have come back already.")


class RefundTooLarge(Conflict):
    """A refund never exceeds what is left of the original entry."""

    code = "refund-too-large"

    def __init__(self, *, most_points: int) -> None:
        self.most_points = most_points
        super().__init__(f"At most {most_points} points of this can still come back.")


class RateChangedSince(Conflict):
    """The money behind a point is not what it was when these were spent."""

    code = "rate-changed-since"

    def __init__(self) -> None:
        super().__init__(
            "The pence behind points have changed since these were spent, so what the partner gives back would not "
            "cover them. Give the resident points by an adjustment instead."
        )


class SealsLostError(LedgerError):
    """The database does not have a seal of which this machine keeps a copy: sealing on would cover that up."""

    def __init__(self, *, number: int) -> None:
        super().__init__(f"Seal {number}, which is kept here, is not in the database. Run rewards verify-ledger.")
        self.number = number


class RestoredElsewhere(Misconfigured):
    """The database was restored into a cluster that numbers transactions anew, and nobody has said so."""

    def __init__(self) -> None:
        super().__init__(
            "This database was restored from a copy: its transactions are numbered anew, so nothing can be sealed. "
            "Run: rewards restore-seals"
        )
