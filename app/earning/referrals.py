"""Referrals that come true: once somebody whom a resident asked to join has earned points, the resident may earn too.

The event `referral.qualified` is derived here and nowhere else; what it gives is said by a rule, as of any event.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.earning.freshness import note_events
from app.earning.intake import record_derived
from app.earning.records import NewEvent, find_known
from app.identity.sources import SourceRead, list_sources
from app.residents.queries import ResidentRead, list_facts
from app.residents.referral_errors import PointsEarnedAlready
from app.residents.referrals import InvitationKeys, end_referrals, find_one_household, record_referrer, refuse_naming
from app.rulebook.pauses import EARNING_PAUSED, Paused, find_pauses, is_paused
from app.rulebook.queries import load_timeline
from rules.event import Event

QUALIFIED = "referral.qualified"
BATCH = 100
NO_CARD = 0
"""What a derived event has in the place of a card: nobody held one out."""

# Of their own doing: points for somebody whom they asked in turn are not, or a chain would pay itself upwards.
_FIRST_AWARD = """
    SELECT min(e.recorded_at) FROM events e
    WHERE e.resident_id = {resident} AND e.points > 0 AND e.voided_at IS NULL AND e.type <> 'referral.qualified'
"""

_DUE = f"""
    SELECT w.resident_id, w.referrer_id, friend.public_id AS friend, referrer.public_id AS referrer,
           ({_FIRST_AWARD.format(resident="w.resident_id")}) AS earned_at
    FROM referrals w JOIN residents friend ON friend.id = w.resident_id
    JOIN residents referrer ON referrer.id = w.referrer_id
    WHERE w.outcome IS NULL AND ({_FIRST_AWARD.format(resident="w.resident_id")}) IS NOT NULL
    ORDER BY w.resident_id LIMIT :limit FOR UPDATE OF w SKIP LOCKED
"""  # noqa: S608 - constants


@dataclass(frozen=True)
class _Due:
    """A referral whose friend has earned: both residents' ids inside and outside, and when the points were kept."""

    resident_id: int
    referrer_id: int
    friend: UUID
    referrer: UUID
    earned_at: datetime

    @property
    def event_id(self) -> str:
        """The same for the same two, whenever it is worked out: a repeat is known by it."""
        return f"ref_{hashlib.sha256(self.friend.bytes + self.referrer.bytes).hexdigest()[:32]}"


def name_referrer(session: Session, *, resident: ResidentRead, code: str, keys: InvitationKeys, now: datetime) -> None:
    """Keep that the holder of the invitation `code` asked `resident` to join.

    Raises ReferrerNamedAlready, ReferrerTooLate, PointsEarnedAlready, InvitationUnknown or InvitationNotForYou.
    """
    refuse_naming(session, resident=resident, now=now)
    earned = text(_FIRST_AWARD.format(resident=":resident"))
    if session.execute(earned, {"resident": resident.id}).scalar() is not None:
        raise PointsEarnedAlready
    record_referrer(session, resident_id=resident.id, code=code, keys=keys, now=now)


def sweep_referrals(database: Database, *, now: datetime, batch: int = BATCH) -> int:
    """Derive the events that are due, in transactions of up to `batch` referrals; how many referrals came to an end.

    Stopped at any point, the next run goes on from there; two at once share the work.
    """
    ended = 0
    while (done := database.in_transaction(lambda s: qualify_referrals(s, now=now, limit=batch))) > 0:
        ended += done
    return ended


def qualify_referrals(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """End up to `limit` referrals whose friend has earned points of their own, each with an event or without.

    Returns how many; none while no rule is on that an event of a registered source could meet. Raises TryAgain.
    """
    source = _find_source(session)
    if source is None:
        return 0
    due = [_Due(**row._mapping) for row in session.execute(text(_DUE), {"limit": limit})]  # noqa: SLF001 - SQLAlchemy's own name
    if not due:
        note_events(session, newest={source.id: now}, now=now)  # whoever misses points for a referral is told so much
        return 0
    facts = list_facts(session, resident_ids={one.referrer_id for one in due})
    together = find_one_household(session, pairs=[(one.resident_id, one.referrer_id) for one in due])
    known = find_known(session, keys=[(source.id, one.event_id) for one in due])
    outcomes: dict[str, list[_Due]] = {"referrer_gone": [], "one_household": [], "qualified": []}
    for one in due:
        gone = one.referrer_id not in facts
        outcomes["referrer_gone" if gone else "one_household" if one.resident_id in together else "qualified"].append(
            one
        )
    for outcome, ended in outcomes.items():
        end_referrals(session, resident_ids=[one.resident_id for one in ended], outcome=outcome, now=now)
    pauses = find_pauses(session, what=Paused.EARNING)
    fresh = [
        _derive(one, source, facts[one.referrer_id], paused=is_paused(pauses, one.earned_at))
        for one in outcomes["qualified"]
        if (source.id, one.event_id) not in known
    ]
    if fresh:
        record_derived(session, events=fresh, now=now)
    return len(due)


def _find_source(session: Session) -> SourceRead | None:
    """The one that a published rule waits for, if it is registered; a scheme without such a rule pays for none."""
    registered = list_sources(session)
    named = {
        rule.source
        for _, artefact in load_timeline(session).entries
        for rule in artefact.rules
        if rule.trigger == QUALIFIED
    }
    return next((registered[name] for name in sorted(named) if name in registered), None)


def _derive(due: _Due, source: SourceRead, facts: dict[str, str], *, paused: bool) -> NewEvent:
    event = Event(
        source=source.name,
        id=due.event_id,
        type=QUALIFIED,
        happened_at=due.earned_at,
        data={},
        resident=facts,
        evidence=source.evidence,
    )
    return NewEvent(
        id=0,
        resident_id=due.referrer_id,
        card_id=NO_CARD,
        source_id=source.id,
        digest=hashlib.sha256(f"{QUALIFIED}/{due.event_id}".encode()).digest()[:16],
        event=event,
        counted=not paused,
        reasons=(EARNING_PAUSED,) if paused else (),
    )
