"""A partner's owner lets people in and takes them away by forms alone."""

from __future__ import annotations

from app.web.pages.visits import Role
from tests.pages.browser import Form
from tests.pages.business import open_as, open_as_colleague
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town

STAFF = "/partner/staff"


def test_who_is_invited_has_a_link_that_is_shown_once(shared_town: Town) -> None:
    owner = open_as(shared_town, "owner")
    page = owner.send(visit(owner, STAFF).form(STAFF), name="Ada Barista")
    check(page)
    link = next(word for word in page.text.split() if "/invitation/" in word)
    assert "Ada Barista Redeems vouchers" in page.text
    assert link not in visit(owner, STAFF).text
    guest = shared_town.browser()
    assert guest.http.get(f"/invitation/{link.rpartition('/')[2]}").status_code == 200


def test_a_name_that_is_missing_is_asked_for_and_nothing_is_lost(shared_town: Town) -> None:
    owner = open_as(shared_town, "owner")
    for name in ("", "x" * 81):
        page = owner.send(visit(owner, STAFF).form(STAFF), name=name, owner="yes")
        check(page, 422)
        assert page.title.startswith("Error:")
        boxes = [tag for tag in page.find_all("input") if tag.attributes.get("name") == "owner"]
        assert "checked" in boxes[0].attributes


def test_who_is_removed_can_do_nothing_from_that_moment(shared_town: Town) -> None:
    owner, colleague = open_as(shared_town, "owner"), open_as_colleague(shared_town)
    visit(colleague, "/partner")
    action = f"{STAFF}/{shared_town.city.staff['cafe']}/remove"
    page = owner.send(visit(owner, STAFF).form(action))
    check(page)
    assert "They can do nothing for you any more." in page.text
    assert colleague.open("/partner").heading == "Sign in"


def test_the_last_owner_stays(shared_town: Town) -> None:
    owner = open_as(shared_town, "owner")
    page = owner.send(visit(owner, STAFF).form(f"{STAFF}/{shared_town.city.staff['owner']}/remove"))
    check(page, 409)
    assert "This is the last owner of the partner." in page.text


def test_somebody_who_does_not_own_the_partner_sees_no_people_and_invites_nobody(shared_town: Town) -> None:
    colleague = open_as_colleague(shared_town)
    page = visit(colleague, STAFF)
    assert "An owner of your partner invites people" in page.text
    assert "may do everything" not in page.text
    form = Form(STAFF, "post", {"csrf": visit(colleague, "/till").form("/till").fields["csrf"]})
    check(colleague.send(form, name="Ada"), 403)


def test_another_partners_people_are_not_there_to_remove(shared_town: Town) -> None:
    other = open_as(shared_town, "other_owner")
    form = visit(other, STAFF).form(STAFF)
    form.action = f"{STAFF}/{shared_town.city.staff['cafe']}/remove"
    assert other.send(form).status == 404
    visit(shared_town.browser(Role.PARTNER), "/partner")
