from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.core.database import Database
from app.core.ids import parse_public_id
from app.core.secret_store import Secrets
from app.core.settings import Settings
from app.demo.city import SeededCity, get_city
from app.demo.credentials import describe_credentials
from app.demo.errors import NotSeeded, OtherSecrets, RealPeopleHere
from app.demo.plan import HOST_ORGANISATION, REFERRALS, SOURCES
from app.demo.seeding import STEPS, seed_city
from app.earning.verify import find_event_drift
from app.hosting.queries import find_host
from app.identity.permissions import OFFICER, RESIDENT, ROLES, VOUCHERS_REDEEM
from app.ledger.queries import get_balance
from app.ledger.verify import verify_ledger
from app.residents.queries import find_resident_by_public_id
from app.residents.service import enrol_resident
from app.rulebook.campaigns import list_campaigns
from app.rulebook.queries import list_rules
from app.web.runtime import Runtime
from app.wiring import build_runtime

KEYS = {
    "clients": {"client_id", "client_secret", "scopes", "sources", "event_types"},
    "residents": {"id", "name", "card", "token"},
    "partners": {"id", "name", "token"},
    "officers": {"id", "name", "roles", "token"},
    "rewards": {"id", "title", "partner_id", "points", "stock", "adapter"},
}


def credentials_of(runtime: Runtime) -> dict[str, Any]:
    now = runtime.clock.now()
    told = runtime.database.in_transaction(
        lambda session: describe_credentials(session, runtime=runtime, base_url="http://127.0.0.1:8000", now=now)
    )
    read: dict[str, Any] = json.loads(json.dumps(told))
    return read


def balances(session: Session, city: SeededCity, now: datetime) -> list[int]:
    found = []
    for written in city.residents:
        public_id = parse_public_id("res", written)
        assert public_id is not None
        resident = find_resident_by_public_id(session, public_id=public_id)
        assert resident is not None
        found.append(get_balance(session, wallet_id=resident.id, now=now).available)
    return found


WAITS_FOR_SOMEBODY = text("""
    SELECT (SELECT count(*) FROM reward_proposals WHERE decision IS NULL),
           (SELECT count(*) FROM complaints WHERE answered_at IS NULL),
           (SELECT count(*) FROM missing_reports WHERE closed_at IS NULL),
           (SELECT count(*) FROM host_sessions WHERE ends_at < now())
""")


def scheme_of(database: Database, secrets: Secrets, data_dir: Path) -> Runtime:
    """A runtime around a database that is rolled back, with the secrets of this test run."""
    built = build_runtime(Settings(data_dir=data_dir), database_url="postgresql://nowhere/none", demo=True)
    return Runtime(**{**vars(built), "database": database, "secrets": secrets})


def nothing_passed(_steps: int) -> None:
    """Nobody watches the bar."""


def test_credentials_have_exactly_the_promised_shape(runtime: Runtime) -> None:
    told = credentials_of(runtime)
    assert told.keys() == {"base_url", *KEYS}
    for part, keys in KEYS.items():
        assert all(entry.keys() == keys for entry in told[part])
    assert len(told["residents"]) >= 100
    assert len({entry["card"] for entry in told["residents"]}) == len(told["residents"])
    assert all(entry["card"].startswith("card:") for entry in told["residents"])
    assert (len(told["partners"]), len(told["rewards"])) == (5, 8)
    assert [reward["stock"] for reward in told["rewards"] if reward["stock"] is not None] == [10]
    assert {officer["roles"][0] for officer in told["officers"]} == ROLES


def test_each_side_of_the_demonstration_has_something_to_do(runtime: Runtime) -> None:
    def look(session: Session) -> tuple[str | None, list[int]]:
        city = get_city(session, secrets=runtime.secrets)
        host = find_host(session, written=city.hosts[0])
        counts = session.execute(WAITS_FOR_SOMEBODY).one()
        return host.organisation if host else None, list(counts)

    organisation, counts = runtime.database.in_transaction(look)
    assert organisation == HOST_ORGANISATION
    assert all(counts), counts


def test_every_token_is_one_that_our_own_server_reads(runtime: Runtime) -> None:
    told, now = credentials_of(runtime), runtime.clock.now()
    for part, scope in (("residents", RESIDENT), ("partners", VOUCHERS_REDEEM), ("officers", OFFICER)):
        for entry in told[part]:
            claims = runtime.issuer.read(entry["token"], now + timedelta(hours=11))
            assert claims.scopes == {scope}


def test_the_first_source_of_the_first_client_feeds_the_ten_trip_rule(runtime: Runtime) -> None:
    client = credentials_of(runtime)["clients"][0]
    rules = runtime.database.in_transaction(list_rules)
    assert client["event_types"] == ["transit.tap"]
    assert {rule.key for rule in rules if rule.source == client["sources"][0]} >= {"rul_ten_trips"}


def test_every_rule_of_the_demonstration_that_has_a_source_is_in_force_today(runtime: Runtime) -> None:
    rules = runtime.database.in_transaction(list_rules)
    today_on = london_date(runtime.clock.now())
    assert len(rules) == 17
    assert {rule.key for rule in rules if not rule.in_force(today_on)} == {
        rule.key for rule in rules if rule.off_reason or rule.key == "rul_double_early_trips"
    }, "double points are for one month only"


def test_every_rule_of_the_demonstration_is_valid_while_its_campaign_runs(runtime: Runtime) -> None:
    """Or an officer could schedule no next version of it."""
    campaigns = runtime.database.in_transaction(lambda session: list_campaigns(session, now=runtime.clock.now()))
    assert all(
        campaign.starts_on <= rule.starts_on < rule.until_on <= campaign.ends_on
        for campaign in campaigns
        for rule in campaign.rules
    )
    assert any(campaign.rules for campaign in campaigns)


def test_every_source_of_the_demonstration_has_earned_somebody_points(runtime: Runtime) -> None:
    def earning(session: Session) -> set[str]:
        sources = text("SELECT s.name FROM events e JOIN sources s ON s.id = e.source_id WHERE e.points > 0")
        return set(session.execute(sources).scalars())

    assert runtime.database.in_transaction(earning) == {REFERRALS, *(source.name for source in SOURCES)}


def test_sixty_four_residents_can_afford_the_reward_with_ten_in_stock(runtime: Runtime) -> None:
    price = next(reward["points"] for reward in credentials_of(runtime)["rewards"] if reward["stock"] == 10)
    now = runtime.clock.now()
    city = runtime.database.in_transaction(lambda session: get_city(session, secrets=runtime.secrets))
    spendable = runtime.database.in_transaction(lambda session: balances(session, city, now))
    assert sum(points >= price for points in spendable) >= 64


def test_the_first_resident_can_pay_for_the_first_reward(runtime: Runtime) -> None:
    told, now = credentials_of(runtime), runtime.clock.now()
    city = runtime.database.in_transaction(lambda session: get_city(session, secrets=runtime.secrets))
    spendable = runtime.database.in_transaction(lambda session: balances(session, city, now))
    assert spendable[0] >= told["rewards"][0]["points"]


def test_four_residents_in_five_have_not_begun_on_last_weeks_or_this_weeks_trips(runtime: Runtime) -> None:
    today_on = london_date(runtime.clock.now())
    last_monday_on = today_on - timedelta(days=today_on.weekday() + 7)

    def travellers(session: Session) -> int:
        return int(
            session.execute(
                text(
                    "SELECT count(DISTINCT resident_id) FROM events WHERE type = 'transit.tap'"
                    " AND (happened_at AT TIME ZONE 'Europe/London')::date >= :monday"
                ),
                {"monday": last_monday_on},
            ).scalar_one()
        )

    assert 0 < runtime.database.in_transaction(travellers) <= 120 // 5


def test_history_lies_between_joining_and_now(runtime: Runtime) -> None:
    def outside(session: Session) -> tuple[int, int]:
        row = session.execute(
            text(
                "SELECT count(*), count(*) FILTER (WHERE e.happened_at < r.enrolled_at OR e.happened_at > now())"
                " FROM events e JOIN residents r ON r.id = e.resident_id"
            )
        ).one()
        return int(row[0]), int(row[1])

    events, misplaced = runtime.database.in_transaction(outside)
    assert events > 1_000
    assert misplaced == 0


def test_vouchers_of_the_demonstration_have_met_every_usual_end(runtime: Runtime) -> None:
    def statuses(session: Session) -> Counter[str]:
        return Counter(session.execute(text("SELECT status FROM redemptions")).scalars())

    assert runtime.database.in_transaction(statuses)["redeemed"] > 0


@pytest.mark.parametrize(
    "now",
    [
        datetime(2027, 1, 4, 0, 5, tzinfo=UTC),
        pytest.param(datetime(2027, 4, 4, 21, 59, tzinfo=UTC), marks=pytest.mark.nightly),
        pytest.param(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), marks=pytest.mark.nightly),
        pytest.param(datetime(2028, 2, 29, 12, 0, tzinfo=UTC), marks=pytest.mark.nightly),
    ],
    ids=lambda now: f"{now:%a-%d-%b-%Y}",
)
def test_the_demonstration_works_on_any_day(
    rolled_back: Database, secrets: Secrets, now: datetime, tmp_path: Path
) -> None:
    runtime = scheme_of(rolled_back, secrets, tmp_path)

    def seed(session: Session) -> SeededCity:
        return seed_city(session, runtime=runtime, now=now, passed=nothing_passed)

    city = rolled_back.in_transaction(seed)
    spendable = rolled_back.in_transaction(lambda session: balances(session, city, now))
    assert sum(points >= 80 for points in spendable) >= 64
    assert rolled_back.in_transaction(verify_ledger).findings == ()
    assert rolled_back.in_transaction(find_event_drift) == ()


def test_an_interrupted_seeding_leaves_nothing_and_can_be_run_again(
    database: Database, secrets: Secrets, now: datetime, tmp_path: Path
) -> None:
    runtime = scheme_of(database, secrets, tmp_path)

    def stop_half_way(steps: int) -> None:
        if steps == STEPS // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.in_transaction(lambda session: seed_city(session, runtime=runtime, now=now, passed=stop_half_way))
    with pytest.raises(NotSeeded):
        database.in_transaction(lambda session: get_city(session, secrets=secrets))
    done: list[int] = []
    first = database.in_transaction(lambda session: seed_city(session, runtime=runtime, now=now, passed=done.append))
    again = database.in_transaction(lambda session: seed_city(session, runtime=runtime, now=now, passed=done.append))
    assert first == again
    assert done == list(range(1, STEPS + 1))


def test_a_demonstration_never_goes_among_real_people(
    rolled_back: Database, secrets: Secrets, now: datetime, tmp_path: Path
) -> None:
    runtime = scheme_of(rolled_back, secrets, tmp_path)
    rolled_back.in_transaction(
        lambda session: enrol_resident(session, name="Somebody", connection="live", ward=None, enrolled_at=now, now=now)
    )
    with pytest.raises(RealPeopleHere):
        rolled_back.in_transaction(lambda session: seed_city(session, runtime=runtime, now=now, passed=nothing_passed))


def test_a_demonstration_of_other_secrets_is_refused(runtime: Runtime, secrets: Secrets) -> None:
    with pytest.raises(OtherSecrets):
        runtime.database.in_transaction(lambda session: get_city(session, secrets=secrets))
