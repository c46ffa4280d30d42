"""The source that stands for what hosts attest."""

from __future__ import annotations

from sqlmodel import Session

from app.identity.sources import SourceRead, list_sources
from app.rulebook.queries import load_timeline

REGISTERED = "registered_organisation"


def find_hosted_source(session: Session, *, event_type: str) -> SourceRead | None:
    """The scheme's own source for what hosts attest: the one that a published rule about it names.

    Without a rule, a source whose word is that of registered organisations.
    """
    registered = list_sources(session)
    named = {
        rule.source
        for _, artefact in load_timeline(session).entries
        for rule in artefact.rules
        if rule.trigger == event_type
    }
    others = [source for source in registered.values() if source.evidence == REGISTERED]
    return next((registered[name] for name in sorted(named) if name in registered), others[0] if others else None)
