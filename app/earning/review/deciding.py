"""A person decides about a case: a released event counts as if it had arrived just now, a refused one earns nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from app.audit import record_act
from app.core.arrays import loop_over_arrays
from app.core.ids import public_id
from app.earning.folding import SETTLED_AFTER, Refold, decide_and_post
from app.earning.records import NewEvent, Status, lock_states
from app.earning.review.cases import CaseRead, get_case
from app.earning.review.errors import CaseDecided, CaseUnknown
from app.earning.suspicion import REFUSED_BY_REVIEW
from app.identity.queries import OfficerRead
from app.ledger.chart import quarter_of
from app.rulebook.pauses import EARNING_PAUSED, Paused, find_pauses, is_paused
from rules.event import EVIDENCE, Event

RELEASE, REFUSE = "release", "refuse"

_HELD = """
    SELECT e.id, e.resident_id, e.card_id, e.source_id, e.digest, s.name, e.external_id, e.type, e.happened_at, e.data,
           e.resident_facts, e.evidence
    FROM events e JOIN sources s ON s.id = e.source_id
    WHERE e.id = :id AND e.voided_at IS NULL AND (e.status = :held OR e.reasons = CAST(:refused AS text[]))
"""


def decide_case(
    session: Session, *, case: UUID, decision: str, reason: str, officer: OfficerRead, now: datetime
) -> CaseRead:
    """`decision` is release or refuse. Of a partner's case only the decision is kept: it moves nothing by itself.

    An event that its source has voided in between stays void. Raises CaseUnknown, CaseDecided or TryAgain.
    """
    row = session.execute(
        text("SELECT id, event_id, decision FROM review_cases WHERE public_id = :case FOR UPDATE"), {"case": case}
    ).one_or_none()
    if row is None:
        raise CaseUnknown
    if row.decision is not None:
        raise CaseDecided(decision=row.decision)
    if row.event_id is not None:
        held = _lock_held(session, row.event_id)
        if held is not None and decision == RELEASE:
            _release(session, held, now)
        elif held is not None:
            _settle(session, held.id, REFUSED_BY_REVIEW)
    session.execute(
        text(
            "UPDATE review_cases SET decision = :decision, reason = :reason, decided_by = :officer, decided_at = :now"
            " WHERE id = :id"
        ),
        {"decision": decision, "reason": reason, "officer": officer.id, "now": now, "id": row.id},
    )
    record_act(
        session,
        actor=officer.actor,
        act="event.flag_decided",
        subject=f"case:{public_id('rev', case)}",
        facts={"decision": decision},
        now=now,
    )
    return get_case(session, case=case)


def release_refused(session: Session, *, event_id: int, now: datetime) -> bool:
    """Let an event count after all that a person had refused; whether it was such a one. For appeals."""
    refused = _lock_held(session, event_id, refused=True)
    if refused is None:
        return False
    _release(session, refused, now)
    return True


def _lock_held(session: Session, event_id: int, *, refused: bool = False) -> NewEvent | None:
    """The event as it came, its resident's state locked; None when it was voided in between.

    `refused` finds one that a person has refused, too.
    """
    owner = session.execute(text("SELECT resident_id FROM events WHERE id = :id"), {"id": event_id}).scalar_one()
    loop_over_arrays(session)
    lock_states(session, resident_ids=[owner])
    row = session.execute(
        text(_HELD), {"id": event_id, "held": Status.HELD, "refused": [REFUSED_BY_REVIEW] if refused else None}
    ).one_or_none()
    if row is None:
        return None
    event = Event(
        source=row.name,
        id=row.external_id,
        type=row.type,
        happened_at=row.happened_at,
        data=row.data,
        resident=row.resident_facts or {},
        evidence=EVIDENCE[row.evidence],
    )
    return NewEvent(row.id, row.resident_id, row.card_id, row.source_id, bytes(row.digest), event, counted=True)


def _release(session: Session, held: NewEvent, now: datetime) -> None:
    if is_paused(find_pauses(session, what=Paused.EARNING), held.event.happened_at):
        _settle(session, held.id, EARNING_PAUSED)
        return
    state = lock_states(session, resident_ids=[held.resident_id])[held.resident_id]
    refold = Refold(held.resident_id, state, [held], held.id, now - SETTLED_AFTER)

    def write(decided: Sequence[NewEvent]) -> None:
        for event in decided:
            _write(session, event, quarter_of(now))

    decide_and_post(session, refolds=[refold], keep=write, now=now)


def _write(session: Session, event: NewEvent, quarter: int) -> None:
    """What was decided about an event whose row is there already."""
    assert event.outcome is not None, "it has been decided"
    encode = msgspec.json.encode
    outcome = event.outcome
    session.execute(
        text(
            "UPDATE events SET counted = true, status = :status, points = :points, adjusted = :adjusted,"
            " lines = CAST(:lines AS jsonb), reasons = CAST(:reasons AS text[]), shared = CAST(:shared AS jsonb),"
            " quarter = :quarter WHERE id = :id"
        ),
        {
            "status": Status.AWARDED if event.points else Status.RECORDED,
            "points": event.points,
            "adjusted": event.adjusted,
            "lines": encode(outcome.lines).decode() if outcome.lines else None,
            "reasons": list(event.reasons),
            "shared": encode(outcome.shared).decode() if outcome.shared else None,
            "quarter": quarter,
            "id": event.id,
        },
    )


def _settle(session: Session, event_id: int, reason: str) -> None:
    """Kept without points, and why."""
    session.execute(
        text("UPDATE events SET status = :recorded, reasons = CAST(:reasons AS text[]) WHERE id = :id"),
        {"recorded": Status.RECORDED, "reasons": [reason], "id": event_id},
    )
