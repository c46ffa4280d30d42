"""What a rule would be: its sentence, what lint finds and what its worked examples give, as a part of a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.rulebook.drafting.examining import examine_rule
from app.rulebook.titles import list_titles
from app.web.api.drafts_shown import find_surroundings
from rules.document import Rule
from rules.lint.findings import Finding
from rules.sentence import sentence


@dataclass(frozen=True)
class Ahead:
    """`sentence` is empty where what is entered is no rule yet. Of `examples`, so many `passed`."""

    sentence: str = ""
    findings: tuple[Finding, ...] = ()
    examples: int = 0
    passed: int = 0


def look_ahead(session: Session, rule: Rule, *, now: datetime) -> Ahead:
    """As the draft's page would show it, were this rule saved; nothing is."""
    found = examine_rule(session, rule, around=find_surroundings(session), now=now)
    return Ahead(
        sentence(rule, list_titles(session)),
        found.findings,
        len(rule.examples),
        sum(example.passed for example in found.examples),
    )
