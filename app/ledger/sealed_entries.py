"""What seals cover: transfers and audit acts, each as one hash, in the one order that never changes again.

Only numbers, instants and references are hashed, all of them columns that nobody may change. Whatever erasure removes
stands elsewhere, so erasing a person leaves every seal as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from app.core.arrays import statements

_AT_A_TIME = 5000
_PATIENCE = text("SELECT set_config('statement_timeout', '30min', true), set_config('work_mem', '64MB', true)")

_XID = "(xid::text)::bigint"

# No event, hold, original, refold or quarter is -1, so that stands for none of them; every field has a fixed width.
_FIELDS = (
    *("id", "debit", "credit", "amount", "coalesce(event_id, -1)", "coalesce(hold_id, -1)"),
    *("coalesce(reversal_of, -1)", "coalesce(refold, -1)", "coalesce(quarter, -1)", "unit", "kind", "generation", _XID),
)
_TRANSFER = " || ".join(f"int8send({field})" for field in _FIELDS)
_ACT = (
    "jsonb_build_array(id, act, actor_kind, actor_id, actor_public_id, subject, purpose, facts, generation, xid::text)"
)

_ENTRIES = rf"""
    SELECT generation, {_XID}, id, sha256('\x00'::bytea || entry) FROM (
        SELECT generation, xid, id, 't'::bytea || timestamptz_send(effective_at) || timestamptz_send(recorded_at)
            || {_TRANSFER} AS entry FROM ledger_transfers
        UNION ALL
        SELECT generation, xid, id, 'a'::bytea || timestamptz_send(happened_at)
            || convert_to({_ACT}::text, 'UTF8') FROM audit_acts
    ) AS entries WHERE {{where}} ORDER BY generation, entries.xid, id
"""  # noqa: S608 - our own constants
_OF_ONE_GENERATION = _ENTRIES.format(where=f"generation = %(generation)s AND {_XID} >= %(from)s AND {_XID} < %(until)s")
"""While nothing was restored there is one generation, and the index on xid finds what is new."""
_OF_SEVERAL = _ENTRIES.format(
    where=f"(generation > %(generation)s OR generation = %(generation)s AND {_XID} >= %(from)s) AND "
    f"(generation < %(until_generation)s OR generation = %(until_generation)s AND {_XID} < %(until)s)"
)


@dataclass(frozen=True)
class Place:
    """Where in the order of all entries something stands: before everything of `xid` or more in `generation`."""

    generation: int
    xid: int

    def is_after(self, generation: int, xid: int) -> bool:
        """Whether an entry of that generation and xid comes before this place."""
        return (generation, xid) < (self.generation, self.xid)


START = Place(0, 0)
END = Place(2**15, 2**63 - 1)
"""Before and after everything."""


def stream_entries(session: Session, *, since: Place, until: Place) -> Iterator[tuple[int, int, int, bytes]]:
    """(generation, xid, id, hash) of every entry from one place to another, in order; a few thousand in memory.

    Must be read to its end within the transaction; that may take long.
    """
    session.execute(_PATIENCE)
    wanted = _OF_ONE_GENERATION if since.generation == until.generation else _OF_SEVERAL
    bounds = {
        "generation": since.generation,
        "from": since.xid,
        "until_generation": until.generation,
        "until": until.xid,
    }
    with statements(session) as raw, raw.cursor(name="sealed_entries", binary=True) as cursor:
        cursor.itersize = _AT_A_TIME
        yield from cursor.execute(wanted, bounds)


def read_generation(session: Session) -> int:
    """How often this scheme was restored into another cluster, and one: what new entries are stamped with."""
    found: int = session.execute(_GENERATION).scalar_one()
    return found


def read_horizon(session: Session) -> int:
    """Every transaction with a smaller number has ended, so what it wrote is there for all who look from now on."""
    found: int = session.execute(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")).scalar_one()
    return found


def read_newest_xid(session: Session) -> int:
    """No transaction has this number or a larger one yet."""
    found: int = session.execute(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")).scalar_one()
    return found


# The column's own default says it, so that what is stamped and what is believed can't come apart.
_GENERATION = text(r"""
    SELECT substring(pg_get_expr(d.adbin, d.adrelid) FROM '\d+')::int FROM pg_attrdef d
    JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE d.adrelid = 'ledger_transfers'::regclass AND a.attname = 'generation'
""")
