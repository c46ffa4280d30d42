"""Whether a rule is valid only on days on which its campaign runs, so that a campaign that is over pays nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlmodel import Session, col, select

from app.rulebook.tables import Campaign
from rules.document import Rule

MEND: Final = "Choose dates within the campaign's, or change the dates of the campaign first."


@dataclass(frozen=True)
class Overhang:
    """`path` leads to the date of the rule, `rule_on`, that lies outside of the campaign's, which is `campaign_on`."""

    path: str
    rule_on: date
    campaign_on: date
    sentence: str


def find_overhang(session: Session, rule: Rule, *, lock: bool = False) -> Overhang | None:
    """None also for a campaign that has not been opened. With `lock` its dates stay until the transaction ends."""
    asked = select(Campaign).where(col(Campaign.key) == rule.campaign)
    campaign = session.exec(asked.with_for_update(read=True) if lock else asked).first()
    if campaign is None:
        return None
    named, starts_on, until_on = f"its campaign “{campaign.title}”", rule.validity.start, rule.validity.until
    if until_on > campaign.ends_on:
        sentence = f"It is valid until {_say(until_on)}, but {named} ends on {_say(campaign.ends_on)}."
        return Overhang("validity.until", until_on, campaign.ends_on, sentence)
    if starts_on < campaign.starts_on:
        sentence = f"It is valid from {_say(starts_on)}, but {named} begins on {_say(campaign.starts_on)}."
        return Overhang("validity.start", starts_on, campaign.starts_on, sentence)
    return None


def _say(on: date) -> str:
    return f"{on:%-d %B %Y}"
