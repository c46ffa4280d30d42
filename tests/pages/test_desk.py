"""The desk does for people without e-mail or phone what others do themselves, by forms alone, and keeps each act."""

from __future__ import annotations

import re

import pytest

from app.outbox import REFUND_REFUSED, queue_desk_notice
from app.redemption.callback_sample import ASKED_AFTER, CallbackKeys, ask_residents
from tests.pages.browser import Browser, Form, Page
from tests.pages.test_every_page import check, visit
from tests.pages.test_support import WHY, look, member, officer, trail
from tests.pages.town import Town

OPEN, LETTERS = "/officer/desk/open", "/officer/desk/letters"
PERSON = {"name": "Ada Booth", "connection": "live", "of_age": "yes", **WHY}


@pytest.fixture
def town(shared_town: Town) -> Town:
    return shared_town


@pytest.fixture
def desk(town: Town) -> Browser:
    return officer(town, "support")


def _open(desk: Browser, **changes: str) -> Page:
    form = visit(desk, OPEN).form(OPEN)
    return desk.send(form, **(PERSON | {"terms": form.boxes["terms"]} | changes))


def _number_on(page: Page) -> str:
    found = re.search(r"\b\d{4} \d{3} \d{4}\b", page.text)
    assert found is not None, page.text
    return found[0]


def _redeem(page: Page, title: str = "Drink") -> Form:
    """The form with a reward chosen."""
    form = page.form("/officer/residents/redeem")
    texts = {tag.attributes.get("value", ""): tag.text for tag in page.find_all("option")}
    form.fields["reward"] = next(value for value, said in texts.items() if title in said)
    return form


def test_an_account_is_opened_for_somebody_without_a_phone_and_their_card_is_shown(town: Town, desk: Browser) -> None:
    page = _open(desk)
    check(page)
    assert "The account of Ada Booth is open." in page.text
    account = look(desk, _number_on(page))
    check(account)
    assert account.heading == "Ada Booth"
    assert [act for act, *_ in trail(town)] == ["person.consent_changed", "person.opened", "person.looked_at"]


def test_a_form_that_is_sent_twice_opens_one_account(town: Town, desk: Browser) -> None:
    form = visit(desk, OPEN).form(OPEN)
    filled = PERSON | {"terms": form.boxes["terms"]}
    assert _number_on(desk.send(form, **filled)) == _number_on(desk.send(form, **filled))
    assert [act for act, *_ in trail(town)] == ["person.consent_changed", "person.opened"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "Enter the name"),
        ({"connection": ""}, "Choose what connects"),
        ({"postcode": "nowhere"}, "postcode"),
        ({"of_age": ""}, "Tick that the person is 18 or over"),
        ({"terms": ""}, "Read the terms to the person"),
        ({"terms": "1999-01-01"}, "terms"),
        ({"pass": "golden"}, "Choose a kind of pass"),
        ({"note": ""}, "Choose why you look"),
    ],
)
def test_what_is_missing_to_open_an_account_is_said_and_what_was_entered_is_kept(
    town: Town, desk: Browser, changes: dict[str, str], said: str
) -> None:
    page = _open(desk, **changes)
    assert page.status in (409, 422)
    check(page, page.status)
    assert said in page.text
    assert page.title.startswith("Error:")
    assert page.form(OPEN).fields["name"] == changes.get("name", "Ada Booth").strip()
    assert trail(town) == []


def test_points_become_a_voucher_on_paper_that_a_till_redeems(town: Town, desk: Browser) -> None:
    page = look(desk, member(town))
    form = _redeem(page)
    printed = desk.send(form)
    check(printed)
    assert "Show this at Kirkgate Café" in printed.text
    assert printed.find_all("svg")
    code = re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", printed.text)
    assert code is not None
    assert code[0] in desk.send(form).text  # sent twice, it is the same voucher
    account = desk.send(printed.form("/officer/residents"))
    assert "400 points" in account.text
    again = desk.send(account.form("/officer/residents/voucher"))
    assert code[0] in again.text
    assert town.city.redeem(code[0]).status_code == 200
    acts = [(act, facts["desk"]) for act, _, _, facts in trail(town) if "desk" in facts]
    assert acts.count(("person.redeemed_for", "redeem")) == 1


def test_a_reward_that_can_not_be_had_is_refused_in_words_on_the_account(town: Town, desk: Browser) -> None:
    form = _redeem(look(desk, member(town)))
    form.fields["reward"] = "rew_0"
    page = desk.send(form)
    check(page, 404)
    assert page.heading == look(desk, member(town)).heading


def test_another_persons_voucher_is_not_printed_for_this_one(town: Town, desk: Browser) -> None:
    desk.send(_redeem(look(desk, member(town))))
    form = look(desk, member(town)).form("/officer/residents/voucher")
    form.fields["reference"] = town.city.residents[1]
    check(desk.send(form), 404)


def test_a_pass_that_is_seen_is_linked_and_one_of_somebody_else_is_not(town: Town, desk: Browser) -> None:
    link = look(desk, member(town)).form("/officer/residents/link")
    page = desk.send(link, number="seen in hand 77")
    check(page)
    assert "The pass is linked." in page.text
    page = desk.send(look(desk, member(town, 1)).form("/officer/residents/link"), number="seeninhand77")
    check(page, 409)
    assert page.title.startswith("Error:")
    page = desk.send(look(desk, member(town, 1)).form("/officer/residents/link"), number="4111111111111111")
    check(page, 422)
    assert "bank card" in page.text
    assert [facts["desk"] for _, _, _, facts in trail(town)].count("link_card") == 1


def test_a_card_that_was_claimed_is_confirmed_by_its_whole_number(town: Town, desk: Browser) -> None:
    made = town.city.http.post("/v1/me/cards", json={"subject": "card:claimed-1"}, headers=town.city.resident(0))
    assert made.status_code == 201
    page = look(desk, member(town))
    assert "Waiting for proof" in page.text
    page = desk.send(page.form("/officer/residents/confirm"), number="another")
    check(page, 404)
    page = desk.send(page.form("/officer/residents/confirm"), number="claimed-1")
    check(page)
    assert "The card is confirmed." in page.text
    assert "Waiting for proof" not in page.text


def test_a_lost_member_card_gets_a_new_number_and_the_old_one_stops(town: Town, desk: Browser) -> None:
    old = member(town)
    page = desk.send(look(desk, old).form("/officer/residents/replace-number"))
    check(page)
    assert "The old member number has stopped." in page.text
    assert old not in page.text
    check(look(desk, old), 404)
    card = desk.send(page.form("/officer/desk"))
    check(card)
    assert card.heading == "Member card"
    assert _number_on(card) == _number_on(page)


def test_letters_are_listed_for_a_purpose_and_gone_once_they_are_sent(town: Town, desk: Browser) -> None:
    town.city.runtime.database.in_transaction(
        lambda session: queue_desk_notice(
            session, person=town.city.residents[0], kind=REFUND_REFUSED, numbers={}, now=town.city.clock.now()
        )
    )
    unsaid = desk.send(visit(desk, LETTERS).form(LETTERS))
    check(unsaid, 422)
    assert trail(town) == []
    page = desk.send(unsaid.form(LETTERS), **WHY)
    check(page)
    assert "could not give the points back" in page.text
    assert [facts for *_, facts in trail(town)] == [{"desk": "letters"}]
    page = desk.send(page.form(f"{LETTERS}/told"))
    check(page)
    assert "1 notice is noted as told." in page.text
    assert "No letter waits." in page.text


def test_the_desk_asks_whether_somebody_got_what_their_voucher_was_for(town: Town, desk: Browser) -> None:
    code = re.findall(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", desk.send(_redeem(look(desk, member(town)))).text)[0]
    town.city.redeem(code)
    keys, later = CallbackKeys(town.city.runtime.secrets), town.city.clock.now() + ASKED_AFTER
    town.city.runtime.database.in_transaction(lambda session: ask_residents(session, keys=keys, percent=100, now=later))
    page = look(desk, member(town))
    assert "Ask: did you get “Drink”" in page.text
    page = desk.send(page.form("/officer/residents/answer"), got="yes")
    check(page)
    assert "Their answer is kept." in page.text


def test_no_form_of_the_desk_works_without_its_token_or_its_purpose(town: Town, desk: Browser) -> None:
    page = look(desk, member(town))
    before = trail(town)
    for form in page.forms:
        if form.action == "/sign-out":
            continue
        check(desk.send(Form(form.action, "post", form.fields | {"csrf": "x"})), 403)
        check(desk.send(Form(form.action, "post", form.fields | {"note": ""})), 422)
    assert trail(town) == before
