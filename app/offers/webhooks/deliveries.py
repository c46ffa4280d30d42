"""Messages to partners: promised with what they tell, tried for three days, kept with every try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.ids import take_id, take_ids, uuid7
from app.identity.partner_people import list_spokespeople
from app.jobs import promise_job
from app.offers.endpoints import EndpointKeys
from app.offers.webhooks.errors import DeliveryUnknown
from app.offers.webhooks.tables import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from app.outbox import WEBHOOK_DISABLED, queue_personal_notice

SEND: Final = "webhooks.send"
TEST: Final = "webhook.test"
TRIED_FOR: Final = timedelta(days=3)
_WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400))
"""After the first try, the second ... and from the last on always as long."""
_DUE: Final = text("SELECT id, endpoint_id FROM webhook_deliveries WHERE next_at <= :now ORDER BY next_at LIMIT :limit")


@dataclass(frozen=True)
class Message:
    """What is sent, and by which secrets it is signed: the newest first."""

    delivery_id: int
    number: UUID
    type: str
    made_at: datetime
    data: dict[str, Any]
    url: str
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class DeliveryRead:
    """`answer` is the status of the last try, None when nobody answered."""

    number: int
    public_id: UUID
    type: str
    status: str
    attempts: int
    answer: int | None
    next_at: datetime | None
    made_at: datetime
    ended_at: datetime | None


def announce(session: Session, *, partner_id: int, type_name: str, data: Mapping[str, Any], now: datetime) -> None:
    """Tell every address of the partner, once this transaction has committed.

    What a disabled one misses is kept as failed, so that it can be sent again once the address is back.
    """
    addresses = session.exec(
        select(WebhookEndpoint.id).where(
            WebhookEndpoint.partner_id == partner_id, col(WebhookEndpoint.removed_at).is_(None)
        )
    ).all()
    _promise(session, addresses, type_name, data, now)


def announce_test(session: Session, *, endpoint_id: int, now: datetime) -> None:
    """Tell this address alone, about nothing. The caller has found that it is the partner's."""
    _promise(session, [endpoint_id], TEST, {}, now)


def list_due(session: Session, *, now: datetime, limit: int) -> list[tuple[int, int]]:
    """Messages that are to be tried now, each with its address, longest due first."""
    return [(row.id, row.endpoint_id) for row in session.execute(_DUE, {"now": now, "limit": limit})]


def claim_message(session: Session, *, delivery_id: int, keys: EndpointKeys, now: datetime) -> Message | None:
    """The message, if it is due; it is due again later unless somebody notes that it was delivered."""
    row = _lock(session, delivery_id)
    if row is None or row.next_at is None or row.next_at > now:
        return None
    address = session.get_one(WebhookEndpoint, row.endpoint_id, populate_existing=True)
    if address.removed_at is not None or address.disabled_at is not None:
        row.status, row.next_at, row.ended_at = "failed", None, now
        session.flush()
        return None
    row.attempts += 1
    row.next_at = now + _WAITS[min(row.attempts, len(_WAITS)) - 1]
    session.flush()
    sealed = [address.secret_sealed]
    if address.old_secret_sealed is not None and address.old_until_at is not None and address.old_until_at > now:
        sealed.append(address.old_secret_sealed)
    secrets = tuple(keys.open(secret) for secret in sealed)
    return Message(row.id, row.public_id, row.type, row.made_at, row.data, address.url, secrets)


def note_answer(session: Session, *, delivery_id: int, answer: int | None, now: datetime) -> bool:
    """Keep what came of a try: 2xx ends it. True when the address has failed for so long that it was disabled."""
    row = _lock(session, delivery_id)
    assert row is not None, "a message is never removed"
    session.add(WebhookAttempt(id=take_id(session), delivery_id=row.id, tried_at=now, answer=answer))
    row.answer = answer
    address = session.get_one(WebhookEndpoint, row.endpoint_id, with_for_update=True, populate_existing=True)
    if answer is not None and 200 <= answer < 300:  # noqa: PLR2004 - success
        row.status, row.next_at, row.ended_at = "delivered", None, now
        address.failing_since_at = None
    else:
        address.failing_since_at = address.failing_since_at or now
        if now - row.made_at >= TRIED_FOR and row.next_at is not None:
            row.status, row.next_at, row.ended_at = "failed", None, now
    disabled = address.failing_since_at is not None and now - address.failing_since_at >= TRIED_FOR
    if disabled and address.disabled_at is None:
        address.disabled_at = now
        for person in list_spokespeople(session, partner_id=address.partner_id):
            queue_personal_notice(session, person=person.public_id, kind=WEBHOOK_DISABLED, numbers={}, now=now)
    session.flush()
    return disabled


def replay(session: Session, *, partner_id: int, delivery: UUID, now: datetime) -> None:
    """Send it again, delivered or not, under the same number. Raises DeliveryUnknown."""
    found = session.exec(
        select(WebhookDelivery)
        .join(WebhookEndpoint, col(WebhookEndpoint.id) == col(WebhookDelivery.endpoint_id))
        .where(WebhookDelivery.public_id == delivery, WebhookEndpoint.partner_id == partner_id)
        .with_for_update(of=WebhookDelivery)
    ).first()
    if found is None:
        raise DeliveryUnknown
    found.status, found.next_at, found.ended_at = "waiting", now, None
    session.flush()
    promise_job(session, task=SEND, args={"delivery": found.id})


def list_deliveries(session: Session, *, endpoint_id: int, limit: int) -> tuple[DeliveryRead, ...]:
    """Newest first."""
    wanted = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id)
    rows = session.exec(wanted.order_by(col(WebhookDelivery.id).desc()).limit(limit))
    return tuple(
        DeliveryRead(
            row.id,
            row.public_id,
            row.type,
            row.status,
            row.attempts,
            row.answer,
            row.next_at,
            row.made_at,
            row.ended_at,
        )
        for row in rows
    )


def _promise(
    session: Session, addresses: Sequence[int], type_name: str, data: Mapping[str, Any], now: datetime
) -> None:
    if not addresses:
        return
    ids = take_ids(session, len(addresses))
    session.add_all(
        WebhookDelivery(
            id=number,
            public_id=uuid7(now),
            endpoint_id=address,
            type=type_name,
            data=dict(data),
            status="waiting",
            next_at=now,
            made_at=now,
        )
        for number, address in zip(ids, addresses, strict=True)
    )
    session.flush()
    for number in ids:
        promise_job(session, task=SEND, args={"delivery": number})


def _lock(session: Session, delivery_id: int) -> WebhookDelivery | None:
    wanted = select(WebhookDelivery).where(WebhookDelivery.id == delivery_id).with_for_update()
    return session.exec(wanted.execution_options(populate_existing=True)).first()
