"""A resident who is asked whether they got it sees the question where they begin, and answers on the voucher's page."""

from __future__ import annotations

import pytest

from app.redemption.callback_sample import ASKED_AFTER, CallbackKeys, ask_residents
from app.web.pages.visits import Role
from tests.pages.town import Town


@pytest.mark.parametrize(("button", "said"), [("yes", "you got it"), ("no", "you did not get it")])
def test_a_question_is_on_the_start_page_until_it_is_answered(town: Town, button: str, said: str) -> None:
    city, browser = town.city, town.browser(Role.RESIDENT)
    voucher = city.take("drink").json()
    assert city.redeem(voucher["code"]).status_code == 200
    keys, later = CallbackKeys(city.runtime.secrets), city.clock.now() + ASKED_AFTER
    city.runtime.database.in_transaction(lambda session: ask_residents(session, keys=keys, percent=100, now=later))
    path = f"/vouchers/{voucher['id']}"
    home = browser.open("/you")
    assert ("Did you get “Drink” at Kirkgate Café?" in home.text, path in home.links()) == (True, True)
    form = browser.open(path).form(f"{path}/answer")
    assert f"You told us that {said}" in browser.send(form, got=button).text
    assert "Did you get" not in browser.open("/you").text
    assert browser.send(form, got=button).status == 409
    assert browser.send(form, callback="cbk_x", got=button).status == 404
