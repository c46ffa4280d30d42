"""What speaks for a draft: back-tests and forecasts, attached to the revision that they are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlmodel import Session

from app.core.ids import take_id
from app.rulebook.drafting.tables import RuleEvidence

Kind = Literal["backtest", "forecast"]
FEWEST_DAYS: Final = 28
"""So many days of stored events are enough to go by: from then on a forecast no longer stands in for a back-test."""


@dataclass(frozen=True)
class Finding:
    """Points that the rule adds over its validity: low, central and high. `advice` says why not to trust them too far.

    `reference` is a back-test's id; a forecast is kept whole, as JSON values, in `result`.
    """

    kind: Kind
    low_points: int
    central_points: int
    high_points: int
    advice: str | None = None
    reference: UUID | None = None
    result: dict[str, Any] | None = None


def attach_evidence(session: Session, *, key: str, revision: int, finding: Finding, now: datetime) -> None:
    """To a revision of a rule's draft. It counts for as long as nothing that decides points is changed after it."""
    session.add(
        RuleEvidence(
            id=take_id(session),
            rule_key=key,
            revision=revision,
            kind=finding.kind,
            reference=finding.reference,
            low_points=finding.low_points,
            central_points=finding.central_points,
            high_points=finding.high_points,
            advice=finding.advice,
            result=finding.result,
            attached_at=now,
        )
    )
    session.flush()
