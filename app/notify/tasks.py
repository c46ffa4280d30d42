"""Delivers what was promised; whatever is delivered or too late is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.clock import Clock
from app.core.database import Database
from app.notify.interface import Channel, Message, NotDeliverable, Notify, Template
from app.notify.service import MessageKeys
from app.notify.tables import MessageRow
from app.outbox import queue_desk_notice

BATCH: Final = 500

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
        delivery.database.in_transaction(lambda session: _give_up(session, delivery, message))
    else:
        delivery.database.in_transaction(lambda session: _forget(session, message))


def forget_late_messages(delivery: Delivery) -> int:
    """How many nobody will send any more; the desk tells the residents among those they were for."""
    late = select(MessageRow.id).where(col(MessageRow.expires_at) < delivery.clock.now()).order_by(col(MessageRow.id))
    numbers = delivery.database.in_transaction(lambda session: list(session.exec(late.limit(BATCH))))
    for number in numbers:
        delivery.database.in_transaction(partial(_give_up, delivery=delivery, number=number))
    return len(numbers)


def _find(session: Session, delivery: Delivery, number: int) -> Message | None:
    row = session.get(MessageRow, number)
    if row is None or row.expires_at <= delivery.clock.now():
        return None
    to, values = delivery.keys.open(row.sealed)
    return Message(Channel(row.channel), Template(row.template), to, values, reference=str(row.id))


def _give_up(session: Session, delivery: Delivery, number: int) -> None:
    """It is not sent any more, and a resident is told by the desk what stands in it: numbers, and no address."""
    gone = text("DELETE FROM messages WHERE id = :id RETURNING person, template, sealed")
    row = session.execute(gone, {"id": number}).one_or_none()
    # News of a campaign is nothing that the desk has to tell anybody.
    if row is not None and row.person is not None and row.template != Template.CAMPAIGN_MESSAGE:
        _, values = delivery.keys.open(row.sealed)
        numbers = {name: int(value) for name, value in values.items() if value.isdecimal()}
        now = delivery.clock.now()
        queue_desk_notice(session, person=row.person, kind=row.template, numbers=numbers, now=now)


def _forget(session: Session, number: int) -> None:
    session.execute(text("DELETE FROM messages WHERE id = :id"), {"id": number})
