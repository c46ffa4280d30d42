"""Linking a card with proof: a number alone proves nothing, so it stands for nobody until somebody has confirmed it.

Confirmed by the desk, which has the card before it; by its operator, which knows its holder; or by a micro-check. Until
then no event of the card is kept, and nobody learns whether it stands for somebody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from app.core.arrays import Blobs, statements
from app.core.ids import public_id as write_public_id
from app.core.ids import take_id, uuid7
from app.identity.sources import list_sources
from app.residents.cards import CardKeys, parse_subject
from app.residents.claim_errors import (
    CardLinkedAlready,
    CardSourceUnknown,
    CardUnknown,
    ClaimUnknown,
    NotACard,
    TooManyClaims,
)
from app.residents.errors import CardTaken
from app.residents.micro_check import WINDOW, is_within, name_windows
from app.residents.noting import note_change
from app.residents.queries import ResidentRead
from app.residents.service import link_hashed_card, unlink_card

Proof: TypeAlias = Literal["desk", "operator", "micro_check"]

WAITS = timedelta(days=30)
"""How long a claim waits for its proof. A tap in the last window may come with a file two weeks later."""

MOST_CLAIMS = 5
"""In 30 days, whatever became of them."""

_SHOWN = 4
"""Last characters of a token, by which its holder knows it again."""


@dataclass(frozen=True)
class CardRead:
    """`state` is waiting, lapsed (never proved) or linked; `windows` of a waiting micro-check are from and until.

    `ending` is the end of the token. Whether a window has seen a tap stays unsaid: the card may be somebody else's.
    """

    id: UUID
    state: str
    ending: str
    source: str | None
    since_at: datetime
    windows: tuple[tuple[datetime, datetime], ...]
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tap:
    """An event of a card that nobody has linked: the keyed hash of its token, who sent it, and when it happened."""

    token_hash: bytes
    source_id: int
    happened_at: datetime


def claim_card(
    session: Session,
    *,
    resident: ResidentRead,
    subject: str,
    source: str | None,
    micro_check: bool,
    keys: CardKeys,
    now: datetime,
) -> CardRead:
    """Note that the resident says the card is theirs; the same answer whether or not it stands for somebody else.

    Claiming it again while it waits gives the claim there is. Raises SubjectMalformed, BankCardNumber, NotACard,
    CardSourceUnknown, CardLinkedAlready or TooManyClaims.
    """
    subject = parse_subject(subject)
    if not subject.startswith("card:"):
        raise NotACard
    source_id = _find_source(session, source)
    token_hash = keys.hash_subject(subject)
    # One at a time of a resident, so that their number holds.
    session.execute(text("SELECT FROM residents WHERE id = :id FOR NO KEY UPDATE"), {"id": resident.id})
    facts = {"resident": resident.id, "hash": token_hash, "now": now, "since": now - WAITS}
    if session.execute(_OWN_LIVE, facts).first() is not None:
        raise CardLinkedAlready
    known = session.execute(_OWN_WAITING, facts).scalar()
    if known is not None:
        return _get_own(session, resident.id, known, keys, now)
    session.execute(_LAPSE_OWN, facts)
    if session.execute(_BEGUN, facts).scalar_one() >= MOST_CLAIMS:
        raise TooManyClaims(most=MOST_CLAIMS, days=WAITS.days)
    public_id = uuid7(now)
    first, second = name_windows(public_id, now) if micro_check else (None, None)
    session.execute(
        _INSERT,
        facts
        | {
            "id": take_id(session),
            "public_id": public_id,
            "token": keys.encrypt_token(subject),
            "source": source_id,
            "ends": now + WAITS,
            "first": first,
            "second": second,
        },
    )
    claimed = {"card": write_public_id("crd", public_id)}
    note_change(session, resident=resident, act="person.card_claimed", facts=claimed, now=now)
    return _get_own(session, resident.id, public_id, keys, now)


def list_cards(session: Session, *, resident_id: int, keys: CardKeys, now: datetime) -> tuple[CardRead, ...]:
    """The resident's cards and claims that wait or have lapsed, the newest first; there are few."""
    rows = session.execute(_LIST, {"resident": resident_id})
    return tuple(_read(row, keys, now) for row in rows)


def remove_card(session: Session, *, resident_id: int, card: UUID, now: datetime) -> None:
    """Unlink a card, or withdraw a claim. Raises CardUnknown."""
    facts = {"resident": resident_id, "card": card, "now": now}
    linked = session.execute(_OWN_CARD, facts).scalar()
    if linked is not None:
        unlink_card(session, resident_id=resident_id, card_id=linked, now=now)
        return
    if session.execute(_WITHDRAW, facts).first() is None:
        raise CardUnknown


def confirm_claim(
    session: Session,
    *,
    claim: UUID,
    subject: str,
    source_id: int | None,
    proof: Proof,
    keys: CardKeys,
    now: datetime,
) -> int:
    """Somebody who can know says that the claim's resident holds this card; gives the resident's id.

    `source_id` limits an operator to cards of its own. Raises ClaimUnknown, also where the token is not the claim's,
    and CardTaken where it stands for somebody else.
    """
    row = session.execute(_LOCK, {"claim": claim, "hash": keys.hash_subject(parse_subject(subject))}).one_or_none()
    anothers = row is not None and source_id is not None and row.source_id not in {None, source_id}
    if row is None or anothers or now >= row.ends_at:
        raise ClaimUnknown
    _link(session, row, proof=proof, enrolled_at=now, now=now)
    return int(row.resident_id)


def note_taps(session: Session, *, taps: Sequence[Tap], now: datetime) -> None:
    """Tell micro-checks of taps by cards that nobody has linked; who was tapped for in both windows gets the card.

    One look-up among waiting claims for a whole batch. A tap that answers no claim leaves nothing behind.
    """
    with statements(session) as raw:
        waiting = raw.execute(_WAITING_CHECKS, [Blobs({tap.token_hash for tap in taps})]).fetchall()
    for claim, token_hash, source_id, first_from, second_from in waiting:
        mine = [tap for tap in taps if tap.token_hash == token_hash and source_id in {None, tap.source_id}]
        first, second = (
            min((tap.happened_at for tap in mine if is_within(tap.happened_at, opens_at)), default=None)
            for opens_at in (first_from, second_from)
        )
        if first is None and second is None:
            continue
        row = session.execute(_NOTE, {"claim": claim, "first": first, "second": second}).one()
        if row.first_tapped_at is not None and row.second_tapped_at is not None:
            try:
                with session.begin_nested():
                    _link(session, row, proof="micro_check", enrolled_at=second_from + WINDOW, now=now)
            except CardTaken:
                continue  # it waits on, as if nothing had been seen: whose card it is stays unsaid


def end_lapsed_claims(session: Session, *, now: datetime) -> int:
    """End claims that nobody has proved in time; how many."""
    return len(session.execute(_LAPSE, {"now": now}).all())


def _link(session: Session, row: Row[Any], *, proof: Proof, enrolled_at: datetime, now: datetime) -> None:
    link_hashed_card(
        session,
        resident_id=row.resident_id,
        kind="card",
        token_hash=bytes(row.token_hash),
        token_encrypted=bytes(row.token_encrypted),
        source_id=row.source_id,
        enrolled_at=enrolled_at,
        public_id=row.public_id,
    )
    session.execute(_PROVE, {"id": row.id, "proof": proof, "now": now})


def _find_source(session: Session, name: str | None) -> int | None:
    if name is None:
        return None
    source = list_sources(session).get(name)
    if source is None:
        raise CardSourceUnknown
    return source.id


def _get_own(session: Session, resident_id: int, card: UUID, keys: CardKeys, now: datetime) -> CardRead:
    rows = session.execute(_LIST, {"resident": resident_id})
    return next(_read(row, keys, now) for row in rows if row.public_id == card)


def _read(row: Row[Any], keys: CardKeys, now: datetime) -> CardRead:
    state = "linked" if row.linked else "waiting" if now < row.ends_at else "lapsed"
    opened = (row.first_from, row.second_from) if state == "waiting" and row.first_from is not None else ()
    return CardRead(
        id=row.public_id,
        state=state,
        ending=keys.decrypt_token(bytes(row.token_encrypted)).partition(":")[2][-_SHOWN:],
        source=row.source,
        since_at=row.since_at,
        windows=tuple((opens_at, opens_at + WINDOW) for opens_at in opened),
        ends_at=row.ends_at if state == "waiting" else None,
    )


_OWN_LIVE = text("SELECT id FROM cards WHERE token_hash = :hash AND resident_id = :resident AND removed_at IS NULL")

_OWN_WAITING = text(
    "SELECT public_id FROM card_claims WHERE resident_id = :resident AND token_hash = :hash AND ended_at IS NULL"
    " AND ends_at > :now"
)

_BEGUN = text("SELECT count(*) FROM card_claims WHERE resident_id = :resident AND made_at > :since")

_INSERT = text(
    "INSERT INTO card_claims (id, public_id, resident_id, token_hash, token_encrypted, source_id, made_at, ends_at,"
    " first_from, second_from)"
    " VALUES (:id, :public_id, :resident, :hash, :token, :source, :now, :ends, :first, :second)"
)

_LIST = text("""
    SELECT c.public_id, c.token_encrypted, true AS linked, c.enrolled_at AS since_at, NULL::timestamptz AS ends_at,
           NULL::timestamptz AS first_from, NULL::timestamptz AS second_from, s.name AS source
    FROM cards c LEFT JOIN sources s ON s.id = c.source_id WHERE c.resident_id = :resident AND c.removed_at IS NULL
    UNION ALL
    SELECT c.public_id, c.token_encrypted, false, c.made_at, c.ends_at, c.first_from, c.second_from, s.name
    FROM card_claims c LEFT JOIN sources s ON s.id = c.source_id
    WHERE c.resident_id = :resident AND (c.ended_at IS NULL OR c.outcome = 'lapsed')
    ORDER BY since_at DESC, public_id
""")

_OWN_CARD = text("SELECT id FROM cards WHERE resident_id = :resident AND public_id = :card AND removed_at IS NULL")

_WITHDRAW = text(
    "UPDATE card_claims SET outcome = 'withdrawn', ended_at = :now, changed_xid = pg_current_xact_id()"
    " WHERE resident_id = :resident AND public_id = :card AND (ended_at IS NULL OR outcome = 'lapsed') RETURNING id"
)

_LOCK = text(
    "SELECT id, public_id, resident_id, token_hash, token_encrypted, source_id, ends_at FROM card_claims"
    " WHERE public_id = :claim AND token_hash = :hash AND ended_at IS NULL FOR UPDATE"
)

_WAITING_CHECKS = """
    SELECT id, token_hash, source_id, first_from, second_from FROM card_claims
    WHERE ended_at IS NULL AND first_from IS NOT NULL AND token_hash = ANY(%s) ORDER BY id FOR UPDATE
"""

_NOTE = text("""
    UPDATE card_claims SET first_tapped_at = coalesce(first_tapped_at, :first),
                           second_tapped_at = coalesce(second_tapped_at, :second)
    WHERE id = :claim
    RETURNING id, public_id, resident_id, token_hash, token_encrypted, source_id, first_tapped_at, second_tapped_at
""")

_PROVE = text(
    "UPDATE card_claims SET outcome = 'proved', proof = :proof, ended_at = :now, changed_xid = pg_current_xact_id()"
    " WHERE id = :id"
)

_LAPSED = (
    "UPDATE card_claims SET outcome = 'lapsed', ended_at = :now, changed_xid = pg_current_xact_id()"
    " WHERE ended_at IS NULL AND ends_at <= :now"
)
_LAPSE = text(f"{_LAPSED} RETURNING id")
_LAPSE_OWN = text(f"{_LAPSED} AND resident_id = :resident")
