"""The backing rate: how many pence stand behind 100 points. A fact of the scheme, changed by an officer's decision.

Whoever issues points or promises pence holds the fact's row until the transaction ends, so that a change of the rate
sees everything that was promised at the old one. Its row is locked before any account.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.scheme_facts import state_fact
from app.core.units import Pence
from app.ledger.accounts import open_account
from app.ledger.chart import SCHEME, AccountKind, TransferKind, Unit
from app.ledger.errors import PotTooSmall, RateTooLow
from app.ledger.journal import Entry, Plan, carry_out, lock_accounts

FIRST_RATE = 100
"""Pence per 100 points until somebody decides otherwise."""

RATE = "ledger_backing_pence_per_100_points"
"""Name of the scheme's fact that says the rate."""

HIGHEST_RATE = "ledger_highest_pence_per_100_points"
"""Name of the fact that says the highest rate there ever was, by which `verify` judges what was paid before."""

_STATE = text("INSERT INTO scheme_facts (key, value) VALUES (:key, :first) ON CONFLICT (key) DO NOTHING")

_READ = text("SELECT value::int FROM scheme_facts WHERE key = :key")

# FOR SHARE lets others promise at the same rate at the same time; FOR UPDATE waits for them all.
_KEEP = text("SELECT value::int FROM scheme_facts WHERE key = :key FOR SHARE")
_LOCK = text("SELECT value::int FROM scheme_facts WHERE key = :key FOR UPDATE")

# Unit by unit all accounts add up to 0, so what is in budgets and wallets follows from the few accounts at the ends,
# without a look at a million wallets.
_OUTSTANDING = text(f"""
    SELECT coalesce(-sum(posted), 0)::bigint FROM ledger_accounts WHERE unit = {Unit.POINTS:d} AND kind IN (
        {AccountKind.ISSUANCE:d}, {AccountKind.REDEEMED:d}, {AccountKind.COMMUNITY_GROUP:d}, {AccountKind.BREAKAGE:d})
""")  # noqa: S608 - our own constants


def read_rate(session: Session) -> int:
    """Pence behind 100 points, as it is now."""
    rate: int | None = session.execute(_READ, {"key": RATE}).scalar()
    return FIRST_RATE if rate is None else rate


def keep_rate(session: Session) -> int:
    """The same, and it stays so until the transaction ends."""
    session.execute(_STATE, {"key": RATE, "first": str(FIRST_RATE)})
    rate: int = session.execute(_KEEP, {"key": RATE}).scalar_one()
    return rate


def lock_rate(session: Session) -> int:
    """The same, alone: nobody promises anything by the rate until the transaction ends."""
    session.execute(_STATE, {"key": RATE, "first": str(FIRST_RATE)})
    rate: int = session.execute(_LOCK, {"key": RATE}).scalar_one()
    return rate


def pence_behind(points: int, *, rate: int) -> Pence:
    """The money that stands behind this many points, rounded up to whole pence."""
    return Pence(-(-points * rate // 100))


def most_pence_for(points: int, *, rate: int) -> Pence:
    """The most that a reward for this many points may cost the scheme, rounded down to whole pence."""
    return Pence(points * rate // 100)


def count_outstanding(session: Session) -> int:
    """Points that can still cost money: in budgets and in wallets, less what is written off."""
    outstanding: int = session.execute(_OUTSTANDING).scalar_one()
    return outstanding


def change_rate(session: Session, *, to: int, least: int, funder_id: int, now: datetime) -> Pence:
    """Set the rate to `to` pence per 100 points; what the funder's pot had to add behind points already issued.

    `least` is what the dearest reward or voucher asks per 100 points; the caller found it under `lock_rate`. A lower
    rate gives nothing back: what was set aside stays behind the points. Raises RateTooLow, PotTooSmall.
    """
    if to < least:
        raise RateTooLow(least_pence_per_100_points=least)
    lock_rate(session)
    pot = open_account(session, kind=AccountKind.POT, unit=Unit.PENCE, owner=funder_id)
    backing = open_account(session, kind=AccountKind.BACKING, unit=Unit.PENCE, owner=SCHEME)
    left = {number: account.left for number, account in lock_accounts(session, [pot, backing]).items()}
    missing = pence_behind(count_outstanding(session), rate=to) - left[backing]
    if missing > 0:
        if left[pot] < missing:
            raise PotTooSmall(available_pence=left[pot], wanted_pence=missing)
        plan = Plan()
        plan.move(Entry(TransferKind.BACK, Unit.PENCE, debit=pot, credit=backing, amount=missing, effective_at=now))
        carry_out(session, plan)
    highest: int | None = session.execute(_READ, {"key": HIGHEST_RATE}).scalar()
    state_fact(session, key=HIGHEST_RATE, value=str(max(to, highest or FIRST_RATE)))
    state_fact(session, key=RATE, value=str(to))
    return Pence(max(missing, 0))
