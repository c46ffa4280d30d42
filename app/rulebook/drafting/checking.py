"""The author's last steps: the draft is checked, and handed to the approvers."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from app.identity.queries import OfficerRead
from app.rulebook.drafting.errors import NotReady
from app.rulebook.drafting.examining import CountDays, Examination, examine_rule
from app.rulebook.drafting.queries import find_open, read_draft
from app.rulebook.drafting.read_models import DraftRead
from app.rulebook.drafting.recording import lock_draft, require_status, take_step
from rules.lint.findings import Surroundings


def check_draft(
    session: Session, *, key: str, around: Surroundings, count_days: CountDays, officer: OfficerRead, now: datetime
) -> tuple[DraftRead, Examination]:
    """Raises DraftNotFound, DraftStatusUnfit once it was submitted, and NotReady with all that is missing."""
    row = find_open(session, key, lock=True)
    require_status(row, "draft", "checked")
    draft = read_draft(session, row)
    found = examine_rule(session, draft.rule, around=around, now=now)
    missing = found.list_missing(draft, count_days)
    if missing:
        raise NotReady(missing)
    row.status = "checked"
    take_step(session, row, "checked", officer=officer, now=now)
    return read_draft(session, row), found


def submit_draft(session: Session, *, key: str, revision: str, officer: OfficerRead, now: datetime) -> DraftRead:
    """Hand it to the approvers. Raises DraftNotFound, DraftChanged, and DraftStatusUnfit unless it is checked."""
    row = lock_draft(session, key=key, revision=revision)
    require_status(row, "checked")
    row.status, row.submission = "submitted", row.submission + 1
    take_step(session, row, "submitted", officer=officer, now=now)
    return read_draft(session, row)
