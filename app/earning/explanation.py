"""Why an event earned what it earned: the resident's events replayed, with the budgets' past answers pinned."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from app.core.clock import london_date, write_instant
from app.earning.queries import EventRead, get_event
from app.earning.records import load_kept
from app.rulebook.queries import load_timeline
from rules.explain import Explanation, explain
from rules.reasons import say_reasons


@dataclass(frozen=True)
class EventExplanation:
    """`trace` is None for an event that no rule judges any more: history, or voided."""

    event: EventRead
    trace: Explanation | None

    @property
    def sentences(self) -> tuple[str, ...]:
        """For the resident, the result first."""
        if self.trace is not None:
            return self.trace.sentences
        return say_reasons(self.event.reasons)

    def to_data(self, *, for_machine: bool) -> dict[str, object]:
        """JSON-able; `for_machine` leaves out every fact of the resident, and people get the day and no time."""
        when = {
            "on": london_date(self.event.happened_at).isoformat(),
            "happened_at": write_instant(self.event.happened_at) if for_machine else None,
        }
        if self.trace is not None:
            return self.trace.to_data(for_machine=for_machine) | when
        return when | {
            "source": self.event.source,
            "id": self.event.external_id,
            "type": self.event.type,
            "points": self.event.points,
            "reasons": list(self.event.reasons),
            "rules": [],
            "sentences": list(self.sentences),
        }


def explain_event(session: Session, *, source: str, external_id: str) -> EventExplanation:
    """Raises EventUnknown. Points in the trace add up to those of the event, also after its budget was spent."""
    event = get_event(session, source=source, external_id=external_id)
    if not event.counted or event.voided_at is not None:
        return EventExplanation(event, None)
    kept = load_kept(session, resident_ids=[event.resident_id])[event.resident_id]
    key = (event.happened_at, event.source, event.external_id)
    trace = explain(load_timeline(session), [known.as_decided() for known in kept], key, None)
    return EventExplanation(event, trace)
