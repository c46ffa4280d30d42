"""The rules in force, for the engine and for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from app.ledger.chart import AccountKind
from app.rulebook.errors import ArtefactDamaged, CampaignNotFound
from app.rulebook.tables import RuleStop, RuleVersion
from app.rulebook.titles import list_plain_titles, tell_apart
from rules.artefact import Artefact, Timeline
from rules.document import Rule
from rules.errors import ArtefactAltered, EngineUnfit
from rules.places import Zone
from rules.sentence import limits, offer, reward, sentence


@dataclass(frozen=True)
class RuleRead:
    """A rule as people read it; `starts_on` is its first date in force, `until_on` the first one no longer.

    `sentence` says all of it; `offer` is its first half, for residents, of which `reward` and `limits` are parts.
    `off_reason` says why it is switched off, None while it is on.
    """

    key: str
    version: int
    title: str
    sentence: str
    offer: str
    reward: str
    limits: str
    campaign: str
    campaign_title: str
    trigger: str
    source: str
    basis: str
    starts_on: date
    until_on: date
    off_reason: str | None

    def in_force(self, on: date) -> bool:
        return self.off_reason is None and self.starts_on <= on < self.until_on


@dataclass(frozen=True)
class Budget:
    """A campaign and the ledger account of its points; `left` is what it had when it was read, without a lock."""

    campaign_id: int
    account_id: int
    left: int


_TIMELINES: WeakKeyDictionary[Engine, tuple[tuple[int, ...], Timeline]] = WeakKeyDictionary()


def load_timeline(session: Session) -> Timeline:
    """Every artefact that judges or will judge, by the instant from which it does; read again only when they change.

    Raises ArtefactDamaged when stored bytes are not what was published under their hash.
    """
    listed = session.execute(
        text("SELECT id, in_force_from, sha256 FROM rule_artefacts WHERE superseded_at IS NULL ORDER BY in_force_from")
    ).all()
    ids = tuple(row.id for row in listed)
    engine = session.get_bind().engine
    known = _TIMELINES.get(engine)
    if known is not None and known[0] == ids:
        return known[1]
    kept = session.execute(text("SELECT id, body FROM rule_artefacts WHERE superseded_at IS NULL"))
    bodies = {row.id: bytes(row.body) for row in kept}
    timeline = Timeline([(row.in_force_from, _load(bodies[row.id], row.sha256, row.in_force_from)) for row in listed])
    _TIMELINES[engine] = (ids, timeline)
    return timeline


def _load(body: bytes, sha256: str, in_force_from: datetime) -> Artefact:
    try:
        return Artefact.load(body, sha256)
    except ArtefactAltered as refusal:
        raise ArtefactDamaged(in_force_from=in_force_from, differs=refusal.differs) from refusal
    except EngineUnfit as refusal:
        differs = (f"engine {refusal.published_by}, not {refusal.engine}",)
        raise ArtefactDamaged(in_force_from=in_force_from, differs=differs) from refusal


def find_budgets(session: Session) -> dict[str, Budget]:
    """Budgets by campaign key."""
    rows = session.execute(
        text(
            "SELECT c.key, c.id, a.id, a.posted - a.held FROM campaigns c"
            " JOIN ledger_accounts a ON a.kind = :kind AND a.owner = c.id ORDER BY a.id"
        ),
        {"kind": int(AccountKind.BUDGET)},
    )
    return {key: Budget(campaign_id, account_id, left) for key, campaign_id, account_id, left in rows}


def find_campaign(session: Session, key: str) -> int:
    """The campaign's id. Raises CampaignNotFound."""
    budget = find_budgets(session).get(key)
    if budget is None:
        raise CampaignNotFound
    return budget.campaign_id


def list_rules(session: Session, *, at: datetime | None = None) -> tuple[RuleRead, ...]:
    """Every rule, by title: the version in force `at` then, else the newest that was not withdrawn.

    Without `at`, the newest of each. A rule that was stopped says so in `off_reason`.
    """
    written = select(RuleVersion).where(col(RuleVersion.withdrawn_at).is_(None))
    rows = session.exec(written.order_by(col(RuleVersion.rule_key), col(RuleVersion.version))).all()
    artefact = None if at is None else load_timeline(session).at(at)
    current = {rule.id: rule.version for rule in artefact.rules} if artefact else {}
    stopped = {} if at is None else _find_stops(session, at)
    plain = list_plain_titles(session)
    titles = tell_apart(plain)
    read: dict[str, RuleRead] = {}
    for row in rows:
        if current.get(row.rule_key) in (None, row.version):
            waits = row.rule_key not in current
            reason = row.off_reason or (stopped.get((row.rule_key, row.version)) if waits else None)
            begins_anew = waits and (at is not None or row.rule_key not in read)
            read[row.rule_key] = _read(row, plain, titles, reason, row.from_on if begins_anew else None)
    return tuple(sorted(read.values(), key=lambda rule: rule.title))


def _find_stops(session: Session, at: datetime) -> dict[tuple[str, int], str]:
    """What people read of the versions that no longer judge because an officer stopped them."""
    stops = session.exec(select(RuleStop).where(col(RuleStop.ends_at) <= at).order_by(col(RuleStop.stopped_at)))
    return {(stop.rule_key, stop.version): stop.reason for stop in stops}


def _read(
    row: RuleVersion,
    plain_titles: dict[str, str],
    titles: dict[str, str],
    off_reason: str | None,
    waits_until_on: date | None,
) -> RuleRead:
    rule = Rule.model_validate_json(msgspec.json.encode(row.document))
    return RuleRead(
        key=rule.id,
        version=rule.version,
        title=rule.title["en"],
        sentence=sentence(rule, titles),
        offer=offer(rule, titles),
        reward=reward(rule, titles),
        limits=limits(rule),
        campaign=rule.campaign,
        campaign_title=plain_titles.get(rule.campaign, rule.campaign),
        trigger=rule.trigger,
        source=rule.source,
        basis=rule.basis,
        starts_on=max(rule.validity.start, waits_until_on or rule.validity.start),
        until_on=rule.validity.until,
        off_reason=off_reason,
    )


def list_zones(session: Session) -> tuple[Zone, ...]:
    """Those that a rule written now can ask about, by name."""
    entries = load_timeline(session).entries
    return tuple(entries[-1][1].zones.values()) if entries else ()
