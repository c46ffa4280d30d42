"""Why the rulebook declines."""

from __future__ import annotations

from app.core.errors import Invalid


class CampaignUnknown(Invalid):
    """A rule spends from a campaign that has not been opened."""

    code = "campaign-unknown"

    def __init__(self, *, rule: str, campaign: str) -> None:
        self.rule = rule
        self.campaign = campaign
        super().__init__(f"Rule {rule} spends from campaign {campaign}, which has not been opened. Open it first.")
