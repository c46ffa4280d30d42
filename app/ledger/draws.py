"""What each funder still has behind points that nobody has spent: put behind, less what came back, less what was used.

All pence behind points are in one account. Who has how much of it follows from what each funder put in and got back,
which are transfers, and from draws: whose money stood behind the points of each captured hold, noted as it is captured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.ledger.chart import AccountKind, TransferKind
from app.ledger.sharing import share_out
from app.ledger.tracing import LotPart, weigh_funders

_PUT: Final = f"""
    SELECT p.owner AS funder_id, (
        SELECT coalesce(sum(amount), 0) FROM ledger_transfers
        WHERE debit = p.id AND kind <> {TransferKind.AWARD:d} AND kind = {TransferKind.BACK:d} {{before}}
    )::bigint AS put, (
        SELECT coalesce(sum(amount), 0) FROM ledger_transfers
        WHERE credit = p.id AND kind = {TransferKind.RETURN:d} {{before}}
    )::bigint AS back, coalesce(({{drawn}}), 0)::bigint AS drawn
    FROM ledger_accounts p WHERE p.kind = {AccountKind.POT:d} ORDER BY p.owner
"""  # noqa: S608 - our own constants

_NOW: Final = text(
    _PUT.format(
        before="",
        drawn="SELECT drawn_pence FROM ledger_drawdowns WHERE funder_id = p.owner ORDER BY place DESC LIMIT 1",
    )
)
_THEN: Final = text(
    _PUT.format(
        before="AND effective_at < :at",
        drawn="SELECT sum(pence) FROM ledger_drawdowns WHERE funder_id = p.owner AND drawn_at < :at",
    )
)

_OF_HOLD: Final = text("""
    SELECT funder_id, sum(pence) FILTER (WHERE pence > 0)::bigint AS drawn, sum(pence)::bigint AS kept
    FROM ledger_drawdowns WHERE hold_id = :hold_id GROUP BY funder_id ORDER BY funder_id
""")

_NOTE: Final = text("""
    INSERT INTO ledger_drawdowns (funder_id, place, hold_id, pence, drawn_pence, drawn_at)
    SELECT :funder_id, coalesce(last.place, 0) + 1, :hold_id, :pence, coalesce(last.drawn_pence, 0) + :pence, :now
    FROM (SELECT) AS one LEFT JOIN LATERAL (
        SELECT place, drawn_pence FROM ledger_drawdowns WHERE funder_id = :funder_id ORDER BY place DESC LIMIT 1
    ) AS last ON true
""")


@dataclass(frozen=True)
class Behind:
    """In pence; `put` is all that the funder ever put behind points, `left` what of it is behind unspent ones."""

    put: int
    left: int


def read_behind(session: Session) -> dict[int, Behind]:
    """By funder. It stays so where the caller holds the backing account's lock."""
    return {row.funder_id: Behind(row.put, max(row.put - row.back - row.drawn, 0)) for row in session.execute(_NOW)}


def read_behind_at(session: Session, *, at: datetime) -> dict[int, int]:
    """What each had left behind unspent points just before `at`, where it was anything."""
    rows = session.execute(_THEN, {"at": at})
    left = {row.funder_id: row.put - row.back - row.drawn for row in rows}
    return {funder: pence for funder, pence in left.items() if pence > 0}


def split_behind(session: Session, lots: Sequence[LotPart], *, pence: int) -> dict[int, int]:
    """Whose `pence` stand behind these points, by funder; nobody's share is above what it has left behind points.

    It adds up to `pence`, or to all that is left. The caller holds the backing account's lock.
    """
    behind = read_behind(session)
    left = {funder: one.left for funder, one in behind.items() if one.left}
    put = {funder: one.put for funder, one in behind.items() if one.put}
    if len(put) == 1:
        return share_out(pence, left, most=left)
    shares = share_out(pence, weigh_funders(session, lots, pence=pence, put=put), most=left)
    spare = {funder: part - shares.get(funder, 0) for funder, part in left.items()}
    rest = share_out(pence - sum(shares.values()), spare, most=spare)
    return {who: shares.get(who, 0) + rest.get(who, 0) for who in sorted(shares.keys() | rest.keys())}


def draw_for_hold(session: Session, *, hold_id: int, lots: Sequence[LotPart], pence: int, now: datetime) -> None:
    """Note whose money stood behind a hold that is captured: it is behind unspent points no longer."""
    for funder, share in split_behind(session, lots, pence=pence).items():
        session.execute(_NOTE, {"funder_id": funder, "hold_id": hold_id, "pence": share, "now": now})


def give_back_draws(session: Session, *, hold_id: int, points_kept: int, points: int, now: datetime) -> None:
    """Note that of a hold's `points` only so many are still spent: behind the rest is their funders' money again."""
    for row in session.execute(_OF_HOLD, {"hold_id": hold_id}).all():
        change = row.drawn * points_kept // points - row.kept
        if change:
            session.execute(_NOTE, {"funder_id": row.funder_id, "hold_id": hold_id, "pence": change, "now": now})
