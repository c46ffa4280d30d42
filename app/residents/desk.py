"""The desk: an officer does for somebody without e-mail or phone what others do themselves; each act is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.audit import record_act
from app.core.ids import parse_public_id, public_id, take_id
from app.identity.queries import OfficerRead
from app.residents.cards import CardKeys
from app.residents.desk_tables import DeskAct
from app.residents.errors import NotOfAge, ResidentUnknown
from app.residents.members import find_member, give_member_number
from app.residents.queries import ResidentRead, find_resident_by_public_id
from app.residents.service import enrol_resident

ACTS: Final = {
    "open_account": "person.opened",
    "link_card": "person.card_linked",
    "replace_number": "person.changed",
    "confirm_claim": "person.card_linked",
    "redeem": "person.redeemed_for",
    "answer_callback": "person.changed",
    "correct": "person.changed",
    "thanks": "person.changed",
    "complain": "person.changed",
    "appeal": "person.changed",
    "missing": "person.changed",
    "export": "person.exported",
}
"""What acts at the desk are called in the audit trail; the others are looks."""


class PurposeKind(StrEnum):
    """Why an officer looks at a resident's account."""

    IN_PERSON = "asked_in_person"
    BY_PHONE = "asked_by_phone"
    BY_LETTER = "asked_by_letter"
    COMPLAINT = "complaint"
    CORRECTION = "correction"


@dataclass(frozen=True)
class Purpose:
    """`note` is the officer's own sentence; it names nobody."""

    kind: PurposeKind
    note: str


@dataclass(frozen=True)
class Desk:
    """The officer at the desk, and why they act."""

    officer: OfficerRead
    purpose: Purpose


@dataclass(frozen=True)
class DeskActRead:
    """What was done; the resident does not read by whom, but the council knows."""

    act: str
    purpose: PurposeKind
    note: str
    acted_at: datetime


def open_account_at_desk(
    session: Session,
    *,
    desk: Desk,
    name: str,
    connection: str,
    postcode: str | None,
    pass_type: str | None,
    terms_version: str,
    of_age: bool,
    keys: CardKeys,
    now: datetime,
) -> tuple[ResidentRead, str]:
    """A new account and its member number. The person has had the terms read to them and accepts them.

    `of_age` is whether they said that they are 18 or over.
    Raises NotOfAge, PostcodeMalformed, TermsUnknown or TermsReplaced.
    """
    if not of_age:
        raise NotOfAge
    resident = enrol_resident(
        session,
        name=name,
        connection=connection,
        ward=None,
        postcode=postcode,
        pass_type=pass_type,
        terms_version=terms_version,
        by=desk.officer.actor,
        enrolled_at=now,
        now=now,
    )
    number = give_member_number(session, resident=resident, keys=keys)
    note_act(session, desk=desk, resident=resident, act="open_account", now=now)
    return resident, number


def look_up_member(
    session: Session, *, desk: Desk, number: str, act: str, keys: CardKeys, now: datetime
) -> ResidentRead:
    """Whose number it is; that somebody looked, and why, is kept. Raises MemberNumberMalformed or MemberUnknown."""
    resident = find_member(session, number=number, keys=keys)
    note_act(session, desk=desk, resident=resident, act=act, now=now)
    return resident


def look_up_resident(
    session: Session, *, desk: Desk, reference: str, act: str, keys: CardKeys, now: datetime
) -> ResidentRead:
    """The same by a member number or a public id (`res_...`). Raises ResidentUnknown, too."""
    if not reference.strip().startswith("res_"):
        return look_up_member(session, desk=desk, number=reference, act=act, keys=keys, now=now)
    wanted = parse_public_id("res", reference.strip())
    resident = find_resident_by_public_id(session, public_id=wanted) if wanted else None
    if resident is None:
        raise ResidentUnknown
    note_act(session, desk=desk, resident=resident, act=act, now=now)
    return resident


def note_act(
    session: Session,
    *,
    desk: Desk,
    resident: ResidentRead,
    act: str,
    facts: Mapping[str, str] | None = None,
    now: datetime,
) -> None:
    """Keep who did what to whose account, and why: in the audit trail, and with the officer's sentence beside it.

    The sentence stays out of the trail, which nothing can be taken from again.
    """
    record_act(
        session,
        actor=desk.officer.actor,
        act=ACTS.get(act, "person.looked_at"),
        subject=f"resident:{public_id('res', resident.public_id)}",
        purpose=desk.purpose.kind,
        facts={"desk": act, **(facts or {})},
        now=now,
    )
    session.add(
        DeskAct(
            id=take_id(session),
            officer_id=desk.officer.id,
            resident_id=resident.id,
            act=act,
            purpose=desk.purpose.kind,
            note=desk.purpose.note,
            acted_at=now,
        )
    )
    session.flush()


def list_desk_acts(session: Session, *, resident_id: int) -> tuple[DeskActRead, ...]:
    """All that was done for the resident at the desk, newest first."""
    rows = session.execute(
        text("SELECT act, purpose, note, acted_at FROM desk_acts WHERE resident_id = :id ORDER BY id DESC"),
        {"id": resident_id},
    )
    return tuple(DeskActRead(row.act, PurposeKind(row.purpose), row.note, row.acted_at) for row in rows)
