"""Voucher codes are forgiving to people, useless to guessers, and the same for ever."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.secret_store import Secrets
from app.core.spoken_codes import ALPHABET
from app.redemption.codes import VoucherCodes

CODES = VoucherCodes(Secrets("", b"k" * 32))
VOUCHER = UUID("0199c1a0-0000-7000-8000-000000000001")


def test_codes_are_the_same_in_every_process_with_the_same_secret() -> None:
    again = VoucherCodes(Secrets("", b"k" * 32))
    assert CODES.code_for(VOUCHER) == again.code_for(VOUCHER)
    assert CODES.token_for(VOUCHER) == again.token_for(VOUCHER)
    assert CODES.hash("ABCDE-FGHJK") == again.hash("ABCDE-FGHJK")


def test_another_secret_gives_other_codes_and_hashes() -> None:
    other = VoucherCodes(Secrets("", b"x" * 32))
    assert CODES.code_for(VOUCHER) != other.code_for(VOUCHER)
    assert CODES.token_for(VOUCHER) != other.token_for(VOUCHER)
    assert CODES.hash("ABCDE-FGHJK") != other.hash("ABCDE-FGHJK")


@given(st.uuids())
def test_every_code_has_the_same_shape(voucher: UUID) -> None:
    assert re.fullmatch(f"[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}", CODES.code_for(voucher))
    assert re.fullmatch(f"[{ALPHABET}]{{26}}", CODES.token_for(voucher))


def test_a_hundred_thousand_vouchers_share_no_code_and_no_hash() -> None:
    vouchers = [UUID(int=(VOUCHER.int & ~0xFFFFF) | number) for number in range(100_000)]
    codes = {CODES.code_for(voucher) for voucher in vouchers}
    assert len(codes) == len(vouchers)
    assert len({CODES.hash(code) for code in codes}) == len(vouchers)


def test_every_character_of_a_code_carries_five_bits() -> None:
    vouchers = [UUID(int=number) for number in range(2000)]
    for place in (0, 4, 6, 10):
        assert {CODES.code_for(voucher)[place] for voucher in vouchers} == set(ALPHABET)
    for place in range(25):
        assert {CODES.token_for(voucher)[place] for voucher in vouchers} == set(ALPHABET)


def test_the_token_holds_all_128_bits() -> None:
    last = {CODES.token_for(UUID(int=number))[25] for number in range(2000)}
    assert last == set(ALPHABET[::4])  # three bits of the token and two of padding


@pytest.mark.parametrize(
    "typed",
    [
        "7K0M1-XYZ01",
        "7k0m1-xyz01",
        "7K0M1XYZ01",
        " 7K0M1 XYZ01 ",
        "7KOMI-XYZOL",
        "7koml-xyzoi",
        "7K0M1\u2013XYZ01",
        "7K0M1\u00a0-\u00a0XYZ01\n",
    ],
)
def test_a_code_is_understood_however_it_was_typed(typed: str) -> None:
    assert CODES.hash(typed) == CODES.hash("7K0M1-XYZ01")


@given(st.uuids(), st.randoms(use_true_random=False))
def test_case_spaces_and_hyphens_never_matter(voucher: UUID, random: object) -> None:
    code = CODES.code_for(voucher)
    choose = random.choice  # type: ignore[attr-defined] # hypothesis gives a random.Random
    typed = "".join(
        choose(("", " ", "-")) + choose((character.lower(), character.upper())) for character in code.replace("-", "")
    )
    assert CODES.hash(typed) == CODES.hash(code)


@pytest.mark.parametrize("typed", ["", "-", "7K0M1-XYZ02", "7K0M1-XYZ0", "7K0M1-XYZ011", "\0", "\ud800", "é" * 10_000])
def test_anything_else_has_a_hash_that_finds_nothing(typed: str) -> None:
    found = CODES.hash(typed)
    assert len(found) == 16
    assert found != CODES.hash("7K0M1-XYZ01")
