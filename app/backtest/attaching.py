"""What a back-test found is handed on to the draft that it was asked for."""

from __future__ import annotations

from sqlmodel import Session

from app.backtest.work import Evidence
from app.rulebook.drafting.evidence import Finding, attach_evidence


def attach_to_draft(session: Session, evidence: Evidence) -> None:
    """With the report's own advice when there is too little history to go by."""
    backtest = evidence.backtest
    assert backtest.result is not None, "it is done"
    finding = Finding(
        kind="backtest",
        low_points=evidence.low_points,
        central_points=evidence.central_points,
        high_points=evidence.high_points,
        advice=backtest.result["history"]["advice"],
        reference=backtest.public_id,
    )
    attach_evidence(session, key=backtest.rule_key, revision=backtest.revision, finding=finding, now=evidence.now)
