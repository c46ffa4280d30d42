"""Registering who may call."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from app.identity.errors import ClientIdTaken, OfficerEmailTaken, RegistrationInvalid, SourceNameTaken
from app.identity.queries import count_admins, find_client, find_client_by_secret, find_officer, find_staff
from app.identity.service import add_partner_staff, create_officer, register_client, register_source
from app.identity.sources import list_sources

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "a-secret-of-at-least-thirty-two-characters"


def _register(session: Session, client_id: str = "buses", **changes: object) -> None:
    facts: dict[str, object] = {"secret": SECRET, "title": "Buses", "scopes": ["events:write"]}
    register_client(session, client_id=client_id, **(facts | changes))  # type: ignore[arg-type]


def test_a_client_is_found_by_its_secret_only(session: Session) -> None:
    register_source(session, name="urn:taps", title="Taps", evidence="verified")
    _register(session, sources=["urn:taps"], event_types=["transit.tap"])
    found = find_client_by_secret(session, client_id="buses", secret=SECRET, now=NOW)
    assert found is not None
    assert (found.sources, found.event_types) == (frozenset({"urn:taps"}), frozenset({"transit.tap"}))
    assert find_client_by_secret(session, client_id="buses", secret=SECRET + "x", now=NOW) is None
    assert find_client_by_secret(session, client_id="trains", secret=SECRET, now=NOW) is None
    assert find_client(session, client_id="trains") is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client_id": "res_1"}, "client_id"),
        ({"client_id": "Buses"}, "client_id"),
        ({"client_id": ""}, "client_id"),
        ({"secret": "short"}, "secret"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["resident"]}, "scopes"),
        ({"scopes": ["officer", "events:write"]}, "scopes"),
        ({"sources": ["urn:unknown"]}, "sources"),
    ],
)
def test_a_client_that_makes_no_sense_is_refused(session: Session, changes: dict[str, object], field: str) -> None:
    with pytest.raises(RegistrationInvalid) as refused:
        _register(session, **changes)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert SECRET not in str(refused.value)


def test_ids_and_names_are_taken_once(session: Session, now: datetime) -> None:
    _register(session)
    with pytest.raises(ClientIdTaken):
        _register(session)
    register_source(session, name="urn:taps", title="Taps", evidence="verified")
    with pytest.raises(SourceNameTaken):
        register_source(session, name="urn:taps", title="Taps", evidence="verified")
    create_officer(session, name="A", email="a@example.org", roles=["editor"], now=now)
    with pytest.raises(OfficerEmailTaken):
        create_officer(session, name="B", email="A@Example.org", roles=["editor"], now=now)


@pytest.mark.parametrize("name", ["taps", "urn:", "urn:a/b", "urn:a b", "urn:a\0", "urn:a?b", "urn:a#b", "urn:%2f"])
def test_a_source_that_cannot_stand_in_a_path_is_refused(session: Session, name: str) -> None:
    with pytest.raises(RegistrationInvalid):
        register_source(session, name=name, title="Taps", evidence="verified")


def test_sources_are_listed_by_name_with_what_their_word_is_worth(session: Session) -> None:
    first = register_source(session, name="urn:b", title="B", evidence="any")
    second = register_source(session, name="urn:a", title="A", evidence="registered_organisation")
    assert first != second
    assert {name: source.evidence for name, source in list_sources(session).items()} == {
        "urn:a": "registered_organisation",
        "urn:b": "any",
    }
    with pytest.raises(RegistrationInvalid):
        register_source(session, name="urn:c", title="C", evidence="hearsay")


def test_an_officer_has_known_roles_and_is_found_by_public_id(session: Session, now: datetime) -> None:
    assert count_admins(session) == 0
    made = create_officer(session, name=" An Officer ", email="a@example.org", roles=["auditor", "editor"], now=now)
    assert count_admins(session) == 0
    assert find_officer(session, written=made.public_id) == made
    assert made.name == "An Officer"
    for written in ("", "off_", made.public_id.replace("off_", "res_"), "off_" + "0" * 32):
        assert find_officer(session, written=written) is None
    for roles in ([], ["king"]):
        with pytest.raises(RegistrationInvalid):
            create_officer(session, name="B", email="b@example.org", roles=roles, now=now)
    for email in ("b", "b@", "@b", "a b@c", "b@c@d"):
        with pytest.raises(RegistrationInvalid):
            create_officer(session, name="B", email=email, roles=["editor"], now=now)


def test_staff_are_found_by_public_id_with_their_partner(session: Session, now: datetime) -> None:
    made = add_partner_staff(session, partner_id=7, name="At the till", now=now)
    found = find_staff(session, written=made.public_id)
    assert found is not None
    assert found.partner_id == 7
    assert find_staff(session, written="stf_" + "0" * 32) is None
    with pytest.raises(RegistrationInvalid):
        add_partner_staff(session, partner_id=7, name="\0", now=now)
