"""Writing a version of a rule: begun, saved, discarded. The second of two saves from one reading is refused whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.audit import record_act
from app.core.ids import take_id
from app.identity.queries import OfficerRead
from app.rulebook.drafting.documents import decide_alike
from app.rulebook.drafting.errors import DocumentUnfit, DraftChanged, DraftExists, DraftStatusUnfit
from app.rulebook.drafting.queries import find_next_version, find_open, read_draft
from app.rulebook.drafting.read_models import DraftRead
from app.rulebook.drafting.tables import RuleDraft, RuleDraftStep
from app.rulebook.errors import RuleNotFound
from app.rulebook.queries import load_timeline
from app.rulebook.tables import RuleVersion
from rules.document import Rule

_ACTS: Final[Mapping[str, str]] = {
    "written": "rule.drafted",
    "saved": "rule.drafted",
    "discarded": "rule.drafted",
    "submitted": "rule.submitted",
    "approved": "rule.approved",
    "budget_approved": "rule.approved",
    "returned": "rule.sent_back",
    "scheduled": "rule.scheduled",
}
"""What a step is called in the audit trail; a check changes nothing that anybody could object to."""


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
            document=_dump(rule),
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


def save_draft(
    session: Session, *, key: str, revision: str, rule: Rule, officer: OfficerRead, now: datetime
) -> DraftRead:
    """`rule` in the place of what the draft was; whatever was checked or approved is to be done again.

    `revision` is the one that the officer read. Raises DraftNotFound, DraftChanged, and DocumentUnfit for another id
    or version.
    """
    row = lock_draft(session, key=key, revision=revision)
    faults = [
        (path, f"This draft is {wanted}, which stays as it is.")
        for path, wanted, sent in (("id", row.rule_key, rule.id), ("version", row.version, rule.version))
        if sent != wanted
    ]
    if faults:
        raise DocumentUnfit(faults)
    before = Rule.model_validate_json(msgspec.json.encode(row.document))
    row.revision += 1
    if not decide_alike(before, rule):
        row.decides_since = row.revision
    row.document, row.status, row.saved_at = _dump(rule), "draft", max(now, row.written_at)
    take_step(session, row, "saved", officer=officer, now=now)
    return read_draft(session, row)


def discard_draft(session: Session, *, key: str, revision: str, officer: OfficerRead, now: datetime) -> None:
    """It is kept on record, and the rule can be written anew. Raises DraftNotFound or DraftChanged."""
    row = lock_draft(session, key=key, revision=revision)
    row.status = "discarded"
    take_step(session, row, "discarded", officer=officer, now=now)


def lock_draft(session: Session, *, key: str, revision: str) -> RuleDraft:
    """The open draft, until the transaction ends. Raises DraftNotFound, and DraftChanged for another revision."""
    row = find_open(session, key, lock=True)
    if str(row.revision) != revision:
        raise DraftChanged(revision=row.revision)
    return row


def require_status(row: RuleDraft, *wanted: str) -> None:
    """Raises DraftStatusUnfit unless the draft stands at one of them."""
    if row.status not in wanted:
        raise DraftStatusUnfit(stands_at=row.status, wanted=wanted)


def take_step(
    session: Session,
    row: RuleDraft,
    step: str,
    *,
    officer: OfficerRead,
    now: datetime,
    on_behalf_of: int | None = None,
    reason: str | None = None,
) -> None:
    """Put it on record, and in the audit trail; the caller holds the draft's lock."""
    session.add(
        RuleDraftStep(
            id=take_id(session),
            draft_id=row.id,
            revision=row.revision,
            submission=row.submission,
            step=step,
            officer_id=officer.id,
            on_behalf_of=on_behalf_of,
            reason=reason,
            taken_at=now,
        )
    )
    session.flush()
    if step in _ACTS:
        facts: dict[str, str | int] = {"version": row.version, "revision": row.revision, "step": step}
        record_act(session, actor=officer.actor, act=_ACTS[step], subject=f"rule:{row.rule_key}", facts=facts, now=now)


def _dump(rule: Rule) -> dict[str, Any]:
    """As it was written: what was left out stays out."""
    document: dict[str, Any] = rule.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return document
