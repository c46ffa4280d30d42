"""Deputies: who may approve in an approver's place, and from when until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.audit import record_act
from app.core.clock import london_date
from app.core.ids import public_id, take_id, uuid7
from app.identity.permissions import APPROVER
from app.identity.queries import OfficerRead, find_officer, find_officers
from app.rulebook.drafting.approver_tables import ApproverDeputy
from app.rulebook.drafting.deputy_errors import DeputyEnded, DeputySpanUnfit, DeputyUnfit, DeputyUnknown

MOST_DAYS: Final = 366


@dataclass(frozen=True)
class DeputyRead:
    """From `from_on` until the day before `until_on`, or until `ended_at` if that is earlier."""

    public_id: UUID
    approver_id: int
    deputy_id: int
    from_on: date
    until_on: date
    ended_at: datetime | None


def name_deputy(
    session: Session, *, approver: OfficerRead, deputy: str, from_on: date, until_on: date, now: datetime
) -> DeputyRead:
    """`deputy` is the public id of an officer. Raises DeputyUnfit or DeputySpanUnfit."""
    named = find_officer(session, written=deputy)
    if named is None or not named.roles or named.id == approver.id:
        raise DeputyUnfit
    today = london_date(now)
    if from_on < today or not timedelta(0) < until_on - from_on <= timedelta(days=MOST_DAYS):
        raise DeputySpanUnfit(earliest_on=today, most_days=MOST_DAYS)
    row = ApproverDeputy(
        id=take_id(session),
        public_id=uuid7(now),
        approver_id=approver.id,
        deputy_id=named.id,
        from_on=from_on,
        until_on=until_on,
        named_at=now,
    )
    session.add(row)
    session.flush()
    facts = {"deputy": public_id("dep", row.public_id), "until_on": until_on.isoformat()}
    _record(session, named.public_id, approver, facts, now)
    return _read(row)


def end_deputy(
    session: Session, *, deputy: UUID, approver_id: int | None, officer: OfficerRead, now: datetime
) -> DeputyRead:
    """From now on; with `approver_id` only one whom that approver named. Raises DeputyUnknown or DeputyEnded."""
    row = session.exec(
        select(ApproverDeputy)
        .where(ApproverDeputy.public_id == deputy)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if row is None or approver_id not in (None, row.approver_id):
        raise DeputyUnknown
    if row.ended_at is not None or row.until_on <= london_date(now):
        raise DeputyEnded
    row.ended_at, row.ended_by = now, officer.id
    session.flush()
    named = find_officers(session, ids=[row.deputy_id])[row.deputy_id]
    _record(session, named.public_id, officer, {"deputy": public_id("dep", row.public_id), "ended": True}, now)
    return _read(row)


def list_deputies(session: Session, *, now: datetime) -> tuple[DeputyRead, ...]:
    """Those who stand in now or will, by their first day."""
    rows = session.exec(
        select(ApproverDeputy)
        .where(col(ApproverDeputy.ended_at).is_(None), col(ApproverDeputy.until_on) > london_date(now))
        .order_by(col(ApproverDeputy.from_on), col(ApproverDeputy.id))
    )
    return tuple(_read(row) for row in rows)


def list_represented(session: Session, *, officer: OfficerRead, now: datetime) -> tuple[OfficerRead, ...]:
    """The approvers in whose place this officer may approve today; one who is no approver any more has no deputy."""
    today = london_date(now)
    named_by = [
        one.approver_id
        for one in list_deputies(session, now=now)
        if one.deputy_id == officer.id and one.from_on <= today
    ]
    return tuple(
        approver
        for approver in find_officers(session, ids=named_by).values()
        if approver.active and APPROVER in approver.roles
    )


def _record(session: Session, named: str, officer: OfficerRead, facts: Mapping[str, str | bool], now: datetime) -> None:
    record_act(session, actor=officer.actor, act="deputy.named", subject=f"officer:{named}", facts=facts, now=now)


def _read(row: ApproverDeputy) -> DeputyRead:
    return DeputyRead(row.public_id, row.approver_id, row.deputy_id, row.from_on, row.until_on, row.ended_at)
