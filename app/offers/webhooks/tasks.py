"""Messages are sent with no transaction open, signed as Standard Webhooks have it."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import msgspec
import structlog
from standardwebhooks.webhooks import Webhook as Signature

from app.core.clock import Clock
from app.core.database import Database
from app.core.ids import public_id
from app.offers.endpoints import EndpointKeys
from app.offers.webhooks.deliveries import Message, claim_message, list_due, note_answer

BATCH = 500

_log = structlog.get_logger("app.webhooks")


@dataclass(frozen=True)
class Sending:
    """`client` reaches only addresses that are for everybody."""

    database: Database
    clock: Clock
    client: httpx.Client
    keys: EndpointKeys


def send_due(sending: Sending) -> int:
    """Try every message that is due, those too whose job was lost; returns how many were tried.

    An address that gives no answer is left for the next round: its other messages would keep everybody's waiting.
    """
    now = sending.clock.now()
    due = sending.database.in_transaction(lambda session: list_due(session, now=now, limit=BATCH))
    silent: set[int] = set()
    tried = 0
    for delivery, address in due:
        if address in silent:
            continue
        tried += 1
        try:
            answered = send_message(sending, delivery=delivery)
        except Exception as fault:  # noqa: BLE001 - one message must not keep the others waiting; it is tried again
            _log.error("sending a message failed", delivery=delivery, fault=type(fault).__name__)
            answered = False
        if not answered:
            silent.add(address)
    return tried


def send_message(sending: Sending, *, delivery: int) -> bool:
    """Try one message, if it is due, and keep what came of it. False when nobody answered."""
    now = sending.clock.now()
    message = sending.database.in_transaction(
        lambda session: claim_message(session, delivery_id=delivery, keys=sending.keys, now=now)
    )
    if message is None:
        return True
    answer = _post(sending, message)
    disabled = sending.database.in_transaction(
        lambda session: note_answer(session, delivery_id=delivery, answer=answer, now=sending.clock.now())
    )
    if disabled:
        _log.warning("webhook disabled", delivery=delivery)
    return answer is not None


def _post(sending: Sending, message: Message) -> int | None:
    """The status; None when nobody answered, or the address is not to be called any more."""
    now, number = sending.clock.now(), public_id("msg", message.number)
    body = msgspec.json.encode(
        {"type": message.type, "timestamp": message.made_at.isoformat(), "data": message.data}
    ).decode()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Signature(secret).sign(number, now, body) for secret in message.secrets),
    }
    try:
        return sending.client.post(message.url, content=body, headers=headers).status_code
    except httpx.HTTPError:
        return None
