"""What a resident reads while a partner has not answered: being confirmed, in plain words, wherever the voucher is."""

from __future__ import annotations

from dataclasses import replace

from app.main import create_app
from app.redemption.asking import LONGEST_WAIT
from app.web.pages.visits import Role
from tests.api.remote import add_remote
from tests.pages.town import Town, in_demo_mode


def test_a_voucher_whose_partner_has_not_answered_is_said_to_be_being_confirmed(town: Town) -> None:
    remote = add_remote(town.city)
    town = replace(town, app=create_app(in_demo_mode(remote.runtime)))
    remote.twin.go_away()
    browser = town.browser(Role.RESIDENT)
    path = f"/rewards/{remote.reward}"
    page = browser.send(browser.open(path).form(path))
    assert page.status == 200
    voucher = page.form("/vouchers/").action.removesuffix("/cancel")
    for _ in range(2):
        browser = town.browser(Role.RESIDENT)  # an hour later one signs in anew
        told = browser.open(voucher)
        assert (
            "Being confirmed. Aireborough Pool has not answered yet, and we keep asking. "
            "Your 100 points are set aside meanwhile." in told.text
        )
        assert "Cancel and get my points back" in told.text
        assert not [tag for tag in told.tags if tag.attributes.get("class") == "slr-voucher__code"], "no code before"
        assert "A swim being confirmed Aireborough Pool · 100 points set aside" in browser.open("/vouchers").text
        assert remote.ask() == 1
        town.city.clock.at += LONGEST_WAIT
    remote.twin.come_back()
    assert remote.ask() == 1
    browser = town.browser(Role.RESIDENT)
    assert "Show this at Aireborough Pool" in browser.open(voucher).text
    assert "A swim ready to use" in browser.open("/vouchers").text
