"""What residents do about themselves stands in the audit trail from pages as from the API, and so does joining."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.identity.logins import LoginKeys, Proof, Side
from app.residents.joining import Joining, join_scheme
from app.residents.terms.book import LEEDS_TERMS
from app.web.pages.visits import Role
from tests.api.city import City
from tests.pages.town import Town

Act = tuple[str, str, dict[str, Any]]


def _acts(city: City, person: str) -> list[Act]:
    """Who did what, the oldest first."""
    found = city.http.get(f"/v1/audit?subject=resident:{person}", headers=city.by("auditor")).json()["items"]
    return [(act["actor_kind"], act["act"], act["facts"]) for act in reversed(found)]


def test_a_card_claimed_and_terms_accepted_on_a_page_are_on_record_and_once(town: Town) -> None:
    browser, me = town.browser(Role.RESIDENT), town.city.residents[0]
    for _ in range(2):
        form = browser.open("/you/cards").form("/you/cards")
        assert browser.send(form, number="T0K3N-9917", proof="confirmed").status == 200
    form = browser.open("/terms").form("/terms")
    for _ in range(2):
        assert browser.send(form).status == 200
    claimed, accepted = _acts(town.city, me)
    assert claimed[:2] == ("resident", "person.card_claimed")
    assert claimed[2]["card"].startswith("crd_")
    current = LEEDS_TERMS.get_current(today=town.city.clock.now().date()).version
    assert accepted == ("resident", "person.consent_changed", {"terms": current})


def test_consents_on_a_page_are_on_record_by_purpose_and_only_what_changed(town: Town) -> None:
    browser, me = town.browser(Role.RESIDENT), town.city.residents[0]
    for chosen in ("news", "news", ""):
        browser.send(browser.open("/you/choices").form("/you/choices"), consent=chosen)
    told = [facts for _, act, facts in _acts(town.city, me) if act == "person.consent_changed"]
    assert [one for one in told if one["purpose"] == "news"] == [
        {"purpose": "news", "given": True},
        {"purpose": "news", "given": False},
    ]


def test_joining_and_each_consent_said_with_it_are_on_record(town: Town) -> None:
    city, now = town.city, town.city.clock.now()
    current = LEEDS_TERMS.get_current(today=now.date()).version
    joining = Joining("Asha", "live", "", of_age=True, terms_version=current, said={"news": True})
    login = LoginKeys(city.runtime.secrets).seal(Side.RESIDENT, Proof("urn:test", "asha", None, now))
    made = city.runtime.database.in_transaction(
        lambda session: join_scheme(session, joining=joining, login=login, now=now)
    )
    acts = _acts(city, f"res_{made.public_id.hex}")
    assert acts == [
        ("resident", "person.consent_changed", {"terms": current}),
        ("resident", "person.opened", {}),
        ("resident", "person.consent_changed", {"purpose": "news", "given": True}),
    ]
    assert "Asha" not in str(acts)


def test_who_acknowledged_a_complaint_is_on_record_once(town: Town) -> None:
    city, me = town.city, town.city.residents[0]
    sent = city.http.post("/v1/me/complaints", json={"text": "Words of a complaint."}, headers=city.resident(0)).json()
    path = f"/v1/complaints/{sent['id']}/acknowledge"
    for turn in range(2):
        city.clock.at += timedelta(minutes=turn)
        assert city.http.post(path, json={}, headers=city.by("support")).status_code == 200
    assert _acts(city, me) == [("officer", "person.complaint_acknowledged", {})]
