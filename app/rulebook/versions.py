"""Every version of a rule, with when it was or will be in force and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel import Session, col, select

from app.rulebook.queries import load_timeline
from app.rulebook.stopping import Stop, list_stops
from app.rulebook.tables import RuleVersion
from app.rulebook.titles import list_titles
from rules.artefact import Timeline
from rules.clock import LONDON
from rules.document import Rule
from rules.sentence import sentence

Standing = Literal["off", "scheduled", "in_force", "ended", "stopped", "withdrawn"]


@dataclass(frozen=True)
class VersionRead:
    """In force from `from_at` until just before `until_at`; both None when no artefact has it.

    `scheduled_on` is the local date that an officer chose, `scheduled_by` their public id; None for a pack's rules.
    `rule` is the whole document. `artefacts` are the hashes of those that hold it, soonest first.
    """

    key: str
    version: int
    title: str
    sentence: str
    rule: Rule
    from_at: datetime | None
    until_at: datetime | None
    scheduled_on: date | None
    scheduled_at: datetime | None
    scheduled_by: UUID | None
    progress: str | None
    withdrawn_at: datetime | None
    off_reason: str | None
    stop: Stop | None
    artefacts: tuple[str, ...]

    def standing(self, at: datetime) -> Standing:
        """What it is at that instant, as far as is known now."""
        if self.withdrawn_at is not None and self.withdrawn_at <= at:
            return "withdrawn"
        if self.from_at is None or self.until_at is None:
            return "off"
        if at < self.from_at:
            return "scheduled"
        if at < self.until_at:
            return "in_force"
        return "stopped" if self.stop is not None else "ended"


def list_versions(session: Session, *, key: str | None = None) -> tuple[VersionRead, ...]:
    """Of one rule or of all, by key, oldest first; empty for a key that is not in the book."""
    written = select(RuleVersion).order_by(col(RuleVersion.rule_key), col(RuleVersion.version))
    rows = session.exec(written if key is None else written.where(RuleVersion.rule_key == key)).all()
    held = _find_spans(load_timeline(session))
    stops = {(stop.key, stop.version): stop for stop in list_stops(session, key=key)}
    officers = {row.id: row.public_id for row in session.execute(text("SELECT id, public_id FROM officers"))}
    titles = list_titles(session)
    return tuple(
        _read(
            row,
            held.get((row.rule_key, row.version), []),
            stops.get((row.rule_key, row.version)),
            None if row.scheduled_by is None else officers.get(row.scheduled_by),
            titles,
        )
        for row in rows
    )


def find_standing(versions: Sequence[VersionRead], at: datetime) -> tuple[Standing, datetime | None]:
    """What a rule is, from all its versions, and when that changes next."""
    instants = [
        instant
        for version in versions
        if version.withdrawn_at is None
        for instant in (version.from_at, version.until_at)
        if instant is not None and instant > at
    ]
    standings = [version.standing(at) for version in versions]
    first = next((one for one in ("in_force", "scheduled") if one in standings), None)
    return first or _last_of(standings), min(instants, default=None)


def _last_of(standings: Sequence[Standing]) -> Standing:
    return next((one for one in reversed(standings) if one != "withdrawn"), "withdrawn")


Span = tuple[datetime, datetime | None, str]


def _find_spans(timeline: Timeline) -> dict[tuple[str, int], list[Span]]:
    """From when until when each artefact holds a version; None for the last one, which has no end."""
    held: dict[tuple[str, int], list[Span]] = {}
    ends = [start for start, _ in timeline.entries[1:]]
    for (start, artefact), end in zip(timeline.entries, [*ends, None], strict=False):
        for rule in artefact.rules:
            held.setdefault((rule.id, rule.version), []).append((start, end, artefact.sha256))
    return held


def _read(
    row: RuleVersion, spans: Sequence[Span], stop: Stop | None, scheduled_by: UUID | None, titles: dict[str, str]
) -> VersionRead:
    rule = Rule.model_validate_json(msgspec.json.encode(row.document))
    from_at = until_at = None
    if spans:
        from_at = max(spans[0][0], LONDON.midnight(rule.validity.start))
        last, end = spans[-1][1], LONDON.midnight(rule.validity.until)
        until_at = end if last is None else min(last, end)
    return VersionRead(
        key=row.rule_key,
        version=row.version,
        title=rule.title["en"],
        sentence=sentence(rule, titles),
        rule=rule,
        from_at=from_at,
        until_at=until_at,
        scheduled_on=row.from_on,
        scheduled_at=row.scheduled_at,
        scheduled_by=scheduled_by,
        progress=row.progress,
        withdrawn_at=row.withdrawn_at,
        off_reason=row.off_reason,
        stop=stop,
        artefacts=tuple(sha256 for _, _, sha256 in spans),
    )
