"""Versions of rules come into force at a local midnight: the artefacts from then on are made again with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from sqlmodel import Session, col, select

from app.core.clock import london_date
from app.core.ids import take_id
from app.identity.sources import list_sources
from app.rulebook.campaign_errors import RuleLeavesCampaign
from app.rulebook.campaign_span import MEND, find_overhang
from app.rulebook.errors import (
    AlreadyScheduled,
    CampaignUnknown,
    CannotCarry,
    ChoiceNeeded,
    NothingScheduled,
    OverBefore,
    SourceNotLive,
    StillEnding,
    TooSoon,
)
from app.rulebook.queries import find_budgets, load_timeline
from app.rulebook.remaking import INSTANT, lock_timeline, put_rule, remake_artefacts
from app.rulebook.service import find_off_reason
from app.rulebook.tables import RuleStop, RuleVersion
from rules.artefact import Artefact, Timeline
from rules.clock import LONDON
from rules.document import Rule
from rules.program import progress_counter, progress_unit

Choice = Literal["carry_over", "restart"]

# Senders' clocks may run up to five minutes ahead: nothing may have been judged past the instant of a change.
LEAST_NOTICE: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Scheduled:
    """A version begins at `from_at`, the local midnight that begins `on`; `progress` is None when none was at stake."""

    key: str
    version: int
    on: date
    from_at: datetime
    progress: Choice | None


def rules_at(session: Session, *, at: datetime) -> tuple[Rule, ...]:
    """What is in force at that instant, as far as is scheduled now; in rule order."""
    artefact = load_timeline(session).at(at)
    return artefact.rules if artefact else ()


def with_rule(rules: Sequence[Rule], rule: Rule) -> tuple[Rule, ...]:
    """`rule` in the place of the one with its key, or added; in rule order."""
    others = [other for other in rules if other.id != rule.id]
    return tuple(sorted([*others, rule], key=lambda one: one.id))


def filter_changed(before: Rule, after: Rule) -> bool:
    """Whether progress made under `before` would not count under `after`, which counts too."""
    counters = (progress_counter(before), progress_counter(after))
    return None not in counters and counters[0] != counters[1]


def schedule_version(
    session: Session, *, rule: Rule, on: date, progress: Choice | None, officer_id: int, now: datetime
) -> Scheduled:
    """`rule` judges from the midnight that begins `on`, in every artefact from then on.

    Raises TooSoon, OverBefore, SourceNotLive, CampaignUnknown, RuleLeavesCampaign, AlreadyScheduled, StillEnding,
    RulesClash; and ChoiceNeeded when other events count than before and `progress` does not say what becomes of
    people's, or CannotCarry.
    """
    lock_timeline(session)
    from_at = read_midnight(on, now)
    _refuse_unready(session, rule, on)
    _refuse_overtaking(session, rule.id, on, from_at, now)
    timeline = load_timeline(session)
    counter, chosen = _choose_counter(timeline, timeline.at(from_at - INSTANT), rule, progress)
    session.add(
        RuleVersion(
            id=take_id(session),
            rule_key=rule.id,
            version=rule.version,
            document=rule.model_dump(mode="json", by_alias=True),
            from_on=on,
            progress=chosen,
            scheduled_at=now,
            scheduled_by=officer_id,
        )
    )
    remake_artefacts(session, from_at=from_at, change=put_rule(rule.id, rule, counter), now=now)
    return Scheduled(rule.id, rule.version, on, from_at, chosen)


def unschedule_version(session: Session, *, key: str, officer_id: int, now: datetime) -> int:
    """Take back the last version that has yet to begin, and give its number. Raises NothingScheduled."""
    lock_timeline(session)
    row = _find_waiting(session, key, now)
    if row is None:
        raise NothingScheduled
    _withdraw(session, row, officer_id, now)
    return row.version


def mark_withdrawn(session: Session, *, key: str, officer_id: int, now: datetime) -> None:
    """Every version that has yet to begin counts as taken back; the caller makes the artefacts that hold them again."""
    while (row := _find_waiting(session, key, now)) is not None:
        row.withdrawn_at, row.withdrawn_by = now, officer_id
        session.flush()


def read_midnight(on: date, now: datetime) -> datetime:
    """At which a change takes effect that is to hold from `on`. Raises TooSoon."""
    earliest_on = london_date(now + LEAST_NOTICE) + timedelta(days=1)
    if LONDON.midnight(earliest_on - timedelta(days=1)) >= now + LEAST_NOTICE:
        earliest_on -= timedelta(days=1)
    if on < earliest_on:
        raise TooSoon(earliest_on=earliest_on)
    return LONDON.midnight(on)


def _refuse_unready(session: Session, rule: Rule, on: date) -> None:
    if rule.validity.until <= on:
        raise OverBefore(until_on=rule.validity.until)
    off_reason = find_off_reason(rule, set(list_sources(session)))
    if off_reason is not None:
        raise SourceNotLive(reason=off_reason)
    if rule.campaign not in find_budgets(session):
        raise CampaignUnknown(rule=rule.id, campaign=rule.campaign)
    overhang = find_overhang(session, rule, lock=True)
    if overhang is not None:
        reason = f"{overhang.sentence} {MEND}"
        raise RuleLeavesCampaign(path=overhang.path, campaign_on=overhang.campaign_on, reason=reason)


def _refuse_overtaking(session: Session, key: str, on: date, from_at: datetime, now: datetime) -> None:
    waiting = _find_waiting(session, key, now)
    if waiting is not None and waiting.from_on is not None and waiting.from_on >= on:
        raise AlreadyScheduled(version=waiting.version, on=waiting.from_on)
    ends_at = session.exec(
        select(RuleStop.ends_at).where(RuleStop.rule_key == key).order_by(col(RuleStop.ends_at).desc()).limit(1)
    ).first()
    if ends_at is not None and ends_at > from_at:
        raise StillEnding(earliest_on=london_date(ends_at))


def _find_waiting(session: Session, key: str, now: datetime) -> RuleVersion | None:
    """The last version that has yet to begin."""
    return session.exec(
        select(RuleVersion)
        .where(
            RuleVersion.rule_key == key,
            col(RuleVersion.withdrawn_at).is_(None),
            col(RuleVersion.from_on) > london_date(now),
        )
        .order_by(col(RuleVersion.from_on).desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()


def _withdraw(session: Session, row: RuleVersion, officer_id: int, now: datetime) -> None:
    """No later version waits, so everything from its day on goes back to what there was before."""
    assert row.from_on is not None, "only what was scheduled waits"
    from_at = LONDON.midnight(row.from_on)
    before = load_timeline(session).at(from_at - INSTANT)
    earlier = next((rule for rule in before.rules if rule.id == row.rule_key), None) if before else None
    counter = before.carried.get(row.rule_key) if before else None
    row.withdrawn_at, row.withdrawn_by = now, officer_id
    session.flush()
    remake_artefacts(session, from_at=from_at, change=put_rule(row.rule_key, earlier, counter), now=now)


def _choose_counter(
    timeline: Timeline, before: Artefact | None, rule: Rule, progress: Choice | None
) -> tuple[str | None, Choice | None]:
    """The counter in which progress goes on, None for the rule's own; and what was chosen, None without need."""
    own = progress_counter(rule)
    earlier = next((one for one in before.rules if one.id == rule.id), None) if before else None
    if before is None or earlier is None or own is None:
        return None, None
    current = before.carried.get(rule.id) or progress_counter(earlier)
    if not filter_changed(earlier, rule):
        return before.carried.get(rule.id), None
    if progress is None:
        raise ChoiceNeeded
    if progress == "restart":
        # A filter that comes back would find what was counted under it before.
        return (f"{own}:{rule.version}" if own in _counters_of(timeline, rule.id) else None), progress
    if progress_unit(earlier) != progress_unit(rule):
        raise CannotCarry
    return (None if current == own else current), progress


def _counters_of(timeline: Timeline, key: str) -> set[str | None]:
    return {
        artefact.carried.get(key) or progress_counter(rule)
        for _, artefact in timeline.entries
        for rule in artefact.rules
        if rule.id == key
    }
