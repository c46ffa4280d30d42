"""Why the rulebook declines."""

from __future__ import annotations

from datetime import UTC, datetime

from app.core.errors import Conflict, Invalid, NotFound


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
        self.ended_at = ended_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        super().__init__("This pause has ended already.")


class ArtefactDamaged(Conflict):
    """A stored rule set is not what was published, so nothing that happened under it can be judged."""

    code = "artefact-damaged"

    def __init__(self, *, in_force_from: datetime, differs: tuple[str, ...]) -> None:
        self.in_force_from = in_force_from.astimezone(UTC).isoformat().replace("+00:00", "Z")
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
