"""Joining, and linking cards to an account."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.audit import Actor
from app.core.ids import take_id, uuid7
from app.ledger.service import open_wallet
from app.residents.cards import CardKeys, parse_subject
from app.residents.errors import CardTaken
from app.residents.places.queries import find_place
from app.residents.queries import ResidentRead, read_resident
from app.residents.tables import Resident
from app.residents.terms.acceptance import accept_terms

COOLING_OFF = timedelta(days=30)
"""How long after its removal a card can't be linked to another account."""


def enrol_resident(
    session: Session,
    *,
    name: str,
    connection: str,
    ward: str | None,
    enrolled_at: datetime,
    now: datetime,
    postcode: str | None = None,
    pass_type: str | None = None,
    terms_version: str | None = None,
    by: Actor | None = None,
) -> ResidentRead:
    """A new account with an empty wallet. Events from before `enrolled_at` never count for it.

    `ward` is a ward's name; that of the postcode, where its place is known, comes first. The postcode is not kept.
    `pass_type` is adult, young, student, senior or disabled, where the person told it for the sake of a rule.
    `terms_version` is what the person accepted by joining; None where others open the account (imports, tests). `by` is
    who opens it for somebody.
    Raises PostcodeMalformed, TermsUnknown or TermsReplaced.
    """
    place = find_place(session, postcode=postcode) if postcode is not None else None
    row = Resident(
        id=take_id(session),
        public_id=uuid7(now),
        name=name,
        connection=connection,
        ward=place.ward_name if place else ward,
        deprivation_decile=place.deprivation_decile if place else None,
        pass_type=pass_type,
        enrolled_at=enrolled_at,
    )
    session.add(row)
    session.flush()
    open_wallet(session, resident_id=row.id)
    if terms_version is not None:
        accept_terms(session, resident_id=row.id, version=terms_version, by=by, now=now)
    return read_resident(row)


def link_card(
    session: Session,
    *,
    resident_id: int,
    subject: str,
    source_id: int | None,
    keys: CardKeys,
    enrolled_at: datetime,
) -> int:
    """Let `subject` stand for the resident from `enrolled_at` on; returns the card's id.

    `source_id` is the operator that issued the card, None for the scheme's own, which every source may send. Raises
    CardTaken (also for 30 days after another account gave the card up), SubjectMalformed or BankCardNumber. The same
    card on the same account again is no error.
    """
    subject = parse_subject(subject)
    return link_hashed_card(
        session,
        resident_id=resident_id,
        kind=subject.partition(":")[0],
        token_hash=keys.hash_subject(subject),
        token_encrypted=keys.encrypt_token(subject),
        source_id=source_id,
        enrolled_at=enrolled_at,
        public_id=uuid7(enrolled_at),
    )


def link_hashed_card(
    session: Session,
    *,
    resident_id: int,
    kind: str,
    token_hash: bytes,
    token_encrypted: bytes,
    source_id: int | None,
    enrolled_at: datetime,
    public_id: UUID,
) -> int:
    """The same for a token that is known by its keyed hash only. Raises CardTaken; roll back then."""
    made = session.execute(
        text(
            "INSERT INTO cards"
            " (id, public_id, resident_id, kind, token_hash, token_encrypted, source_id, enrolled_at)"
            " VALUES (:id, :public_id, :resident, :kind, :hash, :token, :source, :enrolled)"
            " ON CONFLICT (token_hash) WHERE removed_at IS NULL DO NOTHING RETURNING id"
        ),
        {
            "id": take_id(session),
            "public_id": public_id,
            "resident": resident_id,
            "kind": kind,
            "hash": token_hash,
            "token": token_encrypted,
            "source": source_id,
            "enrolled": enrolled_at,
        },
    ).scalar()
    if made is not None:
        _refuse_while_cooling(session, resident_id, token_hash, enrolled_at)
        return int(made)
    live = session.execute(
        text("SELECT id, resident_id FROM cards WHERE token_hash = :hash AND removed_at IS NULL"), {"hash": token_hash}
    ).one_or_none()
    if live is None or live.resident_id != resident_id:
        raise CardTaken
    return int(live.id)


def _refuse_while_cooling(session: Session, resident_id: int, token_hash: bytes, enrolled_at: datetime) -> None:
    """A card that stood for somebody else a moment ago is passed round, not given up."""
    anothers = text(
        "SELECT FROM cards WHERE token_hash = :hash AND removed_at > :since AND resident_id <> :resident LIMIT 1"
    )
    since = enrolled_at - COOLING_OFF
    if session.execute(anothers, {"hash": token_hash, "since": since, "resident": resident_id}).first() is not None:
        raise CardTaken


def unlink_card(session: Session, *, resident_id: int, card_id: int, now: datetime) -> None:
    """From `now` on the card stands for nobody; what it earned stays. Unknown cards are no error."""
    session.execute(
        text(
            "UPDATE cards SET removed_at = :now, changed_xid = pg_current_xact_id()"
            " WHERE id = :card AND resident_id = :resident AND removed_at IS NULL"
        ),
        {"now": now, "card": card_id, "resident": resident_id},
    )
