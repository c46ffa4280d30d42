"""A partner's first owner is invited by an officer, everybody else by an owner; what they redeemed names nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2

from tests.api.city import City, bearer
from tests.partner_life.office import find_cafe, propose_partner, send


def _invite(city: City, who: str = "owner", **order: object) -> httpx2.Response:
    return city.http.post("/v1/partner/staff", json={"name": "Sam", **order}, headers=city.by(who))


def _people(city: City) -> list[tuple[str, bool]]:
    answer = city.http.get("/v1/partner/staff", headers=city.by("owner")).json()
    return [(one["name"], one["owner"]) for one in answer["items"]]


def _as(city: City, person: str) -> dict[str, str]:
    return bearer(city.token(person, "vouchers:redeem"))


def test_an_officer_invites_the_first_owner_of_an_approved_partner(city: City) -> None:
    bakery = propose_partner(city)["id"]
    early = send(city, "finance", f"/{bakery}/owners", name="Jo")
    assert (early.status_code, early.json()["code"]) == (409, "partner-not-approved")
    send(city, "approver", f"/{bakery}/approve")
    invited = send(city, "finance", f"/{bakery}/owners", name="Jo")
    assert (invited.status_code, invited.json()["owner"]) == (201, True)
    assert invited.json()["link"].endswith(f"/invitation/{invited.json()['code']}")
    rewards = city.http.get("/v1/partner/staff", headers=_as(city, invited.json()["id"])).json()
    assert [one["name"] for one in rewards["items"]] == ["Jo"]
    subject = f"staff:{invited.json()['id']}"
    (act,) = city.http.get(f"/v1/audit?subject={subject}", headers=city.by("auditor")).json()["items"]
    assert (act["act"], act["actor"], act["facts"]) == ("partner.invited", city.officers["finance"], {"owner": True})


def test_an_owner_invites_people_and_the_people_invite_nobody(city: City) -> None:
    sam = _invite(city).json()
    assert _people(city) == [("owner", True), ("cafe", False), ("Sam", False)]
    for headers in (city.by("staff"), _as(city, sam["id"])):
        refused = city.http.post("/v1/partner/staff", json={"name": "Kim"}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "partner-owner-only")
    assert city.http.get("/v1/partner/rewards", headers=_as(city, sam["id"])).status_code == 200
    again = city.http.post(f"/v1/partner/staff/{sam['id']}/invite", headers=city.by("owner")).json()
    assert (again["id"], again["code"] != sam["code"]) == (sam["id"], True)


def test_somebody_who_was_removed_can_do_nothing_from_the_next_request_on(city: City) -> None:
    sam = _invite(city).json()["id"]
    assert city.http.delete(f"/v1/partner/staff/{sam}", headers=city.by("owner")).status_code == 204
    refused = city.http.get("/v1/partner/rewards", headers=_as(city, sam))
    assert (refused.status_code, refused.json()["code"]) == (401, "token-invalid")
    assert city.http.delete(f"/v1/partner/staff/{sam}", headers=city.by("owner")).json()["code"] == "staff-unknown"
    assert _people(city) == [("owner", True), ("cafe", False)]
    acts = city.http.get(f"/v1/audit?subject=staff:{sam}", headers=city.by("auditor")).json()["items"]
    assert [act["act"] for act in acts] == ["partner.person_removed", "partner.invited"]


def test_the_last_owner_stays_until_there_is_another(city: City) -> None:
    own = f"/v1/partner/staff/{city.staff['owner']}"
    refused = city.http.delete(own, headers=city.by("owner"))
    assert (refused.status_code, refused.json()["code"]) == (409, "last-owner")
    assert _invite(city, owner=True).status_code == 201
    assert city.http.delete(own, headers=city.by("owner")).status_code == 204


def test_an_officer_removes_whoever_should_not_act_for_a_partner_any_more(city: City) -> None:
    path = f"/v1/partners/{find_cafe(city)}/staff"
    people = city.http.get(path, headers=city.by("approver")).json()["items"]
    assert [(one["name"], one["owner"]) for one in people] == [("owner", True), ("cafe", False)]
    assert city.http.delete(f"{path}/{people[0]['id']}", headers=city.by("admin")).status_code == 204
    assert city.http.get("/v1/partner/staff", headers=city.by("owner")).status_code == 401
    again = city.http.delete(f"{path}/{people[0]['id']}", headers=city.by("admin"))
    assert (again.status_code, again.json()["code"]) == (404, "staff-unknown")


def _redemptions(city: City, query: str = "", who: str = "staff") -> dict[str, Any]:
    page: dict[str, Any] = city.http.get(f"/v1/partner/redemptions{query}", headers=city.by(who)).json()
    return page


def test_a_partner_reads_what_it_redeemed_and_of_new_people_only_how_many(city: City) -> None:
    for resident in (0, 0, 1):
        city.redeem(city.take("drink", resident=resident).json()["code"])
    city.clock.at += timedelta(days=10)
    for resident in (1, 2):
        city.redeem(city.take("drink", resident=resident).json()["code"])
    december = _redemptions(city)
    assert (december["period"], december["redeemed"], december["new_people"]) == ("2026-12", 2, 1)
    november = _redemptions(city, "?period=2026-11&limit=2")
    assert (november["redeemed"], november["new_people"], len(november["items"])) == (3, 2, 2)
    rest = _redemptions(city, f"?period=2026-11&after={november['after']}")
    assert (len(rest["items"]), rest["after"]) == (1, None)
    assert set(rest["items"][0]) == {
        "id", "reward", "points", "cost_pence", "made_at", "redeemed_at", "valid_until_at",
    }  # fmt: skip
    assert _redemptions(city, "?period=2026-11", who="other_staff")["items"] == []
    assert city.http.get("/v1/partner/redemptions?period=soon", headers=city.by("staff")).status_code == 404
