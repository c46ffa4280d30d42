"""A partner connects its own system by forms alone, tries it out, and brings it back when it had failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx

from app.core.outbound import UrlGuard
from app.main import create_app
from app.offers.webhooks.tasks import Sending, send_due
from tests.pages.browser import Browser, Page
from tests.pages.business import open_as, open_as_colleague, use_vouchers
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town, in_demo_mode

PAGE = "/partner/integration"
URL = "https://till.kirkgate.example.org/told"


def _add(browser: Browser, url: str = URL) -> Page:
    return browser.send(visit(browser, PAGE).form(PAGE), url=url)


def _open_webhook(browser: Browser) -> Page:
    return visit(browser, next(link for link in visit(browser, PAGE).links() if link.startswith(f"{PAGE}/")))


def _send_all(town: Town, answer: int) -> int:
    """What is due goes out to a system that answers like that."""
    runtime = town.city.runtime
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(answer)))
    return send_due(Sending(runtime.database, runtime.clock, client, runtime.endpoint_keys))


def test_a_secret_is_shown_once_and_a_test_tells_what_came_of_it(shared_town: Town) -> None:
    browser = open_as_colleague(shared_town)
    page = _add(browser)
    check(page)
    secret = next(word for word in page.text.split() if word.startswith("whsec_"))
    page = _open_webhook(browser)
    assert secret not in page.text
    page = browser.send(page.form(f"{page.response.url.path}/test"))
    check(page)
    assert "A test is on its way." in page.text
    assert "not tried yet" in page.text
    assert _send_all(shared_town, 204) == 1
    page = _open_webhook(browser)
    assert "webhook.test" in page.text
    assert "Delivered answered 204, 1 try" in page.text
    page = browser.send(page.form(f"{page.response.url.path}/secret"))
    check(page)
    renewed = next(word for word in page.text.split() if word.startswith("whsec_"))
    assert renewed != secret


def test_what_failed_is_sent_again_by_hand_and_a_dead_address_is_brought_back(shared_town: Town) -> None:
    browser = open_as_colleague(shared_town)
    _add(browser)
    use_vouchers(shared_town, "drink")
    for _ in range(2):
        _send_all(shared_town, 500)
        shared_town.city.clock.at += timedelta(days=3, minutes=1)
    browser = open_as_colleague(shared_town)
    page = _open_webhook(browser)
    assert "because it had failed for three days" in page.text
    assert "It had failed for three days, so we stopped" in visit(browser, PAGE).text
    page = browser.send(page.form(f"{page.response.url.path}/enable"))
    check(page)
    assert "It is on again." in page.text
    page = browser.send(page.form(f"{page.response.url.path}/replay"))
    check(page)
    assert _send_all(shared_town, 200) == 1
    assert "Delivered answered 200" in _open_webhook(browser).text


def test_a_private_address_is_refused_and_what_was_typed_stays(shared_town: Town) -> None:
    guard = UrlGuard(demo=False, resolve=lambda _host, _port: ["10.0.0.5"])
    app = create_app(replace(in_demo_mode(shared_town.city.runtime), url_guard=guard))
    browser = shared_town.browser(app=app).sign_in(shared_town.city.staff["cafe"])
    for url, why in (
        ("https://intranet.example.org/hook", "its host is in a private network"),
        ("http://till.example.org/hook", "it must begin with https://"),
        ("", "Enter the address of your system"),
    ):
        page = _add(browser, url)
        check(page, 422)
        assert why in page.text
        assert page.form(PAGE).fields["url"] == url
    assert "No address yet." in visit(browser, PAGE).text


def test_an_address_that_is_removed_is_gone_and_another_partners_is_not_there(shared_town: Town) -> None:
    browser, other = open_as_colleague(shared_town), open_as(shared_town, "other_owner")
    _add(browser)
    page = _open_webhook(browser)
    path = str(page.response.url.path)
    check(other.open(path), 404)
    form = page.form(f"{path}/remove")
    check(browser.send(form))
    assert "No address yet." in visit(browser, PAGE).text
    check(browser.open(path), 404)
    form.action = f"{path}/nothing"
    check(browser.send(form), 404)
