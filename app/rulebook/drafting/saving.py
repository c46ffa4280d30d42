"""A draft is saved or discarded. The second of two saves from one reading is refused whole."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlmodel import Session

from app.identity.queries import OfficerRead
from app.rulebook.drafting.documents import decide_alike, dump_rule
from app.rulebook.drafting.errors import DocumentUnfit
from app.rulebook.drafting.queries import read_draft
from app.rulebook.drafting.read_models import DraftRead
from app.rulebook.drafting.recording import lock_draft, take_step
from rules.document import Rule


def save_draft(
    session: Session, *, key: str, revision: str, rule: Rule, officer: OfficerRead, now: datetime
) -> DraftRead:
    """`rule` in the place of what the draft was; whatever was checked or approved is to be done again.

    `revision` is the one that the officer read. Raises DraftNotFound, DraftChanged, and DocumentUnfit for another id
    or version.
    """
    row = lock_draft(session, key=key, revision=revision)
    faults = [
        (path, f"This draft is {wanted}, which stays as it is.")
        for path, wanted, sent in (("id", row.rule_key, rule.id), ("version", row.version, rule.version))
        if sent != wanted
    ]
    if faults:
        raise DocumentUnfit(faults)
    before = Rule.model_validate_json(msgspec.json.encode(row.document))
    row.revision += 1
    if not decide_alike(before, rule):
        row.decides_since = row.revision
    row.document, row.status, row.saved_at = dump_rule(rule), "draft", max(now, row.written_at)
    take_step(session, row, "saved", officer=officer, now=now)
    return read_draft(session, row)


def discard_draft(session: Session, *, key: str, revision: str, officer: OfficerRead, now: datetime) -> None:
    """It is kept on record, and the rule can be written anew. Raises DraftNotFound or DraftChanged."""
    row = lock_draft(session, key=key, revision=revision)
    row.status = "discarded"
    take_step(session, row, "discarded", officer=officer, now=now)
