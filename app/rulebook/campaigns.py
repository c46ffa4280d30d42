"""Campaigns: opening and changing them, and what became of their points."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.clock import london_date
from app.ledger.chart import AccountKind, TransferKind, Unit
from app.rulebook.campaign_errors import (
    CampaignChanged,
    CampaignCutsRules,
    CampaignDatesUnfit,
    CampaignEndsTooSoon,
    CampaignExists,
    CampaignTitleUnfit,
)
from app.rulebook.campaign_tables import CampaignAlarm
from app.rulebook.errors import CampaignNotFound
from app.rulebook.queries import RuleRead, list_rules
from app.rulebook.service import open_campaign
from app.rulebook.tables import Campaign

LONGEST_TITLE = 100

# What comes back by corrections and reversals is in what is left, so `given` is always net of it.
_BUDGETS = text(f"""
    SELECT c.id, c.key, c.title, c.starts_on, c.ends_on, a.id AS account_id, a.posted - a.held AS left_points,
        (SELECT coalesce(sum(t.amount), 0)::bigint FROM ledger_transfers t
         WHERE t.credit = a.id AND t.kind = {TransferKind.ISSUE:d}) AS funded_points
    FROM campaigns c
    JOIN ledger_accounts a ON a.kind = {AccountKind.BUDGET:d} AND a.unit = {Unit.POINTS:d} AND a.owner = c.id
    WHERE CAST(:key AS text) IS NULL OR c.key = :key
    ORDER BY c.starts_on, c.key
""")  # noqa: S608 - our own constants


@dataclass(frozen=True)
class AlarmRead:
    """`percent` of the points had been given at `reached_at`."""

    percent: int
    reached_at: datetime


@dataclass(frozen=True)
class CampaignBudget:
    """From `starts_on` until `ends_on`, the first date on which it is over. Points are whole, `given` net of returns.

    `account_id` is that of its budget in the ledger.
    """

    id: int
    key: str
    title: str
    starts_on: date
    ends_on: date
    account_id: int
    funded_points: int
    left_points: int

    @property
    def given_points(self) -> int:
        return self.funded_points - self.left_points

    @property
    def spent_percent(self) -> int:
        """Of what was funded, 0 to 100, rounded down: 100 only when nothing is left."""
        return self.given_points * 100 // self.funded_points if self.funded_points else 0


@dataclass(frozen=True)
class CampaignRead(CampaignBudget):
    """`rules` spend from it: those in force and those that will be. `alarms` are those not yet answered by funding."""

    rules: tuple[RuleRead, ...]
    alarms: tuple[AlarmRead, ...]

    @property
    def revision(self) -> str:
        """Changes with the title and the dates, never with the points."""
        written = f"{self.starts_on}/{self.ends_on}/{self.title}"
        return hashlib.sha256(written.encode()).hexdigest()[:16]

    def status(self, on: date) -> str:
        """`not_begun`, `running`, `spent` (it has no points to give) or `over`."""
        if on >= self.ends_on:
            return "over"
        if on < self.starts_on:
            return "not_begun"
        return "running" if self.left_points else "spent"


def get_campaign_dates(session: Session, *, key: str) -> tuple[date, date]:
    """The first date of the campaign and the first one after it. Raises CampaignNotFound."""
    campaign = session.exec(select(Campaign).where(col(Campaign.key) == key)).first()
    if campaign is None:
        raise CampaignNotFound
    return campaign.starts_on, campaign.ends_on


def list_campaigns(session: Session, *, now: datetime) -> tuple[CampaignRead, ...]:
    """Every campaign, by its first date."""
    return _read_campaigns(session, key=None, now=now)


def list_campaign_budgets(session: Session) -> tuple[CampaignBudget, ...]:
    """Of every campaign, by its first date: what is left of its points, without its rules."""
    return tuple(CampaignBudget(**row) for row in session.execute(_BUDGETS, {"key": None}).mappings())


def get_campaign(session: Session, *, key: str, now: datetime) -> CampaignRead:
    """Raises CampaignNotFound."""
    found = _read_campaigns(session, key=key, now=now)
    if not found:
        raise CampaignNotFound
    return found[0]


def make_campaign(
    session: Session, *, key: str, title: str, starts_on: date, ends_on: date, now: datetime
) -> CampaignRead:
    """A campaign without points, which it gets by funding.

    Raises CampaignExists, CampaignTitleUnfit, CampaignDatesUnfit, CampaignEndsTooSoon.
    """
    said = _check_title(title)
    _check_dates(starts_on, ends_on, now)
    if session.exec(select(Campaign.id).where(col(Campaign.key) == key)).first() is not None:
        raise CampaignExists
    open_campaign(session, key=key, title=said, starts_on=starts_on, ends_on=ends_on)
    read = get_campaign(session, key=key, now=now)
    # Another officer may have opened it between the two; with the same words and dates, nobody loses anything.
    if (read.title, read.starts_on, read.ends_on) != (said, starts_on, ends_on):
        raise CampaignExists
    return read


def change_campaign(
    session: Session,
    *,
    key: str,
    revision: str,
    title: str | None,
    starts_on: date | None,
    ends_on: date | None,
    now: datetime,
) -> CampaignRead:
    """Another title or other dates; None leaves as it is. `revision` is that of the campaign as the officer read it.

    Raises CampaignNotFound, CampaignChanged, CampaignTitleUnfit, CampaignDatesUnfit, CampaignEndsTooSoon, and
    CampaignCutsRules when a rule that is or will be in force would be valid outside of the new dates.
    """
    row = session.exec(select(Campaign).where(col(Campaign.key) == key).with_for_update()).first()
    if row is None:
        raise CampaignNotFound
    before = get_campaign(session, key=key, now=now)
    if before.revision != revision:
        raise CampaignChanged
    starts, ends = starts_on or row.starts_on, ends_on or row.ends_on
    if (starts, ends) != (row.starts_on, row.ends_on):
        _check_dates(starts, ends, now)
        cut = [rule.title for rule in before.rules if rule.starts_on < starts or rule.until_on > ends]
        if cut:
            raise CampaignCutsRules(rules=cut)
    row.title = row.title if title is None else _check_title(title)
    row.starts_on, row.ends_on = starts, ends
    session.add(row)
    session.flush()
    return get_campaign(session, key=key, now=now)


def _read_campaigns(session: Session, *, key: str | None, now: datetime) -> tuple[CampaignRead, ...]:
    today = london_date(now)
    rules = [rule for rule in list_rules(session, at=now) if rule.off_reason is None and rule.until_on > today]
    standing = session.exec(
        select(CampaignAlarm).where(col(CampaignAlarm.cleared_at).is_(None)).order_by(col(CampaignAlarm.percent))
    ).all()
    return tuple(
        CampaignRead(
            **row,
            rules=tuple(rule for rule in rules if rule.campaign == row["key"]),
            alarms=tuple(AlarmRead(one.percent, one.reached_at) for one in standing if one.campaign_id == row["id"]),
        )
        for row in session.execute(_BUDGETS, {"key": key}).mappings()
    )


def _check_title(title: str) -> str:
    said = " ".join(title.split())
    if not said or len(said) > LONGEST_TITLE or not said.isprintable():
        raise CampaignTitleUnfit(most_characters=LONGEST_TITLE)
    return said


def _check_dates(starts_on: date, ends_on: date, now: datetime) -> None:
    today = london_date(now)
    if ends_on <= starts_on:
        raise CampaignDatesUnfit
    if ends_on < today:
        raise CampaignEndsTooSoon(earliest_on=today)
