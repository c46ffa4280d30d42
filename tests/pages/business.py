"""The café's owner in a browser, and what the other sides do about it."""

from __future__ import annotations

from datetime import timedelta

from app.settlement.tasks import close_last_week
from app.web.pages.visits import Role
from tests.pages.browser import Browser, Page
from tests.pages.town import Town
from tests.partner_life.office import find_cafe


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


def pay_by_file(town: Town, bank: dict[str, str], *, close: bool = True) -> None:
    """The owner says where to, the week before the next one is closed, and officers pay it by a file for the bank."""
    city = town.city

    def do(who: str, method: str, path: str, body: dict[str, str] | None = None) -> str:
        answer = city.http.request(method, f"/v1{path}", headers=city.by(who), json=body or {})
        assert answer.is_success, answer.text
        return str(answer.json().get("id", ""))

    do("owner", "PUT", "/partner/payee", bank)
    do("finance", "POST", f"/partners/{find_cafe(city)}/payee/approve")
    if close:
        close_last_week(city.runtime.database, now=city.clock.now() + timedelta(weeks=1))
    file = do("finance", "POST", "/payouts/files")
    do("admin", "POST", f"/payouts/files/{file}/send")


def move_on(town: Town, by: timedelta) -> None:
    """Later, when everybody has signed in to the API again."""
    city = town.city
    claims = {who: city.runtime.issuer.read(token, city.clock.now()) for who, token in city.tokens.items()}
    city.clock.at += by
    city.tokens |= {who: city.token(one.subject, " ".join(sorted(one.scopes))) for who, one in claims.items()}
