"""What officers are shown of drafts of rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.web.api.answers import Shape


class PersonShape(Shape):
    """An officer."""

    id: str
    name: str


class FindingShape(Shape):
    """A `fault` stops the rule, a `warning` is for those who decide. `path` is its part, `mend` what to change."""

    code: str
    severity: str
    path: str
    sentence: str
    mend: str


class ExampleShape(Shape):
    """A worked example, run: `each` has the points of each of its events."""

    title: str
    expected_points: int
    points: int
    each: list[int]
    passed: bool


class MissingShape(Shape):
    """Something to be done before the draft is checked."""

    code: str
    sentence: str


class EvidenceShape(Shape):
    """Points that a back-test (`reference`) or a forecast (`result`) says the rule adds over its validity."""

    kind: str
    revision: int
    reference: str | None
    low_points: int
    central_points: int
    high_points: int
    advice: str | None
    result: dict[str, Any] | None
    attached_at: datetime


class StepShape(Shape):
    """What an officer did with the draft, `on_behalf_of` an approver for a deputy; a return has a `reason`."""

    step: str
    revision: int
    by: PersonShape
    on_behalf_of: PersonShape | None
    reason: str | None
    taken_at: datetime


class DraftSummaryShape(Shape):
    """`status` is draft, checked, submitted, approved or scheduled. `editors` wrote or changed it.

    `missing_approvals` are roles. With more than `threshold_points` over its validity, the budget holder approves too;
    `points_over_validity` is the most that any evidence says, null without any.
    """

    id: str
    version: int
    revision: int
    status: str
    title: str
    sentence: str
    campaign: str
    author: PersonShape
    editors: list[PersonShape]
    written_at: datetime
    saved_at: datetime
    evidence: list[EvidenceShape]
    points_over_validity: int | None
    threshold_points: int
    missing_approvals: list[str]


class DraftRecordShape(DraftSummaryShape):
    """And the document, with every step that was taken."""

    document: dict[str, Any]
    steps: list[StepShape]


class DraftShape(DraftRecordShape):
    """And what lint and the worked examples say of it, and what is `missing` before it is checked."""

    findings: list[FindingShape]
    examples: list[ExampleShape]
    missing: list[MissingShape]


class DraftRecordsShape(Shape):
    """Newest first."""

    items: list[DraftRecordShape]


class DraftsShape(Shape):
    """The one that was saved last first."""

    items: list[DraftSummaryShape]
