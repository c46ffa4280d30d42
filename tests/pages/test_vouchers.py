"""Points become a voucher, the voucher a coffee, or points again: by forms alone, without a script."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from app.web.pages.visits import Role
from tests.pages.browser import Browser, Page
from tests.pages.town import Town


def take(town: Town, browser: Browser, reward: str = "drink") -> Page:
    path = f"/rewards/{town.city.rewards[reward]}"
    return browser.send(browser.open(path).form(path))


def code_of(page: Page) -> str:
    return next(tag.text.strip() for tag in page.tags if tag.attributes.get("class") == "slr-voucher__code")


def redeem(browser: Browser, code: str) -> Page:
    return browser.send(browser.open("/till").form("/till"), code=code)


def points_of(town: Town, resident: int = 0) -> tuple[int, int]:
    balance = town.city.balance(resident)
    return balance["available"], balance["held"]


def test_a_reward_says_what_it_costs_before_and_gives_a_voucher_to_show(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    offered = browser.open(f"/rewards/{town.city.rewards['drink']}").text
    assert "It costs 100 points" in offered
    assert "Left afterwards 400 points" in offered
    page = take(town, browser)
    assert page.status == 200
    assert [
        tag for tag in page.find_all("svg") if "qr" in tag.text.lower() or "segno" in tag.attributes.get("class", "")
    ]
    assert len(code_of(page)) == 11
    assert "22 December 2026 at 12pm" in page.text
    assert points_of(town) == (400, 100)
    assert "100 points are set aside" in browser.open("/you").text


def test_cancelling_gives_the_points_back(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    page = take(town, browser)
    ended = browser.send(page.form("/vouchers/"))
    assert "got 100 points back" in ended.text
    assert points_of(town) == (500, 0)
    assert browser.send(page.form("/vouchers/")).status == 409
    assert points_of(town) == (500, 0)


def test_the_till_says_yes_once_and_then_no_with_the_reason(town: Town) -> None:
    code = code_of(take(town, town.browser(Role.RESIDENT)))
    till = town.browser(Role.PARTNER)
    yes = redeem(till, f" {code.lower().replace('-', ' ')} ")
    assert yes.status == 200
    assert "Yes Give: Drink" in yes.text
    assert yes.title.startswith("Yes: Drink")
    assert "1 voucher, £0.80 owed to you" in yes.text
    no = redeem(till, code)
    assert no.status == 409
    assert "No This voucher was used on 22 November 2026" in no.text
    assert no.title.startswith("No")
    assert points_of(town) == (400, 0)
    assert "Yes" not in till.open("/till").text


def test_the_till_says_no_to_a_code_it_does_not_know_and_asks_for_one_that_is_missing(town: Town) -> None:
    till = town.browser(Role.PARTNER)
    assert "No We don't know this code here." in redeem(till, "AAAAA-AAAAA").text
    missing = redeem(till, "  ")
    assert missing.status == 422
    assert "There is a problem" in missing.text
    assert "#code" in missing.links()


def test_another_partners_till_does_not_know_the_voucher(town: Town) -> None:
    code = code_of(take(town, town.browser(Role.RESIDENT)))
    assert redeem(town.browser(Role.PARTNER, number=1), code).status == 404
    assert points_of(town) == (400, 100)


def test_guessing_codes_locks_the_till_for_a_while(town: Town) -> None:
    code = code_of(take(town, town.browser(Role.RESIDENT)))
    till = town.browser(Role.PARTNER)
    form = till.open("/till").form("/till")
    for number in range(60):
        till.send(form, code=f"WRONG-{number:05}")
    locked = till.send(form, code=code)
    assert locked.status == 429
    assert "Too many codes" in locked.text


def test_yesterdays_vouchers_are_not_on_todays_list(town: Town) -> None:
    code = code_of(take(town, town.browser(Role.RESIDENT)))
    redeem(town.browser(Role.PARTNER), code)
    town.city.clock.at = town.city.clock.at.replace(day=23)
    assert "No voucher has been redeemed here today." in town.browser(Role.PARTNER).open("/till").text


def test_a_form_that_is_sent_twice_takes_one_reward(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    path = f"/rewards/{town.city.rewards['drink']}"
    form = browser.open(path).form(path)
    first, second = browser.send(form), browser.send(form)
    assert code_of(first) == code_of(second)
    assert points_of(town) == (400, 100)


def test_a_button_pressed_many_times_at_once_takes_one_reward(lasting_town: Town) -> None:
    browser = lasting_town.browser(Role.RESIDENT)
    path = f"/rewards/{lasting_town.city.rewards['drink']}"
    form = browser.open(path).form(path)
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: browser.send(form), range(8)))
    assert {page.status for page in pages} == {200}
    assert points_of(lasting_town) == (400, 100)


def test_what_cannot_be_had_is_refused_with_the_reason_and_costs_nothing(town: Town) -> None:
    browser, other = town.browser(Role.RESIDENT), town.browser(Role.RESIDENT, number=1)
    path = f"/rewards/{town.city.rewards['cake']}"
    late = browser.open(path).form(path)
    take(town, other, "cake")
    take(town, other, "cake")
    page = browser.send(late)
    assert page.status == 409
    assert "There is a problem" in page.text
    assert "There are none of these left" in page.text
    assert points_of(town) == (500, 0)


def test_without_enough_points_there_is_no_button_but_the_way_to_more(empty_town: Town) -> None:
    page = empty_town.browser(Role.RESIDENT).open(f"/rewards/{empty_town.city.rewards['drink']}")
    assert [form.action for form in page.forms] == ["/sign-out"]
    assert "You need 100 points more." in page.text
    assert "/ways-to-earn" in page.links()


def test_a_gift_is_given_at_once_and_has_no_code(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    path = f"/rewards/{town.gift}"
    page = browser.send(browser.open(path).form(path))
    assert "Thank you" in page.text
    assert [form.action for form in page.forms] == ["/sign-out"]
    assert points_of(town) == (450, 0)


def test_nobody_opens_or_cancels_somebody_elses_voucher(town: Town) -> None:
    page = take(town, town.browser(Role.RESIDENT))
    form = page.form("/vouchers/")
    other = town.browser(Role.RESIDENT, number=1)
    form.fields["csrf"] = other.open("/you").form("/sign-out").fields["csrf"]
    assert other.open(form.action.removesuffix("/cancel")).status == 404
    assert other.send(form).status == 404
    assert points_of(town) == (400, 100)


def test_a_voucher_past_its_time_shows_no_code(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    page = take(town, browser)
    town.city.clock.at = town.city.clock.at.replace(year=2027)
    expired = town.browser(Role.RESIDENT).open(page.form("/vouchers/").action.removesuffix("/cancel"))
    assert "This voucher ran out" in expired.text
    assert not [tag for tag in expired.tags if tag.attributes.get("class") == "slr-voucher__code"]
