"""Taking a reward and redeeming it: once, by the right party, under an Idempotency-Key too."""

from __future__ import annotations

import base64
from datetime import timedelta

from sqlalchemy import text

from app.redemption.queries import VoucherStatus
from app.redemption.tasks import sweep_due_vouchers
from app.web.api.vouchers import WHY_NOT
from tests.api.city import City


def test_a_voucher_has_a_code_and_a_picture_that_says_it(city: City) -> None:
    voucher = city.take("drink").json()
    assert set(voucher) >= {"id", "code", "qr", "qr_text", "status", "points", "reward", "partner", "expires_at"}
    svg = base64.b64decode(voucher["qr"].removeprefix("data:image/svg+xml;base64,")).decode()
    assert "<svg" in svg
    assert voucher["code"].replace("-", "") not in svg


def test_a_code_is_read_however_it_is_typed(city: City) -> None:
    code = city.take("drink").json()["code"]
    typed = f"  {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'i')} "
    assert city.redeem(typed).status_code == 200


def test_the_same_key_gives_the_first_answer_and_takes_points_once(city: City, number: int) -> None:
    before = city.balance(2)["available"]
    first = city.take("drink", resident=2, key=f"once-{number}")
    second = city.take("drink", resident=2, key=f"once-{number}")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert city.balance(2)["available"] == before - 100
    redeemed = [city.redeem(first.json()["code"], key=f"till-{number}") for _ in range(2)]
    assert [answer.status_code for answer in redeemed] == [200, 200]
    assert redeemed[0].json() == redeemed[1].json()


def test_no_code_is_kept_with_the_answers(city: City, number: int) -> None:
    voucher = city.take("drink", key=f"kept-{number}").json()
    kept = city.runtime.database.in_transaction(
        lambda session: str(session.execute(text("SELECT array_agg(answer::text) FROM commands")).scalar_one())
    )
    assert voucher["id"] in kept
    assert voucher["code"] not in kept
    assert voucher["qr_text"] not in kept


def test_a_key_belongs_to_its_caller_and_its_request(city: City, number: int) -> None:
    key = f"mine-{number}"
    mine = city.take("drink", resident=2, key=key).json()
    theirs = city.take("drink", resident=3, key=key).json()
    assert mine["id"] != theirs["id"]
    other_body = city.take("breakfast", resident=2, key=key)
    assert (other_body.status_code, other_body.json()["code"]) == (422, "idempotency-key-reused")


def test_a_refused_key_stays_refused(own_city: City) -> None:
    for _ in range(2):
        assert own_city.take("cake", resident=1).status_code == 201
    refused = own_city.take("cake", key="try")
    assert (refused.status_code, refused.json()["code"]) == (409, "out-of-stock")
    voucher = own_city.http.get("/v1/redemptions", headers=own_city.resident(1)).json()["items"][0]
    cancelled = own_city.http.post(f"/v1/redemptions/{voucher['id']}/cancel", headers=own_city.resident(1))
    assert cancelled.json()["status"] == "cancelled"
    again = own_city.take("cake", key="try")
    assert (again.status_code, again.json() | {"instance": ""}) == (409, refused.json() | {"instance": ""})
    assert again.json()["instance"] != refused.json()["instance"]
    assert again.headers["content-type"] == "application/problem+json"
    assert own_city.take("cake", key="another").status_code == 201


def test_too_few_points_say_how_many_there_are(own_city: City) -> None:
    for _ in range(5):
        assert own_city.take("drink").status_code == 201
    refused = own_city.take("drink")
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient-points")
    assert (refused.json()["available"], refused.json()["wanted"]) == (0, 100)


def test_a_cancelled_voucher_gives_its_points_back_and_is_dead(city: City) -> None:
    before = city.balance(1)
    voucher = city.take("drink", resident=1).json()
    path = f"/v1/redemptions/{voucher['id']}/cancel"
    assert city.http.post(path, headers=city.resident(0)).json()["code"] == "redemption-unknown"
    assert city.http.post(path, headers=city.resident(1)).json()["status"] == "cancelled"
    assert city.balance(1) == before
    assert city.http.post(path, headers=city.resident(1)).json()["code"] == "voucher-cancelled"
    assert city.redeem(voucher["code"]).json()["code"] == "voucher-cancelled"


def test_an_expired_voucher_gives_its_points_back(own_city: City) -> None:
    voucher = own_city.take("drink").json()
    own_city.clock.at += timedelta(days=31)
    own_city.tokens["staff"] = own_city.token(own_city.staff["cafe"], "vouchers:redeem")
    assert own_city.redeem(voucher["code"]).json()["code"] == "voucher-expired"
    assert sweep_due_vouchers(own_city.runtime.database, now=own_city.clock.now()) == 1
    assert own_city.balance()["held"] == 0


def test_another_partners_voucher_and_no_voucher_get_the_same_answer(city: City) -> None:
    code = city.take("drink").json()["code"]
    others, unknown = city.redeem(code, who="other_staff"), city.redeem("ZZZZZ-ZZZZZ", who="other_staff")
    assert (others.status_code, others.json() | {"instance": ""}) == (404, unknown.json() | {"instance": ""})
    assert others.json()["code"] == "voucher-unknown"
    checked = city.http.post("/v1/vouchers/check", json={"code": code}, headers=city.by("other_staff"))
    assert checked.status_code == 404
    assert city.redeem(code).status_code == 200


def test_a_check_changes_nothing_and_names_nobody(city: City) -> None:
    voucher = city.take("drink").json()
    for _ in range(2):
        checked = city.http.post("/v1/vouchers/check", json={"code": voucher["code"]}, headers=city.by("till"))
        assert (checked.json()["valid"], checked.json()["why_not"]) == (True, None)
        assert city.residents[0] not in checked.text
    assert city.redeem(voucher["code"], who="till").status_code == 200
    used = city.http.post("/v1/vouchers/check", json={"code": voucher["code"]}, headers=city.by("till")).json()
    assert (used["valid"], used["status"]) == (False, "redeemed")


def test_every_status_of_a_voucher_has_its_sentence() -> None:
    assert set(WHY_NOT) == {status.value for status in VoucherStatus}


def test_nobody_reads_anothers_vouchers(city: City) -> None:
    voucher = city.take("drink", resident=0).json()
    assert city.http.get(f"/v1/redemptions/{voucher['id']}", headers=city.resident(0)).status_code == 200
    assert city.http.get(f"/v1/redemptions/{voucher['id']}", headers=city.resident(1)).status_code == 404
    listed = city.http.get("/v1/redemptions", headers=city.resident(4)).json()["items"]
    assert voucher["id"] not in {one["id"] for one in listed}


def test_sixty_unknown_codes_lock_a_partner_out_and_nobody_else(own_city: City) -> None:
    good = own_city.take("drink").json()["code"]
    for attempt in range(60):
        assert own_city.redeem(f"WRONG-{attempt:05}", who="staff" if attempt % 2 else "till").status_code == 404
    for who in ("staff", "till"):
        locked = own_city.redeem(good, who=who)
        assert (locked.status_code, locked.json()["code"]) == (429, "too-many-unknown-codes")
        assert 0 < int(locked.headers["retry-after"]) <= 600
    assert own_city.redeem(good, who="other_staff").status_code == 404
    assert own_city.http.get("/v1/redemptions", headers=own_city.resident(0)).status_code == 200


def test_a_hundred_known_codes_are_no_attack(own_city: City) -> None:
    code = own_city.take("drink").json()["code"]
    answers = [own_city.redeem(code).status_code for _ in range(100)]
    assert answers == [200] + [409] * 99
