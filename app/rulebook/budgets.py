"""Alarms of budgets that run low: raised once at each step, and again only after more points were funded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.ids import take_id
from app.outbox import queue_alarm_notices
from app.rulebook.campaign_tables import CampaignAlarm
from app.rulebook.campaigns import list_campaigns

ALARM_PERCENTS = (75, 90, 100)
TOLD_ROLES = ("editor", "finance")
"""Officers with these roles are told of an alarm."""

# Two sweeps may run at once: the second finds the alarm standing, and tells nobody.
_RAISE = text("""
    INSERT INTO campaign_alarms (id, campaign_id, percent, funded_points, reached_at)
    VALUES (:id, :campaign, :percent, :funded, :now)
    ON CONFLICT (campaign_id, percent) WHERE cleared_at IS NULL DO NOTHING
""")


@dataclass(frozen=True)
class AlarmRaised:
    """The campaign has just given `percent` of what it was funded with."""

    campaign: str
    percent: int


def raise_alarms(session: Session, *, now: datetime) -> tuple[AlarmRaised, ...]:
    """Raise the alarms that are due and queue their notices, clear those that funding has answered; the new ones.

    Points that come back by a correction clear nothing, so that a budget at the edge does not ring every minute.
    """
    raised = []
    for campaign in list_campaigns(session, now=now):
        standing = session.exec(
            select(CampaignAlarm).where(
                col(CampaignAlarm.campaign_id) == campaign.id, col(CampaignAlarm.cleared_at).is_(None)
            )
        ).all()
        for alarm in standing:
            if campaign.spent_percent < alarm.percent and campaign.funded_points > alarm.funded_points:
                alarm.cleared_at = now
                session.add(alarm)
        session.flush()
        known = {alarm.percent for alarm in standing}
        for percent in ALARM_PERCENTS:
            if campaign.spent_percent < percent or percent in known:
                continue
            number = take_id(session)
            done = session.execute(
                _RAISE,
                {
                    "id": number,
                    "campaign": campaign.id,
                    "percent": percent,
                    "funded": campaign.funded_points,
                    "now": now,
                },
            )
            if done.rowcount:  # type: ignore[attr-defined] # an INSERT's result has it; the annotation is general
                queue_alarm_notices(session, alarm_id=number, roles=TOLD_ROLES, now=now)
                raised.append(AlarmRaised(campaign.key, percent))
    return tuple(raised)
