"""Till devices: paired once by a code, good for one partner, gone when the partner says so; nothing to guess."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.audit import list_acts
from app.core.spoken_codes import ALPHABET, draw_code
from app.identity.tills import CODE_CHARACTERS, MOST_TILLS
from app.web.lockout import Lockout
from tests.api.city import City, bearer


@pytest.fixture(autouse=True)
def _fresh_counts(city: City) -> Iterator[None]:
    """The city is shared, and so are its counters."""
    _forget_counts(city.runtime.limiter)
    yield
    _forget_counts(city.runtime.limiter)


def _forget_counts(limiter: Lockout) -> None:
    limiter._memory.storage.reset()


def _offer(city: City, title: str = "Front counter", who: str = "staff") -> str:
    answer = city.http.post("/v1/partner/tills", json={"title": title}, headers=city.by(who))
    assert answer.status_code == 201, answer.text
    code: str = answer.json()["code"]
    return code


def _pair(city: City, code: str) -> dict[str, Any]:
    answer = city.http.post("/v1/tills/pair", json={"code": code})
    assert answer.status_code == 201, answer.text
    paired: dict[str, Any] = answer.json()
    return paired


def _sign_in(city: City, paired: dict[str, Any]) -> dict[str, str]:
    auth = (paired["client_id"], paired["client_secret"])
    answer = city.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=auth)
    assert answer.status_code == 200, answer.text
    assert answer.json()["scope"] == "vouchers:redeem"
    return bearer(answer.json()["access_token"])


def test_a_paired_device_redeems_for_its_own_partner_until_it_is_removed(city: City) -> None:
    paired = _pair(city, _offer(city))
    assert (paired["partner"], paired["title"]) == ("Kirkgate Café", "Front counter")
    till = _sign_in(city, paired)
    code = city.take("drink", resident=1).json()["code"]
    assert city.http.post("/v1/vouchers/redeem", json={"code": code}, headers=till).status_code == 200
    [listed] = [one for one in _list(city) if one["id"] == paired["client_id"]]
    assert listed["revoked_at"] is None
    assert listed["signed_in_at"] is not None
    path = f"/v1/partner/tills/{paired['client_id']}"
    removed = [city.http.delete(path, headers=city.by("staff")).json() for _ in range(2)]
    assert removed[0] == removed[1]
    assert removed[0]["revoked_at"] is not None
    acts = city.runtime.database.in_transaction(
        lambda session: list_acts(session, subject=f"till:{paired['client_id']}").items
    )
    assert [(act.act, act.actor_kind) for act in acts] == [("device.removed", "staff"), ("device.paired", "device")]
    refused = city.http.post("/v1/vouchers/check", json={"code": code}, headers=till)
    assert (refused.status_code, refused.json()["code"]) == (401, "token-invalid")
    auth = (paired["client_id"], paired["client_secret"])
    again = city.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=auth)
    assert again.json()["error"] == "invalid_client"


def test_a_till_of_another_partner_finds_none_of_this_ones_vouchers(city: City) -> None:
    theirs = _sign_in(city, _pair(city, _offer(city, who="other_staff")))
    code = city.take("drink", resident=2).json()["code"]
    answer = city.http.post("/v1/vouchers/check", json={"code": code}, headers=theirs)
    assert (answer.status_code, answer.json()["code"]) == (404, "voucher-unknown")


def test_a_partner_sees_and_removes_only_its_own_devices(city: City) -> None:
    paired = _pair(city, _offer(city))
    theirs = {one["id"] for one in city.http.get("/v1/partner/tills", headers=city.by("other_staff")).json()["items"]}
    assert paired["client_id"] not in theirs
    answer = city.http.delete(f"/v1/partner/tills/{paired['client_id']}", headers=city.by("other_staff"))
    assert (answer.status_code, answer.json()["code"]) == (404, "till-unknown")
    _sign_in(city, paired)


def test_a_device_can_do_nothing_but_redeem(city: City) -> None:
    till = _sign_in(city, _pair(city, _offer(city)))
    for method, path in (("GET", "/v1/partner/tills"), ("POST", "/v1/partner/tills")):
        answer = city.http.request(method, path, headers=till, json={"title": "X"} if method == "POST" else None)
        assert (answer.status_code, answer.json()["code"]) == (403, "partner-staff-only")
    for path in ("/v1/me", "/v1/rules", "/v1/sources"):
        assert city.http.get(path, headers=till).status_code == 403


def test_a_code_works_once_however_it_is_typed(city: City) -> None:
    code = _offer(city)
    assert set(code.replace("-", "")) <= set(ALPHABET)
    _pair(city, f" {code.replace('-', ' ').lower()} ")
    assert _refuse(city, code) == (404, "pairing-code-unknown")


def test_a_code_is_over_after_ten_minutes_and_when_a_newer_one_is_made(city: City) -> None:
    late = _offer(city)
    city.clock.at += timedelta(minutes=10)
    assert _refuse(city, late) == (404, "pairing-code-unknown")
    earlier = _offer(city)
    _pair(city, _offer(city))
    assert _refuse(city, earlier) == (404, "pairing-code-unknown")


def test_neither_code_nor_secret_is_kept(city: City) -> None:
    code = _offer(city)
    paired = _pair(city, code)
    rows = text("SELECT t::text FROM till_pairings t UNION ALL SELECT t::text FROM till_devices t")
    kept = city.runtime.database.in_transaction(lambda session: [str(row) for row in session.execute(rows).scalars()])
    assert len(kept) >= 2
    assert not [row for row in kept if code in row or code.replace("-", "") in row or paired["client_secret"] in row]


def test_a_partner_has_only_so_many_devices(city: City) -> None:
    for number in range(MOST_TILLS):
        answer = city.http.post("/v1/partner/tills", json={"title": f"T{number}"}, headers=city.by("other_staff"))
        if answer.status_code != 201:
            break
        _pair(city, answer.json()["code"])
        _forget_counts(city.runtime.limiter)
    else:
        answer = city.http.post("/v1/partner/tills", json={"title": "One more"}, headers=city.by("other_staff"))
    assert (answer.status_code, answer.json()["code"]) == (409, "too-many-tills")


@pytest.mark.parametrize("title", ["", " ", "\u0007", "x" * 61, 5])
def test_a_till_needs_a_name(city: City, title: object) -> None:
    assert city.http.post("/v1/partner/tills", json={"title": title}, headers=city.by("staff")).status_code == 422


def test_a_person_makes_only_so_many_codes(city: City) -> None:
    for _ in range(30):
        _offer(city)
    answer = city.http.post("/v1/partner/tills", json={"title": "X"}, headers=city.by("staff"))
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-tries")


def test_who_guesses_pairing_codes_is_locked_out_and_then_told_nothing(city: City) -> None:
    code = _offer(city)
    guesses = [_refuse(city, draw_code(CODE_CHARACTERS)) for _ in range(12)]
    assert guesses == [(404, "pairing-code-unknown")] * 10 + [(429, "too-many-tries")] * 2
    answer = city.http.post("/v1/tills/pair", json={"code": code})  # even the right one
    assert (answer.status_code, "retry-after" in answer.headers) == (429, True)


def _refuse(city: City, code: str) -> tuple[int, str]:
    answer = city.http.post("/v1/tills/pair", json={"code": code})
    return answer.status_code, answer.json()["code"]


def _list(city: City) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = city.http.get("/v1/partner/tills", headers=city.by("staff")).json()["items"]
    return items
