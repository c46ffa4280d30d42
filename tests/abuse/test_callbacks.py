"""Sampled call-backs: a few residents are asked whether they got it; a "no" makes the partner's money wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeAlias

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.ids import uuid7
from app.core.secret_store import Secrets
from app.earning.review.doubts import find_doubts
from app.redemption.callback_sample import ASKED_AFTER, TIMES_FOR_DOUBT, CallbackKeys, ask_residents
from tests.api.city import City
from tests.api.conftest import NOW
from tests.api.undone import UndoneCity

Json: TypeAlias = Any
AT_DESK = {"Purpose": "asked_in_person", "Purpose-Note": "Here."}


@pytest.fixture
def city(undone_city: UndoneCity) -> City:
    """Yesterday two residents used a voucher each at the café."""
    made = undone_city(NOW)
    for resident in (0, 1):
        assert made.redeem(made.take("drink", resident=resident).json()["code"]).status_code == 200
    made.clock.at = NOW + ASKED_AFTER
    made.tokens |= {one: made.token(made.officers[one], "officer") for one in made.officers}
    made.tokens["other_resident"] = made.token(made.residents[1], "resident")
    made.tokens["resident"] = made.token(made.residents[0], "resident")
    return made


def _ask(city: City, percent: int = 100) -> int:
    keys, now = CallbackKeys(city.runtime.secrets), city.clock.now()
    return city.runtime.database.in_transaction(
        lambda session: ask_residents(session, keys=keys, percent=percent, now=now)
    )


def _questions(city: City, who: str = "resident") -> list[Json]:
    asked: list[Json] = city.http.get("/v1/me/callbacks", headers=city.by(who)).json()["items"]
    return asked


def _answer(city: City, question: Json, *, got: bool, who: str = "resident") -> Json:
    return city.http.post(f"/v1/me/callbacks/{question['id']}/answer", json={"got": got}, headers=city.by(who))


def _cases(city: City) -> list[Json]:
    cases: list[Json] = city.http.get("/v1/review", headers=city.by("auditor")).json()["items"]
    return cases


def test_the_sample_is_of_the_size_that_was_set_the_same_each_time_and_no_partners_to_foresee(secrets: Secrets) -> None:
    keys, others = CallbackKeys(secrets), CallbackKeys(Secrets(secrets.signing_key_pem, b"another" * 8))
    many = [uuid7(NOW + timedelta(seconds=number)) for number in range(20_000)]
    chosen = {one for one in many if keys.chooses(one, percent=2)}
    assert 300 < len(chosen) < 500
    assert chosen == {one for one in many if keys.chooses(one, percent=2)}
    assert chosen <= {one for one in many if keys.chooses(one, percent=20)}
    assert len(chosen & {one for one in many if others.chooses(one, percent=2)}) < 30
    assert all(keys.chooses(one, percent=100) for one in many)
    assert not any(keys.chooses(one, percent=0) for one in many)


def test_each_voucher_that_was_used_lately_is_asked_about_once(city: City) -> None:
    assert (_ask(city), _ask(city)) == (2, 0)
    (question,) = _questions(city)
    assert (question["reward"], question["partner"], question["answer"]) == ("Drink", "Kirkgate Café", None)
    city.take("drink")  # not used
    city.clock.at += timedelta(days=5)
    assert _ask(city) == 0


def test_a_yes_is_kept_and_a_no_opens_a_case_with_the_figures(city: City) -> None:
    _ask(city)
    (mine,), (theirs,) = _questions(city), _questions(city, "other_resident")
    assert _answer(city, mine, got=True).json()["answer"] == "got"
    assert _cases(city) == []
    assert _answer(city, mine, got=False).json()["code"] == "callback-answered"
    assert _answer(city, theirs, got=False, who="other_resident").json()["answer"] == "not_got"
    (case,) = _cases(city)
    figures = {"asked": 2, "answered": 2, "not_received": 1}
    assert (case["subject"], case["flag"], case["facts"]) == ("partner", "not_received", figures)
    assert city.residents[1] not in str(case), "the officer who looks at the partner need not know who said it"
    balance = city.http.get("/v1/me/balance", headers=city.by("other_resident")).json()
    assert balance["available"] == 400, "an answer moves no points"


def test_nobody_answers_for_somebody_else(city: City) -> None:
    _ask(city)
    (mine,) = _questions(city)
    assert _answer(city, mine, got=False, who="other_resident").json()["code"] == "callback-unknown"
    assert _questions(city)[0]["answer"] is None


def test_somebody_without_a_phone_is_asked_at_the_desk_and_the_look_is_kept(city: City) -> None:
    _ask(city)
    member = city.http.get("/v1/me/member", headers=city.by("resident")).json()["qr_text"]
    path = f"/v1/desk/residents/{member}/callbacks"
    (question,) = city.http.get(path, headers=city.by("support") | AT_DESK).json()["items"]
    order = {"got": False, "purpose": "asked_in_person", "note": "Here."}
    answered = city.http.post(f"{path}/{question['id']}/answer", json=order, headers=city.by("support"))
    assert (answered.status_code, answered.json()["answer"]) == (200, "not_got")
    told = city.http.get("/v1/me/desk", headers=city.by("resident")).json()["items"]
    assert [act["act"] for act in told] == ["answer_callback", "callbacks"]
    assert [case["flag"] for case in _cases(city)] == ["not_received"]


def test_of_a_doubted_partner_many_more_are_asked(city: City) -> None:
    _ask(city)
    _answer(city, _questions(city)[0], got=False)

    def count(session: Session) -> tuple[int, int]:
        partner = session.execute(text("SELECT DISTINCT partner_id FROM callbacks")).scalar_one()
        assert set(find_doubts(session, partner_ids={partner, -1})) == {partner}
        insert = text(
            "INSERT INTO redemptions (id, public_id, resident_id, reward_id, partner_id, hold_id, points, cost_pence,"
            " status, adapter, code_hash, made_at, expires_at, redeemed_at, ended_at, remote)"
            " SELECT -p.n * 1000 - g, md5(p.n || '-' || g)::uuid, (SELECT min(id) FROM residents), 1, p.id,"
            " -p.n * 1000 - g, 100, 80, 'redeemed', 'voucher_code', decode(md5(p.n || '/' || g), 'hex'),"
            " :at, :at, :at, :at, false"
            " FROM generate_series(1, 400) AS g, (VALUES (1, CAST(:partner AS bigint)), (2, -1)) AS p (n, id)"
        )
        session.execute(insert, {"partner": partner, "at": city.clock.now() - ASKED_AFTER})
        ask_residents(session, keys=CallbackKeys(city.runtime.secrets), percent=3, now=city.clock.now())
        found = text("SELECT count(*) FROM callbacks WHERE partner_id = :partner AND answer IS NULL")
        return tuple(int(session.execute(found, {"partner": one}).scalar_one()) for one in (partner, -1))  # type: ignore[return-value]

    doubted, trusted = city.runtime.database.in_transaction(count)
    assert TIMES_FOR_DOUBT == 10
    assert 80 < doubted < 165
    assert 1 <= trusted < 30
