"""Opening campaigns and publishing rule sets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.ids import take_id
from app.ledger.chart import AccountKind, Unit
from app.ledger.service import open_account
from app.rulebook.errors import CampaignUnknown
from app.rulebook.queries import find_budgets
from app.rulebook.tables import RuleArtefact
from rules.artefact import Artefact
from rules.document import Rule


def open_campaign(session: Session, *, key: str, title: str, starts_on: date, ends_on: date) -> int:
    """A campaign with an empty budget; returns its id. The same key again changes nothing."""
    made = session.execute(
        text(
            "INSERT INTO campaigns (id, key, title, starts_on, ends_on) VALUES (:id, :key, :title, :starts, :ends)"
            " ON CONFLICT (key) DO NOTHING"
        ),
        {"id": take_id(session), "key": key, "title": title, "starts": starts_on, "ends": ends_on},
    )
    campaign_id = int(session.execute(text("SELECT id FROM campaigns WHERE key = :key"), {"key": key}).scalar_one())
    if made.rowcount:  # type: ignore[attr-defined] # an INSERT's result has it; the annotation is the general one
        open_account(session, kind=AccountKind.BUDGET, unit=Unit.POINTS, owner=campaign_id)
    return campaign_id


def publish_rules(session: Session, *, rules: Sequence[Rule], in_force_from: datetime, now: datetime) -> str:
    """Freeze `rules` into an artefact that judges what happens from `in_force_from` on; returns its SHA-256.

    Raises CampaignUnknown when a rule spends from a campaign that has not been opened.
    """
    budgets = find_budgets(session)
    for rule in rules:
        if rule.campaign not in budgets:
            raise CampaignUnknown(rule=rule.id, campaign=rule.campaign)
    artefact = Artefact.publish(rules)
    for rule in rules:
        session.execute(
            text(
                "INSERT INTO rule_versions (id, rule_key, version, document) VALUES (:id, :key, :version, :document)"
                " ON CONFLICT (rule_key, version) DO NOTHING"
            ),
            {
                "id": take_id(session),
                "key": rule.id,
                "version": rule.version,
                "document": rule.model_dump_json(by_alias=True),
            },
        )
    session.add(
        RuleArtefact(
            id=take_id(session),
            sha256=artefact.sha256,
            body=artefact.body,
            in_force_from=in_force_from,
            published_at=now,
        )
    )
    session.flush()
    return artefact.sha256
