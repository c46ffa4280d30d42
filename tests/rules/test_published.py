"""Rules on their way through the database: what is off says why, and what was altered there judges nothing."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.secret_store import Secrets
from app.rulebook.errors import ArtefactDamaged
from app.rulebook.queries import list_rules, load_timeline
from tests.earning.world import World, build_world
from tests.rulebook.tampering import change_rules

NO_SOURCE = {
    "rul_consultation_answered": "urn:leeds:consultations",
    "rul_health_session": "urn:leeds:leisure-centres",
    "rul_home_energy_visit": "urn:leeds:energy-advice",
    "rul_home_safety_check": "urn:wyfire:safety-checks",
    "rul_park_and_ride": "urn:leeds:park-and-ride",
    "rul_recycling_drop": "urn:leeds:waste-sites",
    "rul_referral": "urn:leeds:referrals",
}


@pytest.fixture
def world(database: Database, secrets: Secrets) -> World:
    return build_world(database, secrets, residents=1)


def test_a_rule_without_a_live_source_ships_off_and_says_why(world: World) -> None:
    rules = {rule.key: rule for rule in world.database.in_transaction(list_rules)}
    assert {key: rule.off_reason for key, rule in rules.items() if rule.off_reason} == {
        key: f"Nobody sends events for it yet: {source} is not connected." for key, source in NO_SOURCE.items()
    }
    timeline = world.database.in_transaction(load_timeline)
    artefact = timeline.at(datetime(2026, 9, 1, tzinfo=UTC))
    assert artefact is not None
    assert {rule.id for rule in artefact.rules} == rules.keys() - NO_SOURCE.keys()


def _alter(old: bytes, new: bytes) -> Callable[[Session], None]:
    """What somebody with access to the database might do."""

    def alter(session: Session) -> None:
        body = bytes(session.execute(text("SELECT body FROM rule_artefacts")).scalar_one())
        assert old in body
        changed = body.replace(old, new) if new else body[: len(body) // 2]
        change_rules(session, "UPDATE rule_artefacts SET body = :body", body=changed)

    return alter


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        (b'"reach":10,', b'"reach":9,', ["rule rul_ten_trips"]),
        (b'"zone":"Europe/London"', b'"zone":"Europe/Paris"', ["clock"]),
        (b'"name":"transit.trip"', b'"name":"transit.ride"', ["facts"]),
        (b'"zones":[]', b'"zones":[{"name":"everywhere"}]', ["zone everywhere"]),
        (b'"engine":"2"', b'"engine":"1"', ["engine"]),
        (b"{", b"", ["the whole of it: it cannot be read"]),
    ],
)
def test_stored_bytes_that_are_not_what_was_published_are_refused_with_what_differs(
    world: World, old: bytes, new: bytes, differs: list[str]
) -> None:
    world.database.in_transaction(_alter(old, new))
    with pytest.raises(ArtefactDamaged) as refusal:
        world.database.in_transaction(load_timeline)
    assert refusal.value.differs == differs
    assert str(refusal.value).startswith("The rules in force from 2026-06-01T00:00:00Z are not as they were published")
