"""Tokens are good for one scheme, for their time, and only as they were signed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.secret_store import Secrets
from app.identity.errors import InvalidToken, TokenExpired
from app.identity.tokens import LONGEST_TOKEN, TokenIssuer, name_issuer


@pytest.fixture
def issuer(secrets: Secrets) -> TokenIssuer:
    return TokenIssuer(secrets, name_issuer("leeds"))


def _mint(issuer: TokenIssuer, now: datetime) -> str:
    return issuer.mint("res_1", "resident", "pages", timedelta(minutes=10), now)


def test_what_was_minted_is_read_back(issuer: TokenIssuer, now: datetime) -> None:
    claims = issuer.read(_mint(issuer, now), now)
    assert (claims.subject, claims.client_id, claims.scopes) == ("res_1", "pages", frozenset({"resident"}))
    assert claims.expires_at == now + timedelta(minutes=10)


def test_two_tokens_have_names_of_their_own(issuer: TokenIssuer, now: datetime) -> None:
    assert issuer.read(_mint(issuer, now), now).id != issuer.read(_mint(issuer, now), now).id


def test_a_token_ends_on_its_second(issuer: TokenIssuer, now: datetime) -> None:
    token = _mint(issuer, now)
    issuer.read(token, now + timedelta(minutes=10, seconds=-1))
    with pytest.raises(TokenExpired):
        issuer.read(token, now + timedelta(minutes=10))


def test_another_schemes_token_is_refused(secrets: Secrets, issuer: TokenIssuer, now: datetime) -> None:
    with pytest.raises(InvalidToken):
        TokenIssuer(secrets, name_issuer("bradford")).read(_mint(issuer, now), now)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "é", "\0", "x" * (LONGEST_TOKEN + 1), "e30.e30.", "[" * 3000]
)
def test_what_is_no_token_is_refused(issuer: TokenIssuer, now: datetime, token: str) -> None:
    with pytest.raises(InvalidToken):
        issuer.read(token, now)


@given(at=st.integers(min_value=0), by=st.characters(codec="ascii"))
def test_a_changed_character_is_noticed(issuer: TokenIssuer, now: datetime, at: int, by: str) -> None:
    token = _mint(issuer, now)
    place = at % (len(token) - 1)  # the last character of a signature carries bits that mean nothing
    changed = token[:place] + by + token[place + 1 :]
    if changed != token:
        with pytest.raises(InvalidToken):
            issuer.read(changed, now)


def test_a_refused_token_is_not_repeated(issuer: TokenIssuer, now: datetime) -> None:
    with pytest.raises(InvalidToken) as refused:
        issuer.read("secret.secret.secret", now)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
