"""The artefacts from an instant on, made again with another rule set: one transaction at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.core.ids import take_id
from app.rulebook.errors import RulesClash
from app.rulebook.queries import load_timeline
from app.rulebook.tables import RuleArtefact
from rules.artefact import Artefact
from rules.document import Rule
from rules.errors import RuleSetRefused

INSTANT: Final = timedelta(microseconds=1)
# The scheme's name is part of what is locked, because advisory locks are the whole database's.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('rule_artefacts:' || current_schema(), 0))")


def lock_timeline(session: Session) -> None:
    """Until the transaction ends nobody else changes which artefacts judge."""
    session.execute(_LOCK)


def drop_rule(session: Session, *, key: str, from_at: datetime, now: datetime) -> None:
    """The rule judges nothing from then on. The caller holds `lock_timeline`."""
    remake_artefacts(session, from_at=from_at, change=put_rule(key, None, None), now=now)


def carry_rule(session: Session, *, key: str, until_at: datetime, now: datetime) -> datetime:
    """The version that judges now goes on until `until_at` in place of the rule's next ones, and never into a clash.

    Gives the instant up to which it can: the first from which rules that wait to begin cannot stand with it, if that is
    sooner. The caller holds `lock_timeline`.
    """
    timeline = load_timeline(session)
    running = timeline.at(now)
    assert running is not None, "the rule judges now"
    rule = next(one for one in running.rules if one.id == key)
    change = put_rule(key, rule, running.carried.get(key))
    later = [(start, artefact) for start, artefact in timeline.entries if now < start < until_at]
    ends_at = next((start for start, artefact in later if not _can_make(change, artefact)), until_at)
    if later and later[0][0] < ends_at:
        remake_artefacts(session, from_at=later[0][0], until_at=ends_at, change=change, now=now)
    return ends_at


def _can_make(change: Callable[[Artefact], Artefact], old: Artefact) -> bool:
    try:
        change(old)
    except RuleSetRefused:
        return False
    return True


def remake_artefacts(
    session: Session,
    *,
    from_at: datetime,
    change: Callable[[Artefact], Artefact],
    now: datetime,
    until_at: datetime | None = None,
) -> None:
    """Make what judges at `from_at` and every later artefact again; the caller holds `lock_timeline`.

    With `until_at` only those before it, and the caller changes what judges from then on. What they replace is kept and
    judges nothing. Raises RulesClash.
    """
    timeline = load_timeline(session)
    standing = {start for start, _ in timeline.entries}
    before = timeline.at(from_at - INSTANT)
    ahead = (start for start in standing if start > from_at and (until_at is None or start < until_at))
    for start in sorted({from_at, *ahead}):
        old = timeline.at(start) or Artefact.publish(())
        try:
            made = change(old)
        except RuleSetRefused as refusal:
            raise RulesClash(
                rule=refusal.rule, path=refusal.path, reason=refusal.told, on=london_date(start)
            ) from refusal
        if made.sha256 != old.sha256:
            if start in standing:
                _supersede(session, start, now)
            if before is None or made.sha256 != before.sha256:
                _insert(session, made, start, now)
        before = made
    session.flush()


def _supersede(session: Session, start: datetime, now: datetime) -> None:
    session.execute(
        text("UPDATE rule_artefacts SET superseded_at = :now WHERE in_force_from = :start AND superseded_at IS NULL"),
        {"now": now, "start": start},
    )


def _insert(session: Session, made: Artefact, start: datetime, now: datetime) -> None:
    session.add(
        RuleArtefact(id=take_id(session), sha256=made.sha256, body=made.body, in_force_from=start, published_at=now)
    )


def put_rule(key: str, rule: Rule | None, counter: str | None) -> Callable[[Artefact], Artefact]:
    """Puts `rule`, counted in `counter`, in the place of the one with this key, or takes that one out."""

    def change(old: Artefact) -> Artefact:
        others = tuple(other for other in old.rules if other.id != key)
        carried = {name: kept for name, kept in old.carried.items() if name != key}
        if rule is not None and counter is not None:
            carried[key] = counter
        return Artefact.publish(others if rule is None else (*others, rule), old.zones.values(), carried)

    return change
