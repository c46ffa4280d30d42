"""Who wants messages about which campaign: nobody who has not said so, and nobody who took it back.

A choice is a consent for one campaign, kept as every other consent is, with its history.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.core.ids import public_id
from app.residents.consents import ConsentChange, list_changes, record_change
from app.rulebook.campaigns import CampaignRead, get_campaign, list_campaigns

PURPOSE: Final = "campaign:"
"""What a campaign's key follows in the table of consents."""

# The last word of each; the index of consents by purpose answers it.
_WANTING = text("""
    SELECT r.id, r.public_id, r.notice_way FROM (
        SELECT DISTINCT ON (c.resident_id) c.resident_id, c.given FROM consents c
        WHERE c.purpose = :purpose AND c.resident_id > :after
        ORDER BY c.resident_id, c.said_at DESC, c.id DESC
    ) said JOIN residents r ON r.id = said.resident_id
    WHERE said.given AND r.active AND (CAST(:among AS bigint[]) IS NULL OR r.id = ANY(CAST(:among AS bigint[])))
    ORDER BY r.id LIMIT :limit
""")

_COUNT = text("""
    SELECT count(*) AS wanting,
        count(*) FILTER (WHERE EXISTS (
            SELECT FROM logins l WHERE l.person = 'res_' || replace(CAST(r.public_id AS text), '-', '')
            AND l.channel IS NOT NULL AND l.channel = coalesce(r.notice_way, l.channel))) AS reachable
    FROM (
        SELECT DISTINCT ON (c.resident_id) c.resident_id, c.given FROM consents c WHERE c.purpose = :purpose
        ORDER BY c.resident_id, c.said_at DESC, c.id DESC
    ) said JOIN residents r ON r.id = said.resident_id
    WHERE said.given AND r.active
""")


@dataclass(frozen=True)
class ChoiceRead:
    """What a resident said about messages of one campaign, newest first; False before they said anything."""

    key: str
    title: str
    text: str
    given: bool
    history: tuple[ConsentChange, ...]


@dataclass(frozen=True)
class Audience:
    """How many want a campaign's messages now, and how many of those have an address that one can go to."""

    wanting: int
    reachable: int


@dataclass(frozen=True)
class Wanting:
    """A resident who wants messages. `person` is the public id; `way` is how they want to be told, as in residents."""

    id: int
    person: str
    way: str | None


def say_choice(session: Session, *, resident_id: int, key: str, given: bool, now: datetime) -> ChoiceRead:
    """Ask for a campaign's messages, or take that back. Raises CampaignNotFound."""
    campaign = get_campaign(session, key=key, now=now)
    history = record_change(
        *(session, resident_id, f"{PURPOSE}{key}"), given=given, said=_write_question(campaign.title), now=now
    )
    return _read(campaign, history)


def list_choices(session: Session, *, resident_id: int, now: datetime) -> tuple[ChoiceRead, ...]:
    """Every campaign that is not over, and those over that the resident has said anything about."""
    said = list_changes(session, resident_id)
    return tuple(
        _read(campaign, said.get(f"{PURPOSE}{campaign.key}", ()))
        for campaign in list_campaigns(session, now=now)
        if campaign.ends_on > london_date(now) or f"{PURPOSE}{campaign.key}" in said
    )


def count_audience(session: Session, *, key: str) -> Audience:
    """As it is now; who gets a message is asked again when it is sent."""
    row = session.execute(_COUNT, {"purpose": f"{PURPOSE}{key}"}).one()
    return Audience(row.wanting, row.reachable)


def list_wanting(
    session: Session, *, key: str, after: int = 0, limit: int, among: Collection[int] | None = None
) -> list[Wanting]:
    """Residents by ascending id."""
    given = {
        "purpose": f"{PURPOSE}{key}",
        "after": after,
        "limit": limit,
        "among": None if among is None else list(among),
    }
    return [
        Wanting(row.id, public_id("res", row.public_id), row.notice_way) for row in session.execute(_WANTING, given)
    ]


def _write_question(title: str) -> str:
    """What the resident reads before they say yes or no."""
    return (
        f"May we write to you about {title}? You get one message a week at most, each with a link that stops them. "
        "Saying no changes nothing about your points."
    )


def _read(campaign: CampaignRead, history: tuple[ConsentChange, ...]) -> ChoiceRead:
    given = bool(history) and history[0].given
    return ChoiceRead(campaign.key, campaign.title, _write_question(campaign.title), given, history)
