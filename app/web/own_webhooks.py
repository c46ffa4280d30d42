"""A partner's webhooks at the edge, the same for the API and the pages: each change goes into the audit trail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.audit import record_act
from app.core.ids import parse_public_id
from app.identity.queries import StaffRead
from app.offers.webhooks.errors import WebhookUnknown
from app.offers.webhooks.service import WebhookMade, add_webhook, change_secret, remove_webhook
from app.web.callers import Call, as_partner_staff


def read_webhook_id(written: str) -> UUID:
    """Raises WebhookUnknown."""
    uuid = parse_public_id("whk", written)
    if uuid is None:
        raise WebhookUnknown
    return uuid


def add_own_webhook(call: Call, url: str) -> WebhookMade:
    """Raises UrlRefused, TooManyWebhooks."""
    call.run(as_partner_staff, lambda _session, _staff: None)  # who may not ask has no address looked up for them
    call.runtime.url_guard.check(url)
    keys = call.runtime.endpoint_keys

    def serve(session: Session, staff: StaffRead) -> WebhookMade:
        made = add_webhook(session, partner_id=staff.partner_id, url=url, keys=keys, now=call.now)
        _note(session, staff, "webhook added", call.now)
        return made

    return call.run(as_partner_staff, serve)


def change_own_secret(call: Call, webhook: UUID) -> WebhookMade:
    """Raises WebhookUnknown."""
    keys = call.runtime.endpoint_keys

    def serve(session: Session, staff: StaffRead) -> WebhookMade:
        made = change_secret(session, partner_id=staff.partner_id, webhook=webhook, keys=keys, now=call.now)
        _note(session, staff, "webhook secret changed", call.now)
        return made

    return call.run(as_partner_staff, serve)


def remove_own_webhook(call: Call, webhook: UUID) -> None:
    """Raises WebhookUnknown."""

    def serve(session: Session, staff: StaffRead) -> None:
        remove_webhook(session, partner_id=staff.partner_id, webhook=webhook, now=call.now)
        _note(session, staff, "webhook removed", call.now)

    call.run(as_partner_staff, serve)


def _note(session: Session, staff: StaffRead, what: str, now: datetime) -> None:
    subject = f"staff:{staff.public_id}"
    record_act(session, actor=staff.actor, act="partner.changed", subject=subject, facts={"what": what}, now=now)
