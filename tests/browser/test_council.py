"""Officers' journeys in a real browser: a file that is followed to its end, and a queue that tells what is new."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, expect

from app.earning.importing.doors import open_door
from app.earning.importing.work import make_tools, work_next
from tests.browser.visiting import Server, find_violations, overhang
from tests.doors.test_api import DOOR, HEADER, TAP_MAP, tap
from tests.earning.world import ride


def test_a_file_that_is_handed_in_is_followed_to_its_end_and_its_errors_are_downloaded(
    chromium: Browser, server: Server
) -> None:
    runtime = server.town.city.runtime
    opened = partial(open_door, name=DOOR, declared=TAP_MAP, schedule="daily", now=runtime.clock.now())
    runtime.database.in_transaction(opened)
    context = server.open_browser(chromium, person=server.town.city.officers["support"])
    page = context.new_page()
    page.goto("/officer/imports")
    content = (HEADER + tap(1) + tap(2, at="yesterday")).encode()
    page.get_by_label("The file that the operator sent").set_input_files(
        {"name": "taps.csv", "mimeType": "text/csv", "buffer": content}
    )
    with page.expect_response("**/stream"):
        page.get_by_role("button", name="Hand it in").click()
    expect(page.locator("#progress")).to_have_text("0% is imported.")
    assert find_violations(page) == []
    assert overhang(page) <= 0
    work_next(runtime.database, tools=make_tools(runtime.secrets, runtime.settings), clock=runtime.clock)
    expect(page.locator("#progress")).to_have_text("It is imported.")
    expect(page.locator("#told")).to_have_text("It is imported.")
    with page.expect_download() as loading:
        page.get_by_role("link", name="Download them as a table").click()
    written = Path(loading.value.path()).read_text(encoding="utf-8")
    assert written.splitlines()[1].startswith("3,at,")
    context.close()


def test_a_new_case_is_told_on_an_open_queue_and_what_is_being_written_stays(chromium: Browser, server: Server) -> None:
    world, at = server.town.city.world, server.town.city.clock.now()
    world.send([ride(901, at, 30_000, card=0, seconds=600)], at=at)
    context = server.open_browser(chromium, person=server.town.city.officers["support"])
    page = context.new_page()
    with page.expect_response("**/stream"):
        page.goto("/officer/review")
    before = page.get_by_role("button", name="Decide").count()
    page.get_by_label("Why").first.fill("The device had the wrong unit.")
    world.send([ride(902, at, 31_000, card=1, seconds=600)], at=at)
    expect(page.locator("#told")).to_have_text("There is more in the queue than this page shows.")
    assert page.get_by_role("button", name="Decide").count() == before
    assert page.get_by_label("Why").first.input_value() == "The device had the wrong unit."
    assert find_violations(page) == []
    page.get_by_role("link", name="Show the queue as it is now").click()
    expect(page.get_by_role("button", name="Decide")).to_have_count(before + 1)
    context.close()


def test_the_second_of_two_officers_on_a_case_is_told_kindly_and_keeps_what_they_wrote(
    chromium: Browser, server: Server
) -> None:
    world, at = server.town.city.world, server.town.city.clock.now()
    world.send([ride(903, at, 32_000, card=2, seconds=600)], at=at)
    people = (server.town.city.officers[role] for role in ("support", "approver"))
    contexts = [server.open_browser(chromium, person=person) for person in people]
    first, second = pages = [context.new_page() for context in contexts]
    for page, reason in zip(pages, ("Nobody rides so fast.", "It was a train."), strict=True):
        page.goto("/officer/review")
        page.get_by_label("It does not count").last.check()
        page.get_by_label("Why").last.fill(reason)
    first.get_by_role("button", name="Decide").last.click()
    first.wait_for_url("**/officer/review?done=*")
    second.get_by_role("button", name="Decide").last.click()
    expect(second.get_by_role("alert").first).to_contain_text("Another officer has decided this case meanwhile")
    expect(second.locator("main")).to_contain_text("It was a train.")
    for context in contexts:
        context.close()
