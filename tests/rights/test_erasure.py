"""Whoever leaves is gone: nothing leads to them any more, and the books still add up."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.units import Pence, Points
from app.earning.verify import find_event_drift
from app.ledger.posting import Award, post_awards
from app.ledger.service import fund_campaign, pay_into_pot
from app.ledger.verify import verify_ledger
from app.redemption.verify import find_redemption_drift
from app.rights.erasure import sweep_erased_wallets
from app.rights.holdings import DELETE, HOLDINGS
from tests.api.city import City, bearer, build_city
from tests.api.conftest import NOW
from tests.earning.world import TAPS, tap
from tests.rights.year import Rows, find_rows_of, live_a_year, read_all


def leave(city: City, number: int, *, forfeit: int | None = None) -> Any:  # noqa: ANN401 - an answer
    query = "" if forfeit is None else f"?forfeit_points={forfeit}"
    return city.http.delete(f"/v1/me{query}", headers=city.resident(number))


def leave_knowingly(city: City, number: int) -> dict[str, Any]:
    told = leave(city, number).json()
    erased: dict[str, Any] = leave(city, number, forfeit=told["points"]).json()
    return erased


def read(city: City) -> Rows:
    return city.runtime.database.in_transaction(read_all)


def check_books(city: City) -> set[str]:
    """What is wrong in the books; the city's first points were given for events that never were, and stay so."""

    def check(session: Session) -> set[str]:
        findings = {found.sentence for found in verify_ledger(session).findings}
        return findings | set(find_event_drift(session)) | set(find_redemption_drift(session))

    return city.runtime.database.in_transaction(check)


def test_nothing_leads_to_whoever_was_erased_and_the_others_lose_nothing(database: Database, secrets: Secrets) -> None:
    year = live_a_year(database, secrets)
    city, wrong = year.city, check_books(year.city)
    before = read(city)
    mine = find_rows_of(before, city.world.residents[0], city.residents[0])
    theirs = find_rows_of(before, city.world.residents[1], city.residents[1])
    erased = leave_knowingly(city, 0)
    assert (erased["vouchers"], erased["points"] > 0) == (2, True)
    after = read(city)
    stay = {holding.table for holding in HOLDINGS if holding.erase != DELETE}
    assert set(find_rows_of(after, city.world.residents[0], city.residents[0])) <= stay - {"cards"}
    written = json.dumps({table: rows for table, rows in after.items() if table not in {"audit_acts", "scheme_facts"}})
    reason = {"A reversal of neighbour 0"}  # an officer's, which names nobody
    assert [
        words for words in {*year.said[0]} - reason | {city.residents[0], "45000", "Beck 0"} if words in written
    ] == []
    assert find_rows_of(after, city.world.residents[1], city.residents[1]) == theirs
    [row] = [row for row in after["residents"] if row["id"] == city.world.residents[0]]
    assert (row["name"], row["active"], row["ward"], row["household"]) == ("", False, None, None)
    for table in ("ledger_transfers", "ledger_holds"):
        assert {row["id"] for row in after[table]} >= {row["id"] for row in mine[table]}
    assert check_books(city) == wrong


def test_no_answer_that_was_kept_of_them_or_about_them_is_left(database: Database, secrets: Secrets) -> None:
    city = live_a_year(database, secrets).city
    kept = read(city)["commands"]
    mine = [row for row in kept if city.residents[0] in row["caller"] + json.dumps(row["answer"])]
    assert {row["caller"].partition("_")[0] for row in mine} == {"res", "pages/res", "off"}
    leave_knowingly(city, 0)
    assert read(city)["commands"] == [row for row in kept if row not in mine]


_ID = re.compile(r"\b[a-z]{3}_([0-9a-f]{32})\b")


def test_nothing_in_the_audit_trail_leads_from_who_they_were_to_their_number(
    database: Database, secrets: Secrets
) -> None:
    """An act names the person by their old id, for good. What else it names is not found beside their number."""
    city = live_a_year(database, secrets).city
    name, number = city.residents[0], city.world.residents[0]
    leave_knowingly(city, 0)
    rows = read(city)
    acts = [row for row in rows["audit_acts"] if name in json.dumps(row) or _ID.sub(r"\1", name) == _plain(row)]
    told = {one for act in acts for one in _ID.findall(f"{act['subject']} {json.dumps(act['facts'])}")}
    assert len(told) > 1, "of cards, adjustments and disputes, too"
    assert {act["actor_id"] for act in acts if act["actor_kind"] == "resident"} == {None}
    beside = [
        (table, row)
        for table in set(rows) - {"audit_acts"}
        for row in rows[table]
        if number in row.values() and told & {str(value).replace("-", "") for value in row.values()}
    ]
    assert beside == []


def _plain(act: dict[str, Any]) -> str:
    return str(act["actor_public_id"]).replace("-", "")


def test_the_money_is_back_with_who_paid_and_the_books_add_up(town: City) -> None:
    wrong, money = check_books(town), town.http.get("/v1/register/money").json()
    town.take("drink", resident=0)
    erased = leave_knowingly(town, 0)
    assert (erased["points"], erased["vouchers"]) == (500, 1)
    now = town.http.get("/v1/register/money").json()
    assert now["expired_points"] == money["expired_points"] + 500
    assert now["wallet_points"] == money["wallet_points"] - 500
    assert check_books(town) == wrong


def test_points_are_lost_only_by_somebody_who_was_told_how_many(town: City) -> None:
    town.take("drink", resident=1)
    refused = leave(town, 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "points-would-be-lost")
    assert (refused.json()["points"], refused.json()["vouchers"]) == (500, 1)
    assert leave(town, 1, forfeit=499).status_code == 409
    assert town.http.get("/v1/me", headers=town.resident(1)).status_code == 200
    assert leave(town, 1, forfeit=500).status_code == 200
    assert town.http.get("/v1/me", headers=town.resident(1)).status_code == 401
    assert leave(town, 1).status_code == 401


def test_their_voucher_and_their_card_are_good_for_nothing_afterwards(town: City) -> None:
    code = town.take("drink", resident=2).json()["code"]
    leave_knowingly(town, 2)
    staff = bearer(town.token(town.staff["cafe"], "vouchers:redeem"))
    assert town.http.post("/v1/vouchers/redeem", json={"code": code}, headers=staff).status_code == 404
    [result] = town.world.send([tap(77, NOW - timedelta(minutes=5), card=2)])
    assert result.status == "not_enrolled"
    told = town.http.get(f"/v1/sources/{TAPS}/tokens", headers=town.by("taps")).json()["items"]
    assert {one["token"]: one["enrolled"] for one in told}["card:2"] is False


def test_a_card_can_not_be_passed_on_by_leaving(town: City) -> None:
    leave_knowingly(town, 3)
    claimed = town.http.post("/v1/me/cards", json={"subject": "card:3"}, headers=town.resident(4)).json()["id"]
    why = {"purpose": "asked_in_person", "note": "Holds the card."}
    order = {"claim": claimed, "subject": "card:3", **why}
    refused = town.http.post("/v1/card-claims/confirm", json=order, headers=town.by("support"))
    assert refused.json()["code"] == "card-taken"


def test_what_comes_back_after_somebody_left_is_taken_too(town: City) -> None:
    """As when a partner across the network lets go of a voucher a day later."""
    database, me = town.runtime.database, town.world.residents[5]
    leave_knowingly(town, 5)
    budget = text("SELECT debit FROM ledger_transfers WHERE credit = :me AND kind = 1")

    def come_back(session: Session) -> None:
        account = session.execute(budget, {"me": me}).scalar_one()
        fund = text("SELECT owner FROM ledger_accounts WHERE id = :id")
        campaign = session.execute(fund, {"id": account}).scalar_one()
        pay_into_pot(session, funder_id=9, pence=Pence(50), now=NOW)
        fund_campaign(session, campaign_id=campaign, points=Points(50), funder_id=9, now=NOW)
        post_awards(session, awards=[Award(1, account, me, 50, NOW)], now=NOW)

    database.in_transaction(come_back)
    assert database.in_transaction(lambda session: sweep_erased_wallets(session, now=NOW)) == 1
    assert database.in_transaction(lambda session: sweep_erased_wallets(session, now=NOW)) == 0


def test_events_that_arrive_while_somebody_leaves_are_theirs_or_nobodys(database: Database, secrets: Secrets) -> None:
    """Six batches and an erasure at once: whatever the order, nothing is left of the person but numbers."""
    city = build_city(database, secrets, NOW)
    start = threading.Barrier(7)

    def send(number: int) -> None:
        start.wait()
        city.world.send([tap(number * 10 + turn, NOW - timedelta(hours=turn + 1), card=0) for turn in range(5)])

    def go() -> None:
        start.wait()
        for _ in range(50):
            if leave_knowingly(city, 0).get("erased_at"):
                return

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)] + [threading.Thread(target=go)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = [row for row in read(city)["events"] if row["resident_id"] == city.world.residents[0]]
    assert all(row["data"] == {} and row["resident_facts"] is None and row["card_id"] == 0 for row in events)
    assert all("is not there" in sentence for sentence in check_books(city))
