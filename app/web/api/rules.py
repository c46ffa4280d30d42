"""The rules, for officers: what stands in the book, what each is now, and what it has cost."""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session

from app.core.clock import london_date
from app.core.ids import public_id
from app.earning.queries import sum_points_by_rule
from app.rulebook.errors import RuleNotFound
from app.rulebook.queries import RuleRead, list_rules
from app.rulebook.stopping import Stop
from app.rulebook.versions import VersionRead, find_standing, list_versions
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.callers import SignedIn, as_officer

router = APIRouter(tags=["rules"])

_KEY = re.compile(r"rul_[a-z0-9_]{1,60}")


class RuleShape(Shape):
    """A rule in a sentence, with where it comes from. In force from `starts_on` until the day before `until_on`.

    `status` is off, scheduled, in_force, ended, stopped or withdrawn; `next_change_at` is when another version begins,
    or this one ends, as far as is known now.
    """

    id: str
    version: int
    title: str
    sentence: str
    campaign: str
    trigger: str
    source: str
    basis: str
    starts_on: date
    until_on: date
    in_force: bool
    off_reason: str | None
    status: str
    next_change_at: datetime | None


class OfficerRuleShape(RuleShape):
    """And what it has given so far."""

    points_given: int


class OfficerRulesShape(Shape):
    """By title."""

    items: list[OfficerRuleShape]


class StopShape(Shape):
    """An officer stopped the rule at `stopped_at`; it judges nothing from `ends_at` on. `reason` is for the public."""

    reason: str
    honour: bool
    stopped_at: datetime
    ends_at: datetime


class VersionShape(Shape):
    """In force from `from_at` until just before `until_at`; both null when it never is.

    `scheduled_on` is null for rules that came with a pack. `artefacts` are the hashes of the rule sets that hold it.
    """

    version: int
    status: str
    title: str
    sentence: str
    from_at: datetime | None
    until_at: datetime | None
    scheduled_on: date | None
    scheduled_at: datetime | None
    scheduled_by: str | None
    progress: str | None
    withdrawn_at: datetime | None
    off_reason: str | None
    stop: StopShape | None
    artefacts: list[str]


class VersionsShape(Shape):
    """Oldest first."""

    items: list[VersionShape]


@router.get("/v1/rules", responses=declines(*SIGNED_IN))
def show_rules(call: SignedIn) -> OfficerRulesShape:
    """Every rule in the book, on and off, and what it has cost. For officers with a role."""
    return OfficerRulesShape(items=call.run(as_officer, lambda session, _: list_officer_rules(session, call.now)))


def read_rule_key(written: str) -> str:
    """Raises RuleNotFound for what no rule can be called."""
    if not _KEY.fullmatch(written):
        raise RuleNotFound
    return written


def present_rule(rule: RuleRead, versions: tuple[VersionRead, ...], now: datetime) -> dict[str, Any]:
    """The members of a RuleShape; `versions` are all of the rule's."""
    status, next_change_at = find_standing(versions, now)
    return {
        "id": rule.key,
        "version": rule.version,
        "title": rule.title,
        "sentence": rule.sentence,
        "campaign": rule.campaign,
        "trigger": rule.trigger,
        "source": rule.source,
        "basis": rule.basis,
        "starts_on": rule.starts_on,
        "until_on": rule.until_on,
        "in_force": rule.in_force(london_date(now)),
        "off_reason": rule.off_reason,
        "status": status,
        "next_change_at": next_change_at,
    }


def present_version(version: VersionRead, now: datetime) -> VersionShape:
    return VersionShape(
        version=version.version,
        status=version.standing(now),
        title=version.title,
        sentence=version.sentence,
        from_at=version.from_at,
        until_at=version.until_at,
        scheduled_on=version.scheduled_on,
        scheduled_at=version.scheduled_at,
        scheduled_by=None if version.scheduled_by is None else public_id("off", version.scheduled_by),
        progress=version.progress,
        withdrawn_at=version.withdrawn_at,
        off_reason=version.off_reason,
        stop=None if version.stop is None else present_stop(version.stop),
        artefacts=list(version.artefacts),
    )


def present_stop(stop: Stop) -> StopShape:
    return StopShape(reason=stop.reason, honour=stop.honour, stopped_at=stop.stopped_at, ends_at=stop.ends_at)


def list_by_rule(session: Session) -> dict[str, tuple[VersionRead, ...]]:
    """Every rule's versions, oldest first, by key."""
    return {key: tuple(some) for key, some in groupby(list_versions(session), key=lambda version: version.key)}


def list_officer_rules(session: Session, now: datetime) -> list[OfficerRuleShape]:
    """Every rule in the book, by title."""
    given, versions = sum_points_by_rule(session), list_by_rule(session)
    return [
        OfficerRuleShape(**present_rule(rule, versions[rule.key], now), points_given=given.get(rule.key, 0))
        for rule in list_rules(session, at=now)
    ]
