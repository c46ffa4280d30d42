"""A bank card's number is refused wherever somebody may put it, and is neither kept, repeated nor logged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.residents.cards import has_bank_card_number, mentions_bank_card_number
from tests.api.city import City
from tests.earning.world import TAPS, tap

VISA, AMEX = "4111111111111111", "378282246310005"


@pytest.mark.parametrize(
    "written", [VISA, "4111 1111 1111 1111", "4111-1111-1111-1111", "4111_1111_1111_1111", "3782.822463.10005"]
)
def test_a_bank_card_number_is_known_however_it_is_separated(written: str) -> None:
    assert has_bank_card_number(written)
    assert mentions_bank_card_number(written)


def test_a_bank_card_number_in_digits_of_another_script_is_known() -> None:
    assert has_bank_card_number("".join(chr(0x0660 + int(digit)) for digit in VISA))


@pytest.mark.parametrize(
    "written", ["", "4111111111111112", "6335970012345678", "T-4111", "1234567890123456", "4" * 40]
)
def test_other_numbers_are_no_bank_cards(written: str) -> None:
    assert not has_bank_card_number(written)


@pytest.mark.parametrize(
    "reason",
    [
        f"Paid with {VISA} by mistake",
        f"card={VISA};",
        "Room 12 4111 1111 1111 1111, twice",
        f"Not 123 but 3782 822463 10005 was it ({AMEX[:4]}).",
        "x4111_1111_1111_1111x",
    ],
)
def test_a_bank_card_number_is_found_inside_a_reason(reason: str) -> None:
    assert mentions_bank_card_number(reason)


@pytest.mark.parametrize(
    "reason",
    [
        "Sent twice on 24.11.2026 07.30 and 2026-11-24 07:31",
        "Ask +44 113 496 0001, +441134960001 or 0113 496 0000",
        f"Event T-{'1' * 30} of stop 450010441",
        f"See {VISA}{VISA}",
    ],
)
def test_dates_telephones_and_long_numbers_are_no_bank_cards(reason: str) -> None:
    assert not mentions_bank_card_number(reason)


def test_an_operators_running_number_may_look_like_one_by_chance(city: City) -> None:
    """An id stands for the event, not for a person: some running numbers would be refused for nothing."""
    assert city.send(tap(1, city.clock.now() - timedelta(hours=1)) | {"id": VISA}).status_code == 200


def test_an_event_is_not_taken_back_for_a_reason_with_a_bank_card_number(
    city: City, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    city.send(tap(number, city.clock.now() - timedelta(hours=1), card=4))
    path = f"/v1/events/{TAPS}/T-{number}"
    refused = city.http.post(f"{path}/void", json={"reason": f"Paid by {VISA}, sorry"}, headers=city.by("taps"))
    assert (refused.status_code, refused.json()["code"]) == (422, "bank-card-number")
    logged = capsys.readouterr()
    for text in (refused.text, logged.out, logged.err):
        assert VISA not in text
    assert city.http.get(path, headers=city.by("taps")).json()["voided_at"] is None
    assert city.http.post(f"{path}/void", json={"reason": "A test"}, headers=city.by("taps")).status_code == 200


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("/v1/reversals", {"source": TAPS, "id": "T-1"}),
        ("/v1/pots/payments", {"funder": 1, "pence": 5}),
    ],
)
def test_an_officers_reason_with_a_bank_card_number_is_refused(city: City, path: str, order: dict[str, object]) -> None:
    refused = city.http.post(path, json={**order, "reason": f"Paid by {VISA}"}, headers=city.by("officer"))
    assert (refused.status_code, refused.json()["code"]) == (422, "bank-card-number")
