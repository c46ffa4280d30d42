"""How a resident wants to be told things."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import text
from sqlmodel import Session

from app.audit import record_act
from app.core.ids import public_id
from app.identity.logins import LoginKeys, choose_address, list_addresses
from app.notices.addressing import DESK
from app.notices.errors import NoticeWayUnusable
from app.residents.queries import ResidentRead

Way: TypeAlias = Literal["email", "text", "desk"]


@dataclass(frozen=True)
class NoticeWays:
    """The way that notices go, and those that the resident may choose."""

    way: str
    ways: tuple[str, ...]


def read_notice_ways(session: Session, *, resident: ResidentRead, keys: LoginKeys) -> NoticeWays:
    """Without a choice, where the latest way in leads."""
    addresses = list_addresses(session, person=public_id("res", resident.public_id), keys=keys)
    chosen = session.execute(text("SELECT notice_way FROM residents WHERE id = :id"), {"id": resident.id}).scalar()
    address = choose_address(addresses, chosen)
    return NoticeWays(
        str(address.channel) if address else DESK, (*sorted({str(one.channel) for one in addresses}), DESK)
    )


def choose_notice_way(
    session: Session, *, resident: ResidentRead, way: Way, keys: LoginKeys, now: datetime
) -> NoticeWays:
    """From the next notice on. Raises NoticeWayUnusable."""
    known = read_notice_ways(session, resident=resident, keys=keys)
    if way not in known.ways:
        raise NoticeWayUnusable(ways=list(known.ways))
    session.execute(text("UPDATE residents SET notice_way = :way WHERE id = :id"), {"way": way, "id": resident.id})
    record_act(
        session,
        actor=resident.actor,
        act="person.changed",
        subject=f"resident:{public_id('res', resident.public_id)}",
        facts={"what": "notice_way"},
        now=now,
    )
    return NoticeWays(way, known.ways)
