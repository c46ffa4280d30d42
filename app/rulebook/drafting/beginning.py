"""A draft is begun: of a new rule, or of the next version of one in the book."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.ids import take_id
from app.identity.queries import OfficerRead
from app.rulebook.drafting.documents import dump_rule
from app.rulebook.drafting.errors import DocumentUnfit, DraftExists
from app.rulebook.drafting.queries import find_next_version, find_open, read_draft
from app.rulebook.drafting.read_models import DraftRead
from app.rulebook.drafting.recording import take_step
from app.rulebook.drafting.tables import RuleDraft
from app.rulebook.errors import RuleNotFound
from app.rulebook.queries import load_timeline
from app.rulebook.tables import RuleVersion
from rules.document import Rule


def write_draft(session: Session, *, rule: Rule, officer: OfficerRead, now: datetime) -> DraftRead:
    """A new draft of the rule's next version. Raises DocumentUnfit if `rule` has another, and DraftExists."""
    version = find_next_version(session, rule.id)
    if rule.version != version:
        advice = f"The next version of {rule.id} is {version}."
        if rule.version == 1:
            advice = f"There is a rule {rule.id} already. Choose another id, or write its version {version}."
        raise DocumentUnfit([("version", advice)])
    newest = session.exec(select(func.max(RuleDraft.revision)).where(RuleDraft.rule_key == rule.id)).one()
    revision = (newest or 0) + 1
    made = session.execute(
        insert(RuleDraft)
        .values(
            id=take_id(session),
            rule_key=rule.id,
            version=version,
            revision=revision,
            decides_since=revision,
            submission=0,
            status="draft",
            document=dump_rule(rule),
            author_id=officer.id,
            written_at=now,
            saved_at=now,
        )
        .on_conflict_do_nothing()
        .returning(col(RuleDraft.id))
    ).scalar()
    if made is None:
        raise DraftExists
    row = find_open(session, rule.id)
    take_step(session, row, "written", officer=officer, now=now)
    return read_draft(session, row)


def write_next_version(session: Session, *, key: str, officer: OfficerRead, now: datetime) -> DraftRead:
    """A draft that begins as the version in force, or else the newest. Raises RuleNotFound and DraftExists."""
    artefact = load_timeline(session).at(now)
    rule = next((one for one in artefact.rules if one.id == key), None) if artefact else None
    if rule is None:
        newest = session.exec(
            select(RuleVersion).where(RuleVersion.rule_key == key).order_by(col(RuleVersion.version).desc()).limit(1)
        ).first()
        if newest is None:
            raise RuleNotFound
        rule = Rule.model_validate_json(msgspec.json.encode(newest.document))
    following = rule.model_copy(update={"version": find_next_version(session, key)})
    return write_draft(session, rule=following, officer=officer, now=now)
