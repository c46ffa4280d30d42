"""One officer writes a message of a campaign; another approves it, and then it is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.audit import record_act
from app.core.clock import london_date
from app.core.ids import public_id, take_id, uuid7
from app.identity.errors import OwnWork
from app.identity.queries import OfficerRead
from app.jobs import promise_job
from app.rulebook.campaigns import get_campaign_dates
from app.rulebook.messages.errors import CampaignIsOver, MessageStatusUnfit, MessagesTooOften, MessageUnfit
from app.rulebook.messages.queries import MessageRead, find_message_row, get_message
from app.rulebook.messages.tables import CampaignMessage
from app.rulebook.queries import find_campaign
from app.rulebook.tables import Campaign

SEND_CAMPAIGN_MESSAGE: Final = "campaign_messages.send"
"""The job that queues an approved message for everybody who wants it."""
LONGEST_SUBJECT: Final = 80
LONGEST_BODY: Final = 500
"""With the way out it still fits into one text message of GOV.UK Notify, 918 characters."""
REST_DAYS: Final = 7
"""How long after a message of a campaign the next one may be approved."""


def write_message(
    session: Session, *, key: str, subject: str, body: str, officer: OfficerRead, now: datetime
) -> MessageRead:
    """Raises CampaignNotFound, CampaignIsOver and MessageUnfit."""
    campaign_id = find_campaign(session, key)
    _require_running(session, key, now)
    said, told = subject.strip(), "\n".join(line.rstrip() for line in body.strip().splitlines())
    _require_fit(said, told)
    row = CampaignMessage(
        id=take_id(session),
        public_id=uuid7(now),
        campaign_id=campaign_id,
        subject=said,
        body=told,
        written_by=officer.id,
        written_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, row, key, officer, "written", now)
    return get_message(session, message=row.public_id)


def approve_message(session: Session, *, message: UUID, officer: OfficerRead, now: datetime) -> MessageRead:
    """Have it sent, to those who want it when it is.

    Raises MessageNotFound, MessageStatusUnfit, OwnWork, CampaignIsOver and MessagesTooOften.
    """
    row = find_message_row(session, message, lock=True)
    if row.status != "written":
        raise MessageStatusUnfit(stands_at=row.status)
    if row.written_by == officer.id:
        raise OwnWork
    # Two messages of a campaign that are approved at once are approved one after the other.
    key = session.exec(select(Campaign.key).where(Campaign.id == row.campaign_id).with_for_update()).one()
    _require_running(session, key, now)
    _require_rest(session, row.campaign_id, now)
    row.status, row.approved_by, row.approved_at = "approved", officer.id, now
    session.flush()
    promise_job(session, task=SEND_CAMPAIGN_MESSAGE, args={"message": row.id}, lock=f"{SEND_CAMPAIGN_MESSAGE}/{row.id}")
    _record(session, row, key, officer, "approved", now)
    return get_message(session, message=message)


def discard_message(session: Session, *, message: UUID, officer: OfficerRead, now: datetime) -> MessageRead:
    """Nobody will get it; it stays on record. Raises MessageNotFound and MessageStatusUnfit."""
    row = find_message_row(session, message, lock=True)
    if row.status != "written":
        raise MessageStatusUnfit(stands_at=row.status)
    row.status = "discarded"
    session.flush()
    read = get_message(session, message=message)
    _record(session, row, read.campaign_key, officer, "discarded", now)
    return read


def _require_running(session: Session, key: str, now: datetime) -> None:
    _, ends_on = get_campaign_dates(session, key=key)
    if ends_on <= london_date(now):
        raise CampaignIsOver


def _require_rest(session: Session, campaign_id: int, now: datetime) -> None:
    latest = session.exec(
        select(CampaignMessage.approved_at)
        .where(CampaignMessage.campaign_id == campaign_id, col(CampaignMessage.approved_at).is_not(None))
        .order_by(col(CampaignMessage.approved_at).desc())
        .limit(1)
    ).first()
    if latest is not None and now < latest + timedelta(days=REST_DAYS):
        raise MessagesTooOften(earliest_at=latest + timedelta(days=REST_DAYS), rest_days=REST_DAYS)


def _require_fit(subject: str, body: str) -> None:
    faults = []
    if not subject or len(subject) > LONGEST_SUBJECT or not subject.isprintable():
        faults.append(("subject", f"The subject is one line of 1 to {LONGEST_SUBJECT} visible characters."))
    if not body or len(body) > LONGEST_BODY or not all(line.isprintable() for line in body.split("\n")):
        faults.append(("body", f"The body is plain text of 1 to {LONGEST_BODY} characters."))
    if faults:
        raise MessageUnfit(faults)


def _record(session: Session, row: CampaignMessage, key: str, officer: OfficerRead, step: str, now: datetime) -> None:
    facts = {"message": public_id("cmm", row.public_id), "step": step}
    record_act(
        session, actor=officer.actor, act="campaign.message_sent", subject=f"campaign:{key}", facts=facts, now=now
    )
