"""A partner is paid: a voucher is redeemed, the statement appears, two officers pay it, the partner sees it paid."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Browser, Page, expect

from app.settlement.tasks import close_last_week
from tests.browser.test_till import take_voucher
from tests.browser.visiting import Server, find_violations, overhang

DESK = (1280, 800)


def open_as(chromium: Browser, server: Server, person: str, path: str, *, size: tuple[int, int] = DESK) -> Page:
    """`path` in a browser of this person's own."""
    page = server.open_browser(chromium, person=person, size=size).new_page()
    page.goto(path)
    assert find_violations(page) == []
    return page


def press(page: Page, name: str, *, most_tabs: int = 60) -> None:
    """Find the button with the keyboard alone, press it, and look at the page that comes."""
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_be_visible()
    for _ in range(most_tabs):
        if button.evaluate("(button) => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert find_violations(page) == []
    assert overhang(page, width=DESK[0]) <= 0


def test_partner_is_paid(chromium: Browser, server: Server) -> None:
    city = server.town.city
    code, _ = take_voucher(chromium, server)
    owner = open_as(chromium, server, city.staff["owner"], "/till")
    owner.get_by_label("Voucher code").fill(code)
    owner.get_by_role("button", name="Redeem").click()
    expect(owner.locator(".slr-verdict--yes")).to_contain_text("Give: Drink")
    assert find_violations(owner) == []
    owner.get_by_label("Voucher code").fill(code)
    owner.get_by_role("button", name="Redeem").click()
    expect(owner.locator(".slr-verdict--no")).to_contain_text("This voucher was used")
    assert find_violations(owner) == []

    for menu, said in (("Today", "1 voucher"), ("Offers", "Drink"), ("Staff", "Owner: may do everything")):
        owner.get_by_role("link", name=menu, exact=True).click()
        expect(owner.get_by_role("main")).to_contain_text(said)
        assert find_violations(owner) == []
    owner.get_by_role("link", name="Money").click()
    owner.get_by_role("link", name="November 2026", exact=True).click()
    expect(owner.get_by_role("table", name="VAT in what you earned")).to_contain_text("£0.80")
    assert find_violations(owner) == []
    with owner.expect_download() as kept:
        owner.get_by_role("link", name="Download to print (PDF)").click()
    assert kept.value.suggested_filename == "statement-2026-11.pdf"

    owner.goto("/partner/money/bank")
    for label, said in (("Name on the account", "Kirkgate Coffee"), ("Sort code", "20-00-00")):
        owner.get_by_label(label).fill(said)
    press(owner, "Send it to the council")
    expect(owner.get_by_role("alert")).to_contain_text("the account number as eight")
    owner.get_by_label("Account number").fill("12345678")
    press(owner, "Send it to the council")
    expect(owner.get_by_role("main")).to_contain_text("New bank details wait for an officer")

    close_last_week(city.runtime.database, now=city.clock.now() + timedelta(weeks=1))
    finance = open_as(chromium, server, city.officers["finance"], "/officer/money")
    finance.get_by_role("link", name="Kirkgate Café").click()
    assert find_violations(finance) == []
    press(finance, "Pay there from now on")
    press(finance, "Make a file")
    expect(finance.get_by_role("main")).to_contain_text("Another officer has to say that the bank has it.")
    admin = open_as(chromium, server, city.officers["admin"], "/officer/money")
    with admin.expect_download() as file:
        admin.get_by_role("link", name="Download the file").click()
    assert [len(line) for line in file.value.path().read_text().splitlines()] == [100, 100]
    press(admin, "The bank has it")
    expect(admin.get_by_role("alert")).to_contain_text("The payments are made")

    owner.goto("/partner/money")
    expect(owner.get_by_role("main")).to_contain_text("£0.00 is owed to you now.")
    expect(owner.locator(".govuk-tag--green")).to_have_text("Paid")
    assert find_violations(owner) == []
    assert overhang(owner) <= 0
    for page in (owner, finance, admin):
        page.context.close()


def test_without_scripts_an_owner_redeems_offers_a_reward_and_says_where_to_be_paid(
    chromium: Browser, server: Server
) -> None:
    code, _ = take_voucher(chromium, server)
    context = server.open_browser(chromium, person=server.town.city.staff["owner"], scripts=False)
    page = context.new_page()
    main = page.get_by_role("main")
    page.goto("/till")
    page.get_by_label("Voucher code").fill(code)
    page.get_by_role("button", name="Redeem").click()
    expect(page.locator(".slr-verdict--yes")).to_contain_text("Give: Drink")
    page.get_by_role("link", name="Offers", exact=True).click()
    main.get_by_role("button", name="Propose a reward").click()
    for label, said in (("Name", "Soup"), ("What somebody gets", "With bread."), ("Kind", "food")):
        page.get_by_label(label, exact=True).fill(said)
    page.get_by_role("button", name="Send it to the council").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    page.get_by_label("Price in points").fill("120")
    page.get_by_role("button", name="Send it to the council").click()
    expect(main).to_contain_text("Until one has approved it, nothing changes for residents.")
    page.get_by_role("link", name="Money", exact=True).click()
    main.get_by_role("link", name="November 2026", exact=True).click()
    expect(main.get_by_role("table", name="VAT in what you earned")).to_be_visible()
    main.get_by_role("link", name="Ask").first.click()
    page.get_by_label("What was wrong").fill("It was redeemed twice.")
    page.get_by_role("button", name="Ask").click()
    expect(main).to_contain_text("It was redeemed twice.")
    context.close()
