"""Everything that waits for a second person, wherever it was asked for, as far as one officer may decide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.ids import public_id
from app.identity.permissions import (
    APPROVER,
    BUDGET_HOLDER,
    CORRECTION_ROLES,
    MESSAGE_APPROVERS,
    PARTNER_KEEPERS,
    PAYMENT_ROLES,
    REFUND_ROLES,
    ROLE_KEEPERS,
)
from app.identity.queries import OfficerRead, find_officers
from app.rulebook.drafting.deputies import list_represented
from app.rulebook.drafting.queries import list_drafts
from app.rulebook.drafting.read_models import DraftRead

DECIDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "draft": (APPROVER, BUDGET_HOLDER),
    "partner": PARTNER_KEEPERS,
    "contract": PARTNER_KEEPERS,
    "reward": PARTNER_KEEPERS,
    "endpoint": PARTNER_KEEPERS,
    "message": MESSAGE_APPROVERS,
    "adjustment": CORRECTION_ROLES,
    "dispute": REFUND_ROLES,
    "refund": REFUND_ROLES,
    "payee": PAYMENT_ROLES,
    "stripe": PAYMENT_ROLES,
    "file": PAYMENT_ROLES,
    "reversal": PAYMENT_ROLES,
    "role": ROLE_KEEPERS,
}
"""By kind: the roles of which one is enough. An approver's deputy decides about drafts, too."""

MOST_SHOWN: Final = 500

_PREFIXES: Final[Mapping[str, str]] = {
    "partner": "prt",
    "contract": "prt",
    "endpoint": "prt",
    "payee": "prt",
    "stripe": "prt",
    "reward": "rpr",
    "message": "cmm",
    "adjustment": "adj",
    "dispute": "dsp",
    "refund": "dsp",
    "file": "bac",
    "reversal": "rvs",
    "role": "rch",
}

# Who asked is an officer, or a partner by name. `own` is what this officer may not approve, because it is theirs.
_WAITING: Final = text("""
    SELECT 'partner' AS kind, p.public_id AS id, p.name AS title, p.proposed_by AS officer, NULL AS asked_by,
           p.proposed_at AS since, coalesce(p.proposed_by = :me, false) AS own
      FROM partners p WHERE p.state = 'proposed'
    UNION ALL
    SELECT 'contract', p.public_id, p.name, c.proposed_by, NULL, c.proposed_at, c.proposed_by = :me
      FROM partner_contracts c JOIN partners p ON p.id = c.partner_id
      WHERE c.decision IS NULL AND p.state <> 'proposed'
    UNION ALL
    SELECT 'reward', r.public_id, r.terms ->> 'title', NULL, p.name, r.proposed_at, false
      FROM reward_proposals r JOIN partners p ON p.id = r.partner_id WHERE r.decision IS NULL
    UNION ALL
    SELECT 'endpoint', p.public_id, p.name, NULL, p.name, e.proposed_at, false
      FROM endpoint_proposals e JOIN partners p ON p.id = e.partner_id
    UNION ALL
    SELECT 'payee', p.public_id, p.name, NULL, p.name, y.proposed_at, false
      FROM payees y JOIN partners p ON p.id = y.partner_id WHERE y.proposed_sealed IS NOT NULL
    UNION ALL
    SELECT 'stripe', p.public_id, p.name, NULL, p.name, y.stripe_chosen_at, false
      FROM payees y JOIN partners p ON p.id = y.partner_id WHERE y.stripe_chosen_at IS NOT NULL
    UNION ALL
    SELECT 'message', m.public_id, m.subject, m.written_by, NULL, m.written_at, m.written_by = :me
      FROM campaign_messages m WHERE m.status = 'written'
    UNION ALL
    SELECT 'adjustment', a.public_id, a.reason, a.proposed_by, NULL, a.proposed_at, a.proposed_by = :me
      FROM adjustments a WHERE a.decision IS NULL
    UNION ALL
    SELECT CASE WHEN d.points IS NULL THEN 'dispute' ELSE 'refund' END, d.public_id, w.title || ', ' || p.name,
           d.proposed_by, NULL, coalesce(d.proposed_at, d.opened_at), coalesce(d.proposed_by = :me, false)
      FROM disputes d JOIN redemptions v ON v.id = d.redemption_id JOIN rewards w ON w.id = v.reward_id
      JOIN partners p ON p.id = v.partner_id WHERE d.decision IS NULL
    UNION ALL
    SELECT 'file', f.public_id, f.payments::text, f.made_by, NULL, f.made_at, f.made_by = :me
      FROM bacs_files f WHERE f.status = 'made'
    UNION ALL
    SELECT 'reversal', v.public_id, p.name, v.proposed_by, NULL, v.proposed_at, v.proposed_by = :me
      FROM payout_reversals v JOIN payouts o ON o.id = v.payout_id JOIN partners p ON p.id = o.partner_id
      WHERE v.status = 'open'
    UNION ALL
    SELECT 'role', c.public_id, coalesce(c.name, o.name), c.proposed_by, NULL, c.proposed_at,
           c.proposed_by = :me OR coalesce(c.officer_id = :me, false)
      FROM role_changes c LEFT JOIN officers o ON o.id = c.officer_id WHERE c.decision IS NULL
    ORDER BY since, id LIMIT :most
""")


@dataclass(frozen=True)
class ApprovalRead:
    """`reference` is the public id of what waits, of its partner, or the key of a rule; `own` waits for somebody else.

    `asked_by` is an officer or a partner, empty for a dispute that was opened and has no proposal yet.
    """

    kind: str
    reference: str
    title: str
    asked_by: str
    since: datetime
    own: bool


def list_approvals(session: Session, *, officer: OfficerRead, now: datetime) -> tuple[ApprovalRead, ...]:
    """What this officer may decide, and what of their own waits for others; the longest waiting first."""
    rows = session.execute(_WAITING, {"me": officer.id, "most": MOST_SHOWN}).all()
    people = find_officers(session, ids=[row.officer for row in rows if row.officer is not None])
    found = [
        ApprovalRead(
            kind=row.kind,
            reference=public_id(_PREFIXES[row.kind], row.id),
            title=row.title,
            asked_by=row.asked_by or (people[row.officer].name if row.officer is not None else ""),
            since=row.since,
            own=row.own,
        )
        for row in rows
        if row.officer == officer.id or not officer.roles.isdisjoint(DECIDERS[row.kind])
    ]
    return tuple(sorted([*found, *_list_drafts(session, officer, now)], key=lambda one: one.since))


def _list_drafts(session: Session, officer: OfficerRead, now: datetime) -> list[ApprovalRead]:
    drafts = [one for one in list_drafts(session) if one.status == "submitted"]
    if not drafts:
        return []
    represented = bool(list_represented(session, officer=officer, now=now))
    found = []
    people = find_officers(session, ids=[_find_submitted(draft)[0] for draft in drafts])
    for draft in drafts:
        own, (submitter, since) = officer.id in draft.writers, _find_submitted(draft)
        if own or _may_approve(draft, officer, represented=represented):
            found.append(ApprovalRead("draft", draft.key, draft.rule.title["en"], people[submitter].name, since, own))
    return found


def _find_submitted(draft: DraftRead) -> tuple[int, datetime]:
    last = [step for step in draft.steps if step.step == "submitted"][-1]
    return last.officer_id, last.taken_at


def _may_approve(draft: DraftRead, officer: OfficerRead, *, represented: bool) -> bool:
    if any(officer.id in (step.officer_id, step.on_behalf_of) for step in draft.approvals):
        return False
    missing = draft.missing_approvals
    as_approver = APPROVER in missing and (APPROVER in officer.roles or represented)
    return as_approver or (BUDGET_HOLDER in missing and BUDGET_HOLDER in officer.roles)
