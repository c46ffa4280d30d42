"""What a refusal says is for people: what to do, in words, and nothing of the library that found the fault."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import pytest

from app.web.bodies import read_body
from app.web.faults import BodyUnfit
from app.web.words import NO_SUCH_VALUE, UNFIT
from tests.api.city import City

NO_BREAKS = "it must not hold line breaks or other control characters"


class _Order(msgspec.Struct, forbid_unknown_fields=True):
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=5, pattern=r"^[^\x00-\x1f\x7f]+$")]
    points: Annotated[int, msgspec.Meta(ge=1, le=5)] = 1
    what: Literal["earning", "redeeming"] = "earning"
    days: Annotated[list[int], msgspec.Meta(max_length=1)] = []
    open: bool | None = None
    code: Annotated[str, msgspec.Meta(pattern="^a$")] = "a"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{}", "The body is wrong: it lacks reason."),
        (b"[]", "The body is wrong: it must be a JSON object."),
        (b'{"reason": 7}', "reason is wrong: it must be text."),
        (b'{"reason": null}', "reason is wrong: it must be text."),
        (b'{"reason": ""}', "reason is wrong: it must have 1 or more characters."),
        (b'{"reason": "secret"}', "reason is wrong: it must have 5 or fewer characters."),
        (b'{"reason": "a\\nb"}', f"reason is wrong: {NO_BREAKS}."),
        (b'{"reason": "a", "points": 0}', "points is wrong: it must be 1 or more."),
        (b'{"reason": "a", "points": 2.5}', "points is wrong: it must be a whole number."),
        (b'{"reason": "a", "what": "secret"}', f"what is wrong: {NO_SUCH_VALUE}."),
        (b'{"reason": "a", "days": {}}', "days is wrong: it must be a JSON array."),
        (b'{"reason": "a", "days": [1, 2]}', "days is wrong: it must have 1 or fewer items."),
        (b'{"reason": "a", "days": ["x"]}', "days[0] is wrong: it must be a whole number."),
        (b'{"reason": "a", "open": 1}', "open is wrong: it must be true or false or null."),
        (b'{"reason": "a", "code": "secret"}', f"code is wrong: {UNFIT}."),
        (b'{"reason": "a", "secret": 1}', f"The body is wrong: {UNFIT}."),
    ],
)
def test_a_member_that_is_wrong_is_told_in_words(body: bytes, told: str) -> None:
    with pytest.raises(BodyUnfit) as refused:
        read_body(body, "application/json", _Order)
    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/v1/rewards?limit=many", "limit is wrong: it must be a whole number."),
        ("/v1/rewards?limit=1e9", "limit is wrong: it must be a whole number."),
        ("/v1/rewards?limit=" + "9" * 5000, "limit is wrong: it must be a whole number."),
        ("/v1/rewards?limit=0", "limit is wrong: it must be 1 or more."),
        ("/v1/rewards?limit=201", "limit is wrong: it must be 200 or less."),
        (f"/v1/rewards?text={'x' * 101}", "text is wrong: it must have 100 or fewer characters."),
    ],
)
def test_a_parameter_that_is_wrong_is_told_in_words(city: City, path: str, told: str) -> None:
    assert city.http.get(path).json()["detail"] == told


def test_an_unfit_key_is_told_in_words(city: City) -> None:
    headers = city.resident(0) | {"Idempotency-Key": "a b"}
    answer = city.http.post("/v1/redemptions", json={"reward_id": city.rewards["drink"]}, headers=headers)
    assert answer.json()["detail"] == "Idempotency-Key is wrong: it must be 1 to 255 visible ASCII characters."


def test_titles_spell_abbreviations_as_people_do(city: City) -> None:
    headers = city.by("taps") | {"Content-Type": "application/cloudevents+json"}
    assert city.http.post("/v1/events", content=b"{", headers=headers).json()["title"] == "JSON malformed"


@pytest.mark.parametrize("path", ["unexpected", "busy"])
def test_our_own_faults_are_among_the_problems_of_the_docs_page(city: City, path: str) -> None:
    assert f'<tr id="{path}">' in city.http.get("/docs").text


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "Content-Type: application/x-www-form-urlencoded"),
        ({"json": {"grant_type": "client_credentials"}}, "Content-Type: application/x-www-form-urlencoded"),
        ({"data": {"scope": "events:read"}}, "Send grant_type=client_credentials."),
        ({"data": {"grant_type": "password"}}, "The only grant type here is client_credentials."),
        ({"data": {"grant_type": "client_credentials"}}, "Send a known client id with its secret"),
    ],
)
def test_a_refused_sign_in_says_what_to_send(city: City, sent: dict[str, dict[str, str]], told: str) -> None:
    answer = city.http.post("/oauth/token", json=sent.get("json"), data=sent.get("data"))
    assert answer.status_code in {400, 401}
    assert told in answer.json()["error_description"]
    assert answer.headers["cache-control"] == "no-store"
