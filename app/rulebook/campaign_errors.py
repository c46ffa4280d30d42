"""Why a campaign can't be opened or changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.core.errors import Conflict, Invalid


class CampaignExists(Conflict):
    """A campaign is opened once; its key is never used again."""

    code = "campaign-exists"

    def __init__(self) -> None:
        super().__init__("There is a campaign with this key already. Choose another key, or change that campaign.")


class CampaignTitleUnfit(Invalid):
    """People read the title, so it holds visible characters only."""

    code = "campaign-title-unfit"

    def __init__(self, *, most_characters: int) -> None:
        self.most_characters = most_characters
        super().__init__(f"The title must have 1 to {most_characters} visible characters.")


class CampaignDatesUnfit(Invalid):
    """It ends before it has begun."""

    code = "campaign-dates-unfit"

    def __init__(self) -> None:
        super().__init__("A campaign ends after it starts. Choose a later end or an earlier start.")


class CampaignEndsTooSoon(Conflict):
    """What has been is not changed afterwards."""

    code = "campaign-ends-too-soon"

    def __init__(self, *, earliest_on: date) -> None:
        self.earliest_on = earliest_on.isoformat()
        super().__init__(f"A campaign can't end in the past. The earliest end is {earliest_on:%-d %B %Y}.")


class CampaignCutsRules(Conflict):
    """Rules that are in force, or will be, would outlast their campaign; `rules` are their titles."""

    code = "campaign-cuts-rules"

    def __init__(self, *, rules: Sequence[str]) -> None:
        self.rules = list(rules)
        super().__init__(
            f"These rules are valid on days that would no longer be in the campaign: {', '.join(self.rules)}."
            " Stop or change them first."
        )


class RuleLeavesCampaign(Conflict):
    """It would pay on days on which its campaign does not run; `path` leads to its date, `campaign_on` is the other."""

    code = "rule-leaves-campaign"

    def __init__(self, *, path: str, campaign_on: date, reason: str) -> None:
        self.path, self.campaign_on = path, campaign_on.isoformat()
        super().__init__(reason)


class CampaignChanged(Conflict):
    """Somebody else changed it since this caller read it."""

    code = "campaign-changed"

    def __init__(self) -> None:
        super().__init__("The campaign has changed since you read it. Read it again, and send your change once more.")
