"""Where a notice to somebody goes: the way they chose, or where their latest way in leads; else to the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from app.core.clock import Clock
from app.core.database import Database
from app.identity.logins import LoginKeys, choose_address, list_addresses
from app.notify.interface import Template
from app.notify.service import MessageKeys, queue_message

DESK: Final = "desk"
LASTS: Final = timedelta(days=7)
"""How long a message that could not be delivered may still be tried."""


@dataclass(frozen=True)
class Telling:
    """What it takes to tell people. Where `delivers` is False nothing but the desk reaches anybody."""

    database: Database
    clock: Clock
    logins: LoginKeys
    messages: MessageKeys
    delivers: bool


def tell_person(
    session: Session,
    telling: Telling,
    *,
    person: str,
    way: str | None,
    template: Template,
    values: Mapping[str, str],
    now: datetime,
) -> str:
    """Promise the message to `person`, a public id; the way it goes: email, text, or desk where nothing else does."""
    addresses = list_addresses(session, person=person, keys=telling.logins) if telling.delivers else ()
    address = choose_address(addresses, way)
    if address is None:
        return DESK
    queue_message(
        session,
        channel=address.channel,
        template=template,
        to=address.written,
        values=values,
        keys=telling.messages,
        lasts=LASTS,
        now=now,
        person=person if person.startswith("res_") else None,
    )
    return str(address.channel)
