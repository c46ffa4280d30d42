"""Officers are told what waits for them: an alarm, a draft that needs an approval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.identity.queries import list_officer_addresses
from app.notices.addressing import LASTS, Telling
from app.notify.interface import Channel, Template
from app.notify.service import queue_message
from app.outbox import BUDGET_ALARM, DRAFT_WAITS, VALUE_ALARM
from app.rulebook.drafting.queries import list_drafts

EVERYBODY: Final = "all partners together"

# A draft that was sent back and submitted again waits anew, so the notice is about the submission.
_DRAFT_WAITS: Final = text("""
    INSERT INTO officer_notices (kind, about_id, role, queued_at)
    SELECT :kind, max(s.id), :role, :now FROM rule_draft_steps s JOIN rule_drafts d ON d.id = s.draft_id
    WHERE d.rule_key = :key AND d.status = 'submitted' AND s.step = 'submitted' HAVING max(s.id) IS NOT NULL
    ON CONFLICT (kind, about_id, role) DO NOTHING
""")
_CLAIM: Final = text("""
    SELECT kind, about_id, role FROM officer_notices WHERE told_at IS NULL
    ORDER BY queued_at, kind, about_id, role LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_NOTE: Final = text(
    "UPDATE officer_notices SET told_at = :now WHERE kind = :kind AND about_id = :about_id AND role = :role"
)
_ALARM: Final = text("""
    SELECT c.title, a.percent FROM campaign_alarms a JOIN campaigns c ON c.id = a.campaign_id WHERE a.id = :about_id
""")
_VALUE_ALARM: Final = text("""
    SELECT a.kind, a.percent, p.name FROM value_alarms a LEFT JOIN partners p ON p.id = a.partner_id
    WHERE a.id = :about_id
""")
_DRAFT: Final = text("""
    SELECT d.document->'title'->>'en' AS title, d.rule_key
    FROM rule_draft_steps s JOIN rule_drafts d ON d.id = s.draft_id
    WHERE s.id = :about_id
""")


def queue_draft_notices(session: Session, *, now: datetime) -> None:
    """For every draft that waits, to those whose approval is missing: approvers, budget holders."""
    for draft in list_drafts(session):
        for role in draft.missing_approvals if draft.status == "submitted" else ():
            session.execute(_DRAFT_WAITS, {"kind": DRAFT_WAITS, "role": role, "key": draft.key, "now": now})


def tell_officers(session: Session, telling: Telling, *, now: datetime, limit: int) -> int:
    """Tell every officer who has the role now, by e-mail; how many notices."""
    queue_draft_notices(session, now=now)
    rows = session.execute(_CLAIM, {"limit": limit}).mappings().all()
    for row in rows:
        values = _read_values(session, row["kind"], row["about_id"])
        for email in list_officer_addresses(session, role=row["role"]) if telling.delivers else ():
            queue_message(
                session,
                channel=Channel.EMAIL,
                template=Template(row["kind"]),
                to=email,
                values=values,
                keys=telling.messages,
                lasts=LASTS,
                now=now,
            )
        session.execute(_NOTE, {**row, "now": now})
    return len(rows)


def _read_values(session: Session, kind: str, about_id: int) -> Mapping[str, str]:
    if kind == BUDGET_ALARM:
        alarm = session.execute(_ALARM, {"about_id": about_id}).one()
        return {"campaign": alarm.title, "percent": str(alarm.percent)}
    if kind == VALUE_ALARM:
        value = session.execute(_VALUE_ALARM, {"about_id": about_id}).one()
        return {"limit": value.kind, "percent": str(value.percent), "partner": value.name or EVERYBODY}
    draft = session.execute(_DRAFT, {"about_id": about_id}).one()
    return {"rule": draft.title or draft.rule_key}
