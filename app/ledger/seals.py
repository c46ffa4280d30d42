"""Seals: what is in the books for good, hashed, chained to the seal before, and signed outside the database.

A seal takes what lies below the snapshot horizon, never up to the largest id: a transaction that is still open has an
older number than others that have committed, and what it wrote would slip out.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.paging import CursorUnknown, Page, clamp_limit
from app.ledger.errors import RestoredElsewhere
from app.ledger.merkle import MerkleTree
from app.ledger.seal_keys import SealKey
from app.ledger.sealed_entries import (
    START,
    Place,
    read_generation,
    read_horizon,
    read_newest_xid,
    stream_entries,
)
from app.ledger.tables import LedgerSeal

CHAIN = b"\x02"
FIRST = bytes(32)
"""What stands for the head before the first seal."""

_NUMBERS = struct.Struct(">5q")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.ledger_seals', 0))")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST_NUMBER = 18


@dataclass(frozen=True)
class Seal:
    """Covers all entries before `until`, which are `entries` together with those of the seals before."""

    number: int
    until: Place
    entries: int
    root: bytes
    head: bytes
    signature: bytes
    sealed_at: datetime

    def compute_head(self, previous: bytes) -> bytes:
        """What the head must be after `previous`."""
        micros = (self.sealed_at - _EPOCH) // _MICROSECOND
        numbers = _NUMBERS.pack(self.number, self.until.generation, self.until.xid, self.entries, micros)
        return hashlib.sha256(CHAIN + previous + self.root + numbers).digest()

    def state(self, scheme: str) -> str:
        """What the signature is of."""
        return f"{scheme}: seal {self.number} of {self.entries} entries, head {self.head.hex()}"


def seal_entries(session: Session, *, key: SealKey, scheme: str, now: datetime) -> Seal | None:
    """Seal what is final and not sealed yet; None when there is nothing. Raises RestoredElsewhere."""
    session.execute(_ONE_AT_A_TIME)
    check_cluster(session)
    return _seal(session, until=Place(read_generation(session), read_horizon(session)), key=key, scheme=scheme, now=now)


def restore_seals(session: Session, *, key: SealKey, scheme: str, now: datetime) -> Seal | None:
    """In a restored cluster, whose transactions are numbered anew: seal what is there, then begin a new generation.

    Needs a session that owns the tables; nobody else writes until it commits. None when all was sealed before.
    """
    session.execute(text("LOCK TABLE ledger_transfers, audit_acts IN ACCESS EXCLUSIVE MODE"))
    session.execute(_ONE_AT_A_TIME)
    generation = read_generation(session)
    last = find_last_seal(session)
    newest = session.execute(
        text("""
            SELECT coalesce(max(xid::text::bigint), 0) + 1 FROM (
                SELECT xid FROM ledger_transfers WHERE generation = :generation
                UNION ALL SELECT xid FROM audit_acts WHERE generation = :generation
            ) AS entries
        """),
        {"generation": generation},
    ).scalar_one()
    floor = last.until.xid if last and last.until.generation == generation else 0
    made = _seal(session, until=Place(generation, max(newest, floor)), key=key, scheme=scheme, now=now)
    for table in ("ledger_transfers", "audit_acts"):
        session.execute(text(f"ALTER TABLE {table} ALTER COLUMN generation SET DEFAULT {generation + 1:d}"))
    return made


def check_cluster(session: Session) -> None:
    """Raise RestoredElsewhere where transactions are numbered lower than what is sealed already."""
    last = find_last_seal(session)
    if last and last.until.generation == read_generation(session) and last.until.xid > read_newest_xid(session):
        raise RestoredElsewhere


def find_last_seal(session: Session) -> Seal | None:
    row = session.exec(select(LedgerSeal).order_by(col(LedgerSeal.number).desc()).limit(1)).first()
    return None if row is None else _read(row)


def find_seal(session: Session, *, number: int) -> Seal | None:
    row = session.get(LedgerSeal, number)
    return None if row is None else _read(row)


def stream_seals(session: Session) -> Iterator[Seal]:
    """Every seal, from the first on."""
    for row in session.exec(select(LedgerSeal).order_by(col(LedgerSeal.number)).execution_options(yield_per=1000)):
        yield _read(row)


def list_seals(session: Session, *, after: str | None = None, limit: int = 50) -> Page[Seal]:
    """Newest first; the cursor is the number of the last one given. Raises CursorUnknown."""
    wanted = select(LedgerSeal).order_by(col(LedgerSeal.number).desc())
    if after is not None:
        if not (after.isascii() and after.isdecimal() and len(after) <= _LONGEST_NUMBER):
            raise CursorUnknown
        wanted = wanted.where(col(LedgerSeal.number) < int(after))
    size = clamp_limit(limit)
    rows = session.exec(wanted.limit(size + 1)).all()
    items = tuple(_read(row) for row in rows[:size])
    return Page(items, str(items[-1].number) if len(rows) > size else None)


def _seal(session: Session, *, until: Place, key: SealKey, scheme: str, now: datetime) -> Seal | None:
    last = find_last_seal(session)
    tree = MerkleTree()
    for *_, leaf in stream_entries(session, since=_begin_after(last, until), until=until):
        tree.add(leaf)
    if not tree.leaves:
        return None
    number, entries, previous = (last.number, last.entries, last.head) if last else (0, 0, FIRST)
    draft = Seal(number + 1, until, entries + tree.leaves, tree.root(), b"", b"", now)
    headed = Seal(**vars(draft) | {"head": draft.compute_head(previous)})
    made = Seal(**vars(headed) | {"signature": key.sign(headed.state(scheme))})
    session.add(
        LedgerSeal(
            number=made.number,
            generation=until.generation,
            below_xid=until.xid,
            entries=made.entries,
            root=made.root,
            head=made.head,
            signature=made.signature,
            sealed_at=now,
        )
    )
    session.flush()
    return made


def _begin_after(last: Seal | None, until: Place) -> Place:
    """Where the last seal ended; a generation that is over is sealed whole, so a new one begins at its start."""
    if last is None:
        return Place(until.generation, 0) if until.generation == 1 else START
    return last.until if last.until.generation == until.generation else Place(last.until.generation + 1, 0)


def _read(row: LedgerSeal) -> Seal:
    return Seal(
        number=row.number,
        until=Place(row.generation, row.below_xid),
        entries=row.entries,
        root=row.root,
        head=row.head,
        signature=row.signature,
        sealed_at=row.sealed_at,
    )
