"""Disputes: what was spent on a bad coffee comes back once, by two officers, and never more than was spent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.database import Database
from app.core.secret_store import Secrets
from app.ledger.verify import verify_ledger
from app.redemption.disputes import ANSWERED_WITHIN
from tests.api.city import City, build_city
from tests.api.undone import UndoneCity
from tests.databases import RolledBackDatabase


@pytest.fixture
def city(undone_city: UndoneCity, now: datetime) -> City:
    return undone_city(now)


def use_drink(city: City, *, resident: int = 0) -> str:
    """The id of a hot drink for 100 points, 80 pence to the café."""
    voucher: dict[str, Any] = city.take("drink", resident=resident).json()
    assert city.redeem(voucher["code"]).status_code == 200
    return str(voucher["id"])


def ask(city: City, who: str, path: str, **order: object) -> httpx2.Response:
    return city.http.post(path, json=order, headers=city.by(who))


def dispute(city: City, voucher: str, *, who: str = "resident") -> str:
    path = {"resident": "/v1/me/disputes", "staff": "/v1/partner/disputes"}.get(who, "/v1/disputes")
    opened = ask(city, who, path, redemption=voucher, reason="The coffee was cold")
    assert opened.status_code == 201, opened.text
    return str(opened.json()["id"])


def decide(city: City, one: str, how: str, *, who: str, **order: object) -> httpx2.Response:
    if how != "approve":
        order = {"reason": "We asked the café"} | order
    return ask(city, who, f"/v1/disputes/{one}/{how}", **order)


def refund(city: City, voucher: str, points: int | None) -> httpx2.Response:
    """All three steps, as far as they go."""
    opened = ask(city, "support", "/v1/disputes", redemption=voucher, reason="Cold")
    if opened.status_code != 201:
        return opened
    one = opened.json()["id"]
    proposed = decide(city, one, "propose", who="finance", **({} if points is None else {"points": points}))
    if proposed.status_code != 200:
        assert decide(city, one, "refuse", who="finance").status_code == 200
        return proposed
    return decide(city, one, "approve", who="admin", points=proposed.json()["points"])


def owed(city: City) -> int:
    answer = city.http.get("/v1/partner/statements/2026-11", headers=city.by("staff")).json()
    return int(answer["closing_pence"])


@pytest.mark.parametrize("who", ["resident", "staff", "support"])
def test_what_somebody_disputes_comes_back_by_two_officers(city: City, who: str) -> None:
    one = dispute(city, use_drink(city), who=who)
    proposed = decide(city, one, "propose", who="finance")
    assert (proposed.json()["status"], proposed.json()["points"]) == ("proposed", 100)
    assert city.balance()["available"] == 400, "a proposal changes nothing"
    own = decide(city, one, "approve", who="finance", points=100)
    assert (own.status_code, own.json()["code"]) == (409, "own-work")
    done = decide(city, one, "approve", who="admin", points=100).json()
    assert (done["status"], done["pence"]) == ("refunded", 80)
    assert (city.balance()["available"], owed(city)) == (500, 0)
    again = decide(city, one, "approve", who="approver", points=100)
    assert (again.status_code, again.json()["code"]) == (409, "dispute-decided")
    (shown,) = city.http.get("/v1/me/disputes", headers=city.by("resident")).json()["items"]
    assert (shown["status"], shown["points"], shown["answer"]) == ("refunded", 100, "We asked the café")
    assert (shown["reason"] is not None) == (who == "resident"), "what others said of it is theirs"
    assert city.runtime.database.in_transaction(verify_ledger).findings == ()


def test_the_statement_shows_a_refund_as_a_correction_and_the_resident_is_told(city: City) -> None:
    assert refund(city, use_drink(city), 25).status_code == 200
    statement = city.http.get("/v1/partner/statements/2026-11", headers=city.by("staff")).json()
    assert [(line["kind"], line["pence"]) for line in statement["lines"]] == [("redemption", 80), ("correction", -20)]
    told = city.runtime.database.in_transaction(
        lambda s: s.execute(text("SELECT kind, person, numbers FROM personal_notices")).all()
    )
    assert [tuple(row) for row in told] == [("refund_given", city.residents[0], {"points": 25})]


def test_a_refund_is_approved_as_it_was_read(city: City) -> None:
    one = dispute(city, use_drink(city))
    early = decide(city, one, "approve", who="admin", points=100)
    assert (early.status_code, early.json()["code"], early.json()["proposed_points"]) == (
        409,
        "refund-not-proposed",
        None,
    )
    decide(city, one, "propose", who="finance", points=40)
    decide(city, one, "propose", who="approver", points=90)
    refused = decide(city, one, "approve", who="admin", points=40)
    assert (refused.json()["code"], refused.json()["proposed_points"]) == ("refund-not-proposed", 90)
    assert decide(city, one, "approve", who="finance", points=90).json()["pence"] == 72


def test_a_refusal_says_why_and_moves_nothing(city: City) -> None:
    one = dispute(city, use_drink(city))
    done = decide(city, one, "refuse", who="finance", reason="The till shows that it was served")
    assert done.json()["status"] == "refused"
    (shown,) = city.http.get("/v1/partner/disputes", headers=city.by("staff")).json()["items"]
    assert (shown["answer"], shown["points"]) == ("The till shows that it was served", None)
    assert (city.balance()["available"], owed(city)) == (400, 80)


def test_nobody_disputes_anothers_voucher_an_unused_one_or_one_twice(city: City) -> None:
    voucher = use_drink(city)
    for who, path in (("other_staff", "/v1/partner/disputes"), ("resident", "/v1/me/disputes")):
        wanted = use_drink(city, resident=1) if who == "resident" else voucher
        refused = ask(city, who, path, redemption=wanted, reason="Mine")
        assert (refused.status_code, refused.json()["code"]) == (404, "redemption-unknown")
    unused = city.take("drink").json()["id"]
    assert (
        ask(city, "resident", "/v1/me/disputes", redemption=unused, reason="No").json()["code"] == "nothing-to-refund"
    )
    dispute(city, voucher)
    twice = ask(city, "staff", "/v1/partner/disputes", redemption=voucher, reason="A slip")
    assert (twice.status_code, twice.json()["code"]) == (409, "disputed-already")


def test_what_is_not_answered_in_time_is_seen(city: City) -> None:
    dispute(city, use_drink(city))
    city.clock.at += ANSWERED_WITHIN + timedelta(minutes=1)
    city.tokens["finance"] = city.token(city.officers["finance"], "officer")
    (waiting,) = city.http.get("/v1/disputes", headers=city.by("finance")).json()["items"]
    assert waiting["overdue"]
    decide(city, waiting["id"], "refuse", who="finance")
    assert city.http.get("/v1/disputes", headers=city.by("finance")).json()["items"] == []
    (done,) = city.http.get("/v1/disputes?state=done", headers=city.by("finance")).json()["items"]
    assert not done["overdue"]


@given(parts=st.lists(st.none() | st.integers(1, 120), max_size=5))
@settings(max_examples=8)
def test_any_sequence_of_refunds_over_http_conserves_points_and_pence(
    shared_database: Database, secrets: Secrets, now: datetime, parts: list[int | None]
) -> None:
    with shared_database.engine.connect() as connection:
        outer = connection.begin()
        city = build_city(RolledBackDatabase(shared_database, connection), secrets, now)
        voucher, back = use_drink(city), 0
        for part in parts:
            answer = refund(city, voucher, part)
            if back == 100:
                assert answer.json()["code"] == "nothing-to-refund"
            elif part is not None and part > 100 - back:
                assert (answer.json()["code"], answer.json()["most_points"]) == ("refund-too-large", 100 - back)
            else:
                assert answer.status_code == 200
                back = 100 if part is None else back + part
            assert city.balance()["available"] == 400 + back
            assert owed(city) * 100 <= 80 * (100 - back), "what came back is covered"
        assert owed(city) == 0 or back < 100
        assert city.runtime.database.in_transaction(verify_ledger).findings == ()
        outer.rollback()


def test_of_many_who_approve_at_once_one_does(database: Database, secrets: Secrets, now: datetime) -> None:
    city = build_city(database, secrets, now)
    one = dispute(city, use_drink(city))
    decide(city, one, "propose", who="finance")
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: decide(city, one, "approve", who="admin", points=100), range(8))
        statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] + [409] * 7
    assert (city.balance()["available"], owed(city)) == (500, 0)
    assert city.runtime.database.in_transaction(verify_ledger).findings == ()


def test_whose_disputes_an_officer_has_read_is_on_record(city: City) -> None:
    dispute(city, use_drink(city))
    assert city.http.get("/v1/disputes", headers=city.by("auditor")).status_code == 200
    found = city.http.get("/v1/audit?act=person.looked_at", headers=city.by("auditor")).json()["items"]
    told = [(act["actor"], act["subject"], act["facts"]) for act in found]
    looked = (city.officers["auditor"], f"resident:{city.residents[0]}", {"looked_at": "disputes"})
    assert told == [looked]
    assert "cold" not in str(found)
