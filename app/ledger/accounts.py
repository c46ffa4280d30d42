"""Opening accounts. Wallets go by their resident's number, all others by what they are and whose."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, text
from sqlmodel import Session

from app.core.ids import take_id
from app.ledger.chart import SCHEME, AccountKind, Unit
from app.ledger.tables import LedgerAccount

WITHOUT_FLOOR = frozenset({AccountKind.ISSUANCE, AccountKind.RECEIVABLE, AccountKind.PAYABLE})
"""Kinds that may fall below zero: where value enters the books, what was taken back on paper, and partners."""

_FIND = text("SELECT id FROM ledger_accounts WHERE kind = :kind AND unit = :unit AND owner = :owner AND kind <> 1")

_OPEN = text(
    "INSERT INTO ledger_accounts (id, kind, unit, owner, floor) VALUES (:id, :kind, :unit, :owner, :floor) "
    "ON CONFLICT (kind, unit, owner) WHERE kind <> 1 DO NOTHING"
)


def open_wallets(session: Session, *, resident_ids: Sequence[int]) -> None:
    """Open an empty wallet for each resident; its number is the resident's."""
    if resident_ids:
        kinds = {"kind": int(AccountKind.WALLET), "unit": int(Unit.POINTS)}
        session.execute(insert(LedgerAccount), [{"id": number, "owner": number, **kinds} for number in resident_ids])


def open_account(session: Session, *, kind: AccountKind, unit: Unit, owner: int = SCHEME) -> int:
    """Find the account, or open it; safe when two do so at once. Never a wallet."""
    assert kind is not AccountKind.WALLET, "a wallet is opened by open_wallets"
    wanted = {"kind": int(kind), "unit": int(unit), "owner": owner}
    found: int | None = session.execute(_FIND, wanted).scalar()
    if found is None:
        floor = None if kind in WITHOUT_FLOOR else 0
        session.execute(_OPEN, {**wanted, "id": take_id(session), "floor": floor})
        found = session.execute(_FIND, wanted).scalar_one()
    return found
