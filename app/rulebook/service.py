"""Opening campaigns and publishing rule sets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.ids import take_id
from app.identity.sources import list_sources
from app.ledger.chart import AccountKind, Unit
from app.ledger.service import open_account
from app.rulebook.errors import CampaignUnknown
from app.rulebook.queries import find_budgets
from app.rulebook.tables import RuleArtefact
from rules.artefact import Artefact
from rules.document import Rule
from rules.places import Zone


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


def publish_rules(
    session: Session, *, rules: Sequence[Rule], in_force_from: datetime, now: datetime, zones: Sequence[Zone] = ()
) -> str:
    """Freeze `rules` into an artefact that judges what happens from `in_force_from` on; returns its SHA-256.

    A rule of which a source is not registered goes into the book switched off, with the reason, and not into the
    artefact. Raises CampaignUnknown when a rule that is on spends from a campaign that has not been opened, and
    RuleSetRefused of the engine for rules that cannot stand together.
    """
    budgets, live = find_budgets(session), set(list_sources(session))
    off = {rule.id: reason for rule in rules if (reason := find_off_reason(rule, live))}
    in_force = [rule for rule in rules if rule.id not in off]
    for rule in in_force:
        if rule.campaign not in budgets:
            raise CampaignUnknown(rule=rule.id, campaign=rule.campaign)
    artefact = Artefact.publish(in_force, zones)
    for rule in rules:
        session.execute(
            text(
                "INSERT INTO rule_versions (id, rule_key, version, document, off_reason)"
                " VALUES (:id, :key, :version, :document, :off_reason) ON CONFLICT (rule_key, version)"
                " DO UPDATE SET off_reason = excluded.off_reason"
            ),
            {
                "id": take_id(session),
                "key": rule.id,
                "version": rule.version,
                "document": rule.model_dump_json(by_alias=True),
                "off_reason": off.get(rule.id),
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


def find_off_reason(rule: Rule, live: set[str]) -> str | None:
    """Why it would pay nobody: which of its sources are not among the `live` ones."""
    missing = [source for source in rule.sources if source not in live]
    if not missing:
        return None
    return (
        f"Nobody sends events for it yet: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not connected."
    )
