"""What is agreed with a partner takes two officers, begins with a day to come, and never changes what has been."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.city import City
from tests.partner_life.office import agree, find_cafe, send, terms


def _spend(city: City) -> dict[str, object]:
    """A drink that is taken and used; what the till is told."""
    voucher = city.take("drink")
    assert voucher.status_code == 201, voucher.text
    redeemed: dict[str, object] = city.redeem(voucher.json()["code"]).json()
    return redeemed


def _lines(city: City) -> list[tuple[str, int, int]]:
    statement = city.http.get("/v1/partner/statements/2026-11", headers=city.by("staff")).json()
    return [(line["kind"], line["pence"], line["vat_percent"]) for line in statement["lines"]]


def test_each_redemption_is_settled_at_the_rate_of_the_day_on_which_it_was_made(city: City) -> None:
    partner = find_cafe(city)
    agree(city, partner, terms(70, vat_percent=5))
    agree(city, partner, terms(65, "2026-11-25", vat_percent=0, vat_treatment="free"))
    early = city.take("drink").json()
    assert _spend(city)["cost_pence"] == 80, "today is before the first contract, so the reward's own price counts"
    city.clock.at += timedelta(days=1)
    assert _spend(city)["cost_pence"] == 70
    assert city.redeem(early["code"]).json()["cost_pence"] == 80, "it was made yesterday"
    city.clock.at = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
    assert _spend(city)["cost_pence"] == 70
    city.clock.at += timedelta(seconds=1)
    assert _spend(city)["cost_pence"] == 65
    assert _lines(city) == [
        ("redemption", 80, 20), ("redemption", 70, 5), ("redemption", 80, 20), ("redemption", 70, 5),
        ("redemption", 65, 0),
    ]  # fmt: skip
    statement = city.http.get("/v1/partner/statements/2026-11", headers=city.by("staff")).json()
    assert statement["closing_pence"] == 80 + 70 + 80 + 70 + 65
    assert {(vat["percent"], vat["gross_pence"], vat["vat_pence"]) for vat in statement["vat"]} == {
        (20, 160, 27), (5, 140, 7), (0, 65, 0),
    }  # fmt: skip


def test_one_reward_may_have_a_rate_of_its_own(city: City) -> None:
    cake = {"reward": city.rewards["cake"], "rate_pence": 95, "vat_treatment": "multi_purpose", "vat_percent": 0}
    agree(city, find_cafe(city), terms(50, rates=[cake]))
    city.clock.at += timedelta(days=1)
    assert _spend(city)["cost_pence"] == 50
    assert city.redeem(city.take("cake").json()["code"]).json()["cost_pence"] == 95
    assert _lines(city) == [("redemption", 50, 20), ("redemption", 95, 0)]


def test_nobody_approves_a_contract_of_their_own(city: City) -> None:
    partner = find_cafe(city)
    proposed = send(city, "finance", f"/{partner}/contracts", **terms()).json()
    own = send(city, "finance", f"/{partner}/contracts/{proposed['id']}/approve")
    assert (own.status_code, own.json()["code"]) == (409, "own-work")
    city.clock.at += timedelta(hours=13)
    assert _spend(city)["cost_pence"] == 80, "nothing in force changes before"


@pytest.mark.parametrize("starts_on", ["2026-11-22", "2026-11-21", "2020-01-01"])
def test_a_contract_never_begins_before_tomorrow(city: City, starts_on: str) -> None:
    refused = send(city, "finance", f"/{find_cafe(city)}/contracts", **terms(starts_on=starts_on))
    assert (refused.status_code, refused.json()["code"]) == (409, "contract-too-soon")
    assert refused.json()["earliest_on"] == "2026-11-23"


def test_a_contract_that_waited_past_its_day_is_proposed_again_from_another(city: City) -> None:
    path = f"/{find_cafe(city)}/contracts"
    waiting = send(city, "finance", path, **terms()).json()
    city.clock.at += timedelta(days=1)
    late = send(city, "approver", f"{path}/{waiting['id']}/approve")
    assert (late.status_code, late.json()["code"]) == (409, "contract-too-soon")
    second = send(city, "approver", path, **terms(starts_on="2026-12-01"))
    assert (second.status_code, second.json()["code"]) == (409, "contract-waiting")
    refused = send(city, "finance", f"{path}/{waiting['id']}/refuse", reason="Its day has passed.")
    assert (refused.json()["decision"], refused.json()["refusal"]) == ("refused", "Its day has passed.")
    assert send(city, "approver", path, **terms(starts_on="2026-12-01")).json()["version"] == 2
    again = send(city, "approver", f"{path}/{waiting['id']}/approve")
    assert (again.status_code, again.json()["code"]) == (409, "contract-decided")


def test_no_contract_asks_more_than_stands_behind_the_points(city: City) -> None:
    path = f"/{find_cafe(city)}/contracts"
    waiting = send(city, "finance", path, **terms(rate_pence=101)).json()
    refused = send(city, "approver", f"{path}/{waiting['id']}/approve")
    assert (refused.status_code, refused.json()["code"], refused.json()["most_pence"]) == (
        409,
        "cost-above-backing",
        100,
    )


def test_the_backing_rate_stays_above_what_contracts_to_come_will_ask(city: City) -> None:
    agree(city, find_cafe(city), terms(95, "2027-02-01"))
    order = {"pence_per_100_points": 90, "funder": 9, "reason": "Cheaper."}
    refused = city.http.post("/v1/backing-rate", json=order, headers=city.by("finance"))
    assert (refused.json()["code"], refused.json()["least_pence_per_100_points"]) == ("rate-too-low", 95)


@pytest.mark.parametrize(
    ("others", "field"),
    [
        ({"funder": None}, "funder"),
        ({"funder": 404}, "funder"),
        ({"vat_treatment": "free"}, "vat_percent"),
    ],
)
def test_terms_that_do_not_go_together_are_told(city: City, others: dict[str, Any], field: str) -> None:
    refused = send(city, "finance", f"/{find_cafe(city)}/contracts", **{**terms(), **others})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        422,
        "contract-terms-unfit",
        field,
    )


def test_a_rate_is_for_a_reward_of_the_partner_alone(city: City) -> None:
    shop = next(one for one in city.http.get("/v1/partners", headers=city.by("auditor")).json()["items"]
                if one["name"] == "Aire Books")  # fmt: skip
    drink = {"reward": city.rewards["drink"], "rate_pence": 1, "vat_treatment": "multi_purpose", "vat_percent": 20}
    refused = send(city, "finance", f"/{shop['id']}/contracts", **terms(rates=[drink]))
    assert (refused.status_code, refused.json()["code"]) == (404, "reward-unknown")


def test_a_partner_reads_what_was_agreed_and_is_told_of_it(city: City) -> None:
    city.http.post("/v1/partner/webhooks", json={"url": "https://till.example.org/"}, headers=city.by("staff"))
    agreed = agree(city, find_cafe(city), terms(70))
    send(city, "finance", f"/{find_cafe(city)}/contracts", **terms(60, "2026-12-01"))
    (own,) = city.http.get("/v1/partner/contracts", headers=city.by("staff")).json()["items"]
    assert own == {name: agreed[name] for name in own}, "what waits is not agreed"
    (webhook,) = city.http.get("/v1/partner/webhooks", headers=city.by("staff")).json()["items"]
    told = city.http.get(f"/v1/partner/webhooks/{webhook['id']}/deliveries", headers=city.by("staff")).json()
    assert [one["type"] for one in told["items"]] == ["contract.approved"]


def test_every_step_of_a_contract_is_in_the_audit_trail(city: City) -> None:
    partner = find_cafe(city)
    agreed = agree(city, partner, terms())
    acts = city.http.get(f"/v1/audit?subject=partner:{partner}", headers=city.by("auditor")).json()["items"]
    about = [(act["act"], act["actor"]) for act in acts if act["facts"].get("contract") == agreed["id"]]
    assert about == [
        ("contract.approved", city.officers["approver"]), ("contract.proposed", city.officers["finance"]),
    ]  # fmt: skip
