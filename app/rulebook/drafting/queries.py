"""Drafts, read: the open one of a rule, and all there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from app.rulebook.drafting.errors import DraftNotFound
from app.rulebook.drafting.read_models import DraftRead, EvidenceRead, StepRead
from app.rulebook.drafting.tables import RuleDraft, RuleDraftStep, RuleEvidence
from app.rulebook.drafting.threshold import find_threshold
from app.rulebook.tables import RuleVersion
from app.rulebook.titles import list_titles
from rules.document import Rule
from rules.sentence import sentence

OPEN: Final = ("draft", "checked", "submitted", "approved")


def get_draft(session: Session, *, key: str) -> DraftRead:
    """The open draft of a rule. Raises DraftNotFound."""
    return read_draft(session, find_open(session, key))


def list_drafts(session: Session) -> tuple[DraftRead, ...]:
    """Every open draft, the one that was saved last first: one for each rule at most, so there are few."""
    rows = session.exec(
        select(RuleDraft).where(col(RuleDraft.status).in_(OPEN)).order_by(col(RuleDraft.saved_at).desc())
    ).all()
    return _read_all(session, rows)


def list_past_drafts(session: Session, *, key: str) -> tuple[DraftRead, ...]:
    """Every draft of a rule that was scheduled or discarded, newest first: what was approved, and by whom."""
    rows = session.exec(
        select(RuleDraft)
        .where(RuleDraft.rule_key == key, col(RuleDraft.status).not_in(OPEN))
        .order_by(col(RuleDraft.id).desc())
    ).all()
    return _read_all(session, rows)


def find_open(session: Session, key: str, *, lock: bool = False) -> RuleDraft:
    """Raises DraftNotFound."""
    wanted = select(RuleDraft).where(RuleDraft.rule_key == key, col(RuleDraft.status).in_(OPEN))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    row = session.exec(wanted).first()
    if row is None:
        raise DraftNotFound
    return row


def find_next_version(session: Session, key: str) -> int:
    """The number after every version that is or was in the book, withdrawn ones too."""
    newest = session.exec(select(func.max(RuleVersion.version)).where(RuleVersion.rule_key == key)).one()
    return (newest or 0) + 1


def read_draft(session: Session, row: RuleDraft) -> DraftRead:
    """A draft, open or closed."""
    return _read_all(session, [row])[0]


def _read_all(session: Session, rows: Sequence[RuleDraft]) -> tuple[DraftRead, ...]:
    if not rows:
        return ()
    threshold, titles = find_threshold(session), list_titles(session)
    rules = {row.id: Rule.model_validate_json(msgspec.json.encode(row.document)) for row in rows}
    steps, evidence = _find_steps(session, rows), _find_evidence(session, rows)
    return tuple(
        DraftRead(
            key=row.rule_key,
            version=row.version,
            revision=row.revision,
            submission=row.submission,
            status=row.status,
            rule=rules[row.id],
            sentence=sentence(rules[row.id], titles),
            author_id=row.author_id,
            written_at=row.written_at,
            saved_at=row.saved_at,
            steps=tuple(steps[row.id]),
            evidence=tuple(one for one in evidence[row.rule_key] if row.decides_since <= one.revision <= row.revision),
            threshold_points=threshold,
        )
        for row in rows
    )


def _find_steps(session: Session, drafts: Sequence[RuleDraft]) -> dict[int, list[StepRead]]:
    found: dict[int, list[StepRead]] = defaultdict(list)
    ids = [draft.id for draft in drafts]
    for row in session.exec(
        select(RuleDraftStep).where(col(RuleDraftStep.draft_id).in_(ids)).order_by(col(RuleDraftStep.id))
    ):
        found[row.draft_id].append(
            StepRead(row.step, row.revision, row.submission, row.officer_id, row.on_behalf_of, row.reason, row.taken_at)
        )
    return found


def _find_evidence(session: Session, drafts: Sequence[RuleDraft]) -> dict[str, list[EvidenceRead]]:
    found: dict[str, list[EvidenceRead]] = defaultdict(list)
    keys = [draft.rule_key for draft in drafts]
    for row in session.exec(
        select(RuleEvidence).where(col(RuleEvidence.rule_key).in_(keys)).order_by(col(RuleEvidence.id))
    ):
        found[row.rule_key].append(
            EvidenceRead(
                kind=row.kind,
                revision=row.revision,
                reference=row.reference,
                low_points=row.low_points,
                central_points=row.central_points,
                high_points=row.high_points,
                advice=row.advice,
                result=row.result,
                attached_at=row.attached_at,
            )
        )
    return found
