"""Named zones of the scheme: rules ask whether something happened in one. They are published with the rules.

Source: design of the rules, `within` and the artefact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from app.audit import Actor, record_act
from app.core.errors import Conflict
from app.rulebook.publishing import read_midnight
from app.rulebook.queries import load_timeline
from app.rulebook.remaking import lock_timeline, remake_artefacts
from rules.artefact import Artefact
from rules.catalogue import PLACE_FACTS
from rules.conditions import AnyOf, Circle, Condition
from rules.document import Rule
from rules.places import Zone


class ZoneInUse(Conflict):
    """A rule judges by this zone: redrawing it would change the rule, which takes two officers."""

    code = "zone-in-use"

    def __init__(self, *, zone: str, rule: str) -> None:
        self.zone, self.rule = zone, rule
        super().__init__(
            f"The rule {rule} asks about the zone {zone}, so its outline stays. Give the new outline another name, and "
            "write a version of the rule that asks about that one."
        )


@dataclass(frozen=True)
class ZonesPut:
    """By name. `unchanged` were there with this outline and title already."""

    added: tuple[str, ...]
    redrawn: tuple[str, ...]
    unchanged: tuple[str, ...]


def put_zones(session: Session, *, zones: Sequence[Zone], on: date, actor: Actor, now: datetime) -> ZonesPut:
    """From the local midnight that begins `on`, rules can ask about `zones` beside those that there are.

    Raises TooSoon, and ZoneInUse for one that is drawn otherwise than a rule from then on knows it.
    """
    lock_timeline(session)
    from_at = read_midnight(on, now)
    timeline = load_timeline(session)
    standing = timeline.at(from_at)
    known = dict(standing.zones) if standing else {}
    added = tuple(zone.name for zone in zones if zone.name not in known)
    redrawn = tuple(zone.name for zone in zones if zone.name in known and known[zone.name] != zone)
    later = [artefact for start, artefact in timeline.entries if start > from_at]
    for artefact in [standing, *later] if standing else later:
        _refuse_used(artefact.rules, redrawn, added)
    if added or redrawn:
        remake_artefacts(session, from_at=from_at, change=lambda old: _with_zones(old, zones), now=now)
        for name in (*added, *redrawn):
            record_act(session, actor=actor, act="zone.put", subject=f"zone:{name}", facts={"on": str(on)}, now=now)
    kept = tuple(zone.name for zone in zones if known.get(zone.name) == zone)
    return ZonesPut(added, redrawn, kept)


def _with_zones(old: Artefact, zones: Iterable[Zone]) -> Artefact:
    named = dict(old.zones) | {zone.name: zone for zone in zones}
    return Artefact.publish(old.rules, named.values(), old.carried)


def _refuse_used(rules: Sequence[Rule], redrawn: tuple[str, ...], added: tuple[str, ...]) -> None:
    for rule in rules:
        for condition in _list_conditions(rule):
            if condition.fact not in PLACE_FACTS or isinstance(condition.value, Circle):
                continue
            # Whether any zone has it depends on all of them, a new one too.
            asked = (*redrawn, *added) if condition.op == "has" and condition.fact == "zone" else redrawn
            names = asked if condition.op == "has" else [str(value) for value in condition.scalars()]
            for name in asked:
                if name in names:
                    raise ZoneInUse(zone=name, rule=rule.id)


def _list_conditions(rule: Rule) -> Iterator[Condition]:
    for clause in rule.when:
        yield from clause.any if isinstance(clause, AnyOf) else (clause,)
