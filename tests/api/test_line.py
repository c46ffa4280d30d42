"""The one line, over HTTP: a trip becomes points becomes a coffee."""

from __future__ import annotations

from datetime import timedelta

from tests.api.city import SECRET, City
from tests.earning.world import TAPS, tap


def test_a_trip_becomes_points_becomes_a_coffee(own_city: City) -> None:
    signed_in = own_city.http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=("leeds-buses", SECRET)
    ).json()
    headers = {"Authorization": f"Bearer {signed_in['access_token']}", "Content-Type": "application/cloudevents+json"}
    before = own_city.balance()["available"]
    for number in range(10):
        at = own_city.clock.now() - timedelta(hours=2 * number + 1)
        answer = own_city.http.post("/v1/events", json=tap(number, at), headers=headers)
        assert answer.status_code == 200, answer.text
    earned = own_city.balance()["available"] - before
    assert earned > 0

    why = own_city.http.get(f"/v1/events/{TAPS}/T-0/explanation", headers=own_city.resident(0)).json()
    assert any("trip" in sentence for sentence in why["sentences"])

    voucher = own_city.take("drink")
    assert voucher.status_code == 201, voucher.text
    assert own_city.balance() | {"expiring": []} == {"available": before + earned - 100, "held": 100, "expiring": []}
    assert voucher.json()["qr"].startswith("data:image/svg+xml;base64,")

    assert own_city.http.post(
        "/v1/vouchers/check", json={"code": voucher.json()["code"]}, headers=own_city.by("staff")
    ).json()["valid"]
    assert own_city.redeem(voucher.json()["code"]).status_code == 200
    again = own_city.redeem(voucher.json()["qr_text"], who="till")
    assert (again.status_code, again.json()["code"]) == (409, "already-redeemed")
    assert again.headers["content-type"] == "application/problem+json"
    shown = own_city.http.get(f"/v1/redemptions/{voucher.json()['id']}", headers=own_city.resident(0)).json()
    assert shown["status"] == "redeemed"
    assert own_city.balance()["held"] == 0
