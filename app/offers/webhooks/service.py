"""A partner's addresses for webhooks: given, changed, removed. Secrets are made by us and shown once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.ids import new_webhook_secret, take_id, uuid7
from app.offers.endpoints import EndpointKeys
from app.offers.webhooks.errors import TooManyWebhooks, WebhookUnknown
from app.offers.webhooks.tables import WebhookEndpoint

MOST: Final = 5
OLD_SECRET_SIGNS: Final = timedelta(hours=24)
"""How long the secret before the last change signs beside the new one."""


@dataclass(frozen=True)
class WebhookRead:
    """`disabled_at` is set when it had failed for three days; a changed secret or a replay does not bring it back."""

    public_id: UUID
    url: str
    made_at: datetime
    failing_since_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True)
class WebhookMade:
    """`secret` is shown this once."""

    webhook: WebhookRead
    secret: str = field(repr=False)


def add_webhook(session: Session, *, partner_id: int, url: str, keys: EndpointKeys, now: datetime) -> WebhookMade:
    """`url` has passed the guard. Raises TooManyWebhooks."""
    if len(list_webhooks(session, partner_id=partner_id)) >= MOST:
        raise TooManyWebhooks(most=MOST)
    secret = new_webhook_secret()
    row = WebhookEndpoint(
        id=take_id(session),
        public_id=uuid7(now),
        partner_id=partner_id,
        url=url,
        secret_sealed=keys.seal(secret),
        made_at=now,
    )
    session.add(row)
    session.flush()
    return WebhookMade(_read(row), secret)


def list_webhooks(session: Session, *, partner_id: int) -> tuple[WebhookRead, ...]:
    """Oldest first, those that were disabled too."""
    wanted = select(WebhookEndpoint).where(
        WebhookEndpoint.partner_id == partner_id, col(WebhookEndpoint.removed_at).is_(None)
    )
    return tuple(_read(row) for row in session.exec(wanted.order_by(col(WebhookEndpoint.id))))


def change_secret(
    session: Session, *, partner_id: int, webhook: UUID, keys: EndpointKeys, now: datetime
) -> WebhookMade:
    """A new secret, beside which the old one signs for a day. Raises WebhookUnknown."""
    row = get_row(session, partner_id=partner_id, webhook=webhook)
    secret = new_webhook_secret()
    row.old_secret_sealed, row.old_until_at = row.secret_sealed, now + OLD_SECRET_SIGNS
    row.secret_sealed = keys.seal(secret)
    session.flush()
    return WebhookMade(_read(row), secret)


def enable_webhook(session: Session, *, partner_id: int, webhook: UUID) -> WebhookRead:
    """It has been mended: messages from now on are sent again. Raises WebhookUnknown."""
    row = get_row(session, partner_id=partner_id, webhook=webhook)
    row.disabled_at, row.failing_since_at = None, None
    session.flush()
    return _read(row)


def remove_webhook(session: Session, *, partner_id: int, webhook: UUID, now: datetime) -> None:
    """What still waits for it is not sent. Raises WebhookUnknown."""
    get_row(session, partner_id=partner_id, webhook=webhook).removed_at = now
    session.flush()


def get_row(session: Session, *, partner_id: int, webhook: UUID) -> WebhookEndpoint:
    """Locked. Raises WebhookUnknown, also for another partner's."""
    wanted = select(WebhookEndpoint).where(
        WebhookEndpoint.public_id == webhook,
        WebhookEndpoint.partner_id == partner_id,
        col(WebhookEndpoint.removed_at).is_(None),
    )
    row = session.exec(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if row is None:
        raise WebhookUnknown
    return row


def _read(row: WebhookEndpoint) -> WebhookRead:
    return WebhookRead(row.public_id, row.url, row.made_at, row.failing_since_at, row.disabled_at)
