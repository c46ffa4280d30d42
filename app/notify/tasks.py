"""Delivers what was promised; whatever is delivered or too late is forgotten."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import Clock
from app.core.database import Database
from app.notify.interface import Channel, Message, NotDeliverable, Notify, Template
from app.notify.service import MessageKeys
from app.notify.tables import MessageRow

_log = structlog.get_logger("app.notify.tasks")


@dataclass(frozen=True)
class Delivery:
    """`notify` is None in a deployment that can't deliver anything."""

    database: Database
    clock: Clock
    keys: MessageKeys
    notify: Notify | None


def send_message(delivery: Delivery, *, message: int) -> None:
    """One message, unless it has gone or is too late. Raises NotDelivered, and the job is tried again."""
    found = delivery.database.in_transaction(lambda session: _find(session, delivery, message))
    if found is None:
        return
    if delivery.notify is None:
        _log.error("nothing delivers messages", template=found.template)
        return
    try:
        delivery.notify.send(found)
    except NotDeliverable as refusal:
        _log.warning("message refused", template=found.template, channel=found.channel, refusal=str(refusal))
    delivery.database.in_transaction(lambda session: _forget(session, message))


def forget_late_messages(delivery: Delivery) -> int:
    """How many nobody will send any more."""
    late = text("DELETE FROM messages WHERE expires_at < :now")
    return delivery.database.in_transaction(
        lambda session: int(session.execute(late, {"now": delivery.clock.now()}).rowcount)  # type: ignore[attr-defined]  # of a cursor
    )


def _find(session: Session, delivery: Delivery, number: int) -> Message | None:
    row = session.get(MessageRow, number)
    if row is None or row.expires_at <= delivery.clock.now():
        return None
    to, values = delivery.keys.open(row.sealed)
    return Message(Channel(row.channel), Template(row.template), to, values, reference=str(row.id))


def _forget(session: Session, number: int) -> None:
    session.execute(text("DELETE FROM messages WHERE id = :id"), {"id": number})
