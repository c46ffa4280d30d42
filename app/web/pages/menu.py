"""An officer's menu: the pages that their roles open, and no other."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from app.identity.permissions import (
    ADJUSTMENT_PROPOSERS,
    AUDIT_READERS,
    COLLEAGUE_READERS,
    COMPLAINT_READERS,
    DESK,
    DISPUTE_OPENERS,
    PAUSERS,
    PAYMENT_READERS,
    REVIEW_READERS,
)
from app.web.languages import mark


@dataclass(frozen=True)
class Link:
    """`roles` of which one is enough; none of them is named where every officer may look."""

    href: str
    words: str
    roles: frozenset[str] = frozenset()


LINKS = (
    Link("/officer", mark("Overview")),
    Link("/officer/approvals", mark("Approvals")),
    Link("/officer/rules", mark("Rules")),
    Link("/officer/campaigns", mark("Campaigns")),
    Link("/officer/partners", mark("Partners")),
    Link("/officer/money", mark("Money"), frozenset({*PAYMENT_READERS, *DISPUTE_OPENERS})),
    Link("/officer/review", mark("Review"), frozenset(REVIEW_READERS)),
    Link("/officer/appeals", mark("Appeals"), frozenset(COMPLAINT_READERS)),
    Link("/officer/residents", mark("Residents"), frozenset(DESK)),
    Link("/officer/desk", mark("Desk"), frozenset(DESK)),
    Link("/officer/adjustments", mark("Adjustments"), frozenset({*ADJUSTMENT_PROPOSERS, "auditor"})),
    Link("/officer/imports", mark("Imports")),
    Link("/officer/people", mark("People"), frozenset(COLLEAGUE_READERS)),
    Link("/officer/pause", mark("Pause"), frozenset(PAUSERS)),
    Link("/officer/audit", mark("Audit"), frozenset(AUDIT_READERS)),
)


def list_officer_links(roles: AbstractSet[str]) -> tuple[Link, ...]:
    """In the order of the menu."""
    return tuple(link for link in LINKS if not link.roles or not link.roles.isdisjoint(roles))
