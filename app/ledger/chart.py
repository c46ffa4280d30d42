"""The chart of accounts: kinds, units and transfer kinds, as stored, and the quarters that lots are kept by."""

from __future__ import annotations

from datetime import date, datetime
from enum import IntEnum

from app.core.clock import london_date


class AccountKind(IntEnum):
    """What an account stands for. Issuance, receivable and payable may fall below zero (they have no floor)."""

    WALLET = 1  # PTS, one per resident; its id is the resident's id
    BUDGET = 2  # PTS, one per campaign: points that may still be given
    REDEEMED = 3  # PTS, the scheme's: points that were spent
    COMMUNITY_GROUP = 4  # PTS, one per group: points residents gave it
    BREAKAGE = 5  # PTS, the scheme's: points that expired
    RECEIVABLE = 6  # PTS, one per resident: points taken back on paper because they had been spent
    ISSUANCE = 7  # PTS and GBP, the scheme's: where points and money enter the books
    POT = 8  # GBP, one per funder: money set aside, not yet behind points
    BACKING = 9  # GBP, the scheme's: money behind every point in a budget or a wallet
    PAYABLE = 10  # GBP, one per partner: what it is owed; below zero after a refund of what it has been paid
    SETTLED = 11  # GBP, one per partner: what it has been paid


class Unit(IntEnum):
    """A transfer is in one unit, whole numbers only."""

    POINTS = 1
    PENCE = 2


class TransferKind(IntEnum):
    """Why value moved; docs/reference/ledger.md has the table of debits and credits."""

    AWARD = 1  # budget -> wallet
    CORRECTION = 2  # budget <-> wallet, the net effect of a refold
    WRITE_OFF = 3  # receivable -> budget, the part of a correction or reversal that was spent already
    CAPTURE = 4  # wallet -> redeemed or community group
    PAYABLE = 5  # backing -> payable, the pence a captured reward costs
    ISSUE = 6  # issuance -> budget
    FUND = 7  # issuance -> pot
    BACK = 8  # pot -> backing
    EXPIRY = 9  # wallet -> breakage
    REVERSAL = 10  # wallet -> budget, the opposite of one earlier transfer, once
    RETURN = 11  # backing -> pot, the pence that stood behind points that expired
    WRITE_BACK = 12  # budget -> receivable, a refold gives again what an earlier one wrote off
    CLAWBACK = 13  # wallet -> budget and budget -> receivable, a person takes back what was written off
    REFUND = 14  # redeemed -> wallet and payable -> backing, what a captured hold spent comes back
    SETTLE = 15  # payable -> settled, a partner was paid
    ADJUSTMENT = 16  # budget -> wallet, two officers give points with no event behind them


SCHEME = 0
"""Owner of the accounts that belong to the scheme itself."""

LOTS = 8
"""Size of a wallet's ring of lots: one per quarter of earning, slot = quarter mod 8."""


def quarter_of(instant: datetime) -> int:
    """Calendar quarter in Leeds as a running number: year * 4 + (0 for January to March ... 3)."""
    day = london_date(instant)
    return day.year * 4 + (day.month - 1) // 3


def quarter_end_on(quarter: int) -> date:
    """First date after `quarter`."""
    year, part = divmod(quarter + 1, 4)
    return date(year, part * 3 + 1, 1)


def slot_of(quarter: int) -> int:
    """Which lot column holds `quarter`."""
    return quarter % LOTS
