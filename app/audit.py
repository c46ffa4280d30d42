"""Who looked at or changed a person, a rule, a reward, a budget or a role: written down once, never changed.

An act is recorded in the transaction that does it, so there is no change without its act and no act without its change.
It names people by reference only, so that erasure never has to touch it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, SmallInteger, Text, Uuid, insert, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Session, col, select

from app.core.columns import Row, Xid8
from app.core.ids import public_id, take_id, take_ids
from app.core.paging import CursorUnknown, Page, clamp_limit

ActorKind = Literal["officer", "resident", "staff", "machine", "host", "device", "system"]

ACTS: Final[Mapping[str, str]] = {
    "person.opened": "An account was opened for somebody",
    "person.looked_at": "Somebody's details were looked at",
    "person.changed": "Somebody's details were changed",
    "person.card_claimed": "Somebody said that a card is theirs",
    "person.card_linked": "A card was linked to somebody",
    "person.card_removed": "A card was taken off somebody",
    "person.consent_changed": "Somebody gave or withdrew a consent",
    "person.exported": "All that is held on somebody was handed out",
    "person.erased": "Somebody was erased",
    "person.redeemed_for": "A reward was taken on somebody's behalf",
    "person.complaint_acknowledged": "A complaint was acknowledged",
    "person.complaint_answered": "A complaint was answered",
    "person.appeal_decided": "An appeal was decided",
    "event.voided": "An event was voided",
    "event.flag_decided": "An event that was held for a person was decided",
    "points.adjusted": "An adjustment of points was proposed or decided",
    "points.given": "Points were given by an adjustment",
    "points.reversed": "An award was reversed",
    "points.clawed_back": "Written-off points were clawed back",
    "points.refunded": "A refund was proposed or decided",
    "rule.drafted": "A draft of a rule was written, changed or thrown away",
    "rule.submitted": "A draft was submitted for approval",
    "rule.approved": "A rule was approved",
    "rule.sent_back": "A rule was sent back to its author",
    "rule.scheduled": "A rule was scheduled",
    "rule.unscheduled": "A scheduled rule was taken back",
    "rule.stopped": "A rule was stopped",
    "campaign.opened": "A campaign was opened",
    "campaign.changed": "A campaign was changed",
    "campaign.message_sent": "A message of a campaign was written or approved",
    "budget.paid_in": "A funder's money was recorded",
    "budget.funded": "A campaign was given points",
    "budget.rate_changed": "The backing rate was changed",
    "scheme.paused": "Earning or redeeming was paused",
    "scheme.resumed": "Earning or redeeming was resumed",
    "scheme.setting_changed": "A setting of the scheme was changed",
    "scheme.wound_down": "A step of winding down was taken",
    "role.looked_at": "Who has which role was looked at",
    "role.proposed": "A change of somebody's roles was proposed or refused",
    "role.given": "An officer was made, or given a role",
    "role.taken": "A role was taken away",
    "deputy.named": "A deputy was named or dismissed",
    "session.began": "An officer or partner signed in",
    "session.ended": "Sessions were ended",
    "client.registered": "A machine was registered",
    "client.changed": "A machine's keys or secrets were changed",
    "client.revoked": "A machine's tokens were revoked",
    "keys.rotated": "The keys that sign tokens were rotated",
    "device.paired": "A till was paired",
    "device.removed": "A till was removed",
    "organisation.registered": "A community organisation or its hosts were registered",
    "partner.looked_at": "A partner's bank details were looked at",
    "partner.proposed": "A partner was proposed",
    "partner.approved": "A partner was approved, or added with the scheme",
    "partner.refused": "A proposed partner was refused",
    "partner.invited": "A partner was invited",
    "partner.person_removed": "Somebody may not act for a partner any more",
    "partner.changed": "A partner or its contract was changed",
    "partner.alarm_raised": "What was redeemed came near a threshold of the law",
    "partner.stopped": "A partner was stopped or started",
    "contract.proposed": "A partner's contract was proposed",
    "contract.approved": "A partner's contract was approved",
    "contract.refused": "A partner's proposed contract was refused",
    "reward.added": "A reward was added",
    "reward.proposed": "A reward or a change of one was proposed",
    "reward.changed": "A reward was changed",
    "statement.paid": "A payment to a partner was ordered or recorded",
    "attendance.attested": "A host attested who was at a session, agreed to it or took it back",
    "door.opened": "A way in for an operator's files was opened or changed",
    "places.loaded": "A public table of places was loaded",
    "zone.put": "A named zone was drawn",
    "import.sent": "A file was imported",
    "job.retried": "A dead job was tried again",
    "seals.restored": "After a restore a new generation of entries was begun",
    "audit.read": "The audit trail was read",
}
"""Every act there is, and what it means. A new one is added here first."""


@dataclass(frozen=True)
class Actor:
    """Who does it; `public_id` is None for machines and the system itself."""

    kind: ActorKind
    id: int | None
    public_id: UUID | None = None


SYSTEM: Final = Actor("system", None)


class AuditAct(Row, table=True):
    """One act; `subject` is a reference such as resident:res_... or rule:rul_..., never a name. Append-only."""

    __tablename__ = "audit_acts"
    __table_args__ = (
        CheckConstraint(
            "actor_kind IN ('officer', 'resident', 'staff', 'machine', 'host', 'device', 'system')",
            name="ck_audit_acts_actor_kind",
        ),
        Index("ix_audit_acts_subject", "subject", "id"),
        Index("ix_audit_acts_actor", "actor_public_id", "id"),
        Index("ix_audit_acts_xid", text("((xid::text)::bigint)")),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    act: str = Field(sa_column=Column(Text, nullable=False))
    actor_kind: str = Field(sa_column=Column(Text, nullable=False))
    actor_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    actor_public_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    subject: str = Field(sa_column=Column(Text, nullable=False))
    purpose: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    facts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    happened_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    xid: str = Field(sa_column=Column(Xid8, nullable=False, server_default=text("pg_current_xact_id()")))
    generation: int = Field(default=1, sa_column=Column(SmallInteger, nullable=False, server_default="1"))


@dataclass(frozen=True)
class ActRead:
    """`number` is the cursor of a list."""

    number: int
    act: str
    actor_kind: str
    actor: UUID | None
    subject: str
    purpose: str | None
    facts: dict[str, Any]
    happened_at: datetime


def record_act(
    session: Session,
    *,
    actor: Actor,
    act: str,
    subject: str,
    purpose: str | None = None,
    facts: Mapping[str, str | int | bool | None] | None = None,
    now: datetime,
) -> None:
    """Write down one of ACTS. `facts` are references, numbers and words of ours: never a name, address or card."""
    assert act in ACTS, f"{act} is not in the list of acts"
    told = {"act": act, "subject": subject, "purpose": purpose, "facts": dict(facts or {}), "happened_at": now}
    session.execute(insert(AuditAct).values({"id": take_id(session)} | _tell_actor(actor) | told))


def note_looks(session: Session, *, actor: Actor, people: Collection[UUID], what: str, now: datetime) -> None:
    """An officer has looked at something of these residents: one act for each, so that each can read of it."""
    subjects = [f"resident:{public_id('res', one)}" for one in sorted(set(people))]
    told = _tell_actor(actor) | {"act": "person.looked_at", "facts": {"looked_at": what}, "happened_at": now}
    rows = [
        {"id": number, "subject": subject} | told
        for number, subject in zip(take_ids(session, len(subjects)), subjects, strict=True)
    ]
    if rows:
        session.execute(insert(AuditAct), rows)


def _tell_actor(actor: Actor) -> dict[str, object]:
    """Of a resident only the id outside, which leads to nobody once they have left; the number stays in the books."""
    number = None if actor.kind == "resident" else actor.id
    return {"actor_kind": actor.kind, "actor_id": number, "actor_public_id": actor.public_id}


def list_acts(
    session: Session,
    *,
    subject: str | None = None,
    actor: UUID | None = None,
    act: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[ActRead]:
    """Newest first, from `since` on and before `until`. Raises CursorUnknown."""
    wanted = select(AuditAct).order_by(col(AuditAct.id).desc())
    if after is not None:
        if not (after.isascii() and after.isdecimal() and len(after) <= 18):  # noqa: PLR2004 - digits of a bigint
            raise CursorUnknown
        wanted = wanted.where(col(AuditAct.id) < int(after))
    for column, value in ((AuditAct.subject, subject), (AuditAct.actor_public_id, actor), (AuditAct.act, act)):
        if value is not None:
            wanted = wanted.where(col(column) == value)
    if since is not None:
        wanted = wanted.where(col(AuditAct.happened_at) >= since)
    if until is not None:
        wanted = wanted.where(col(AuditAct.happened_at) < until)
    size = clamp_limit(limit)
    rows = session.exec(wanted.limit(size + 1)).all()
    items = tuple(
        ActRead(
            row.id,
            row.act,
            row.actor_kind,
            row.actor_public_id,
            row.subject,
            row.purpose,
            row.facts,
            row.happened_at,
        )
        for row in rows[:size]
    )
    return Page(items, str(items[-1].number) if len(rows) > size else None)
