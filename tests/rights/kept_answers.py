"""What is kept so that a request may be sent again: of a resident who used a page, and of officers about them."""

from __future__ import annotations

from starlette.testclient import TestClient

from app.identity.logins import LoginKeys, Proof, Side
from app.identity.sessions import Browser as Machine
from app.identity.sessions import begin_session
from tests.api.city import City
from tests.pages.browser import Browser


def take_on_a_page(city: City, number: int) -> None:
    """A voucher, taken as a resident with a browser takes one."""
    keys, secret = LoginKeys(city.runtime.secrets), f"a-secret-of-cookie-{number}"
    proof = Proof("urn:test", f"somebody-{number}", None, city.clock.now())
    city.runtime.database.in_transaction(
        lambda session: begin_session(
            session,
            side=Side.RESIDENT,
            person=city.residents[number],
            proof=proof,
            sealed=keys.seal(Side.RESIDENT, proof),
            browser=Machine(secret, "Firefox on Windows"),
            replaced=None,
            now=city.clock.now(),
        )
    )
    browser = Browser(TestClient(city.app, cookies={"slr_session": secret}))
    page = browser.open(f"/rewards/{city.rewards['breakfast']}")
    taken = browser.send(page.form(f"/rewards/{city.rewards['breakfast']}"))
    assert taken.response.url.path.startswith("/vouchers/"), taken.text


def ask_as_officers(city: City, number: int, words: str) -> None:
    """An adjustment that waits, and a dispute of the one used voucher that was refused: each under a key."""
    mine = city.http.get("/v1/redemptions", headers=city.resident(number)).json()["items"]
    (used,) = [one["id"] for one in mine if one["status"] == "redeemed"]
    award = {"resident": city.residents[number], "campaign": "welcome", "points": 3}
    _ask(city, "finance", "/v1/adjustments", words, key=f"a{number}", **award)
    opened = _ask(city, "support", "/v1/disputes", words, key=f"d{number}", redemption=used)
    _ask(city, "finance", f"/v1/disputes/{opened}/refuse", words, key=f"r{number}")


def _ask(city: City, who: str, path: str, words: str, *, key: str, **order: object) -> str:
    headers = city.by(who) | {"Idempotency-Key": key}
    answer = city.http.post(path, json={"reason": words, **order}, headers=headers)
    assert answer.is_success, answer.text
    return str(answer.json()["id"])
