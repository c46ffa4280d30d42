"""The people of a partner: the first owner is invited by an officer, the others by an owner, who removes them, too."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.audit import Actor, record_act
from app.core.errors import Conflict, NotFound
from app.core.ids import public_id
from app.identity.letting_in import note_let_in
from app.identity.logins import LoginKeys, drop_logins
from app.identity.queries import StaffRead
from app.identity.service import add_partner_staff
from app.identity.sessions import end_sessions
from app.identity.staff_invitations import InvitationRead, invite_person
from app.identity.tables import PartnerStaff


class StaffUnknown(NotFound):
    """No such person, or not one of this partner's."""

    code = "staff-unknown"

    def __init__(self) -> None:
        super().__init__("None of your people has this id.")


class LastOwner(Conflict):
    """Somebody has to speak for the partner."""

    code = "last-owner"

    def __init__(self) -> None:
        super().__init__("This is the last owner of the partner. Invite another owner first.")


class TooManyStaff(Conflict):
    """A partner has a few people."""

    code = "too-many-staff"

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"You have {most} people, which is as many as there can be. Remove one first.")


MOST_PEOPLE = 100


def list_people(session: Session, *, partner_id: int) -> tuple[StaffRead, ...]:
    """Those who may act for the partner, owners first."""
    wanted = select(PartnerStaff).where(PartnerStaff.partner_id == partner_id, col(PartnerStaff.active))
    rows = session.exec(wanted.order_by(col(PartnerStaff.owner).desc(), col(PartnerStaff.id)))
    return tuple(StaffRead(row.id, row.public_id, row.name, row.partner_id, row.owner) for row in rows)


def list_spokespeople(session: Session, *, partner_id: int) -> tuple[StaffRead, ...]:
    """The partner's owners, or, where it has none, everybody who acts for it."""
    people = list_people(session, partner_id=partner_id)
    return tuple(one for one in people if one.owner) or people


def invite_to_partner(
    session: Session,
    *,
    partner_id: int,
    name: str,
    owner: bool,
    code: str,
    actor: Actor,
    keys: LoginKeys,
    now: datetime,
) -> tuple[StaffRead, InvitationRead]:
    """A new person, who signs in by `code` first. Raises RegistrationInvalid, TooManyStaff."""
    if len(list_people(session, partner_id=partner_id)) >= MOST_PEOPLE:
        raise TooManyStaff(most=MOST_PEOPLE)
    staff = add_partner_staff(session, partner_id=partner_id, name=name, now=now, owner=owner)
    return staff, _invite(session, staff, code=code, actor=actor, keys=keys, now=now)


def invite_again(
    session: Session, *, partner_id: int, staff: UUID | None, code: str, actor: Actor, keys: LoginKeys, now: datetime
) -> tuple[StaffRead, InvitationRead]:
    """Another code for somebody of the partner; the earlier one ends. Raises StaffUnknown."""
    found = next((one for one in list_people(session, partner_id=partner_id) if one.uuid == staff), None)
    if found is None:
        raise StaffUnknown
    return found, _invite(session, found, code=code, actor=actor, keys=keys, now=now)


def remove_person(session: Session, *, partner_id: int, staff: UUID | None, actor: Actor, now: datetime) -> None:
    """They can do nothing from their next request on, nor come in again.

    Raises StaffUnknown, or LastOwner where the actor is one of the partner's people: an officer can invite another.
    """
    people = select(PartnerStaff).where(PartnerStaff.partner_id == partner_id, col(PartnerStaff.active))
    rows = session.exec(people.order_by(col(PartnerStaff.id)).with_for_update()).all()
    row = next((one for one in rows if one.public_id == staff), None)
    if row is None:
        raise StaffUnknown
    if row.owner and actor.kind == "staff" and sum(one.owner for one in rows) == 1:
        raise LastOwner
    row.active = False
    session.flush()
    person = public_id("stf", row.public_id)
    end_sessions(session, person=person)
    drop_logins(session, person=person)
    session.execute(text("DELETE FROM staff_invitations WHERE person = :person"), {"person": person})
    record_act(session, actor=actor, act="partner.person_removed", subject=f"staff:{person}", now=now)


def _invite(
    session: Session, staff: StaffRead, *, code: str, actor: Actor, keys: LoginKeys, now: datetime
) -> InvitationRead:
    made_by = public_id("off" if actor.kind == "officer" else "stf", actor.public_id) if actor.public_id else actor.kind
    invited = invite_person(session, person=staff.public_id, code=code, made_by=made_by, keys=keys, now=now)
    note_let_in(session, staff_id=staff.id, by=actor)
    facts: dict[str, str | int | bool | None] = {"owner": staff.owner}
    subject = f"staff:{staff.public_id}"
    record_act(session, actor=actor, act="partner.invited", subject=subject, facts=facts, now=now)
    return invited
