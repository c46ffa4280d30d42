"""Erasing a resident: what is about the person goes, and what stays in the books leads to nobody.

The link between the number in the books and the person is a row of residents, the person's cards and their sign-in.
All of it is emptied or deleted in one transaction, so nothing can tell any more whose number it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.audit import Actor, record_act
from app.core.ids import public_id, uuid7
from app.earning.records import lock_states
from app.ledger.expiry import forfeit_points
from app.ledger.queries import get_balance
from app.redemption.service import cancel_all
from app.residents.queries import ResidentRead
from app.rights.errors import PointsWouldBeLost
from app.rights.holdings import DELETE, HOLDINGS, Holding

SWEPT_A_TIME = 100


@dataclass(frozen=True)
class Erased:
    """`points` went to breakage, and the pence behind them back to the pots; `vouchers` were cancelled."""

    points: int
    vouchers: int
    erased_at: datetime


def erase_resident(
    session: Session, *, resident: ResidentRead, forfeit: int | None, actor: Actor, now: datetime
) -> Erased:
    """Take the person out of every table, by the list of holdings.

    `forfeit` is how many points the person knows they lose. Raises PointsWouldBeLost when it is not what they have, in
    the wallet and in vouchers that are out.
    """
    lock_states(session, resident_ids=[resident.id])
    balance = get_balance(session, wallet_id=resident.id, now=now)
    out = session.execute(_OUT, {"resident": resident.id}).scalar_one()
    if (balance.available + balance.held or out) and forfeit != balance.available + balance.held:
        raise PointsWouldBeLost(points=balance.available + balance.held, vouchers=out)
    cancelled = cancel_all(session, resident_id=resident.id, now=now)
    swept = forfeit_points(session, wallet_id=resident.id, now=now)
    name = public_id("res", resident.public_id)
    record_act(session, actor=actor, act="person.erased", subject=f"resident:{name}", now=now)
    facts = {
        "resident": resident.id,
        "name": name,
        "uuid": resident.public_id,
        "new_uuid": uuid7(now),
        "now": now,
    }
    session.execute(_FORGET_HOUSEHOLD, facts)
    for holding in (*HOLDINGS[1:], HOLDINGS[0]):  # who it was goes last: others are found by it
        statement = _write_statement(holding)
        if statement:
            session.execute(text(statement), facts)
    session.expire_all()
    return Erased(swept.points, cancelled, now)


def sweep_erased_wallets(session: Session, *, now: datetime) -> int:
    """Take what came back later into wallets of people who had left: vouchers that a partner let go of, refunds.

    Returns how many wallets, at most SWEPT_A_TIME.
    """
    wallets = session.execute(_LEFT_OVER, {"limit": SWEPT_A_TIME}).scalars().all()
    return sum(forfeit_points(session, wallet_id=wallet, now=now).wallets for wallet in wallets)


def _write_statement(holding: Holding) -> str:
    if holding.erase == DELETE:
        return f"DELETE FROM {holding.table} t WHERE {holding.where}"  # noqa: S608 - our own words
    if holding.erase:
        return f"UPDATE {holding.table} t SET {holding.erase} WHERE {holding.where}"  # noqa: S608 - our own words
    return ""


_OUT = text("""
    SELECT count(*) FROM redemptions
    WHERE resident_id = :resident AND status IN ('issued', 'confirming', 'cancelling')
""")

# Where nobody else lives, what the household has used of its limits is nobody's any more.
_FORGET_HOUSEHOLD = text("""
    DELETE FROM shared_counters c USING residents me
    WHERE me.id = :resident AND me.household IS NOT NULL
        AND c.name LIKE 'household/%/' || encode(me.household, 'hex')
        AND NOT EXISTS (SELECT FROM residents r WHERE r.household = me.household AND r.active AND r.id <> me.id)
""")

_LEFT_OVER = text("""
    SELECT a.id FROM ledger_accounts a JOIN residents r ON r.id = a.id
    WHERE a.kind = 1 AND a.posted > a.held AND r.erased_at IS NOT NULL ORDER BY a.id LIMIT :limit
""")
