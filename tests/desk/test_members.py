"""A member number is given once, notices a slip, and is nobody's after it was replaced."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from app.core.secret_store import Secrets
from app.residents.cards import CardKeys, has_bank_card_number
from app.residents.members import (
    MemberNumberMalformed,
    MemberUnknown,
    find_member,
    give_member_number,
    parse_member_number,
    replace_member_number,
    write_member_number,
)
from app.residents.queries import ResidentRead
from app.residents.service import enrol_resident
from tests.earning.world import START

NUMBERS = ["22324400335", "48064839251", "81976061737", "26875186350"]


@pytest.fixture
def keys(secrets: Secrets) -> CardKeys:
    return CardKeys(secrets)


@pytest.fixture
def ada(session: Session) -> ResidentRead:
    return enrol_resident(session, name="Ada", connection="live", ward=None, enrolled_at=START, now=START)


@given(number=st.sampled_from(NUMBERS), at=st.integers(0, 10), digit=st.integers(0, 9))
def test_one_wrong_digit_is_always_noticed(number: str, at: int, digit: int) -> None:
    slip = f"{number[:at]}{digit}{number[at + 1 :]}"
    if slip != number:
        with pytest.raises(MemberNumberMalformed):
            parse_member_number(slip)


@given(number=st.sampled_from(NUMBERS), at=st.integers(0, 9))
def test_two_neighbours_that_changed_places_are_always_noticed(number: str, at: int) -> None:
    slip = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if slip != number:
        with pytest.raises(MemberNumberMalformed):
            parse_member_number(slip)


@pytest.mark.parametrize("written", ["2232 440 0335", " 2232-4400335", "member:22324400335", "2232\u00a0440\u00a00335"])
def test_a_number_is_read_however_people_write_it(written: str) -> None:
    assert parse_member_number(written) == NUMBERS[0]
    assert parse_member_number(write_member_number(NUMBERS[0])) == NUMBERS[0]


@pytest.mark.parametrize(
    "written", ["", "2232440033", "223244003355", "2232440033a", "\uff12232440\uff103\uff135", "member:"]
)
def test_what_is_no_number_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(MemberNumberMalformed) as refused:
        parse_member_number(written)
    assert not written or written not in str(refused.value)


def test_a_resident_has_one_number_and_is_found_by_it(session: Session, ada: ResidentRead, keys: CardKeys) -> None:
    number = give_member_number(session, resident=ada, keys=keys)
    assert give_member_number(session, resident=ada, keys=keys) == number
    assert find_member(session, number=write_member_number(number), keys=keys).id == ada.id
    assert not has_bank_card_number(number)


def test_a_number_is_kept_as_a_keyed_hash_and_encrypted_only(
    session: Session, ada: ResidentRead, keys: CardKeys
) -> None:
    number = give_member_number(session, resident=ada, keys=keys)
    (row,) = session.execute(text("SELECT cards.*::text FROM cards")).all()
    assert number not in str(row)


def test_a_lost_cards_number_is_nobodys_once_it_is_replaced(
    session: Session, ada: ResidentRead, keys: CardKeys
) -> None:
    lost = give_member_number(session, resident=ada, keys=keys)
    fresh = replace_member_number(session, resident=ada, keys=keys, now=START)
    assert fresh != lost
    assert find_member(session, number=fresh, keys=keys).id == ada.id
    with pytest.raises(MemberUnknown):
        find_member(session, number=lost, keys=keys)
