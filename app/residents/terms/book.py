"""The texts of the terms: one Markdown file for each version, named by the date from which it applies.

A text that was published is never edited, for people have accepted it as it was; a change is a new file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from app.residents.terms.errors import TermsReplaced, TermsUnknown

_TEXTS = Path(__file__).parent / "texts"
_DRAFT = "**Draft"


@dataclass(frozen=True)
class Terms:
    """`version` is the date `applies_from_on`, written 2026-06-01; `text` is Markdown. A draft binds nobody yet."""

    version: str
    applies_from_on: date
    title: str
    text: str
    draft: bool

    @property
    def sha256(self) -> str:
        """Of the text, in hex: kept with each acceptance."""
        return sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class TermsBook:
    """Every version, oldest first; there is at least one."""

    versions: Sequence[Terms]

    def get_current(self, *, today: date) -> Terms:
        """The newest version that applies on this day; before the first one, the first one."""
        return next((terms for terms in reversed(self.versions) if terms.applies_from_on <= today), self.versions[0])

    def get_acceptable(self, *, version: str, today: date) -> Terms:
        """The current terms, if `version` is theirs. Raises TermsUnknown or TermsReplaced."""
        if all(terms.version != version for terms in self.versions):
            raise TermsUnknown
        current = self.get_current(today=today)
        if current.version != version:
            raise TermsReplaced(current_version=current.version)
        return current


def load_terms(folder: Path) -> TermsBook:
    """The book of a folder. Raises ValueError for a file that is not named by a date or does not begin with a title."""
    return TermsBook([_read(path) for path in sorted(folder.glob("*.md"))])


def _read(path: Path) -> Terms:
    text = path.read_text(encoding="utf-8")
    first_line = text.partition("\n")[0]
    if not first_line.startswith("# "):
        message = f"{path.name} does not begin with a title"
        raise ValueError(message)
    return Terms(path.stem, date.fromisoformat(path.stem), first_line[2:], text, draft=_DRAFT in text)


LEEDS_TERMS = load_terms(_TEXTS)
