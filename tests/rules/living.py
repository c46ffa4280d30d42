"""A resident's events as the application takes them in: folded when in order, else replayed with their own grants."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from rules.artefact import Timeline
from rules.errors import NeedsReplay
from rules.event import Event, Key, Outcome
from rules.fold import Folded, fold, replay
from rules.state import State


@dataclass
class Life:
    timeline: Timeline
    remaining: dict[str, int] | None
    events: list[Event] = field(default_factory=list)
    state: State = field(default_factory=State)
    outcomes: dict[Key, Outcome] = field(default_factory=dict)
    replays: int = 0

    def take(self, batch: Iterable[Event]) -> None:
        ordered = sorted(batch, key=lambda event: event.key)
        self.events = [*self.events, *ordered]
        try:
            # The state goes through its stored form each time, as it does in the application.
            folded = fold(self.timeline, State.from_json(self.state.to_json()), ordered, self.remaining)
        except NeedsReplay:
            self._refold()
        else:
            self._keep(folded)

    def void(self, event: Event) -> None:
        self.events = [other for other in self.events if other.key != event.key]
        self._refold()

    def _refold(self) -> None:
        self.replays += 1
        for outcome in self.outcomes.values():
            for line in outcome.lines:
                if self.remaining is not None:
                    self.remaining[line.campaign] += line.got
        self.outcomes = {}
        self._keep(replay(self.timeline, self.events, self.remaining))

    def _keep(self, folded: Folded) -> None:
        self.state = folded.state
        self.outcomes |= {outcome.key: outcome for outcome in folded.outcomes}

    def paid(self) -> Counter[str]:
        """Points by campaign."""
        return Counter({
            campaign: sum(line.got for one in self.outcomes.values() for line in one.lines if line.campaign == campaign)
            for campaign in {line.campaign for one in self.outcomes.values() for line in one.lines}
        })  # fmt: skip
