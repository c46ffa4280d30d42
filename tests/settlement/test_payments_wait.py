"""A payment waits for its day, and for a person while a case about the partner is open or was refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeAlias

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.settings import Settings
from app.earning.review.cases import list_cases, open_partner_case
from app.redemption.outliers import FLAG
from app.settlement.tasks import close_last_week
from tests.api.city import City
from tests.api.undone import UndoneCity

Json: TypeAlias = Any
BANK = {"sort_code": "20-00-00", "account": "1234 5678", "name": "Kirkgate Coffee"}
WEEK = timedelta(weeks=1)


@pytest.fixture
def city(undone_city: UndoneCity, now: datetime, monkeypatch: pytest.MonkeyPatch) -> City:
    """The café is owed a hot drink, and may be paid by the bank."""
    monkeypatch.setenv("BACS_PAYER", "20-00-01, 87654321, Leeds City Council")
    made = undone_city(now)
    assert made.redeem(made.take("drink").json()["code"]).status_code == 200
    assert made.http.put("/v1/partner/payee", json=BANK, headers=made.by("owner")).status_code == 200
    partner = made.http.get("/v1/rewards").json()["items"][0]["partner"]["id"]
    assert _post(made, "finance", f"/v1/partners/{partner}/payee/approve").status_code == 200
    return made


def _post(city: City, who: str, path: str, **order: str) -> Json:
    return city.http.post(path, json=order, headers=city.by(who))


def _close(city: City, delay: timedelta = timedelta()) -> None:
    assert close_last_week(city.runtime.database, now=city.clock.now() + WEEK, delay=delay) == 1


def _suspect(city: City) -> str:
    """The case that the nightly look would open."""

    def open_case(session: Session) -> str:
        partner = session.execute(text("SELECT DISTINCT partner_id FROM redemptions")).scalar_one()
        open_partner_case(session, partner_id=partner, flag=FLAG, evidence={"vouchers": 60}, now=city.clock.now())
        (case,) = list_cases(session, waiting=True, after=None, limit=10).items
        return f"rev_{case.id.hex}"

    return city.runtime.database.in_transaction(open_case)


def _decide(city: City, case: str, decision: str) -> None:
    decided = _post(city, "support", f"/v1/review/{case}/decide", decision=decision, reason="We went there.")
    assert decided.status_code == 200, decided.text


def _pay(city: City, who: str = "finance") -> Json:
    return _post(city, who, "/v1/payouts/files").json()


def _payout(city: City) -> Json:
    (payout,) = city.http.get("/v1/partner/payouts", headers=city.by("staff")).json()["items"]
    return payout


def test_a_redemption_is_paid_no_sooner_than_the_delay_after_its_week(city: City) -> None:
    delay = timedelta(days=Settings().payout_delay_days)
    assert delay >= timedelta(days=7), "by default residents have a week to say that something was not there"
    _close(city, delay)
    payout = _payout(city)
    assert payout["due_on"] > str((city.clock.now() + delay).date())
    assert (payout["held_back"], _pay(city)["code"]) == (False, "nothing-to-pay")
    city.clock.at = datetime.fromisoformat(payout["due_on"]).replace(tzinfo=city.clock.at.tzinfo)
    city.tokens |= {one: city.token(city.officers[one], "officer") for one in ("finance",)}
    assert (_pay(city)["payments"], _pay(city)["code"]) == (1, "nothing-to-pay")


def test_a_flagged_partners_payment_waits_until_a_person_has_released_the_case(city: City) -> None:
    _close(city)
    case = _suspect(city)
    assert (_payout(city)["status"], _payout(city)["held_back"]) == ("waiting", True)
    assert _pay(city)["code"] == "nothing-to-pay"
    early = _post(city, "finance", f"/v1/payouts/{_payout(city)['id']}/release", reason="They are honest.")
    assert early.json()["code"] == "case-waits"
    _decide(city, case, "release")
    assert _payout(city)["held_back"] is False
    assert _pay(city)["payments"] == 1


def test_after_a_refusal_each_payment_waits_for_another_officer_than_the_one_who_refused(city: City) -> None:
    _close(city)
    _decide(city, _suspect(city), "refuse")
    path = f"/v1/payouts/{_payout(city)['id']}/release"
    assert _pay(city)["code"] == "nothing-to-pay"
    everything = "UPDATE officers SET roles = '{support,finance}' WHERE name = 'support'"
    city.runtime.database.in_transaction(lambda session: session.execute(text(everything)))
    own = _post(city, "support", path, reason="I take it back.")
    assert own.json()["code"] == "second-officer-needed"
    released = _post(city, "finance", path, reason="Their books agree.").json()
    assert (released["status"], released["held_back"]) == ("waiting", False)
    assert _post(city, "finance", path, reason="Again.").json()["code"] == "payment-not-held-back"
    assert _post(city, "finance", f"/v1/payouts/pay_{'0' * 32}/release", reason="?").json()["code"] == "payout-unknown"
    told = city.http.get("/v1/audit?act=statement.paid", headers=city.by("auditor")).json()["items"]
    assert [act["facts"].get("released") for act in told][:1] == [True]
    assert _pay(city)["payments"] == 1


def test_a_file_that_was_made_before_the_case_is_not_sent(city: City) -> None:
    _close(city)
    file = _pay(city)
    _suspect(city)
    refused = _post(city, "admin", f"/v1/payouts/files/{file['id']}/send")
    assert (refused.status_code, refused.json()["code"], refused.json()["payments"]) == (409, "payments-in-doubt", 1)
    assert _post(city, "finance", f"/v1/payouts/files/{file['id']}/drop").status_code == 200
    assert _pay(city)["code"] == "nothing-to-pay"


def test_a_later_case_that_is_released_clears_an_earlier_refusal(city: City) -> None:
    _close(city)
    _decide(city, _suspect(city), "refuse")
    _decide(city, _suspect(city), "release")
    assert _pay(city)["payments"] == 1
