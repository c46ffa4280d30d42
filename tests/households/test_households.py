"""Who lives together shares what a rule gives a household; nobody hops, and nobody can read who lives where."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from app.core.secret_store import Secrets
from app.residents.households import (
    HouseholdChangedLately,
    HouseholdKeys,
    HouseholdRead,
    UprnMalformed,
    join_household,
    leave_household,
)
from tests.earning.world import World
from tests.households.homes import CHECKS, ELSEWHERE, HOME, NOW, check


def _live_at(world: World, secrets: Secrets, who: int, uprn: str, *, now: datetime = NOW) -> HouseholdRead:
    return world.database.in_transaction(
        lambda session: join_household(
            session, resident_id=world.residents[who], uprn=uprn, keys=HouseholdKeys(secrets), now=now
        )
    )


def _leave(world: World, who: int, *, now: datetime = NOW) -> HouseholdRead:
    return world.database.in_transaction(
        lambda session: leave_household(session, resident_id=world.residents[who], now=now)
    )


def _points(world: World, name: str) -> int:
    return int(
        world.database.in_transaction(
            lambda session: session.execute(
                text("SELECT points FROM events WHERE external_id = :name"), {"name": name}
            ).scalar_one()
        )
    )


@pytest.fixture
def lived_in(homes: World, secrets: Secrets) -> World:
    """Residents 0 and 1 live together, 2 elsewhere."""
    for who, uprn in ((0, HOME), (1, HOME), (2, ELSEWHERE)):
        _live_at(homes, secrets, who, uprn)
    return homes


def test_a_household_shares_a_limit_and_another_does_not(lived_in: World) -> None:
    checks = [check(f"C-{card}", NOW - timedelta(hours=3 - card), card=card) for card in range(3)]
    assert [result.points for result in lived_in.send(checks)] == [100, 0, 100]


def test_residents_without_a_household_are_each_one_alone(homes: World) -> None:
    checks = [check(f"C-{card}", NOW - timedelta(hours=3 - card), card=card) for card in range(3)]
    assert [result.points for result in homes.send(checks)] == [100, 100, 100]


def test_a_void_gives_the_household_its_room_back(lived_in: World) -> None:
    lived_in.send([check("C-1", NOW - timedelta(hours=3), card=0)])
    lived_in.void(CHECKS, "C-1")
    (result,) = lived_in.send([check("C-2", NOW - timedelta(hours=1), card=1)])
    assert result.points == 100


def test_a_late_event_is_decided_by_what_the_others_had_used(lived_in: World) -> None:
    lived_in.send([check("C-1", NOW - timedelta(hours=1), card=0)])
    (late,) = lived_in.send([check("C-2", NOW - timedelta(hours=5), card=1)])
    assert (late.points, _points(lived_in, "C-1")) == (0, 100)


def test_moving_in_changes_nothing_that_was_decided_before(homes: World, secrets: Secrets) -> None:
    homes.send([check("C-1", NOW - timedelta(hours=2), card=0)])
    for who in (0, 1):
        _live_at(homes, secrets, who, HOME)
    homes.send([check("C-0", NOW - timedelta(hours=4), card=0)])  # late: the earlier one is decided anew, as alone
    assert (_points(homes, "C-0"), _points(homes, "C-1")) == (100, 0)
    (result,) = homes.send([check("C-2", NOW - timedelta(hours=1), card=1)])
    assert result.points == 0


def test_a_household_changes_once_in_90_days(homes: World, secrets: Secrets) -> None:
    assert _live_at(homes, secrets, 0, HOME) == HouseholdRead(known=True, since_on=date(2026, 11, 22))
    for days in (0, 89):
        with pytest.raises(HouseholdChangedLately, match="20 February 2027") as refusal:
            _live_at(homes, secrets, 0, ELSEWHERE, now=NOW + timedelta(days=days))
        assert refusal.value.opens_on == "2027-02-20"
    moved = _live_at(homes, secrets, 0, ELSEWHERE, now=NOW + timedelta(days=90))
    assert moved == HouseholdRead(known=True, since_on=date(2027, 2, 20))


def test_leaving_is_a_change_like_any_other(homes: World, secrets: Secrets) -> None:
    assert _leave(homes, 0) == HouseholdRead(known=False, since_on=None)
    _live_at(homes, secrets, 0, HOME)
    with pytest.raises(HouseholdChangedLately):
        _leave(homes, 0)
    later = NOW + timedelta(days=90)
    assert not _leave(homes, 0, now=later).known
    with pytest.raises(HouseholdChangedLately):
        _live_at(homes, secrets, 0, ELSEWHERE, now=later)


def test_telling_the_same_home_again_does_not_begin_the_days_anew(homes: World, secrets: Secrets) -> None:
    first = _live_at(homes, secrets, 0, HOME)
    assert _live_at(homes, secrets, 0, f"00{HOME}", now=NOW + timedelta(days=30)) == first


@pytest.mark.parametrize("uprn", ["", "0", "000", "-1", "1234567890123", "12 3", "12a", "\u0661", "1\n", "\0"])
def test_what_is_no_property_number_is_refused(homes: World, secrets: Secrets, uprn: str) -> None:
    with pytest.raises(UprnMalformed):
        _live_at(homes, secrets, 0, uprn)


def test_a_household_is_found_by_nobody_without_the_secret(homes: World, secrets: Secrets) -> None:
    other = HouseholdKeys(Secrets(secrets.signing_key_pem, b"another secret of thirty-two bytes"))
    assert other.hash_uprn(HOME) != HouseholdKeys(secrets).hash_uprn(HOME)
    _live_at(homes, secrets, 0, HOME)
    kept = homes.database.in_transaction(
        lambda session: session.execute(text("SELECT CAST(r AS text) FROM residents r ORDER BY household")).scalars()
    )
    assert HOME not in str(list(kept))


def test_no_explanation_tells_a_household(lived_in: World, secrets: Secrets) -> None:
    lived_in.send([check(f"C-{card}", NOW - timedelta(hours=3 - card), card=card) for card in range(2)])
    told = HouseholdKeys(secrets).hash_uprn(HOME).hex()
    for for_machine in (True, False):
        explained = lived_in.explain(CHECKS, "C-1").to_data(for_machine=for_machine)
        assert told not in json.dumps(explained, default=str)
