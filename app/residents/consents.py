"""Consents: given and withdrawn for one purpose at a time, with every change kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.audit import Actor
from app.core.errors import Conflict, NotFound
from app.core.ids import take_id
from app.residents.noting import note_change
from app.residents.purposes import PURPOSES, Purpose
from app.residents.queries import ResidentRead


class PurposeUnknown(NotFound):
    """Data are used for no such purpose."""

    code = "purpose-unknown"

    def __init__(self) -> None:
        super().__init__("There is no purpose with this name. GET /v1/me/consents lists them.")


class PurposeNeedsNoConsent(Conflict):
    """The council may do it without being asked; what the person can do instead is leave, or object."""

    code = "purpose-needs-no-consent"

    def __init__(self, *, basis: str) -> None:
        super().__init__(
            "This does not rest on your consent, so it can't be given or withdrawn. You can object with a complaint, "
            "or leave the scheme."
        )
        self.basis = basis


@dataclass(frozen=True)
class ConsentChange:
    """One change; `text_sha256` says which wording the person read."""

    given: bool
    said_at: datetime
    text_sha256: str


@dataclass(frozen=True)
class ConsentRead:
    """One purpose and what the person said about it, newest first. `given` is None where nobody is asked."""

    purpose: Purpose
    given: bool | None
    history: tuple[ConsentChange, ...]


def say_consent(
    session: Session, *, resident: ResidentRead, purpose: str, given: bool, by: Actor | None = None, now: datetime
) -> ConsentRead:
    """Give or withdraw; saying the same again changes nothing. `by` where somebody says it for the resident.

    Raises PurposeUnknown or PurposeNeedsNoConsent.
    """
    known = PURPOSES.get(purpose)
    if known is None:
        raise PurposeUnknown
    if not known.asks:
        raise PurposeNeedsNoConsent(basis=known.basis)
    before = list_changes(session, resident.id).get(purpose, ())
    after = record_change(session, resident.id, purpose, given=given, said=known.text, now=now)
    if after != before:
        facts: dict[str, str | int | bool | None] = {"purpose": purpose, "given": given}
        note_change(session, resident=resident, act="person.consent_changed", by=by, facts=facts, now=now)
    return _read(known, {purpose: after})


def record_change(
    session: Session, resident_id: int, purpose: str, *, given: bool, said: str, now: datetime
) -> tuple[ConsentChange, ...]:
    """Keep a yes or no to the text `said`, unless it is what the person said last; all of it, newest first."""
    # One at a time of a resident, or two that say the same at once would both be a change.
    session.execute(text("SELECT FROM residents WHERE id = :id FOR NO KEY UPDATE"), {"id": resident_id})
    before = list_changes(session, resident_id).get(purpose, ())
    if before and before[0].given == given:
        return before
    session.execute(
        text(
            "INSERT INTO consents (id, resident_id, purpose, given, text_sha256, said_at)"
            " VALUES (:id, :resident, :purpose, :given, :sha256, :now)"
        ),
        {
            "id": take_id(session),
            "resident": resident_id,
            "purpose": purpose,
            "given": given,
            "sha256": hashlib.sha256(said.encode()).hexdigest(),
            "now": now,
        },
    )
    return list_changes(session, resident_id).get(purpose, ())


def list_consents(session: Session, *, resident_id: int) -> tuple[ConsentRead, ...]:
    """Every purpose of the catalogue, in its order; nobody has consented who never said so."""
    changes = list_changes(session, resident_id)
    return tuple(_read(purpose, changes) for purpose in PURPOSES.values())


def has_consented(session: Session, *, resident_id: int, purpose: str) -> bool:
    """Whether the person's last word about this purpose is yes."""
    changes = list_changes(session, resident_id).get(purpose, ())
    return bool(changes) and changes[0].given


def list_changes(session: Session, resident_id: int) -> dict[str, tuple[ConsentChange, ...]]:
    """All that the person said, by purpose, newest first."""
    rows = session.execute(
        text(
            "SELECT purpose, given, said_at, text_sha256 FROM consents WHERE resident_id = :resident"
            " ORDER BY said_at DESC, id DESC"
        ),
        {"resident": resident_id},
    )
    found: dict[str, tuple[ConsentChange, ...]] = {}
    for row in rows:
        found[row.purpose] = (*found.get(row.purpose, ()), ConsentChange(row.given, row.said_at, row.text_sha256))
    return found


def _read(purpose: Purpose, changes: Mapping[str, tuple[ConsentChange, ...]]) -> ConsentRead:
    history = changes.get(purpose.key, ())
    given = (history[0].given if history else False) if purpose.asks else None
    return ConsentRead(purpose, given, history)
