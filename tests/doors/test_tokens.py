"""The list of enrolled tokens: what a source may send, as changes since a cursor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.secret_store import Secrets
from app.identity.sources import list_sources
from app.residents import queries
from app.residents.service import COOLING_OFF, link_card, unlink_card
from tests.api.city import City, build_city
from tests.earning.world import CHECK_IN, TAPS

T = TypeVar("T")
Changes = list[tuple[str, bool]]


@pytest.fixture
def city(database: Database, secrets: Secrets, now: datetime) -> City:
    """With real commits: the list is ordered by them."""
    return build_city(database, secrets, now)


def fetch(city: City, after: str = "", *, source: str = TAPS, who: str = "taps") -> tuple[Changes, str]:
    """Every change since `after`, and the new cursor."""
    changes: Changes = []
    while True:
        page = city.http.get(f"/v1/sources/{source}/tokens", params={"after": after}, headers=city.by(who)).json()
        changes += [(one["token"], one["enrolled"]) for one in page["items"]]
        after = page["after"]
        if not page["more"]:
            return changes, after


def change(city: City, serve: Callable[[Session], T]) -> T:
    return city.runtime.database.in_transaction(serve)


def link(city: City, subject: str, *, source: str | None = None, resident: int = 0) -> int:
    def serve(session: Session) -> int:
        return link_card(
            session,
            resident_id=city.world.residents[resident],
            subject=subject,
            source_id=list_sources(session)[source].id if source else None,
            keys=city.world.keys,
            enrolled_at=city.clock.now(),
        )

    return change(city, serve)


def unlink(city: City, card: int, *, resident: int = 0) -> None:
    change(
        city,
        lambda session: unlink_card(
            session, resident_id=city.world.residents[resident], card_id=card, now=city.clock.now()
        ),
    )


def test_only_changes_since_the_cursor_come_and_a_removal_is_one(city: City) -> None:
    first, cursor = fetch(city)
    assert first == [("card:0", True), ("card:1", True), ("card:2", True)]
    assert fetch(city, cursor) == ([], cursor)
    card = link(city, "card:new")
    added, cursor = fetch(city, cursor)
    assert added == [("card:new", True)]
    unlink(city, card)
    removed, cursor = fetch(city, cursor)
    assert removed == [("card:new", False)]
    assert fetch(city, cursor) == ([], cursor)
    city.clock.at += COOLING_OFF
    link(city, "card:new", resident=1)
    city.clock.at -= COOLING_OFF
    assert fetch(city, cursor)[0] == [("card:new", True)]


def test_whoever_begins_anew_ends_with_what_is_enrolled_now(city: City) -> None:
    unlink(city, link(city, "card:gone"))
    unlink(city, link(city, "card:back"))
    link(city, "card:back")
    told = dict(fetch(city)[0])
    assert {token for token, enrolled in told.items() if enrolled} == {"card:0", "card:1", "card:2", "card:back"}


def test_a_card_of_another_operator_is_not_told(city: City) -> None:
    link(city, "card:of-the-buses", source=TAPS)
    link(city, "card:of-the-check-in", source=CHECK_IN)
    assert ("card:of-the-buses", True) in fetch(city)[0]
    tokens = {token for token, _ in fetch(city)[0]}
    assert "card:of-the-check-in" not in tokens
    assert "card:of-the-check-in" in {token for token, _ in fetch(city, source=CHECK_IN, who="check_in")[0]}


def test_a_member_number_is_not_a_token_of_an_operator(city: City) -> None:
    link(city, "member:1234")
    assert "member:1234" not in {token for token, _ in fetch(city)[0]}


@pytest.mark.parametrize(("who", "status"), [("check_in", 404), ("till", 403), ("resident", 403), ("officer", 403)])
def test_a_list_is_for_its_own_source_only(city: City, who: str, status: int) -> None:
    assert city.http.get(f"/v1/sources/{TAPS}/tokens", headers=city.by(who)).status_code == status


def test_a_long_list_comes_in_pages_and_whole(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "TOKENS_A_PAGE", 4)
    for number in range(10):
        link(city, f"card:x{number}")
    assert len(fetch(city)[0]) == len({token for token, _ in fetch(city)[0]}) == 13


def test_a_change_that_is_committed_late_is_not_skipped(city: City) -> None:
    _, cursor = fetch(city)
    with Session(city.runtime.database.engine) as slow:
        slow.execute(text("UPDATE cards SET changed_xid = pg_current_xact_id() WHERE id = (SELECT min(id) FROM cards)"))
        link(city, "card:quick")
        meanwhile, cursor = fetch(city, cursor)
        slow.commit()
    afterwards, _ = fetch(city, cursor)
    assert sorted(meanwhile + afterwards) == [("card:0", True), ("card:quick", True)]
