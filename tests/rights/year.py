"""A year of two neighbours, so that every table that can hold something of a resident does, of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.core.columns import Row
from app.core.database import Database
from app.core.ids import parse_public_id
from app.core.secret_store import Secrets
from app.earning.taking_back import reverse_event
from app.identity.logins import LoginKeys
from app.ledger.decisions import Decision
from app.ledger.tasks import sweep_points
from app.residents.referrals import InvitationKeys, give_invitation
from app.residents.terms.acceptance import accept_terms
from app.residents.terms.book import LEEDS_TERMS
from tests.api.city import City, bearer, build_city
from tests.earning.world import HUB, LITTER, START, TAPS, event, ride, tap
from tests.rights.kept_answers import ask_as_officers, take_on_a_page

FIRST_ID = 4_000_000_000_000
"""Ids of the year begin here, so that none of them is taken for a number of points or pence."""

MONTHS = 12
NOW = START + timedelta(days=30 * MONTHS, hours=12)
MISSED_ON = str((NOW - timedelta(days=2)).date())


@dataclass
class Year:
    """`said` are the words that each resident used or that others used of them, by their number in the city."""

    city: City
    said: dict[int, list[str]] = field(default_factory=dict)


def live_a_year(database: Database, secrets: Secrets) -> Year:
    """From a year before NOW until NOW, in real commits; residents 0 and 1 do the same, 2 only meets them."""
    database.in_transaction(_begin_ids)
    city = build_city(database, secrets, NOW)
    year = Year(city, {number: [f"Resident {number}"] for number in range(3)})
    for number in (0, 1):
        _live(year, number)
    city.clock.at = NOW
    return year


def _begin_ids(session: Session) -> None:
    session.execute(text("SET LOCAL ROLE NONE"))  # the application may draw ids, and not set them
    session.execute(text("SELECT setval('ids', :first)"), {"first": FIRST_ID})


def _live(year: Year, number: int) -> None:
    city = year.city
    for month in range(MONTHS):
        city.clock.at = NOW - timedelta(days=30 * (MONTHS - 1 - month))
        at = city.clock.at - timedelta(hours=number + 1)
        hour, sent = timedelta(hours=1), 100 * number + month
        city.world.send(
            [
                tap(sent, at - 3 * hour, card=number, stop=f"4500{number}"),
                ride(sent, at - 2 * hour, 5000, card=number),
                event(HUB, f"V-{sent}", "volunteer.session", at - hour, card=number, data={"minutes": 120}),
                event(LITTER, f"L-{sent}", "litter.pick", at, card=number, data={"bags": 2, "site": f"Beck {number}"}),
            ],
            at=city.clock.at,
        )
    city.clock.at = NOW
    for told in (_tell, _spend, _ask_twice, _decide, _join):
        told(year, number)


def _say(year: Year, number: int, what: str) -> str:
    words = f"{what} of neighbour {number}"
    year.said[number].append(words)
    return words


def _tell(year: Year, number: int) -> None:
    """What a resident says through the API."""
    city, headers = year.city, year.city.resident(number)
    note, claimed = (
        _say(year, number, "A missing ride"),
        {"subject": f"card:secret-of-{number}", "proof": "micro_check"},
    )
    answers = [
        city.http.patch("/v1/me", json={"name": _say(year, number, "The name"), "pass_type": "adult"}, headers=headers),
        city.http.put("/v1/me/consents/news", json={"given": True}, headers=headers),
        city.http.put("/v1/me/consents/news", json={"given": False}, headers=headers),
        city.http.put("/v1/me/campaign-messages/cmp_get_on_board", json={"given": True}, headers=headers),
        city.http.put("/v1/me/household", json={"uprn": str(1000 + number)}, headers=headers),
        city.http.put("/v1/me/thanks", json={"declined": ["recycling"]}, headers=headers),
        city.http.post("/v1/me/cards", json=claimed, headers=headers),
        city.http.post(
            "/v1/me/missing",
            json={"on": str((NOW - timedelta(days=2)).date()), "source": TAPS, "note": note},
            headers=headers,
        ),
    ]
    year.said[number].append(f"card:secret-of-{number}")
    assert {answer.status_code for answer in answers} <= {200, 201}, [answer.text for answer in answers]


def _spend(year: Year, number: int) -> None:
    """One voucher used, one given back, one still out; asked for with a key."""
    city = year.city
    codes = [city.take("drink", resident=number, key=f"k{number}{turn}").json() for turn in range(3)]
    staff = bearer(city.token(city.staff["cafe"], "vouchers:redeem"))
    used = city.http.post("/v1/vouchers/redeem", json={"code": codes[0]["code"]}, headers=staff)
    given_back = city.http.post(f"/v1/redemptions/{codes[1]['id']}/cancel", headers=city.resident(number))
    assert (used.status_code, given_back.status_code) == (200, 200)


def _ask_twice(year: Year, number: int) -> None:
    """What may be asked for again, so that its answer is kept: on a page, and by officers about the resident."""
    take_on_a_page(year.city, number)
    ask_as_officers(year.city, number, _say(year, number, "A dispute"))


def _decide(year: Year, number: int) -> None:
    """What others decide: a flag, a reversal, a void, and what desks, hosts and partners do."""
    city, at = year.city, NOW - timedelta(hours=2)
    city.world.send([ride(900 + number, at, 60_000, card=number, seconds=600)], at=NOW)
    case = max(city.http.get("/v1/review", headers=city.by("support")).json()["items"], key=lambda one: one["id"])
    decided = city.http.post(
        f"/v1/review/{case['id']}/decide",
        json={"decision": "refuse", "reason": _say(year, number, "A refusal")},
        headers=city.by("support"),
    )
    assert decided.status_code == 200
    city.world.void(LITTER, f"L-{100 * number + MONTHS - 1}")
    reason = _say(year, number, "A reversal")

    def decide(session: Session) -> None:
        old = f"L-{100 * number}"
        officer = session.execute(text("SELECT min(id) FROM officers")).scalar_one()
        reverse_event(session, source=LITTER, external_id=old, decision=Decision(officer, reason), now=NOW)
        _insert_rare(session, year, number)

    city.runtime.database.in_transaction(decide)


def _insert_rare(session: Session, year: Year, number: int) -> None:
    """Rows that take a partner across the network, a host, or a desk to come about."""
    me = year.city.world.residents[number]
    address = f"neighbour{number}@city.example.org"
    year.said[number].append(address)
    login = {
        "address": LoginKeys(year.city.runtime.secrets).encrypt(address),
        "name": year.city.residents[number],
    }
    facts = login | {"me": me, "now": NOW, "note": _say(year, number, "A note"), "n": FIRST_ID + 900_000 + number * 100}
    for statement in _RARE.split(";"):
        session.execute(text(statement), facts)


def _join(year: Year, number: int) -> None:
    """Terms, an invitation, both sides of a referral, and a notice before points expire."""
    city = year.city
    me, keys = city.world.residents[number], InvitationKeys(city.runtime.secrets)

    def join(session: Session) -> None:
        accept_terms(session, resident_id=me, version=LEEDS_TERMS.get_current(today=NOW.date()).version, now=NOW)
        give_invitation(session, resident_id=me, keys=keys)
        other = FIRST_ID + 950_000 + number
        for one, asker in ((me, other), (other, me)):
            session.execute(
                text("INSERT INTO referrals (resident_id, referrer_id, named_at) VALUES (:one, :asker, :now)"),
                {"one": one, "asker": asker, "now": NOW},
            )
        session.execute(
            text(
                "INSERT INTO notices (resident_id, kind, quarter, days, points, due_on, queued_at)"
                " VALUES (:me, 'points_expire', 8106, 60, 5, :now, :now)"
            ),
            {"me": me, "now": NOW},
        )

    city.runtime.database.in_transaction(join)
    assert sweep_points(city.runtime.database, now=NOW).points == 0


Rows = dict[str, list[dict[str, Any]]]


def read_all(session: Session) -> Rows:
    """Every row of every table, as the database writes it in JSON."""
    return {
        table: list(session.execute(text(f"SELECT to_jsonb(t) FROM {table} t")).scalars())  # noqa: S608 - our own names
        for table in sorted(Row.metadata.tables)
    }


def find_rows_of(rows: Rows, resident: int, public_id: str) -> Rows:
    """Rows that name the resident, or a row of theirs, in whatever column: found by ids alone, by no list of ours.

    Followed are the ids of rows that name the resident, so a voucher's hold is the resident's and its reward is not.
    """
    uuid = parse_public_id("res", public_id)
    names = {str(resident), public_id, str(uuid)}
    known: set[str] = set()
    while names - known:
        known |= names
        for table in rows:
            for row in rows[table]:
                if "id" in row and isinstance(row["id"], int) and row["id"] >= FIRST_ID and _names(row, known):
                    names.add(str(row["id"]))
    return {table: found for table in rows if (found := [row for row in rows[table] if _names(row, known)])}


def _names(row: dict[str, Any], known: set[str]) -> bool:
    return any(str(value) in known or any(one in str(value) for one in known if "_" in one) for value in row.values())


_RARE = """
    INSERT INTO logins (id, side, key_hash, person, channel, address_encrypted, made_at)
    VALUES (:n + 8, 'resident', CAST(:address AS bytea), :name, 'email', :address, :now);
    INSERT INTO sign_in_sessions (id, public_id, secret_hash, person, device, keep, signed_in_at, proved_at, seen_at,
                                  idle_seconds, ends_at)
    VALUES (:n + 9, gen_random_uuid(), CAST(:address AS bytea), :name, :note, true, :now, :now, :now, 60,
            CAST(:now AS timestamptz) + interval '1 hour');
    INSERT INTO known_devices (person, device_hash, seen_at) VALUES (:name, CAST(:address AS bytea), :now);
    INSERT INTO desk_acts (id, officer_id, resident_id, act, purpose, note, acted_at)
    VALUES (:n, 1, :me, 'balance', 'asked_in_person', :note, :now);
    INSERT INTO adjustments
        (id, public_id, kind, resident_id, campaign, points, reason, proposed_by, proposed_at)
    VALUES (:n + 7, gen_random_uuid(), 'award', :me, 'none', 5, :note, 1, :now);
    INSERT INTO messages (id, channel, template, sealed, person, queued_at, expires_at)
    VALUES (:n + 12, 'email', 'points_expire', CAST(:address AS bytea), :name, :now,
            CAST(:now AS timestamptz) + interval '1 hour');
    INSERT INTO personal_notices (id, kind, person, numbers, queued_at)
    VALUES (:n + 10, 'refund_refused', :name, '{}', :now);
    INSERT INTO disputes (id, public_id, redemption_id, opened_kind, opened_by, reason, opened_at, due_at, answer,
                          decision, decided_by, decided_at)
    SELECT :n + 11, gen_random_uuid(), min(id), 'resident', :me, :note, :now, :now, :note, 'refused', 1, :now
    FROM redemptions WHERE resident_id = :me;
    INSERT INTO complaints (id, public_id, resident_id, text, made_at, due_at)
    VALUES (:n + 1, gen_random_uuid(), :me, :note, :now, :now);
    INSERT INTO appeals (id, public_id, resident_id, event_id, text, made_at, due_at)
    SELECT :n + 2, gen_random_uuid(), :me, min(id), :note, :now, :now FROM events WHERE resident_id = :me;
    INSERT INTO host_organisations (id, public_id, name, event_types, registered_by, registered_at, active)
    VALUES (:n + 3, gen_random_uuid(), 'Group ' || CAST(:n AS bigint), '{}', 1, :now, true);
    INSERT INTO host_sessions
        (id, public_id, organisation_id, event_type, title, starts_at, ends_at, opened_by, opened_at)
    VALUES (:n + 4, gen_random_uuid(), :n + 3, 'litter.pick', 'Pick', :now,
            CAST(:now AS timestamptz) + interval '1 hour', 1, :now);
    INSERT INTO attendances (id, public_id, session_id, resident_id, state)
    VALUES (:n + 5, gen_random_uuid(), :n + 4, :me, 'here');
    INSERT INTO redemption_visits (id, redemption_id, visited_at)
    SELECT :n + 6, min(id), :now FROM redemptions WHERE resident_id = :me;
    INSERT INTO callbacks (id, public_id, redemption_id, partner_id, asked_at)
    SELECT :n + 10, gen_random_uuid(), min(id), 1, :now FROM redemptions WHERE resident_id = :me;
    INSERT INTO redemption_refunds (id, redemption_id, hold_id, kind, points, pence, reason, made_at)
    SELECT :n + 7, id, hold_id, 'refund', 1, 0, :note, :now FROM redemptions WHERE resident_id = :me LIMIT 1;
    INSERT INTO campaign_messages (id, public_id, campaign_id, subject, body, status, written_by, written_at)
    VALUES (:n + 20, gen_random_uuid(), 1, 'News', 'All ride', 'written', 1, :now);
    INSERT INTO campaign_message_recipients (message_id, resident_id, outcome, queued_at)
    VALUES (:n + 20, :me, 'queued', :now)
"""
