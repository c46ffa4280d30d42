"""The emergency stop of one rule, by one officer: at once, or when what people are in the middle of is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from app.core.clock import london_date
from app.core.ids import take_id
from app.rulebook.errors import AlreadyStopped, NoticeUnfit, RuleNotFound, RuleNotInForce
from app.rulebook.publishing import mark_withdrawn
from app.rulebook.queries import load_timeline
from app.rulebook.remaking import INSTANT, carry_rule, drop_rule, lock_timeline
from app.rulebook.tables import RuleStop, RuleVersion
from rules.clock import LONDON
from rules.coherence import progress_window, shortest_window
from rules.document import Rule

LONGEST_REASON: Final = 500
# For rules that count over their whole validity or longer.
_LONGEST_HONOURED: Final = timedelta(days=28)


@dataclass(frozen=True)
class Stop:
    """From `ends_at` on the version judges nothing; `honour` says that people may finish what they are in until then.

    `reason` is for the public.
    """

    key: str
    version: int
    reason: str
    honour: bool
    stopped_at: datetime
    ends_at: datetime


def stop_rule(session: Session, *, key: str, reason: str, honour: bool, officer_id: int, now: datetime) -> Stop:
    """End it now, or with `honour` at the end of the window that people are in; what waits to begin is taken back.

    What happened before goes on being judged by it. No clash with other rules holds a stop up: what is left when a rule
    is taken out can stand, and where rules that wait would clash with one that is honoured, it ends as they begin.

    Raises NoticeUnfit, RuleNotFound, RuleNotInForce, AlreadyStopped.
    """
    said = " ".join(reason.split())
    if not said or len(said) > LONGEST_REASON or not said.isprintable():
        raise NoticeUnfit(most_characters=LONGEST_REASON)
    lock_timeline(session)
    rule = _find_running(session, key, now)
    mark_withdrawn(session, key=key, officer_id=officer_id, now=now)
    if honour:
        over_at = LONDON.midnight(_last_window_ends_on(rule, now))
        ends_at = carry_rule(session, key=key, until_at=over_at, now=now)
    else:
        ends_at = _first_free(session, now)
    drop_rule(session, key=key, from_at=ends_at, now=now)
    stop = Stop(key, rule.version, said, honour, now, ends_at)
    session.add(
        RuleStop(
            id=take_id(session),
            rule_key=key,
            version=stop.version,
            reason=said,
            honour=honour,
            stopped_by=officer_id,
            stopped_at=now,
            ends_at=ends_at,
        )
    )
    session.flush()
    return stop


def list_stops(session: Session, *, key: str | None = None) -> tuple[Stop, ...]:
    """Every stop there was, oldest first."""
    rows = session.exec(select(RuleStop).order_by(col(RuleStop.stopped_at), col(RuleStop.id)))
    return tuple(
        Stop(row.rule_key, row.version, row.reason, row.honour, row.stopped_at, row.ends_at)
        for row in rows
        if key in (None, row.rule_key)
    )


def _find_running(session: Session, key: str, now: datetime) -> Rule:
    if session.exec(select(RuleVersion.id).where(RuleVersion.rule_key == key).limit(1)).first() is None:
        raise RuleNotFound
    artefact = load_timeline(session).at(now)
    rule = next((one for one in artefact.rules if one.id == key), None) if artefact else None
    stops = list_stops(session, key=key)
    if stops and (rule is None or stops[-1].ends_at > now):
        raise AlreadyStopped(ends_at=stops[-1].ends_at)
    if rule is None or not rule.validity.start <= london_date(now) < rule.validity.until:
        raise RuleNotInForce
    return rule


def _first_free(session: Session, now: datetime) -> datetime:
    """`now`, or the microsecond after, when an artefact has come into force at this very instant."""
    taken = any(start == now for start, _ in load_timeline(session).entries)
    return now + INSTANT if taken else now


def _last_window_ends_on(rule: Rule, now: datetime) -> date:
    """The first date after the window of its progress, or of its shortest limit; never past its validity."""
    today = london_date(now)
    limits = tuple(limit for limit in rule.limits if limit.per != "event")
    match progress_window(rule.progress) or shortest_window(limits):
        case "day":
            ends_on = today + timedelta(days=1)
        case "week":
            ends_on = today + timedelta(days=7 - today.weekday())
        case "month":
            ends_on = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
        case _:
            ends_on = today + _LONGEST_HONOURED
    return min(ends_on, rule.validity.until)
