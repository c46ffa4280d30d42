"""What happened to a campaign: who opened, changed and funded it, which messages it sent, when its budget ran low."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.rulebook.campaigns import CampaignBudget

MOST_SHOWN: Final = 200

# The audit trail names the budget by its account, and the reason for a funding stands with the decision.
_STEPS: Final = text("""
    SELECT a.act AS what, coalesce(a.facts ->> 'step', '') AS step, a.happened_at, o.name AS officer,
           coalesce(d.reason, '') AS reason, d.amount AS points, CAST(NULL AS smallint) AS percent,
           CAST(a.facts ->> 'starts_on' AS date) AS starts_on, CAST(a.facts ->> 'ends_on' AS date) AS ends_on
      FROM audit_acts a
      LEFT JOIN officers o ON a.actor_kind = 'officer' AND o.id = a.actor_id
      LEFT JOIN ledger_decisions d ON a.act = 'budget.funded' AND d.id = CAST(a.facts ->> 'decision' AS bigint)
     WHERE a.subject IN (:campaign, :budget)
    UNION ALL
    SELECT 'alarm', '', reached_at, NULL, '', funded_points, percent, NULL, NULL
      FROM campaign_alarms WHERE campaign_id = :id
    ORDER BY happened_at DESC, percent DESC NULLS LAST LIMIT :most
""")


@dataclass(frozen=True)
class CampaignStep:
    """`what` is an act of the audit trail, or `alarm`: `percent` of the `points` that were funded then had been given.

    `officer` is the name of who did it, None for the system. Of a message `step` says which: written, approved or
    discarded. `points` of a funding are those that came, for `reason`. The dates are those that an officer chose.
    """

    what: str
    step: str
    happened_at: datetime
    officer: str | None
    reason: str
    points: int | None
    percent: int | None
    starts_on: date | None
    ends_on: date | None


def list_campaign_steps(session: Session, campaign: CampaignBudget) -> tuple[CampaignStep, ...]:
    """Newest first, at most MOST_SHOWN."""
    rows = session.execute(
        _STEPS,
        {
            "campaign": f"campaign:{campaign.key}",
            "budget": f"budget:{campaign.account_id}",
            "id": campaign.id,
            "most": MOST_SHOWN,
        },
    )
    return tuple(CampaignStep(**row) for row in rows.mappings())
