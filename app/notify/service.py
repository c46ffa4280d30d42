"""Promising a message in the transaction that it is about."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.fernet import Fernet
from sqlmodel import Session

from app.core.ids import take_id
from app.core.secret_store import Secrets
from app.jobs import promise_job
from app.notify.interface import Channel, Template
from app.notify.tables import MessageRow

SEND_MESSAGE = "messages.send"
"""The job that delivers one message."""


class MessageKeys:
    """Seals what is in a message until it is sent."""

    def __init__(self, secrets: Secrets) -> None:
        self._cipher = Fernet(urlsafe_b64encode(secrets.key_for("message")))

    def seal(self, to: str, values: Mapping[str, str]) -> bytes:
        return self._cipher.encrypt(json.dumps([to, dict(values)]).encode())

    def open(self, sealed: bytes) -> tuple[str, dict[str, str]]:
        """The address and the values."""
        to, values = json.loads(self._cipher.decrypt(sealed))
        return str(to), dict(values)


def queue_message(
    session: Session,
    *,
    channel: Channel,
    template: Template,
    to: str,
    values: Mapping[str, str],
    keys: MessageKeys,
    lasts: timedelta,
    now: datetime,
    person: str | None = None,
) -> None:
    """Have it sent once this transaction has committed, at least once, and not later than `lasts` from now.

    `person` is the public id of a resident whose message it is: it is in their download, and goes when they leave. The
    desk tells them what could not be delivered, but for news of a campaign.
    """
    number = take_id(session)
    session.add(
        MessageRow(
            id=number,
            channel=channel,
            template=template,
            sealed=keys.seal(to, values),
            person=person,
            queued_at=now,
            expires_at=now + lasts,
        )
    )
    session.flush()
    promise_job(session, task=SEND_MESSAGE, args={"message": number})
