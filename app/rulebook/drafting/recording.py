"""One step of a draft after the other, each on record with who took it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel import Session

from app.audit import record_act
from app.core.ids import take_id
from app.identity.queries import OfficerRead
from app.rulebook.drafting.errors import DraftChanged, DraftStatusUnfit
from app.rulebook.drafting.queries import find_open
from app.rulebook.drafting.tables import RuleDraft, RuleDraftStep

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
