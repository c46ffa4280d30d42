"""Messages of campaigns, as officers read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.identity.queries import OfficerRead, find_officers
from app.rulebook.messages.choices import Audience, count_audience
from app.rulebook.messages.errors import MessageNotFound
from app.rulebook.messages.tables import CampaignMessage
from app.rulebook.queries import find_campaign
from app.rulebook.tables import Campaign

MOST_SHOWN = 100

_SENT = text("""
    SELECT message_id, count(*) FILTER (WHERE outcome = 'queued') AS queued,
        count(*) FILTER (WHERE outcome = 'no_address') AS no_address
    FROM campaign_message_recipients WHERE message_id = ANY(CAST(:messages AS bigint[])) GROUP BY message_id
""")


@dataclass(frozen=True)
class MessageRead:
    """`status`: written, approved (being sent), sent or discarded. `audience` is who would get it now.

    `text` is what people get, with the way out as in each message. `queued` residents got it, `no_address` could not.
    """

    public_id: UUID
    campaign_id: int
    campaign_key: str
    campaign_title: str
    subject: str
    body: str
    text: str
    status: str
    written_by: OfficerRead
    written_at: datetime
    approved_by: OfficerRead | None
    approved_at: datetime | None
    sent_at: datetime | None
    audience: Audience
    queued: int
    no_address: int


def write_text(body: str, *, title: str, way_out: str) -> str:
    """What a message says in the end: nobody gets one without the way out of the next."""
    return f"{body}\n\nYou get this because you asked for messages about {title}. To get no more of them: {way_out}"


def get_message(session: Session, *, message: UUID) -> MessageRead:
    """Raises MessageNotFound."""
    row = find_message_row(session, message)
    return _read_all(session, [row])[0]


def list_messages(session: Session, *, key: str) -> tuple[MessageRead, ...]:
    """The latest of a campaign, newest first, at most MOST_SHOWN. Raises CampaignNotFound."""
    rows = session.exec(
        select(CampaignMessage)
        .where(CampaignMessage.campaign_id == find_campaign(session, key))
        .order_by(col(CampaignMessage.id).desc())
        .limit(MOST_SHOWN)
    ).all()
    return _read_all(session, rows)


def find_message_row(session: Session, message: UUID, *, lock: bool = False) -> CampaignMessage:
    """Raises MessageNotFound."""
    wanted = select(CampaignMessage).where(CampaignMessage.public_id == message)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    row = session.exec(wanted).first()
    if row is None:
        raise MessageNotFound
    return row


def _read_all(session: Session, rows: Sequence[CampaignMessage]) -> tuple[MessageRead, ...]:
    wanted = {row.campaign_id for row in rows}
    campaigns = {one.id: one for one in session.exec(select(Campaign).where(col(Campaign.id).in_(wanted)))}
    audiences = {number: count_audience(session, key=one.key) for number, one in campaigns.items()}
    ids = {one for row in rows for one in (row.written_by, row.approved_by) if one is not None}
    officers = find_officers(session, ids=ids)
    counted = {
        row.message_id: row for row in session.execute(_SENT, {"messages": [row.id for row in rows]})
    }  # fmt: skip
    return tuple(
        MessageRead(
            public_id=row.public_id,
            campaign_id=row.campaign_id,
            campaign_key=campaigns[row.campaign_id].key,
            campaign_title=campaigns[row.campaign_id].title,
            subject=row.subject,
            body=row.body,
            text=write_text(row.body, title=campaigns[row.campaign_id].title, way_out="(the link)"),
            status=row.status,
            written_by=officers[row.written_by],
            written_at=row.written_at,
            approved_by=None if row.approved_by is None else officers[row.approved_by],
            approved_at=row.approved_at,
            sent_at=row.sent_at,
            audience=audiences[row.campaign_id],
            queued=counted[row.id].queued if row.id in counted else 0,
            no_address=counted[row.id].no_address if row.id in counted else 0,
        )
        for row in rows
    )
