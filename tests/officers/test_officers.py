"""Two administrators give power and one takes it away; nobody their own, and one administrator stays."""

from __future__ import annotations

from typing import Any, TypeAlias

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.ids import parse_public_id
from app.identity.officers import change_roles, end_officer
from app.identity.queries import find_officer
from app.identity.role_deciding import approve_role_change
from app.identity.role_errors import LastAdmin
from app.identity.service import create_officer
from tests.api.city import City
from tests.api.conftest import NOW
from tests.api.undone import UndoneCity

Json: TypeAlias = Any
NEW = {"name": "Asha", "email": "Asha@city.example.org", "roles": ["finance"], "reason": "Joins the team."}


@pytest.fixture
def city(undone_city: UndoneCity) -> City:
    """Two administrators."""
    made = undone_city(NOW)
    second = made.runtime.database.in_transaction(
        lambda session: create_officer(session, name="Second", email="b@city.example.org", roles=["admin"], now=NOW)
    )
    made.officers["second"] = second.public_id
    made.tokens["second"] = made.token(second.public_id, "officer")
    return made


def _ask(city: City, who: str, method: str, path: str, order: Json = None) -> Json:
    answer = city.http.request(method, path, json=order, headers=city.by(who))
    return answer.json() if answer.content else {"status": answer.status_code}


def _change(city: City, officer: str, *roles: str, who: str = "admin") -> Json:
    order = {"roles": list(roles), "reason": "As agreed."}
    return _ask(city, who, "PUT", f"/v1/officers/{city.officers[officer]}/roles", order)


def _approve(city: City, change: Json, who: str) -> Json:
    return _ask(city, who, "POST", f"/v1/role-changes/{change['id']}/approve")


def _roles(city: City, officer: str) -> list[str]:
    found = _ask(city, "auditor", "GET", "/v1/officers")["items"]
    (roles,) = [one["roles"] for one in found if one["id"] == city.officers[officer]]
    return sorted(roles)


def _acts(city: City, act: str) -> list[Json]:
    found: list[Json] = _ask(city, "auditor", "GET", f"/v1/audit?act={act}")["items"]
    return found


def test_somebody_new_is_an_officer_once_another_administrator_approves(city: City) -> None:
    proposed = _ask(city, "admin", "POST", "/v1/officers", NEW)
    assert (proposed["officer"], proposed["roles"], proposed["decision"]) == (None, ["finance"], None)
    assert "Asha" not in str(_ask(city, "auditor", "GET", "/v1/officers")["items"])
    assert _approve(city, proposed, "admin")["code"] == "own-work"
    approved = _approve(city, proposed, "second")
    assert approved["decided_by"] == city.officers["second"]
    there = [one for one in _ask(city, "auditor", "GET", "/v1/officers")["items"] if one["name"] == "Asha"]
    assert there == [{"id": approved["officer"], "name": "Asha", "roles": ["finance"], "active": True}]
    assert _approve(city, proposed, "second")["code"] == "role-change-decided"
    given = _acts(city, "role.given")[0]
    assert (given["actor"], given["subject"]) == (city.officers["second"], f"officer:{approved['officer']}")
    assert [act["actor"] for act in _acts(city, "role.proposed")] == [city.officers["admin"]]
    assert "asha@" not in str(_ask(city, "auditor", "GET", "/v1/audit")).lower()
    again = _ask(city, "admin", "POST", "/v1/officers", NEW)
    assert again["code"] == "officer-email-taken"


def test_what_is_taken_away_goes_at_once_and_what_is_given_waits(city: City) -> None:
    more = _change(city, "editor", "editor", "approver")["waits"]
    assert _roles(city, "editor") == ["editor"]
    assert _change(city, "editor", "editor", "admin")["code"] == "role-change-waits"
    assert _approve(city, more, "second")["roles"] == ["approver", "editor"]
    assert _roles(city, "editor") == ["approver", "editor"]
    assert _change(city, "editor", "approver", "editor")["code"] == "roles-as-they-are"
    assert _change(city, "editor", "editor") == {"waits": None}
    (taken,) = _acts(city, "role.taken")
    assert taken["facts"] == {"roles": "approver", "ended": False}


def test_a_change_that_gives_and_takes_takes_as_openly_as_it_gives(city: City) -> None:
    swapped = _change(city, "editor", "finance")["waits"]
    assert _roles(city, "editor") == ["editor"]
    assert _approve(city, swapped, "second")["decision"] == "approved"
    assert _roles(city, "editor") == ["finance"]
    (taken,) = _acts(city, "role.taken")
    assert taken["facts"] == {"roles": "editor", "ended": False}


def test_the_last_administrator_stays_whatever_was_agreed_before(city: City) -> None:
    waits = _change(city, "second", "auditor")["waits"]
    serve = city.runtime.database.in_transaction
    serve(lambda session: session.execute(text("UPDATE officers SET roles = '{admin}' WHERE name = 'editor'")))
    assert _approve(city, waits, "editor")["decision"] == "approved"
    other = _change(city, "admin", "auditor", who="editor")["waits"]
    serve(lambda session: session.execute(text("UPDATE officers SET roles = '{auditor}' WHERE name = 'editor'")))
    approver = serve(lambda session: find_officer(session, written=city.officers["approver"]))
    assert approver is not None
    change = parse_public_id("rch", other["id"])
    assert change is not None
    with pytest.raises(LastAdmin):
        serve(lambda session: approve_role_change(session, change=change, by=approver, now=NOW))
    assert _roles(city, "admin") == ["admin"]


def test_nobody_changes_ends_or_approves_their_own_roles(city: City) -> None:
    assert _change(city, "admin", "admin", "finance")["code"] == "own-roles"
    assert _ask(city, "admin", "DELETE", f"/v1/officers/{city.officers['admin']}")["code"] == "own-roles"
    mine = _change(city, "second", "admin", "approver")["waits"]
    assert _approve(city, mine, "second")["code"] == "own-roles"
    assert _approve(city, mine, "admin")["code"] == "own-work"
    assert _ask(city, "second", "POST", f"/v1/role-changes/{mine['id']}/refuse")["decision"] == "refused"
    waiting = _ask(city, "auditor", "GET", "/v1/role-changes")["items"]
    decided = _ask(city, "auditor", "GET", "/v1/role-changes?state=decided")["items"]
    assert (waiting, [one["id"] for one in decided]) == ([], [mine["id"]])


def test_the_database_refuses_a_second_word_that_is_the_first_ones(city: City) -> None:
    waits = _change(city, "editor", "editor", "approver")["waits"]
    decided = text(
        "UPDATE role_changes SET decision = 'approved', decided_by = proposed_by, decided_at = :now"
        " WHERE decision IS NULL"
    )
    assert waits["decision"] is None
    with pytest.raises(IntegrityError, match="ck_role_changes_two_officers"):
        city.runtime.database.in_transaction(lambda session: session.execute(decided, {"now": NOW}))


def test_whoever_is_ended_may_do_nothing_and_comes_back_by_two_and_without_a_way_in(city: City) -> None:
    editor = city.officers["editor"]
    waits = _change(city, "editor", "editor", "finance")["waits"]
    _bind(city, editor)
    assert _ask(city, "admin", "DELETE", f"/v1/officers/{editor}")["status"] == 204
    assert _ask(city, "admin", "DELETE", f"/v1/officers/{editor}")["status"] == 204
    assert _ask(city, "editor", "GET", "/v1/rules")["code"] == "token-invalid"
    assert _approve(city, waits, "second")["code"] == "role-change-decided"
    assert [act["facts"]["ended"] for act in _acts(city, "role.taken")] == [True]
    back = _change(city, "editor", "editor")["waits"]
    assert _ask(city, "editor", "GET", "/v1/rules")["code"] == "token-invalid"
    assert _approve(city, back, "second")["officer"] == editor
    logins = text("SELECT count(*) FROM logins WHERE person = :person")
    left = city.runtime.database.in_transaction(lambda s: s.execute(logins, {"person": editor}).scalar_one())
    assert left == 0


def test_of_two_administrators_who_end_each_other_at_once_one_stays(city: City) -> None:
    """The second request was let in while both were administrators, and waited for the first."""
    serve = city.runtime.database.in_transaction
    serve(lambda session: session.execute(text("UPDATE officers SET roles = '{admin,auditor}' WHERE name = 'admin'")))
    first = serve(lambda session: find_officer(session, written=city.officers["admin"]))
    second = serve(lambda session: find_officer(session, written=city.officers["second"]))
    assert first is not None
    assert second is not None
    serve(lambda session: end_officer(session, officer=second.uuid, by=first, now=NOW))
    with pytest.raises(LastAdmin):
        serve(lambda session: end_officer(session, officer=first.uuid, by=second, now=NOW))
    less = ["auditor"]
    with pytest.raises(LastAdmin):
        serve(lambda session: change_roles(session, officer=first.uuid, roles=less, reason="x", by=second, now=NOW))


def test_one_administrator_alone_does_not_take_over_another_officers_way_in(city: City) -> None:
    invite = {"person": city.officers["finance"]}
    assert "code" in _ask(city, "admin", "POST", "/v1/staff-invitations", invite)
    _bind(city, city.officers["finance"])
    assert _ask(city, "admin", "POST", "/v1/staff-invitations", invite)["code"] == "way-in-there"


def test_whoever_proposed_an_officer_does_not_get_their_way_in_too(city: City) -> None:
    approved = _approve(city, _ask(city, "admin", "POST", "/v1/officers", NEW), "second")
    invite = {"person": approved["officer"]}
    assert _ask(city, "admin", "POST", "/v1/staff-invitations", invite)["code"] == "own-candidate"
    assert "link" in _ask(city, "second", "POST", "/v1/staff-invitations", invite)


def test_of_an_officer_who_came_back_the_latest_proposer_is_the_one_who_may_not_invite(city: City) -> None:
    approved = _approve(city, _ask(city, "admin", "POST", "/v1/officers", NEW), "second")
    asha = approved["officer"]
    city.officers["asha"] = asha
    assert _ask(city, "admin", "DELETE", f"/v1/officers/{asha}")["status"] == 204
    assert _approve(city, _change(city, "asha", "editor", who="second")["waits"], "admin")["decision"] == "approved"
    assert _ask(city, "second", "POST", "/v1/staff-invitations", {"person": asha})["code"] == "own-candidate"
    assert "link" in _ask(city, "admin", "POST", "/v1/staff-invitations", {"person": asha})


@pytest.mark.parametrize("person", ["owner", "cafe", "host"])
def test_one_administrator_alone_takes_over_nobody_who_can_sign_in(city: City, person: str) -> None:
    invite = {"person": (city.staff | city.hosts)[person]}
    assert "link" in _ask(city, "admin", "POST", "/v1/staff-invitations", invite), "nobody's way in is lost by it"
    _bind(city, invite["person"])
    assert _ask(city, "admin", "POST", "/v1/staff-invitations", invite)["code"] == "way-in-there"


def test_whom_there_is_not_is_told(city: City) -> None:
    for path in (f"/v1/officers/off_{'0' * 32}/roles", "/v1/officers/x/roles"):
        assert _ask(city, "admin", "PUT", path, {"roles": ["editor"], "reason": "x"})["code"] == "officer-unknown"
    assert _ask(city, "admin", "POST", f"/v1/role-changes/rch_{'0' * 32}/refuse")["code"] == "role-change-unknown"


def _bind(city: City, person: str) -> None:
    login = text("INSERT INTO logins (id, side, key_hash, person, made_at) VALUES (1, 'officer', 'x', :person, :now)")
    city.runtime.database.in_transaction(lambda session: session.execute(login, {"person": person, "now": NOW}))
