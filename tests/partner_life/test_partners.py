"""A partner comes in by two officers, and is stopped at once by one."""

from __future__ import annotations

import pytest

from app.redemption.releasing import release_due_vouchers
from tests.api.city import City
from tests.partner_life.office import find_cafe, propose_partner, send


def test_a_partner_is_approved_with_its_contract_by_a_second_officer(city: City) -> None:
    bakery = propose_partner(city)
    assert (bakery["state"], bakery["contract"], bakery["waiting"]["version"]) == ("proposed", None, 1)
    own = send(city, "finance", f"/{bakery['id']}/approve")
    assert (own.status_code, own.json()["code"]) == (409, "own-work")
    approved = send(city, "approver", f"/{bakery['id']}/approve").json()
    assert (approved["state"], approved["contract"]["rate_pence"], approved["waiting"]) == ("approved", 70, None)
    assert (approved["proposed_by"]["name"], approved["decided_by"]["name"]) == ("finance", "approver")
    again = send(city, "admin", f"/{bakery['id']}/approve")
    assert (again.status_code, again.json()["code"]) == (409, "partner-decided")
    shown = city.http.get(f"/v1/partners/{bakery['id']}", headers=city.by("auditor")).json()
    assert shown == approved


def test_a_refused_partner_stays_on_record_with_the_reason(city: City) -> None:
    bakery = propose_partner(city)
    refused = send(city, "finance", f"/{bakery['id']}/refuse", reason="They changed their mind.").json()
    assert (refused["state"], refused["refusal"], refused["waiting"]) == ("refused", "They changed their mind.", None)
    assert propose_partner(city)["name"] == bakery["name"], "the name is free again"
    taken = send(city, "admin", "", name="Leeds  Bakery", kind="business", place="X", contract=bakery["waiting"])
    assert (taken.status_code, taken.json()["code"]) == (409, "partner-name-taken")


def test_partners_are_paged_newest_first(city: City) -> None:
    names = [propose_partner(city, name=f"Bakery {number}")["name"] for number in range(3)]
    page = city.http.get("/v1/partners?limit=2", headers=city.by("auditor"))
    assert [one["name"] for one in page.json()["items"]] == [names[2], names[1]]
    rest = city.http.get(f"/v1/partners?after={page.json()['after']}", headers=city.by("auditor")).json()
    assert [one["name"] for one in rest["items"]] == [names[0], "Aire Books", "Kirkgate Café"]


def test_a_stop_refuses_new_vouchers_at_once_and_honours_those_that_are_out(city: City) -> None:
    partner, voucher = find_cafe(city), city.take("drink").json()
    stopped = send(city, "approver", f"/{partner}/stop", reason="It has moved.", honour=True)
    assert (stopped.status_code, stopped.json()) == (201, {"vouchers_out": 1, "honour": True})
    refused = city.take("drink")
    assert (refused.status_code, refused.json()["code"]) == (409, "reward-paused")
    assert city.balance()["available"] == 400, "the refusal cost nothing"
    assert city.http.get("/v1/rewards").json()["items"] == []
    held = city.http.get(f"/v1/redemptions/{voucher['id']}", headers=city.resident(0)).json()
    assert held["reason"].endswith("stays good until it expires.")
    assert city.redeem(voucher["code"]).status_code == 200
    shown = city.http.get(f"/v1/partners/{partner}", headers=city.by("auditor")).json()
    assert (shown["state"], shown["stop"]["reason"], shown["stop"]["honour"]) == ("stopped", "It has moved.", True)
    twice = send(city, "admin", f"/{partner}/stop", reason="Again.", honour=False)
    assert (twice.status_code, twice.json()["code"]) == (409, "partner-stopped")


def test_a_stop_that_does_not_honour_gives_everybody_their_points_back(city: City) -> None:
    partner, voucher = find_cafe(city), city.take("cake").json()
    assert send(city, "admin", f"/{partner}/stop", reason="Fraud.", honour=False).json()["vouchers_out"] == 1
    refused = city.redeem(voucher["code"])
    assert (refused.status_code, refused.json()["code"]) == (409, "voucher-not-honoured")
    check = city.http.post("/v1/vouchers/check", json={"code": voucher["code"]}, headers=city.by("staff")).json()
    assert (check["valid"], check["why_not"]) == (
        False,
        "The partner has been stopped, and its vouchers are given back.",
    )
    database, now = city.runtime.database, city.clock.now()
    assert [release_due_vouchers(database, now=now) for _ in range(2)] == [1, 0]
    given_back = city.http.get(f"/v1/redemptions/{voucher['id']}", headers=city.resident(0)).json()
    assert given_back["status"] == "cancelled"
    assert given_back["reason"].startswith("The partner has been stopped")
    assert city.balance()["available"] == 500
    cake = city.http.get(f"/v1/rewards/{city.rewards['cake']}").json()
    assert (cake["stock"], cake["paused"]) == (2, True)


def test_a_partner_that_is_started_again_gives_again(city: City) -> None:
    partner = find_cafe(city)
    early = send(city, "admin", f"/{partner}/start")
    assert (early.status_code, early.json()["code"]) == (409, "partner-not-stopped")
    send(city, "admin", f"/{partner}/stop", reason="Flooded.", honour=True)
    started = send(city, "finance", f"/{partner}/start").json()
    assert (started["state"], started["stop"]) == ("approved", None)
    assert city.take("drink").status_code == 201
    assert send(city, "admin", f"/{partner}/stop", reason="Flooded again.", honour=True).status_code == 201


@pytest.mark.parametrize("deed", ["stop", "start"])
def test_a_proposed_partner_can_neither_be_stopped_nor_started(city: City, deed: str) -> None:
    refused = send(city, "admin", f"/{propose_partner(city)['id']}/{deed}", reason="None.", honour=True)
    assert refused.status_code == 409


def test_the_life_of_a_partner_is_in_the_audit_trail(city: City) -> None:
    bakery = propose_partner(city)["id"]
    send(city, "approver", f"/{bakery}/approve")
    send(city, "admin", f"/{bakery}/stop", reason="None.", honour=True)
    acts = city.http.get(f"/v1/audit?subject=partner:{bakery}", headers=city.by("auditor")).json()["items"]
    assert [act["act"] for act in acts] == [
        "partner.stopped", "partner.approved", "contract.approved", "contract.proposed", "partner.proposed",
    ]  # fmt: skip
