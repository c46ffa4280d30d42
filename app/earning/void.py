"""Taking an event back: afterwards everything is as if it had never happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.earning.errors import VoidTooOld
from app.earning.folding import SETTLED_AFTER, Refold, decide_and_post
from app.earning.queries import EventRead, get_event
from app.earning.records import NewEvent, load_kept, lock_states

VOID_WINDOW = SETTLED_AFTER
VOIDED = "voided"


@dataclass(frozen=True)
class VoidResult:
    """`points` is what the event had earned and no longer has; `adjusted` the effect on the resident's other events."""

    source: str
    id: str
    points: int
    adjusted: int
    voided_at: datetime


def void_event(session: Session, *, source: str, external_id: str, reason: str, now: datetime) -> VoidResult:
    """Replay the resident's events without this one and post the difference. Voiding twice changes nothing more.

    Raises EventUnknown, or VoidTooOld for what happened over 90 days ago.
    """
    found = get_event(session, source=source, external_id=external_id)
    states = lock_states(session, resident_ids=[found.resident_id])
    event = get_event(session, source=source, external_id=external_id)  # as it is now that nobody else can change it
    if event.voided_at is not None:
        return VoidResult(source, external_id, 0, 0, event.voided_at)
    if event.happened_at < now - VOID_WINDOW:
        raise VoidTooOld(happened_at=event.happened_at, window_days=VOID_WINDOW.days)
    before = _total_points(session, event.resident_id)
    if event.counted:
        kept = load_kept(session, resident_ids=[event.resident_id])[event.resident_id]
        refold = Refold(
            event.resident_id,
            states[event.resident_id],
            new=[],
            cause_id=event.id,
            settled_before=now - SETTLED_AFTER,
            gone=[known for known in kept if known.id == event.id],
            kept=[known for known in kept if known.id != event.id],
        )
        decide_and_post(session, refolds=[refold], keep=_keep_none, now=now)
    _mark(session, event, reason, now)
    after = _total_points(session, event.resident_id)
    return VoidResult(source, external_id, -event.points, after - before + event.points, now)


def _keep_none(new: Sequence[NewEvent]) -> None:
    assert not new, "a void brings no event"


def _total_points(session: Session, resident_id: int) -> int:
    total = text("SELECT coalesce(sum(points), 0) FROM events WHERE resident_id = :resident")
    return int(session.execute(total, {"resident": resident_id}).scalar_one())


def _mark(session: Session, event: EventRead, reason: str, now: datetime) -> None:
    session.execute(
        text(
            "UPDATE events SET voided_at = :now, void_reason = :reason, points = 0, lines = NULL, status = 2,"
            " reasons = CAST(:reasons AS text[]) WHERE id = :id"
        ),
        {"now": now, "reason": reason, "reasons": [VOIDED], "id": event.id},
    )
