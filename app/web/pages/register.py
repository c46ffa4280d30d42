"""Every rule with what it has given, for the public register and for officers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session

from app.core.units import Pence
from app.earning.queries import sum_points_by_rule
from app.identity.sources import list_sources
from app.ledger.rate import pence_behind, read_rate
from app.rulebook.queries import RuleRead, list_rules


@dataclass(frozen=True)
class Entry:
    """One rule on the register. `last_on` is its last date in force; `cost_pence` stands behind `points_given`."""

    rule: RuleRead
    on: bool
    last_on: date
    source_title: str
    points_given: int
    cost_pence: Pence


def list_register(session: Session, *, today: date) -> tuple[Entry, ...]:
    """Rules that are on first, then by title."""
    given = sum_points_by_rule(session)
    sources = list_sources(session)
    rate = read_rate(session)
    entries = [
        Entry(
            rule=rule,
            on=rule.in_force(today),
            last_on=rule.until_on - timedelta(days=1),
            source_title=sources[rule.source].title if rule.source in sources else rule.source,
            points_given=given.get(rule.key, 0),
            cost_pence=pence_behind(given.get(rule.key, 0), rate=rate),
        )
        for rule in list_rules(session)
    ]
    return tuple(sorted(entries, key=lambda entry: not entry.on))
