"""Invitations behind HTTP: what is said to whom, and what is not."""

from __future__ import annotations

from tests.api.city import City


def _tell(city: City, code: str, *, resident: int, key: str | None = None) -> tuple[int, dict[str, object]]:
    headers = city.resident(resident) | ({"Idempotency-Key": key} if key else {})
    answer = city.http.post("/v1/me/referrer", json={"code": code}, headers=headers)
    return answer.status_code, answer.json()


def _code(city: City, resident: int) -> str:
    return str(city.http.get("/v1/me/invitation", headers=city.resident(resident)).json()["code"])


def test_an_invitation_is_told_once_and_repeated_under_its_key(city: City) -> None:
    code = _code(city, 0)
    first = _tell(city, code, resident=1, key="one")
    assert first[0] == 201
    assert _tell(city, code, resident=1, key="one") == first
    assert _tell(city, code, resident=1)[1]["code"] == "referrer-named-already"


def test_naming_who_asked_is_on_record_and_names_nobody(city: City) -> None:
    assert _tell(city, _code(city, 0), resident=1)[0] == 201
    asked = f"/v1/audit?act=person.changed&subject=resident:{city.residents[1]}"
    (act,) = city.http.get(asked, headers=city.by("auditor")).json()["items"]
    assert act["facts"] == {"what": "who asked them to join"}
    assert city.residents[0] not in str(act)


def test_the_one_who_was_asked_learns_nothing_about_who_asked(city: City) -> None:
    status, told = _tell(city, _code(city, 0), resident=1)
    assert status == 201
    assert set(told) == {"named_at", "sentence"}
    assert city.residents[0] not in str(told)


def test_a_wrong_code_is_not_repeated(city: City) -> None:
    status, told = _tell(city, "WRNG-WRNG-WRNG", resident=1)
    assert (status, told["code"]) == (404, "invitation-unknown")
    assert "WRNG" not in str(told)


def test_ones_own_code_and_that_of_ones_household_are_refused_alike(city: City) -> None:
    for resident in (0, 1):
        city.http.put("/v1/me/household", json={"uprn": "72301"}, headers=city.resident(resident))
    own, household = (_tell(city, _code(city, other), resident=1) for other in (1, 0))
    assert own[0] == household[0] == 409
    assert own[1]["code"] == household[1]["code"] == "invitation-not-for-you"
    assert own[1]["detail"] == household[1]["detail"]
