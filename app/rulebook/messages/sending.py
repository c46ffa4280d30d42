"""An approved message is queued for each resident who wants it, once, some of them at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import Clock
from app.core.database import Database
from app.identity.logins import LoginKeys, choose_address, list_addresses
from app.notify.interface import Template
from app.notify.service import MessageKeys, queue_message
from app.rulebook.messages.choices import list_wanting
from app.rulebook.messages.queries import write_text
from app.rulebook.messages.tables import CampaignMessage
from app.rulebook.messages.ways_out import PATH, WayOutKeys
from app.rulebook.tables import Campaign

A_TIME: Final = 100
LASTS: Final = timedelta(days=3)
"""News that could not be delivered for so long is none any more."""

# Whoever takes it back at the same time does so before it is queued for them, or gets this one and no other.
_LOCK = text("SELECT id FROM residents WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR NO KEY UPDATE")

_NOTE = text("""
    INSERT INTO campaign_message_recipients (message_id, resident_id, outcome, queued_at)
    VALUES (:message, :resident, :outcome, :now) ON CONFLICT (message_id, resident_id) DO NOTHING
""")


@dataclass(frozen=True)
class Mailing:
    """`public_url` is how people reach this server, for the way out in each message."""

    database: Database
    clock: Clock
    logins: LoginKeys
    messages: MessageKeys
    ways_out: WayOutKeys
    public_url: str


def send_campaign_message(mailing: Mailing, *, message: int) -> None:
    """Queue it for all who want it now; whoever was noted before, by a try that broke down, is passed over."""
    after: int | None = 0
    while after is not None:
        after = mailing.database.in_transaction(
            lambda session, after=after: _send_some(session, mailing, message, after)  # type: ignore[misc] # mypy can't infer defaults
        )


def _send_some(session: Session, mailing: Mailing, number: int, after: int) -> int | None:
    """The last resident who was looked at; None when nobody is left, and the message is sent."""
    now = mailing.clock.now()
    message = session.get(CampaignMessage, number, with_for_update=True, populate_existing=True)
    if message is None or message.status != "approved":
        return None
    campaign = session.get_one(Campaign, message.campaign_id)
    found = [one.id for one in list_wanting(session, key=campaign.key, after=after, limit=A_TIME)]
    if not found:
        message.status, message.sent_at = "sent", now
        session.flush()
        return None
    session.execute(_LOCK, {"ids": found})
    for one in list_wanting(session, key=campaign.key, limit=A_TIME, among=found):
        address = choose_address(list_addresses(session, person=one.person, keys=mailing.logins), one.way)
        facts = {"message": number, "resident": one.id, "outcome": "queued" if address else "no_address"}
        noted = session.execute(_NOTE, facts | {"now": now}).rowcount  # type: ignore[attr-defined] # of a cursor
        if address is not None and noted:
            way_out = f"{mailing.public_url}{PATH}?code={mailing.ways_out.seal(campaign.id, one.id)}"
            queue_message(
                session,
                channel=address.channel,
                template=Template.CAMPAIGN_MESSAGE,
                to=address.written,
                values={
                    "subject": message.subject,
                    "body": write_text(message.body, title=campaign.title, way_out=way_out),
                },
                keys=mailing.messages,
                lasts=LASTS,
                now=now,
                person=one.person,
            )
    return found[-1]
