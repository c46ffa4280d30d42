"""Support looks at somebody's account only for a purpose, sees what they see, and adjustments take two officers."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.residents.members import give_member_number, write_member_number
from app.residents.queries import get_resident
from app.web.pages.visits import Role
from tests.earning.world import ride, tap
from tests.pages.browser import Browser, Page
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town

FIND, ADJUST = "/officer/residents", "/officer/adjustments"
WHY = {"purpose": "asked_in_person", "note": "Came to the library."}


@pytest.fixture
def town(shared_town: Town) -> Town:
    return shared_town


def officer(town: Town, role: str) -> Browser:
    return town.browser(Role.OFFICER, number=sorted(town.city.officers).index(role))


def member(town: Town, resident: int = 0) -> str:
    """As it is printed."""
    keys = town.city.runtime.card_keys
    number = town.city.runtime.database.in_transaction(
        lambda session: give_member_number(
            session, resident=get_resident(session, resident_id=town.city.world.residents[resident]), keys=keys
        )
    )
    return write_member_number(number)


def look(browser: Browser, reference: str, **changes: str) -> Page:
    return browser.send(visit(browser, FIND).form(FIND), **(WHY | {"reference": reference} | changes))


def trail(town: Town) -> list[tuple[str, str, str | None, Any]]:
    """Acts on residents, the oldest first."""
    rows = town.city.runtime.database.in_transaction(
        lambda session: session.execute(
            text("SELECT act, subject, purpose, facts FROM audit_acts WHERE subject LIKE 'resident:%' ORDER BY id")
        ).all()
    )
    return [(row.act, row.subject, row.purpose, row.facts) for row in rows]


def propose(town: Town, role: str = "finance", **changes: str) -> Page:
    browser = officer(town, role)
    order = {
        "reference": town.city.residents[0],
        "points": "20",
        "campaign": "cmp_get_on_board",
        "reason": "A lost morning.",
    }
    return browser.send(visit(browser, ADJUST).form(ADJUST), **(order | changes))


def decide(town: Town, role: str, act: str) -> Page:
    browser = officer(town, role)
    return browser.send(visit(browser, ADJUST).form(f"{ADJUST}/{act}"))


def test_nothing_is_shown_before_a_purpose_is_said_and_then_the_look_is_in_the_audit_trail(town: Town) -> None:
    browser, number = officer(town, "support"), member(town)
    for unsaid in ({"purpose": ""}, {"note": " "}, {"purpose": "curiosity"}, {"note": "x" * 301}):
        page = look(browser, number, **unsaid)
        check(page, 422)
        assert "Choose why you look" in page.text
        assert "500 points" not in page.text
        assert page.form(FIND).fields["reference"] == number
    assert trail(town) == []
    page = look(browser, number)
    check(page)
    assert "500 points" in page.text
    assert "“Came to the library.”" in page.text
    subject = f"resident:{town.city.residents[0]}"
    assert trail(town) == [("person.looked_at", subject, "asked_in_person", {"desk": "account"})]


def test_support_sees_what_the_resident_sees_with_reasons_and_no_stop(town: Town) -> None:
    at = town.city.clock.now()
    town.city.world.send([ride(1, at, 4_000), tap(1, at)], at=at)
    page = look(officer(town, "support"), town.city.residents[0])
    check(page)
    for said in ("Bike ride", "8 points", "Travel card tap on a bus", "508 points", "Card ending"):
        assert said in page.text
    assert "stop:" not in page.text
    browser = officer(town, "support")
    explained = browser.send(look(browser, town.city.residents[0]).form(f"{FIND}/why"))
    check(explained)
    assert "Why" in explained.heading
    form = look(browser, town.city.residents[1]).form(FIND)
    form.action, form.fields["event"] = f"{FIND}/why", "ride-1"
    check(browser.send(form), 404)


def test_somebody_is_found_by_a_whole_reference_alone(town: Town) -> None:
    browser = officer(town, "support")
    for reference, status in (("4821", 422), ("res_0", 404), (f"res_{'0' * 32}", 404), ("", 422), ("Ada", 422)):
        page = look(browser, reference)
        check(page, status)
        assert page.heading == "Find somebody"
    assert trail(town) == []


def test_an_officer_without_the_role_is_told_which_one_it_takes(town: Town) -> None:
    for role in ("editor", "finance", "auditor", "admin"):
        for path in (FIND, "/officer/desk", "/officer/desk/open", "/officer/desk/letters"):
            page = officer(town, role).open(path)
            check(page, 403)
            assert "This needs the role support, which you do not have." in page.text


def test_a_look_is_refused_to_other_roles_by_a_form_of_their_own_too(town: Town) -> None:
    form = visit(officer(town, "support"), FIND).form(FIND)
    other = officer(town, "finance")
    form.fields |= WHY | {
        "reference": town.city.residents[0],
        "csrf": visit(other, ADJUST).form(ADJUST).fields["csrf"],
    }
    page = other.send(form)
    check(page, 403)
    assert "500 points" not in page.text
    assert trail(town) == []


def test_the_resident_reads_that_somebody_looked_and_why(town: Town) -> None:
    look(officer(town, "support"), town.city.residents[0])
    acts = town.city.http.get("/v1/me/desk", headers=town.city.resident(0)).json()["items"]
    assert [(one["act"], one["purpose"], one["note"]) for one in acts] == [("account", *WHY.values())]


def test_an_adjustment_is_given_once_another_officer_has_approved_it(town: Town) -> None:
    page = propose(town)
    check(page)
    assert "It waits for another officer." in page.text
    assert town.city.balance()["available"] == 500
    page = decide(town, "approver", "approve")
    check(page)
    assert "Approved and carried out." in page.text
    assert town.city.balance()["available"] == 520
    assert [act for act, *_ in trail(town) if act == "points.adjusted"] == ["points.adjusted"] * 2


def test_nobody_approves_their_own_adjustment_and_the_page_says_so(town: Town) -> None:
    page = propose(town, "approver")
    assert "You proposed it, so another officer decides." in page.text
    assert not [form for form in page.forms if form.action == f"{ADJUST}/approve"]
    form = page.form(f"{ADJUST}/refuse")
    form.action = f"{ADJUST}/approve"
    browser = officer(town, "approver")
    form.fields["csrf"] = visit(browser, ADJUST).form(ADJUST).fields["csrf"]
    page = browser.send(form)
    check(page, 409)
    assert "Ask another approver." in page.text
    assert town.city.balance()["available"] == 500


def test_an_officer_may_take_their_own_adjustment_back(town: Town) -> None:
    propose(town, "approver")
    page = decide(town, "approver", "refuse")
    check(page)
    assert "Refused" in page.text
    assert town.city.balance()["available"] == 500


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"points": "many"}, 422, "Enter a whole number of points"),
        ({"points": "0"}, 422, "Enter a whole number of points"),
        ({"points": "1001"}, 409, "at most 1000 points"),
        ({"reference": "res_0"}, 404, "no resident with this id"),
        ({"reference": "123"}, 422, "not a member number"),
        ({"campaign": ""}, 404, "no campaign"),
        ({"reason": ""}, 422, "Say why"),
        ({"reason": "4111 1111 1111 1111"}, 422, "bank card"),
    ],
)
def test_what_is_wrong_with_an_adjustment_is_said_and_the_rest_is_kept(
    town: Town, changes: dict[str, str], status: int, said: str
) -> None:
    page = propose(town, **changes)
    check(page, status)
    assert said in page.text
    assert page.title.startswith("Error:")
    kept = page.form(ADJUST).fields
    assert kept["points"] == changes.get("points", "20")
    assert kept["reference"] == changes.get("reference", town.city.residents[0])


def test_whoever_may_only_read_adjustments_finds_no_form_to_change_them(town: Town) -> None:
    propose(town)
    for role in ("auditor", "finance"):
        page = visit(officer(town, role), ADJUST)
        assert "A lost morning." in page.text
        assert not [form for form in page.forms if form.action in (f"{ADJUST}/approve", f"{ADJUST}/refuse")]
    check(officer(town, "support").open(ADJUST), 403)
