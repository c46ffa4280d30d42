"""Partners are paid once, to where an officer approved, by a file that another officer sends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.ledger.chart import AccountKind
from app.ledger.verify import verify_ledger
from app.settlement.errors import BankDetailsUnfit, PayerUnknown
from app.settlement.payees import read_bank_details, read_payer
from app.settlement.payout_queries import list_payouts_and_latest
from app.settlement.service import close_week
from app.settlement.tasks import close_last_week
from tests.api.city import City
from tests.api.undone import UndoneCity

Json: TypeAlias = Any
BANK = {"sort_code": "20-00-00", "account": "1234 5678", "name": "Kirkgate Coffee"}


@pytest.fixture
def city(undone_city: UndoneCity, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """The café has earned the price of two hot drinks this week."""
    monkeypatch.setenv("BACS_PAYER", "20-00-01, 87654321, Leeds City Council")
    made = undone_city(now)
    for resident in range(2):
        sent = {"reward_id": made.rewards["drink"]}
        voucher = made.http.post("/v1/redemptions", headers=made.resident(resident), json=sent).json()
        redeemed = made.http.post("/v1/vouchers/redeem", headers=made.by("staff"), json={"code": voucher["code"]})
        assert redeemed.status_code == 200, redeemed.text
    yield made
    assert made.runtime.database.in_transaction(verify_ledger).findings == ()


def _ask(city: City, who: str, method: str, path: str, **sent: str) -> Json:
    answer = city.http.request(method, path, headers=city.by(who), json=sent if method != "GET" else None)
    assert answer.is_success, answer.text
    return answer.json()


def _close(city: City, *, weeks: int = 1) -> int:
    """So many weeks later the week before is closed; everybody stays signed in."""
    return close_last_week(city.runtime.database, now=city.clock.now() + timedelta(weeks=weeks))


def _approve(city: City) -> None:
    _ask(city, "owner", "PUT", "/v1/partner/payee", **BANK)
    (partner,) = {item["partner"]["id"] for item in _ask(city, "finance", "GET", "/v1/rewards")["items"]}
    assert _ask(city, "finance", "GET", f"/v1/partners/{partner}/payee")["account"] == "12345678"
    approved = _ask(city, "finance", "POST", f"/v1/partners/{partner}/payee/approve")
    assert (approved["ends_in"], approved["waits"]) == ("78", False)


def _posted(city: City, kind: AccountKind) -> int:
    asked = text("SELECT coalesce(sum(posted), 0)::bigint FROM ledger_accounts WHERE kind = :kind")
    return city.runtime.database.in_transaction(lambda s: int(s.execute(asked, {"kind": int(kind)}).scalar_one()))


def test_a_week_is_paid_by_a_file_that_another_officer_sends(city: City) -> None:
    _approve(city)
    assert _close(city) == 1
    owed = _posted(city, AccountKind.PAYABLE)
    (waiting,) = _ask(city, "staff", "GET", "/v1/partner/payouts")["items"]
    assert (waiting["status"], waiting["pence"]) == ("waiting", owed)
    file = _ask(city, "finance", "POST", "/v1/payouts/files")
    assert (file["payments"], file["pence"], file["left_out"]) == (1, owed, 0)
    lines = city.http.get(f"/v1/payouts/files/{file['id']}", headers=city.by("finance")).text.splitlines()
    assert [len(line) for line in lines] == [100, 100]
    assert lines[0][:17] == "20000012345678099"
    assert lines[0][17:46] == f"200001876543210000{owed:011d}"
    assert lines[0][82:] == "KIRKGATE COFFEE   "
    assert lines[1][15:17] == "17", "the one debit that pays for all of them"
    refused = city.http.post(f"/v1/payouts/files/{file['id']}/send", headers=city.by("finance"), json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "second-officer-needed")
    assert _ask(city, "admin", "POST", f"/v1/payouts/files/{file['id']}/send")["status"] == "sent"
    again = city.http.post(f"/v1/payouts/files/{file['id']}/send", headers=city.by("admin"), json={})
    assert (again.status_code, again.json()["code"]) == (409, "bacs-file-ended")
    assert (_posted(city, AccountKind.PAYABLE), _posted(city, AccountKind.SETTLED)) == (0, owed)
    statement = _ask(city, "staff", "GET", "/v1/partner/statements/2026-11")
    assert (statement["redeemed_pence"], statement["paid_pence"], statement["closing_pence"]) == (owed, -owed, 0)
    nothing = city.http.post("/v1/payouts/files", headers=city.by("finance"), json={})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing-to-pay")


def test_a_file_that_was_dropped_gives_its_payments_back_to_the_next(city: City) -> None:
    _approve(city)
    _close(city)
    first = _ask(city, "finance", "POST", "/v1/payouts/files")
    assert _ask(city, "finance", "POST", f"/v1/payouts/files/{first['id']}/drop")["status"] == "dropped"
    second = _ask(city, "finance", "POST", "/v1/payouts/files")
    assert (second["payments"], second["pence"]) == (first["payments"], first["pence"])
    assert _posted(city, AccountKind.SETTLED) == 0


def test_what_the_bank_gives_back_is_owed_again_and_paid_with_the_next_week(city: City) -> None:
    _approve(city)
    _close(city)
    owed = _posted(city, AccountKind.PAYABLE)
    file = _ask(city, "finance", "POST", "/v1/payouts/files")
    _ask(city, "admin", "POST", f"/v1/payouts/files/{file['id']}/send")
    (paid,) = _ask(city, "finance", "GET", "/v1/payouts")["items"]
    came_back = _ask(city, "finance", "POST", f"/v1/payouts/{paid['id']}/return", reason="Account closed")
    assert (came_back["status"], came_back["reason"]) == ("returned", "Account closed")
    assert _posted(city, AccountKind.PAYABLE) == owed
    twice = city.http.post(f"/v1/payouts/{paid['id']}/return", headers=city.by("finance"), json={"reason": "Again"})
    assert (twice.status_code, twice.json()["code"]) == (409, "payout-not-paid")
    assert _close(city, weeks=2) == 1
    assert [payout["pence"] for payout in _ask(city, "finance", "GET", "/v1/payouts?status=waiting")["items"]] == [owed]


def test_a_payment_that_waits_is_listed_however_many_came_after_it_and_none_twice(city: City) -> None:
    _approve(city)
    _close(city)
    file = _ask(city, "finance", "POST", "/v1/payouts/files")
    _ask(city, "admin", "POST", f"/v1/payouts/files/{file['id']}/send")
    (paid,) = _ask(city, "finance", "GET", "/v1/payouts")["items"]
    _ask(city, "finance", "POST", f"/v1/payouts/{paid['id']}/return", reason="Account closed")
    _close(city, weeks=2)

    def listed(status: str, *, limit: int, latest: int) -> list[str]:
        found = city.runtime.database.in_transaction(
            lambda session: list_payouts_and_latest(session, statuses=(status,), limit=limit, latest=latest)
        )
        return [one.status for one in found]

    assert listed("returned", limit=5, latest=1) == ["waiting", "returned"]
    assert listed("waiting", limit=5, latest=2) == ["waiting", "returned"]
    assert listed("waiting", limit=5, latest=1) == ["waiting"]
    assert listed("returned", limit=0, latest=1) == ["waiting"]


def test_a_payment_made_after_the_weeks_end_and_before_its_closing_is_not_made_again(city: City) -> None:
    """The week before is closed at five on Monday, or later where no worker ran; money may move before that."""
    _approve(city)
    _close(city)
    owed = _posted(city, AccountKind.PAYABLE)
    file = _ask(city, "finance", "POST", "/v1/payouts/files")
    city.clock.at += timedelta(weeks=2)
    city.tokens["admin"] = city.token(city.officers["admin"], "officer")
    _ask(city, "admin", "POST", f"/v1/payouts/files/{file['id']}/send")
    assert (_posted(city, AccountKind.PAYABLE), _posted(city, AccountKind.SETTLED)) == (0, owed)
    _close(city, weeks=0)
    _close(city)
    city.tokens["finance"] = city.token(city.officers["finance"], "officer")
    assert _ask(city, "finance", "GET", "/v1/payouts?status=waiting")["items"] == []


def test_who_has_no_approved_bank_details_is_left_out_and_told(city: City) -> None:
    _ask(city, "owner", "PUT", "/v1/partner/payee", **BANK)
    _close(city)
    refused = city.http.post("/v1/payouts/files", headers=city.by("finance"), json={})
    assert refused.json()["code"] == "nothing-to-pay"
    payee = _ask(city, "staff", "GET", "/v1/partner/payee")
    assert (payee["ends_in"], payee["waits"]) == (None, True)


def test_a_statement_comes_as_a_table_and_as_a_page(city: City) -> None:
    path = "/v1/partner/statements/2026-11"
    table = city.http.get(path, headers=city.by("staff") | {"Accept": "text/csv"})
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.count("Redeemed") == 2
    page = city.http.get(path, headers=city.by("staff") | {"Accept": "application/pdf"})
    assert page.content.startswith(b"%PDF-")
    assert city.http.get("/v1/partner/statements/2026", headers=city.by("staff")).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"sort_code": "2000"}, {"account": "1234567"}, {"name": ""}, {"name": "Café"}, {"name": "N" * 19}],
)
def test_bank_details_that_no_bank_takes_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(BankDetailsUnfit):
        read_bank_details(**(BANK | wrong))


def test_a_council_that_has_not_said_who_pays_is_told() -> None:
    with pytest.raises(PayerUnknown):
        read_payer(None, demo=False)
    assert read_payer(None, demo=True).name == "DEMONSTRATION"


def test_a_partner_whose_week_cannot_be_closed_keeps_no_other_from_its_money(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def close(session: Session, *, partner_id: int, **others: Any) -> object:  # noqa: ANN401 - handed on
        tried.append(partner_id)
        if len(tried) == 1:
            raise ZeroDivisionError
        return close_week(session, partner_id=partner_id, **others)

    monkeypatch.setattr("app.settlement.tasks.close_week", close)
    with pytest.raises(ExceptionGroup, match="Not every partner's week was closed"):
        _close(city)
    assert len(set(tried)) == 2, "the second partner's turn came"
    assert _ask(city, "staff", "GET", "/v1/partner/payouts")["items"] == []
    assert _close(city) == 1, "the next try closes what is left"
