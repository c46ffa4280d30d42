"""Who accepted which terms, and when; every acceptance is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.audit import Actor
from app.core.clock import london_date
from app.core.ids import take_id
from app.residents.noting import note_change
from app.residents.queries import get_resident
from app.residents.terms.book import LEEDS_TERMS, TermsBook


@dataclass(frozen=True)
class TermsStanding:
    """`accepted_version` is the one accepted last; `waiting_version` the current one while it is not accepted."""

    accepted_version: str | None
    accepted_at: datetime | None
    waiting_version: str | None


def accept_terms(
    session: Session,
    *,
    resident_id: int,
    version: str,
    by: Actor | None = None,
    now: datetime,
    book: TermsBook = LEEDS_TERMS,
) -> TermsStanding:
    """Note that the resident accepts the current terms; doing so again changes nothing. `by` is who notes it for them.

    Raises TermsUnknown or TermsReplaced.
    """
    accepted = book.get_acceptable(version=version, today=london_date(now))
    made = session.execute(
        text(
            "INSERT INTO terms_acceptances (id, resident_id, version, text_sha256, accepted_at)"
            " VALUES (:id, :resident, :version, :sha256, :now)"
            " ON CONFLICT (resident_id, version) DO NOTHING RETURNING id"
        ),
        {
            "id": take_id(session),
            "resident": resident_id,
            "version": accepted.version,
            "sha256": accepted.sha256,
            "now": now,
        },
    ).first()
    if made is not None:
        resident, facts = get_resident(session, resident_id=resident_id), {"terms": accepted.version}
        note_change(session, resident=resident, act="person.consent_changed", by=by, facts=facts, now=now)
    return get_terms_standing(session, resident_id=resident_id, now=now, book=book)


def get_terms_standing(
    session: Session, *, resident_id: int, now: datetime, book: TermsBook = LEEDS_TERMS
) -> TermsStanding:
    """Which terms the resident accepted last, and whether newer ones wait."""
    latest = session.execute(
        text(
            "SELECT version, accepted_at FROM terms_acceptances WHERE resident_id = :resident"
            " ORDER BY version DESC LIMIT 1"
        ),
        {"resident": resident_id},
    ).one_or_none()
    current = book.get_current(today=london_date(now)).version
    if latest is None:
        return TermsStanding(None, None, current)
    return TermsStanding(latest.version, latest.accepted_at, None if latest.version >= current else current)
