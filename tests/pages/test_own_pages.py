"""What residents tell, correct, ask and take along on their pages, without any script."""

from __future__ import annotations

from datetime import UTC, datetime

from app.web.pages.visits import Role
from tests.earning.world import ride
from tests.pages.browser import Browser, Page
from tests.pages.test_every_page import check
from tests.pages.town import Town


def send(browser: Browser, path: str, action: str, **filled: str) -> Page:
    return browser.send(browser.open(path).form(action), **filled)


def test_a_resident_corrects_their_details_and_a_wrong_postcode_is_said_beside_its_field(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    wrong = send(browser, "/you/details", "/you/details", name="Amara", connection="work", postcode="LS")
    check(wrong, 422)
    assert "#postcode" in wrong.links()
    page = send(browser, "/you/details", "/you/details", name="Amara B", connection="work", pass_type="senior")
    assert "Your details are changed." in page.text
    assert "You joined as Amara B" in page.text
    fields = browser.open("/you/details").tags
    chosen = [tag.attributes["value"] for tag in fields if "checked" in tag.attributes]
    assert chosen == ["work", "senior"]
    assert send(browser, "/you/details", "/you/details", name=" ").status == 422


def test_consents_and_thanks_without_points_are_kept_as_ticked_and_can_be_taken_back(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    page = send(browser, "/you/choices", "/you/choices", consent="news", declined="travel")
    assert "Your choices are saved." in page.text
    at = town.city.clock.now()
    town.city.world.send([ride(1, at, 4_000)], at=at)
    assert "no points" in browser.open("/you").text
    ticked = [tag.attributes["value"] for tag in browser.open("/you/choices").tags if "checked" in tag.attributes]
    assert ticked == ["news", "travel"]
    send(browser, "/you/choices", "/you/choices", consent="", declined="")
    assert not [tag for tag in browser.open("/you/choices").tags if "checked" in tag.attributes]


def test_a_card_waits_for_its_proof_and_a_bank_card_is_refused(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    bank = send(browser, "/you/cards", "/you/cards", number="4111 1111 1111 1111", proof="confirmed")
    check(bank, 422)
    assert "There is a problem" in bank.text
    page = send(browser, "/you/cards", "/you/cards", number="T0K3N-9917", proof="micro_check")
    assert "Card ending 9917 Waiting for proof" in page.text
    assert "Tap the card once in each of these times" in page.text
    withdrawn = browser.send(next(form for form in page.forms if form.action.endswith("/remove")))
    assert "The card is no longer linked" in withdrawn.text
    assert "9917" not in withdrawn.text


def test_a_person_looks_again_at_what_a_resident_thinks_is_wrong(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    at = town.city.clock.now()
    town.city.world.send([ride(1, at, 4_000)], at=at)
    why = next(link for link in browser.open("/you").links() if "/why?" in link)
    again = next(link for link in browser.open(why).links() if "/again?" in link)
    assert send(browser, again, "/you/activity/again", words=" ").status == 422
    page = send(browser, again, "/you/activity/again", words="It was five kilometres.")
    assert "It was five kilometres." in page.text
    assert "You get an answer by 22 December 2026." in page.text
    twice = send(browser, again, "/you/activity/again", words="Please.")
    check(twice, 409)
    stranger = town.browser(Role.RESIDENT, number=1)
    check(send(stranger, again, "/you/activity/again", words="Mine."), 404)


def test_a_missing_trip_is_reported_with_its_day(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    check(send(browser, "/you/missing", "/you/missing", kind="cycle.trip", day="yesterday"), 422)
    check(send(browser, "/you/missing", "/you/missing", kind="cycle.trip", day="2026-01-01"), 422)
    page = send(browser, "/you/missing", "/you/missing", kind="cycle.trip", day="2026-11-20", note="From the station")
    assert "20 November 2026 Waiting" in page.text
    assert "From the station" in page.text


def test_a_complaint_is_kept_and_shown_with_its_state(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    assert send(browser, "/you/complain", "/you/complain", words="").status == 422
    page = send(browser, "/you/complain", "/you/complain", words="The <b>desk</b> was closed.")
    assert "The <b>desk</b> was closed." in page.text
    assert "22 November 2026 Sent" in page.text


def test_the_printed_card_has_the_same_number_each_time(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    first, second = (browser.open("/you/member-card").text for _ in range(2))
    assert first == second


def test_everything_held_can_be_taken_along_as_a_page_and_as_data(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    page, data = browser.http.get("/you/data?form=page"), browser.http.get("/you/data?form=json")
    assert "attachment" in page.headers["Content-Disposition"]
    assert "<h1>What we hold about you</h1>" in page.text
    assert data.json()["id"] == town.city.residents[0]


def test_leaving_says_what_is_lost_asks_once_and_ends_the_session(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    asked = browser.open("/you/leave")
    assert "You lose 500 points" in asked.text
    check(browser.send(asked.form("/you/leave")), 422)
    check(browser.send(asked.form("/you/leave"), sure="yes", points="400"), 409)
    assert browser.send(asked.form("/you/leave"), sure="yes").heading == "You have left"
    assert browser.open("/you").heading == "Sign in"


def test_rewards_are_filtered_by_kind_and_place_and_all_of_the_map_is_in_the_list(town: Town) -> None:
    browser = town.browser()
    everything = browser.open("/rewards")
    assert "Seeds for the beck" in everything.text
    assert "Seeds for the beck" not in browser.open("/rewards?kind=food").text
    there = browser.open("/rewards?place=Meanwood")
    assert "Seeds for the beck" in there.text
    assert "Any size." not in there.text
    assert "There is nothing like this" in browser.open("/rewards?kind=food&place=Meanwood").text
    assert "/rewards?place=Meanwood" in everything.links()
    check(browser.open("/rewards?kind=%00"))


def test_points_are_given_to_a_group(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    link = next(link for link in browser.open("/give").links() if "/rewards/rew_" in link)
    page = browser.send(browser.open(link).form(link))
    assert "Thank you" in page.text
    assert "450 points to spend" in browser.open("/you").text


def test_checking_in_with_a_code_that_is_none_says_so(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    check(send(browser, "/check-in", "/check-in", code=""), 422)
    check(send(browser, "/check-in", "/check-in", code="no code at all"), 422)
    # Eight letters may be a code that was read aloud and is over.
    check(send(browser, "/check-in", "/check-in", code="nonsense"), 409)


def test_home_says_which_points_expire_first_and_warns_of_those_that_are_about_to(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    assert "The first points to expire are 500 points, on 1 April 2028" in browser.open("/you").text
    town.city.clock.at = datetime(2028, 3, 20, 12, 0, tzinfo=UTC)
    assert "About to expire: 500 points on 1 April 2028" in town.browser(Role.RESIDENT).open("/you").text
