"""A second officer approves what others wrote, and the budget holder too when it may cost much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.identity.errors import OwnWork
from app.identity.permissions import APPROVER, BUDGET_HOLDER
from app.identity.queries import OfficerRead
from app.rulebook.drafting.deputies import list_represented
from app.rulebook.drafting.errors import ApprovalNotWanted
from app.rulebook.drafting.queries import read_draft
from app.rulebook.drafting.read_models import DraftRead
from app.rulebook.drafting.recording import lock_draft, require_status, take_step


@dataclass(frozen=True)
class _Approval:
    step: str
    on_behalf_of: int | None = None


def approve_draft(session: Session, *, key: str, revision: str, officer: OfficerRead, now: datetime) -> DraftRead:
    """As approver, as an approver's deputy, or as budget holder, whichever of them is missing.

    Raises DraftNotFound, DraftChanged, DraftStatusUnfit, OwnWork and ApprovalNotWanted.
    """
    row = lock_draft(session, key=key, revision=revision)
    require_status(row, "submitted", "approved")
    draft = read_draft(session, row)
    approval = _choose_approval(session, draft, officer, now)
    take_step(session, row, approval.step, officer=officer, on_behalf_of=approval.on_behalf_of, now=now)
    row.status = "submitted" if read_draft(session, row).missing_approvals else "approved"
    session.flush()
    return read_draft(session, row)


def return_draft(
    session: Session, *, key: str, revision: str, reason: str, officer: OfficerRead, now: datetime
) -> DraftRead:
    """Send it back to those who wrote it, with a reason; approvals that it has are void.

    Raises DraftNotFound, DraftChanged and DraftStatusUnfit.
    """
    row = lock_draft(session, key=key, revision=revision)
    require_status(row, "submitted", "approved")
    row.status = "draft"
    take_step(session, row, "returned", officer=officer, reason=reason, now=now)
    return read_draft(session, row)


def may_approve(session: Session, *, officer: OfficerRead, now: datetime) -> bool:
    """Whether the officer is approver, budget holder, or an approver's deputy today."""
    return not officer.roles.isdisjoint({APPROVER, BUDGET_HOLDER}) or bool(
        list_represented(session, officer=officer, now=now)
    )


def _choose_approval(session: Session, draft: DraftRead, officer: OfficerRead, now: datetime) -> _Approval:
    if officer.id in draft.writers:
        raise OwnWork
    missing = draft.missing_approvals
    # One who approved, or in whose place that was done, is not the second pair of eyes.
    spoken = {one for step in draft.approvals for one in (step.officer_id, step.on_behalf_of)}
    if officer.id in spoken:
        raise ApprovalNotWanted(wanted=missing)
    if APPROVER in missing:
        if APPROVER in officer.roles:
            return _Approval("approved")
        represented = list_represented(session, officer=officer, now=now)
        others = [one for one in represented if one.id not in draft.writers and one.id not in spoken]
        if others:
            return _Approval("approved", on_behalf_of=others[0].id)
        if represented:
            raise OwnWork
    if BUDGET_HOLDER in missing and BUDGET_HOLDER in officer.roles:
        return _Approval("budget_approved")
    raise ApprovalNotWanted(wanted=missing)
