"""A draft as officers read it: the document, every step, what speaks for it, and which approvals are missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from rules.document import Rule

APPROVALS: Final = {"approved": "approver", "budget_approved": "finance"}
"""The role that each kind of approval comes from."""


@dataclass(frozen=True)
class StepRead:
    """What one officer did, and on whose behalf; `submission` is the one that it belongs to, 0 before the first."""

    step: str
    revision: int
    submission: int
    officer_id: int
    on_behalf_of: int | None
    reason: str | None
    taken_at: datetime


@dataclass(frozen=True)
class EvidenceRead:
    """Points that it says the rule adds over its validity; `advice` says why not to trust it too far."""

    kind: str
    revision: int
    reference: UUID | None
    low_points: int
    central_points: int
    high_points: int
    advice: str | None
    result: dict[str, Any] | None
    attached_at: datetime


@dataclass(frozen=True)
class DraftRead:
    """`evidence` is that which still holds, oldest first. The budget holder approves above `threshold_points`."""

    key: str
    version: int
    revision: int
    submission: int
    status: str
    rule: Rule
    sentence: str
    author_id: int
    written_at: datetime
    saved_at: datetime
    steps: tuple[StepRead, ...]
    evidence: tuple[EvidenceRead, ...]
    threshold_points: int

    @property
    def writers(self) -> frozenset[int]:
        """Everybody who wrote or changed it."""
        return frozenset(step.officer_id for step in self.steps if step.step in ("written", "saved"))

    @property
    def approvals(self) -> tuple[StepRead, ...]:
        """Those of the present submission; an edit or a return has made the earlier ones void."""
        if self.status not in ("submitted", "approved", "scheduled"):
            return ()
        return tuple(step for step in self.steps if step.step in APPROVALS and step.submission == self.submission)

    @property
    def points_over_validity(self) -> int | None:
        """The most that any of the evidence says; None without evidence."""
        return max((one.high_points for one in self.evidence), default=None)

    @property
    def missing_approvals(self) -> tuple[str, ...]:
        """Of `approver` and `finance`, those that have to approve yet; none once it is closed."""
        if self.status in ("scheduled", "discarded"):
            return ()
        wanted = ["approved"]
        if (self.points_over_validity or 0) > self.threshold_points:
            wanted.append("budget_approved")
        given = {step.step for step in self.approvals}
        return tuple(APPROVALS[step] for step in wanted if step not in given)
