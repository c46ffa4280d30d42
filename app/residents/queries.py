"""Residents and cards, read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel import Session, select

from app.audit import Actor
from app.core.arrays import Blobs, statements
from app.core.paging import CursorUnknown
from app.residents.cards import CardKeys
from app.residents.errors import ResidentUnknown
from app.residents.tables import Resident
from app.residents.thanks import DECLINED_TYPES, types_of
from rules.catalogue import HOUSEHOLD

TOKENS_A_PAGE = 1000


@dataclass(frozen=True)
class ResidentRead:
    """`id` is internal (also the wallet's); `public_id` is what the API shows. `ward` is a name.

    `deprivation_decile` is 1 (most deprived) to 10; it is for evaluation, and no rule may ask for it.
    """

    id: int
    public_id: UUID
    name: str
    connection: str
    ward: str | None
    enrolled_at: datetime
    deprivation_decile: int | None
    pass_type: str | None

    @property
    def actor(self) -> Actor:
        """As who they act, for the audit trail."""
        return Actor("resident", self.id, self.public_id)

    def facts(self) -> dict[str, str]:
        """What rules may ask about the person."""
        return _facts(self.connection, self.ward, self.pass_type)


class CardHolder(msgspec.Struct, frozen=True, gc=False):
    """The live card behind a subject, and its holder's facts."""

    card_id: int
    resident_id: int
    enrolled_at: datetime
    facts: dict[str, str]


@dataclass(frozen=True)
class TokenChange:
    """One line of a source's list: a card that is enrolled, or no longer is."""

    token: str
    enrolled: bool


@dataclass(frozen=True)
class TokenPage:
    """`cursor` goes into the next request; `more` says whether to ask again at once."""

    changes: tuple[TokenChange, ...]
    cursor: str
    more: bool


def get_resident(session: Session, *, resident_id: int) -> ResidentRead:
    """Raises ResidentUnknown, also for an account that was closed."""
    row = session.get(Resident, resident_id)
    if row is None or not row.active:
        raise ResidentUnknown
    return read_resident(row)


def find_public_id(session: Session, *, resident_id: int) -> UUID | None:
    """How the resident is called outside; None for one who has left."""
    asked = text("SELECT public_id FROM residents WHERE id = :id AND erased_at IS NULL")
    found: UUID | None = session.execute(asked, {"id": resident_id}).scalar_one_or_none()
    return found


def find_resident_by_public_id(session: Session, *, public_id: UUID) -> ResidentRead | None:
    """None also for an account that was closed."""
    row = session.exec(select(Resident).where(Resident.public_id == public_id, Resident.active)).first()
    return read_resident(row) if row else None


_HOLDERS = """
    SELECT c.token_hash, c.id, c.resident_id, greatest(c.enrolled_at, r.enrolled_at), r.connection, r.ward, r.pass_type,
           r.household, r.declined
    FROM unnest(%s) AS sent (hash) JOIN cards c ON c.token_hash = sent.hash AND c.removed_at IS NULL
    JOIN residents r ON r.id = c.resident_id AND r.active
"""


def find_card_holders(session: Session, *, hashes: Sequence[bytes]) -> dict[bytes, CardHolder]:
    """Live cards by the keyed hash of their subject; hashes that nobody has enrolled are left out."""
    with statements(session) as raw:
        found = raw.execute(_HOLDERS, [Blobs(hashes)], binary=True).fetchall()
    return {
        token_hash: CardHolder(
            card_id,
            resident_id,
            enrolled_at,
            _facts(connection, ward, pass_type, household, declined),
        )
        for token_hash, card_id, resident_id, enrolled_at, connection, ward, pass_type, household, declined in found
    }


def list_facts(session: Session, *, resident_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """What goes with an event of each resident, as for a card's holder; closed accounts are left out."""
    rows = session.execute(
        text(
            "SELECT id, connection, ward, pass_type, household, declined FROM residents WHERE id = ANY(:ids) AND active"
        ),
        {"ids": list(resident_ids)},
    )
    return {row.id: _facts(row.connection, row.ward, row.pass_type, row.household, row.declined) for row in rows}


# A waiting micro-check is in the list like a card, for its taps have to be sent. What a token is worth is asked for
# now, so that of several changes of one token none says something else than another.
_TOKENS = text("""
    SELECT changed_xid::text, id, token_encrypted,
           EXISTS (SELECT FROM cards live WHERE live.token_hash = c.token_hash AND live.removed_at IS NULL
                   AND (live.source_id IS NULL OR live.source_id = :source))
           OR EXISTS (SELECT FROM card_claims w WHERE w.token_hash = c.token_hash AND w.ended_at IS NULL
                      AND w.first_from IS NOT NULL AND (w.source_id IS NULL OR w.source_id = :source)) AS enrolled
    FROM (
        SELECT changed_xid, id, token_encrypted, token_hash, source_id FROM cards WHERE kind = 'card'
        UNION ALL
        SELECT changed_xid, id, token_encrypted, token_hash, source_id FROM card_claims WHERE first_from IS NOT NULL
    ) AS c
    WHERE (changed_xid, id) > (CAST(:xid AS xid8), :card) AND changed_xid < pg_snapshot_xmin(pg_current_snapshot())
    AND (source_id IS NULL OR source_id = :source)
    ORDER BY changed_xid, id LIMIT :limit
""")


def list_tokens(
    session: Session, *, source_id: int, after: str, keys: CardKeys, limit: int = TOKENS_A_PAGE
) -> TokenPage:
    """Changes of the cards that a source may send, since a cursor ("" for all from the beginning).

    Ordered by committing transaction below the snapshot's horizon, so a change that commits late is not skipped.
    Raises CursorUnknown.
    """
    xid, _, card = (after or "0-0").partition("-")
    if not (_is_number(xid) and _is_number(card)):
        raise CursorUnknown
    rows = session.execute(_TOKENS, {"xid": xid, "card": int(card), "source": source_id, "limit": limit}).all()
    changes = tuple(TokenChange(keys.decrypt_token(token), enrolled) for _, _, token, enrolled in rows)
    cursor = f"{rows[-1][0]}-{rows[-1][1]}" if rows else after
    return TokenPage(changes, cursor, len(rows) == limit)


def _is_number(written: str) -> bool:
    return written.isascii() and written.isdigit() and len(written) <= 18  # noqa: PLR2004 - fits a bigint


def read_resident(row: Resident) -> ResidentRead:
    return ResidentRead(
        id=row.id,
        public_id=row.public_id,
        name=row.name,
        connection=row.connection,
        ward=row.ward,
        enrolled_at=row.enrolled_at,
        deprivation_decile=row.deprivation_decile,
        pass_type=row.pass_type,
    )


def _facts(
    connection: str,
    ward: str | None,
    pass_type: str | None,
    household: bytes | memoryview | None = None,
    declined: list[str] | None = None,
) -> dict[str, str]:
    """What is not known is left out: a rule that asks for it is then not met.

    No rule may ask for the household, a keyed hash: it is for limits that a household shares. Nor for what the person
    wants no points for: that is decided before any rule is asked.
    """
    known = {"connection": connection}
    if ward:
        known["ward"] = ward
    if pass_type:
        known["pass_type"] = pass_type
    if household is not None:
        known[HOUSEHOLD] = household.hex()
    if declined:
        known[DECLINED_TYPES] = types_of(tuple(declined))
    return known
