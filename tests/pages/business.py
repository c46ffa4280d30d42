"""The café's owner in a browser, and what the other sides do about it."""

from __future__ import annotations

from app.web.pages.visits import Role
from tests.pages.browser import Browser, Page
from tests.pages.town import Town


def open_as(town: Town, who: str) -> Browser:
    """Somebody of the city by the name that it has for them: owner, cafe, finance, admin and so on."""
    return town.browser().sign_in((town.city.staff | town.city.officers)[who])


def use_vouchers(town: Town, *rewards: str) -> None:
    """One resident after the other takes one, and the café redeems it."""
    for number, reward in enumerate(rewards):
        taken = town.city.take(reward, resident=number)
        assert town.city.redeem(taken.json()["code"]).status_code == 200


def approve_offers(town: Town) -> Page:
    """The approver lets every reward through that waits on the officers' page."""
    browser = open_as(town, "approver")
    page = browser.open("/officer/partners")
    while forms := [form for form in page.forms if form.action.endswith("/approve-reward")]:
        page = browser.send(forms[0])
        assert page.status == 200, page.text
    return page


def open_as_colleague(town: Town) -> Browser:
    """One of the café's people who does not own it."""
    return town.browser(Role.PARTNER)
