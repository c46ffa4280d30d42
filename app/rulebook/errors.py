"""Why the rulebook declines."""

from __future__ import annotations

from datetime import date, datetime

from app.core.clock import write_instant
from app.core.errors import Conflict, Invalid, NotFound, NotReady


class CampaignUnknown(Invalid):
    """A rule spends from a campaign that has not been opened."""

    code = "campaign-unknown"

    def __init__(self, *, rule: str, campaign: str) -> None:
        self.rule = rule
        self.campaign = campaign
        super().__init__(f"Rule {rule} spends from campaign {campaign}, which has not been opened. Open it first.")


class NoticeUnfit(Invalid):
    """The public notice of a pause is empty, too long, or holds control characters."""

    code = "notice-unfit"

    def __init__(self, *, most_characters: int) -> None:
        self.most_characters = most_characters
        super().__init__(f"The notice must be a sentence of 1 to {most_characters} visible characters.")


class AlreadyPaused(Conflict):
    """There is one running pause of each kind at most."""

    code = "already-paused"

    def __init__(self, *, what: str) -> None:
        self.what = what
        super().__init__(f"{what.title()} is already paused. To change the notice, end that pause and begin another.")


class PauseUnknown(NotFound):
    """No such pause."""

    code = "pause-unknown"

    def __init__(self) -> None:
        super().__init__("There is no pause with this id.")


class PauseEnded(Conflict):
    """A pause is ended once."""

    code = "pause-ended"

    def __init__(self, *, ended_at: datetime) -> None:
        self.ended_at = write_instant(ended_at)
        super().__init__("This pause has ended already.")


class ArtefactDamaged(NotReady):
    """A stored rule set is not what was published, so nothing that happened under it can be judged."""

    code = "artefact-damaged"

    def __init__(self, *, in_force_from: datetime, differs: tuple[str, ...]) -> None:
        self.in_force_from = write_instant(in_force_from)
        self.differs = list(differs)
        super().__init__(
            f"The rules in force from {self.in_force_from} are not as they were published: {', '.join(differs)}."
            " Nothing is judged by them until they have been restored."
        )


class CampaignNotFound(NotFound):
    """No campaign has this key."""

    code = "campaign-not-found"

    def __init__(self) -> None:
        super().__init__("There is no campaign with this key.")


class RuleNotFound(NotFound):
    """No rule in the book has this key."""

    code = "rule-not-found"

    def __init__(self) -> None:
        super().__init__("There is no rule with this id in the book.")


class RulesClash(Conflict):
    """The rules that would be in force from that day cannot stand together; `rule` is the one that should change.

    `path` leads to its part, as in `effect.challenge`.
    """

    code = "rules-clash"

    def __init__(self, *, rule: str, path: str, reason: str, on: date) -> None:
        self.rule, self.path, self.reason, self.on = rule, path, reason, on.isoformat()
        super().__init__(f"On {on:%-d %B %Y} the rules could not stand together. {reason}")


class TooSoon(Conflict):
    """A change takes effect at a local midnight, and people know of it before."""

    code = "too-soon"

    def __init__(self, *, earliest_on: date) -> None:
        self.earliest_on = earliest_on.isoformat()
        super().__init__(
            f"A change takes effect at the start of a day. The first that can be is {earliest_on:%-d %B %Y}."
        )


class OverBefore(Conflict):
    """The rule is valid until an earlier day than the one it is scheduled for."""

    code = "over-before"

    def __init__(self, *, until_on: date) -> None:
        self.until_on = until_on.isoformat()
        super().__init__(
            f"The rule would be over already: it is valid until {until_on:%-d %B %Y}. Choose an earlier day."
        )


class SourceNotLive(Conflict):
    """A rule without a source pays nobody."""

    code = "source-not-live"

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"{reason} The rule can be scheduled once that is so.")


class AlreadyScheduled(Conflict):
    """Versions of a rule come into force one after the other."""

    code = "already-scheduled"

    def __init__(self, *, version: int, on: date) -> None:
        self.version, self.on = version, on.isoformat()
        super().__init__(
            f"Version {version} begins on {on:%-d %B %Y}. Choose a later day, or take that one back first."
        )


class NothingScheduled(Conflict):
    """There is no version of the rule that has yet to begin."""

    code = "nothing-scheduled"

    def __init__(self) -> None:
        super().__init__("No version of this rule is waiting to begin, so there is nothing to take back.")


class ChoiceNeeded(Conflict):
    """The filter changed, so an officer says what becomes of the progress that people have made."""

    code = "choice-needed"

    def __init__(self) -> None:
        self.choices = {
            "carry_over": "Everybody keeps the progress made so far, though other events count from then on.",
            "restart": "Everybody begins anew. What was paid stays paid, and limits go on counting.",
        }
        super().__init__(
            "Other events count from then on. Say what becomes of people's progress: carry_over or restart."
        )


class CannotCarry(Conflict):
    """Progress is kept only when it is counted in the same way."""

    code = "cannot-carry"

    def __init__(self) -> None:
        super().__init__("Progress is counted in another way or over another time from then on. It can only restart.")


class RuleNotInForce(Conflict):
    """Only what is in force can be stopped."""

    code = "rule-not-in-force"

    def __init__(self) -> None:
        super().__init__("This rule is not in force. A version that has yet to begin is taken back, not stopped.")


class AlreadyStopped(Conflict):
    """A rule is stopped once."""

    code = "already-stopped"

    def __init__(self, *, ends_at: datetime) -> None:
        self.ends_at = write_instant(ends_at)
        super().__init__("This rule has been stopped already.")


class StillEnding(Conflict):
    """A stop that honours what people are in runs its time before another version begins."""

    code = "still-ending"

    def __init__(self, *, earliest_on: date) -> None:
        self.earliest_on = earliest_on.isoformat()
        super().__init__(
            f"The rule was stopped and still ends. Another version begins on {earliest_on:%-d %B %Y} or later."
        )
