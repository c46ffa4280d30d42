"""Drafts of rules, presented: with what lint and the worked examples say of them, and the people behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session

from app.backtest.history import count_history_days
from app.core.ids import public_id
from app.identity.queries import OfficerRead, find_officers
from app.offers.queries import list_rewards
from app.residents.places.queries import list_ward_names
from app.rulebook.drafting.documents import dump_rule
from app.rulebook.drafting.examining import Examination, examine_rule
from app.rulebook.drafting.read_models import DraftRead
from app.web.api.draft_shapes import (
    DraftRecordShape,
    DraftRecordsShape,
    DraftShape,
    DraftsShape,
    DraftSummaryShape,
    EvidenceShape,
    ExampleShape,
    FindingShape,
    MissingShape,
    PersonShape,
    StepShape,
)
from rules.lint.findings import Surroundings


def find_surroundings(session: Session) -> Surroundings:
    """What the linter is told about the city."""
    cheapest = list_rewards(session, limit=1).items
    return Surroundings(
        wards=list_ward_names(session), cheapest_reward_points=cheapest[0].points if cheapest else None
    )  # fmt: skip


def show_whole(session: Session, draft: DraftRead, now: datetime, found: Examination | None = None) -> DraftShape:
    """With what an examination says, made now unless it is at hand."""
    found = found or examine_rule(session, draft.rule, around=find_surroundings(session), now=now)
    people = _find_people(session, [draft])
    missing = found.list_missing(draft, partial(count_history_days, session))
    return DraftShape(
        **_record(draft, people),
        findings=[
            FindingShape(code=one.code, severity=one.severity, path=one.path, sentence=one.sentence, mend=one.mend)
            for one in found.findings
        ],
        examples=[
            ExampleShape(
                title=one.title,
                expected_points=one.expected,
                points=one.points,
                each=list(one.each),
                passed=one.passed,
            )
            for one in found.examples
        ],
        missing=[MissingShape(code=code, sentence=said) for code, said in missing],
    )


def show_summaries(session: Session, drafts: tuple[DraftRead, ...]) -> DraftsShape:
    people = _find_people(session, drafts)
    return DraftsShape(items=[DraftSummaryShape(**_summarise(draft, people)) for draft in drafts])


def show_records(session: Session, drafts: Sequence[DraftRead]) -> DraftRecordsShape:
    people = _find_people(session, drafts)
    return DraftRecordsShape(items=[DraftRecordShape(**_record(draft, people)) for draft in drafts])


def present_person(officer: OfficerRead) -> PersonShape:
    return PersonShape(id=officer.public_id, name=officer.name)


def _find_people(session: Session, drafts: Sequence[DraftRead]) -> dict[int, PersonShape]:
    ids = {draft.author_id for draft in drafts}
    for draft in drafts:
        ids |= {one for step in draft.steps for one in (step.officer_id, step.on_behalf_of) if one is not None}
    return {number: present_person(officer) for number, officer in find_officers(session, ids=ids).items()}


def _record(draft: DraftRead, people: Mapping[int, PersonShape]) -> dict[str, Any]:
    return _summarise(draft, people) | {
        "document": dump_rule(draft.rule),
        "steps": [
            StepShape(
                step=step.step,
                revision=step.revision,
                by=people[step.officer_id],
                on_behalf_of=None if step.on_behalf_of is None else people[step.on_behalf_of],
                reason=step.reason,
                taken_at=step.taken_at,
            )
            for step in draft.steps
        ],
    }


def _summarise(draft: DraftRead, people: Mapping[int, PersonShape]) -> dict[str, Any]:
    return {
        "id": draft.key,
        "version": draft.version,
        "revision": draft.revision,
        "status": draft.status,
        "title": draft.rule.title["en"],
        "sentence": draft.sentence,
        "campaign": draft.rule.campaign,
        "author": people[draft.author_id],
        "editors": [people[one] for one in sorted(draft.writers)],
        "written_at": draft.written_at,
        "saved_at": draft.saved_at,
        "evidence": [
            EvidenceShape(
                kind=one.kind,
                revision=one.revision,
                reference=None if one.reference is None else public_id("bkt", one.reference),
                low_points=one.low_points,
                central_points=one.central_points,
                high_points=one.high_points,
                advice=one.advice,
                result=one.result,
                attached_at=one.attached_at,
            )
            for one in draft.evidence
        ],
        "points_over_validity": draft.points_over_validity,
        "threshold_points": draft.threshold_points,
        "missing_approvals": list(draft.missing_approvals),
    }
