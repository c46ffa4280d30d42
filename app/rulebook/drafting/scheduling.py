"""An approved draft becomes a version of its rule, from a local midnight on."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from app.identity.queries import OfficerRead
from app.rulebook.drafting.errors import NotReady, VersionTaken
from app.rulebook.drafting.queries import find_next_version, read_draft
from app.rulebook.drafting.recording import lock_draft, require_status, take_step
from app.rulebook.publishing import Choice, Scheduled, schedule_version


def schedule_draft(
    session: Session, *, key: str, revision: str, on: date, progress: Choice | None, officer: OfficerRead, now: datetime
) -> Scheduled:
    """It judges from the midnight that begins `on`, and the draft is closed.

    Raises DraftNotFound, DraftChanged, DraftStatusUnfit, NotReady when evidence that came since asks for the budget
    holder, VersionTaken, and all that `schedule_version` raises.
    """
    row = lock_draft(session, key=key, revision=revision)
    require_status(row, "approved")
    draft = read_draft(session, row)
    if draft.missing_approvals:
        roles = " and ".join(draft.missing_approvals)
        raise NotReady([("approval-missing", f"It may cost more than when it was approved: {roles} approves too.")])
    if find_next_version(session, key) != row.version:
        raise VersionTaken(version=row.version)
    scheduled = schedule_version(
        session, rule=draft.rule, on=on, progress=progress, officer_id=officer.id, now=now
    )  # fmt: skip
    row.status = "scheduled"
    take_step(session, row, "scheduled", officer=officer, now=now)
    return scheduled
