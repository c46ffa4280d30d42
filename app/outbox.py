"""What was promised to be told to people, written down in the transaction that promised it.

A notice holds ids and numbers only. Whoever sends it looks up the rest then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Session

from app.core.columns import Row
from app.core.ids import take_id

POINTS_EXPIRE = "points_expire"
"""Points of a quarter can't be spent any longer from a date on."""

BUDGET_ALARM = "budget_alarm"
"""A campaign has given 75, 90 or 100 percent of its points."""

REFUND_GIVEN = "refund_given"
"""Points of a used voucher came back to its holder."""

REFUND_REFUSED = "refund_refused"
"""Somebody looked at a used voucher, and nothing comes back."""

WEBHOOK_DISABLED = "webhook_disabled"
"""An address of a partner has failed for so long that nothing is sent there any more."""

DRAFT_WAITS = "draft_waits"
"""A draft of a rule waits for an approval."""

VALUE_ALARM = "value_alarm"
"""What partners have redeemed is 75 or 100 percent of a threshold of the law."""

# Sorted, so that two that queue the same notices at once never wait for each other in a circle.
_QUEUE = text("""
    INSERT INTO notices (resident_id, kind, quarter, days, points, due_on, queued_at)
    SELECT n.resident, :kind, :quarter, :days, n.points, :due_on, :now
    FROM unnest(CAST(:residents AS bigint[]), CAST(:points AS bigint[])) AS n (resident, points) ORDER BY n.resident
    ON CONFLICT (resident_id, kind, quarter, days) DO NOTHING
""")


class NoticeRow(Row, table=True):
    """One notice to one resident: `points` of `quarter` end on `due_on`, told at most `days` days before.

    `way` is how it went out at `told_at`: email, text, or desk where somebody hands it over, at `handed_over_at`.
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("kind IN ('points_expire')", name="ck_notices_kind"),
        CheckConstraint("points > 0", name="ck_notices_points"),
        CheckConstraint("days > 0", name="ck_notices_days"),
        CheckConstraint("way IN ('email', 'text', 'desk')", name="ck_notices_way"),
        CheckConstraint("(told_at IS NULL) = (way IS NULL)", name="ck_notices_told"),
        Index("ix_notices_untold", "queued_at", postgresql_where="told_at IS NULL"),
        Index("ix_notices_desk", "resident_id", postgresql_where="way = 'desk' AND handed_over_at IS NULL"),
    )

    resident_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str = Field(sa_column=Column(Text, primary_key=True))
    quarter: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    days: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    points: int = Field(sa_column=Column(BigInteger, nullable=False))
    due_on: date = Field(sa_column=Column(Date, nullable=False))
    queued_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    told_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    way: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    handed_over_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


class OfficerNoticeRow(Row, table=True):
    """A notice to every officer who has `role` when it is sent, of an alarm or a draft's submission."""

    __tablename__ = "officer_notices"
    __table_args__ = (
        CheckConstraint("kind IN ('budget_alarm', 'draft_waits', 'value_alarm')", name="ck_officer_notices_kind"),
    )

    kind: str = Field(sa_column=Column(Text, primary_key=True))
    about_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    role: str = Field(sa_column=Column(Text, primary_key=True))
    queued_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    told_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


class PersonalNoticeRow(Row, table=True):
    """A notice to one person, by public id such as `res_...`; `numbers` are what its words are about.

    `way`: as of a notice, or none for somebody of a partner whom nothing can reach.
    """

    __tablename__ = "personal_notices"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('points_expire', 'refund_given', 'refund_refused', 'webhook_disabled')",
            name="ck_personal_notices_kind",
        ),
        CheckConstraint("way IN ('email', 'text', 'desk', 'none')", name="ck_personal_notices_way"),
        CheckConstraint("(told_at IS NULL) = (way IS NULL)", name="ck_personal_notices_told"),
        Index("ix_personal_notices_person", "person"),
        Index("ix_personal_notices_untold", "id", postgresql_where="told_at IS NULL"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    person: str = Field(sa_column=Column(Text, nullable=False))
    numbers: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    queued_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    told_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    way: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    handed_over_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


@dataclass(frozen=True)
class Expiry:
    """Points of one quarter that end on `due_on`; the notice is the one for `days` days before."""

    quarter: int
    days: int
    due_on: date


def queue_expiry_notices(
    session: Session, *, expiry: Expiry, points_of: Sequence[tuple[int, int]], now: datetime
) -> int:
    """Queue a notice for each resident with their points; how many are new. Those queued already stay as they are."""
    if not points_of:
        return 0
    done = session.execute(
        _QUEUE,
        {
            "kind": POINTS_EXPIRE,
            "quarter": expiry.quarter,
            "days": expiry.days,
            "due_on": expiry.due_on,
            "residents": [resident for resident, _ in points_of],
            "points": [points for _, points in points_of],
            "now": now,
        },
    )
    return int(done.rowcount)  # type: ignore[attr-defined] # an INSERT's result has it; the annotation is general


@dataclass(frozen=True)
class NoticeRead:
    """A letter that is due: so many points can't be spent from `expires_on` on."""

    points: int
    expires_on: date
    queued_at: datetime


def list_notices(session: Session, *, resident_id: int) -> tuple[NoticeRead, ...]:
    """What the resident is told, or has to be by whoever acts for them, newest first."""
    rows = session.execute(
        text("SELECT points, due_on, queued_at FROM notices WHERE resident_id = :id ORDER BY queued_at DESC, due_on"),
        {"id": resident_id},
    )
    return tuple(NoticeRead(row.points, row.due_on, row.queued_at) for row in rows)


def queue_alarm_notices(
    session: Session, *, alarm_id: int, roles: Sequence[str], now: datetime, kind: str = BUDGET_ALARM
) -> None:
    """Queue one notice for each role; the alarm is a new one."""
    session.add_all(OfficerNoticeRow(kind=kind, about_id=alarm_id, role=role, queued_at=now) for role in roles)
    session.flush()


def queue_personal_notice(
    session: Session, *, person: str, kind: str, numbers: Mapping[str, int], now: datetime
) -> None:
    """Have `person`, a public id, told of `kind` once this transaction has committed."""
    session.add(PersonalNoticeRow(id=take_id(session), kind=kind, person=person, numbers=dict(numbers), queued_at=now))
    session.flush()


def queue_desk_notice(session: Session, *, person: str, kind: str, numbers: Mapping[str, int], now: datetime) -> None:
    """Have the desk tell a resident, by public id, whom a message could not be delivered to."""
    row = PersonalNoticeRow(
        id=take_id(session), kind=kind, person=person, numbers=dict(numbers), queued_at=now, told_at=now, way="desk"
    )
    session.add(row)
    session.flush()
