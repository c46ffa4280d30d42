"""Somebody without e-mail or phone does at the desk what others do themselves, and every look is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.settings import Settings
from app.web.pages.visits import Role
from tests.desk.office import HEADERS, WHY, Office
from tests.earning.world import RIDES, ride
from tests.pages.browser import Browser
from tests.pages.town import open_town


def acts(office: Office) -> list[tuple[str, str, str]]:
    rows = office.city.runtime.database.in_transaction(
        lambda session: session.execute(text("SELECT act, purpose, note FROM desk_acts ORDER BY id")).all()
    )
    return [(row.act, row.purpose, row.note) for row in rows]


def test_a_person_without_e_mail_joins_earns_and_redeems_onto_paper(office: Office) -> None:
    member = office.joined()
    linked = office.post(member, "cards", subject="card:seen-in-hand", source=RIDES)
    assert linked.status_code == 201, linked.text
    office.wait(timedelta(days=4))
    city = office.city
    city.world.now = city.clock.at
    for day in range(3):
        at = city.clock.at - timedelta(days=day, hours=4)
        city.world.send([ride(day, at, 5_000) | {"subject": "card:seen-in-hand"}])
    balance = office.get(member, "balance").json()
    assert balance["available"] > 0
    refused = office.post(member, "redemptions", reward_id=city.rewards["drink"])
    assert refused.json()["code"] == "insufficient-points"
    assert [act for act, *_ in acts(office)] == ["open_account", "link_card", "balance"]


def test_a_printed_voucher_is_redeemed_like_any_other(office: Office) -> None:
    member = office.city.http.get("/v1/me/member", headers=office.city.resident(0)).json()["qr_text"]
    printed = office.post(member, "redemptions", reward_id=office.city.rewards["drink"])
    assert printed.status_code == 201
    assert printed.json()["qr"].startswith("data:image/svg+xml;base64,")
    again = office.get(member, "redemptions").json()["items"]
    assert [one["code"] for one in again] == [printed.json()["code"]]
    assert office.city.redeem(printed.json()["code"]).status_code == 200
    assert office.get(member, "balance").json()["available"] == 400


def test_every_look_is_kept_with_its_purpose_and_the_resident_can_read_it(office: Office) -> None:
    member = office.city.http.get("/v1/me/member", headers=office.city.resident(0)).json()["qr_text"]
    for what in ("balance", "notices", "redemptions"):
        assert office.get(member, what).status_code == 200
    assert acts(office) == [(what, WHY["purpose"], WHY["note"]) for what in ("balance", "notices", "redemptions")]
    trail = office.city.http.get("/v1/audit", params={"act": "person.looked_at"}, headers=office.city.by("auditor"))
    assert [one["facts"]["desk"] for one in trail.json()["items"]] == ["redemptions", "notices", "balance"]
    assert WHY["note"] not in trail.text
    mine = office.city.http.get("/v1/me/desk", headers=office.city.resident(0)).json()["items"]
    assert [one["act"] for one in mine] == ["redemptions", "notices", "balance"]
    assert office.city.http.get("/v1/me/desk", headers=office.city.resident(1)).json()["items"] == []


@pytest.mark.parametrize(
    "missing",
    [{}, {"Purpose": "asked_in_person"}, {"Purpose": "curiosity", "Purpose-Note": "x"}, {"Purpose-Note": "x"}],
)
def test_without_a_purpose_nothing_is_shown(office: Office, missing: dict[str, str]) -> None:
    member = office.joined()
    refused = office.city.http.get(f"/v1/desk/residents/{member}/balance", headers=office.city.by("support") | missing)
    assert (refused.status_code, refused.json()["code"]) == (400, "parameter-invalid")
    assert [act for act, *_ in acts(office)] == ["open_account"]


def test_a_bank_card_number_is_refused_in_a_note_and_not_kept(office: Office) -> None:
    for answer in (
        office.join(note="Paid with 4111 1111 1111 1111"),
        office.city.http.get(
            f"/v1/desk/residents/{office.joined()}/balance",
            headers=office.city.by("support") | HEADERS | {"Purpose-Note": "4111 1111 1111 1111"},
        ),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "bank-card-number")
        assert "4111" not in answer.text


def test_joining_again_with_the_same_key_is_one_account_with_one_number(office: Office) -> None:
    first, second = office.join(key="k1"), office.join(key="k1")
    assert first.json() == second.json()
    assert [act for act, *_ in acts(office)] == ["open_account"]
    kept = office.city.runtime.database.in_transaction(
        lambda session: session.execute(text("SELECT commands.*::text FROM commands")).all()
    )
    assert first.json()["member"]["qr_text"].removeprefix("member:") not in str(kept)


def test_a_lost_card_is_replaced_and_the_old_number_stops(office: Office) -> None:
    member = office.joined()
    replaced = office.post(member, "member-number")
    assert replaced.status_code == 200
    assert office.get(member, "balance").json()["code"] == "member-unknown"
    assert office.get(replaced.json()["number"].replace(" ", ""), "balance").status_code == 200


def test_a_pass_of_somebody_else_is_not_linked(office: Office) -> None:
    refused = office.post(office.joined(), "cards", subject="card:0")
    assert (refused.status_code, refused.json()["code"]) == (409, "card-taken")
    assert "Resident" not in refused.text


def test_who_joins_waits_a_few_days_for_the_first_reward(office: Office) -> None:
    member = office.joined()
    refused = office.post(member, "redemptions", reward_id=office.city.rewards["drink"])
    assert (refused.status_code, refused.json()["code"]) == (409, "first-reward-later")
    office.wait(timedelta(days=Settings().first_reward_days))
    later = office.post(member, "redemptions", reward_id=office.city.rewards["drink"])
    assert later.json()["code"] == "insufficient-points"


@pytest.mark.parametrize("changes", [{"name": " "}, {"connection": "none"}, {"terms_version": "2020-01-01"}])
def test_an_account_that_cannot_be_opened_says_why_and_is_not_there(office: Office, changes: dict[str, str]) -> None:
    assert office.join(**changes).status_code == 422
    assert acts(office) == []


def test_the_desk_opens_no_account_for_somebody_who_has_not_said_that_they_are_18(office: Office) -> None:
    refused = office.join(of_age=False)
    assert (refused.status_code, refused.json()["code"]) == (422, "not-of-age")
    order = {"name": "Ada", "connection": "live", "terms_version": office.terms, **WHY}
    headers = office.city.by("support")
    assert office.city.http.post("/v1/desk/residents", json=order, headers=headers).json()["code"] == "body-invalid"
    assert acts(office) == []


def test_a_claim_that_the_desk_confirms_says_why_and_the_resident_reads_it(office: Office) -> None:
    city, mine = office.city, office.city.resident(0)
    claimed = city.http.post("/v1/me/cards", json={"subject": "card:mine"}, headers=mine).json()["id"]
    order = {"claim": claimed, "subject": "card:mine"}
    path, support = "/v1/card-claims/confirm", city.by("support")
    assert city.http.post(path, json=order, headers=support).json()["code"] == "body-invalid", "without a purpose"
    assert city.http.post(path, json=order | WHY, headers=support).status_code == 200
    assert acts(office) == [("confirm_claim", WHY["purpose"], WHY["note"])]
    (told,) = city.http.get("/v1/me/desk", headers=mine).json()["items"]
    assert (told["act"], told["note"]) == ("confirm_claim", WHY["note"])
    trail = city.http.get("/v1/audit?act=person.card_linked", headers=city.by("auditor")).json()["items"]
    assert [(act["purpose"], act["facts"]) for act in trail] == [
        (WHY["purpose"], {"desk": "confirm_claim", "card": claimed})
    ]


def test_the_card_is_printed_for_whoever_asks_at_the_desk_and_for_no_other_role(office: Office) -> None:
    member = office.city.http.get("/v1/me/member", headers=office.city.resident(0)).json()["number"]
    town = open_town(office.city, officers=[office.city.officers["support"], office.city.officer])
    desk: Browser = town.browser(Role.OFFICER)
    page = desk.open("/officer/desk")
    wrong = desk.send(page.form("/officer/desk"), number="1", purpose="asked_in_person", note="Lost.")
    assert (wrong.status, "not a member number" in wrong.text) == (422, True)
    unsaid = desk.send(page.form("/officer/desk"), number=member, purpose="asked_in_person", note=" ")
    assert (unsaid.status, acts(office)) == (422, [])
    card = desk.send(page.form("/officer/desk"), number=member, purpose="asked_in_person", note="Lost.")
    assert (card.status, member in card.text) == (200, True)
    assert acts(office) == [("print_card", "asked_in_person", "Lost.")]
    assert town.browser(Role.OFFICER, number=1).open("/officer/desk").status == 403
