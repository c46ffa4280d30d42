"""Every text of a rule that an officer may want to read beside another: what is in the book, and the open draft."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from app.rulebook.drafting.queries import list_drafts, list_past_drafts
from app.rulebook.drafting.read_models import DraftRead
from app.rulebook.errors import RuleNotFound
from app.rulebook.versions import VersionRead, list_versions
from rules.document import Rule


@dataclass(frozen=True)
class TextRead:
    """A version that is `published`, or the open draft of the next one, whose `published` is None.

    `draft` says who wrote and approved it and what it was expected to cost; None for what came with a rule pack.
    """

    version: int
    rule: Rule
    sentence: str
    published: VersionRead | None
    draft: DraftRead | None


def list_texts(session: Session, *, key: str) -> tuple[TextRead, ...]:
    """Oldest first, the open draft last. Raises RuleNotFound."""
    written = {one.version: one for one in list_past_drafts(session, key=key) if one.status == "scheduled"}
    texts = [
        TextRead(one.version, one.rule, one.sentence, one, written.get(one.version))
        for one in list_versions(session, key=key)
    ]
    texts += [
        TextRead(one.version, one.rule, one.sentence, None, one) for one in list_drafts(session) if one.key == key
    ]
    if not texts:
        raise RuleNotFound
    return tuple(texts)
