"""A resident's events as the application takes them in: folded when in order, else replayed with their own grants."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from rules.artefact import Timeline
from rules.errors import NeedsReplay
from rules.event import Event, Key, Outcome
from rules.fold import Folded, fold, replay
from rules.shared import community_only, give_back
from rules.state import Register, State


@dataclass
class Life:
    timeline: Timeline
    remaining: dict[str, int] | None
    events: list[Event] = field(default_factory=list)
    state: State = field(default_factory=State)
    outcomes: dict[Key, Outcome] = field(default_factory=dict)
    replays: int = 0
    shared: dict[str, Register] = field(default_factory=dict)

    def take(self, batch: Iterable[Event]) -> None:
        ordered = sorted(batch, key=lambda event: event.key)
        self.events = [*self.events, *ordered]
        try:
            # The state goes through its stored form each time, as it does in the application.
            folded = fold(self.timeline, State.from_bytes(self.state.to_bytes()), ordered, self.remaining, self.shared)
        except NeedsReplay:
            self._refold()
        else:
            self._keep(folded)

    def void(self, event: Event) -> None:
        self.events = [other for other in self.events if other.key != event.key]
        self._refold(gone=[event])

    def settled(self) -> list[Event]:
        """The events with what is stored of them, so that a replay moves nothing."""
        return [
            replace(event, pinned={line.rule: line.got for line in outcome.lines}, shared=outcome.shared)
            for event in self.events
            for outcome in (self.outcomes[event.key],)
        ]

    def _refold(self, gone: Iterable[Event] = ()) -> None:
        self.replays += 1
        known = [event for event in [*self.events, *gone] if event.key in self.outcomes]
        give_back(self.timeline, [(event, self.outcomes[event.key].lines) for event in known], self.shared)
        for outcome in self.outcomes.values():
            for line in outcome.lines:
                if self.remaining is not None:
                    self.remaining[line.campaign] += line.got
        again = [
            replace(event, shared=community_only(self.outcomes[event.key].shared))
            if event.key in self.outcomes
            else event
            for event in self.events
        ]
        self.outcomes = {}
        self._keep(replay(self.timeline, again, self.remaining, self.shared))

    def _keep(self, folded: Folded) -> None:
        self.state = folded.state
        self.outcomes |= {outcome.key: outcome for outcome in folded.outcomes}

    def paid(self) -> Counter[str]:
        """Points by campaign."""
        return Counter({
            campaign: sum(line.got for one in self.outcomes.values() for line in one.lines if line.campaign == campaign)
            for campaign in {line.campaign for one in self.outcomes.values() for line in one.lines}
        })  # fmt: skip
