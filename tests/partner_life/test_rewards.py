"""What an owner wants of a reward waits for an officer; what an officer approved holds at once."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from app.core.ids import parse_public_id
from app.identity.sign_in_errors import StepUpNeeded
from app.identity.tokens import Claims
from app.web.callers import Call
from app.web.step_up import as_spender
from partners.in_memory import InMemory
from tests.api.city import City
from tests.earning.world import TAPS
from tests.partner_life.office import agree, find_cafe, terms

SOUP = {"title": "Soup", "description": "A bowl, with bread.", "kind": "food", "points": 120, "stock": 5}


def _propose(city: City, **order: object) -> httpx2.Response:
    return city.http.post("/v1/partner/rewards", json={**SOUP, **order}, headers=city.by("owner"))


def _read(city: City, reward: str = "drink") -> httpx2.Response:
    return city.http.get(f"/v1/partner/rewards/{city.rewards[reward]}", headers=city.by("owner"))


def _change(city: City, reward: str = "drink", **order: object) -> httpx2.Response:
    return _change_as_read(city, _read(city, reward).headers["ETag"], reward, **order)


def _change_as_read(city: City, tag: str, reward: str = "drink", **order: object) -> httpx2.Response:
    headers = city.by("owner") | {"If-Match": tag}
    return city.http.patch(f"/v1/partner/rewards/{city.rewards[reward]}", json=order, headers=headers)


def _decide(city: City, proposal: str, deed: str = "approve", who: str = "approver") -> httpx2.Response:
    order = {"reason": "Too dear."}
    return city.http.post(f"/v1/reward-proposals/{proposal}/{deed}", json=order, headers=city.by(who))


def _apply(city: City, reward: str = "drink", **order: object) -> None:
    waiting = _change(city, reward, **order).json()["waiting"]
    assert _decide(city, waiting["id"]).status_code == 200


def _waiting(city: City) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = city.http.get("/v1/reward-proposals", headers=city.by("auditor")).json()["items"]
    return items


def test_a_new_reward_can_be_had_once_an_officer_has_approved_it(city: City) -> None:
    proposed = _propose(city)
    assert (proposed.status_code, proposed.json()["reward"]) == (201, None)
    assert "Soup" not in city.http.get("/v1/rewards").text
    missing = _decide(city, proposed.json()["id"])
    assert (missing.status_code, missing.json()["code"]) == (409, "contract-missing")
    agree(city, find_cafe(city), terms(80))
    approved = _decide(city, proposed.json()["id"]).json()
    assert (approved["decision"], _waiting(city)) == ("approved", [])
    (soup,) = city.http.get("/v1/rewards?text=soup").json()["items"]
    assert (soup["id"], soup["points"], soup["stock"]) == (approved["reward"], 120, 5)
    again = _decide(city, proposed.json()["id"])
    assert (again.status_code, again.json()["code"]) == (409, "reward-proposal-decided")


def test_a_pass_names_whose_card_it_is_put_onto_how_long_it_lasts_and_what_members_get_instead(city: City) -> None:
    agree(city, find_cafe(city), terms(80))
    adapters = {**city.runtime.adapters, "leisure_file": InMemory()}
    city.app.state.runtime = replace(city.runtime, adapters=adapters)
    swim = {"title": "Swim for a week", "adapter": "leisure_file", "points": 150, "member_source": TAPS, "pass_days": 7}
    instead = city.rewards["drink"]
    for lacks in ("member_source", "pass_days"):
        refused = _propose(city, **swim | {lacks: None})
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "reward-unfit", lacks)
    for wrong in ({"member_source": "urn:nobody"}, {"instead": f"rew_{0:032x}"}):
        assert _propose(city, **swim | wrong).json()["code"] == "reward-unfit"
    proposed = _propose(city, **swim, instead=instead).json()
    assert (proposed["wanted"]["pass_days"], proposed["wanted"]["instead"]) == (7, instead)
    made = _decide(city, proposed["id"]).json()["reward"]
    own = city.http.get(f"/v1/partner/rewards/{made}", headers=city.by("owner")).json()
    assert (own["pass_days"], own["member_source"], own["instead"]) == (7, TAPS, instead)
    resident = city.by("resident") | {"Idempotency-Key": "swim"}
    taken = city.http.post("/v1/redemptions", json={"reward_id": made}, headers=resident)
    assert (taken.status_code, taken.json()["code"], taken.json()["source"]) == (409, "membership-needed", TAPS)


def test_no_new_price_is_below_what_the_contract_asks(city: City) -> None:
    agree(city, find_cafe(city), terms(90))
    waiting = _change(city, points=89).json()["waiting"]
    refused = _decide(city, waiting["id"])
    assert (refused.status_code, refused.json()["code"], refused.json()["most_pence"]) == (
        409,
        "cost-above-backing",
        89,
    )


def test_nothing_in_force_changes_before_an_officer_has_decided(city: City) -> None:
    changed = _change(city, points=90, title="Tea", voucher_days=7)
    assert changed.status_code == 200
    assert (changed.json()["points"], changed.json()["waiting"]["wanted"]["points"]) == (100, 90)
    assert city.take("drink").json()["points"] == 100
    refused = _decide(city, changed.json()["waiting"]["id"], "refuse").json()
    assert (refused["decision"], refused["reason"]) == ("refused", "Too dear.")
    assert _read(city).json()["waiting"] is None
    told = city.http.get("/v1/partner/reward-proposals", headers=city.by("staff")).json()["items"]
    assert [(one["decision"], one["reason"]) for one in told] == [("refused", "Too dear.")]
    _apply(city, points=90, title="Tea", voucher_days=7)
    voucher = city.take("drink").json()
    assert (voucher["points"], voucher["reward"]["title"]) == (90, "Tea")
    assert voucher["expires_at"] == "2026-11-29T12:00:00Z"


def test_a_second_change_takes_the_place_of_the_first_and_keeps_what_it_named(city: City) -> None:
    first = _change(city, points=90).json()["waiting"]
    second = _change(city, title="Tea").json()["waiting"]
    assert (second["wanted"]["points"], second["wanted"]["title"]) == (90, "Tea")
    late = _decide(city, first["id"])
    assert (late.status_code, late.json()["decision"]) == (409, "replaced"), "an officer decides what they have read"
    assert [one["id"] for one in _waiting(city)] == [second["id"]]
    withdrawn = city.http.delete(f"/v1/partner/reward-proposals/{second['id']}", headers=city.by("owner"))
    assert withdrawn.json()["decision"] == "withdrawn"
    assert _read(city).json()["waiting"] is None


def test_of_two_changes_from_one_reading_the_second_is_refused(city: City) -> None:
    tag = _read(city).headers["ETag"]
    assert _change_as_read(city, tag, points=90).status_code == 200
    refused = _change_as_read(city, tag, points=95)
    assert (refused.status_code, refused.json()["code"]) == (412, "reward-changed")
    assert _read(city).json()["waiting"]["wanted"]["points"] == 90


def test_on_a_blackout_date_a_reward_is_refused_with_the_day_from_which_it_can_be_had(city: City) -> None:
    _apply(city, blackout_on=["2026-11-24", "2026-11-23", "2026-11-26"])
    shown = city.http.get(f"/v1/rewards/{city.rewards['drink']}").json()
    assert shown["not_on"] == ["2026-11-23", "2026-11-24", "2026-11-26"]
    city.clock.at += timedelta(hours=11, minutes=59)
    assert city.take("drink").status_code == 201, "until midnight in Leeds"
    city.clock.at += timedelta(minutes=1)
    refused = city.take("drink")
    assert (refused.status_code, refused.json()["code"]) == (409, "reward-not-today")
    assert refused.json()["opens_on"] == "2026-11-25"
    assert "from 25 November 2026" in refused.json()["detail"]
    city.clock.at += timedelta(days=2)
    assert city.take("drink").status_code == 201


def test_a_day_in_leeds_has_so_many_and_what_comes_back_on_it_can_be_had_again(city: City) -> None:
    _apply(city, stock_per_day=2)
    first = city.take("drink").json()
    second = city.take("drink", resident=1).json()
    refused = city.take("drink", resident=2)
    assert (refused.status_code, refused.json()["code"]) == (409, "out-of-stock-today")
    assert refused.json()["opens_on"] == "2026-11-23"
    assert city.balance(2)["available"] == 500
    city.http.post(f"/v1/redemptions/{first['id']}/cancel", headers=city.resident(0))
    assert city.take("drink", resident=2).status_code == 201
    city.clock.at += timedelta(hours=12)
    city.http.post(f"/v1/redemptions/{second['id']}/cancel", headers=city.resident(1))
    assert [city.take("drink", resident=1).status_code for _ in range(3)] == [201, 201, 409], (
        "yesterday's frees nothing"
    )


@pytest.mark.parametrize(
    ("own_points", "outcome"), [(None, nullcontext()), (99, pytest.raises(StepUpNeeded)), (100, nullcontext())]
)
def test_a_reward_may_ask_for_a_recent_sign_in_from_fewer_points_on(
    city: City, own_points: int | None, outcome: AbstractContextManager[object]
) -> None:
    _apply(city, step_up_points=own_points)
    now, uuid = city.clock.now(), parse_public_id("rew", city.rewards["drink"])
    assert uuid is not None
    old = Claims(city.residents[0], "session", frozenset({"resident"}), "1", now, proved_at=now - timedelta(hours=1))
    resolve = as_spender(Call(city.runtime, now), reward=uuid)
    with outcome:
        city.runtime.database.in_transaction(lambda session: resolve(session, old))


def test_a_smaller_stock_counts_what_has_gone_already(city: City) -> None:
    city.take("breakfast")
    _apply(city, "breakfast", stock=4)
    assert _read(city, "breakfast").json()["stock_left"] == 3
    _apply(city, "breakfast", stock=None)
    assert _read(city, "breakfast").json()["stock_left"] is None


def _give_back(city: City, voucher: str) -> None:
    answer = city.http.post(f"/v1/redemptions/{voucher}/cancel", headers=city.resident(0))
    assert answer.is_success, answer.text


def _left(city: City) -> int | None:
    left: int | None = _read(city, "breakfast").json()["stock_left"]
    return left


def test_of_a_stock_that_was_cut_below_what_is_out_nothing_is_left_until_enough_came_back(city: City) -> None:
    out = [city.take("breakfast").json()["id"] for _ in range(3)]
    _apply(city, "breakfast", stock=1)
    lefts = []
    for voucher in out:
        _give_back(city, voucher)
        lefts.append(_left(city))
    assert lefts == [0, 0, 1], "three were out of one"
    _apply(city, "breakfast", stock=2)
    assert _left(city) == 2


def test_what_was_taken_while_there_was_no_limit_is_not_of_the_stock_that_came_later(city: City) -> None:
    of_ten = city.take("breakfast").json()["id"]
    _apply(city, "breakfast", stock=None)
    of_no_limit = city.take("breakfast").json()["id"]
    _apply(city, "breakfast", stock=2)
    of_two = city.take("breakfast").json()["id"]
    lefts = [_left(city)]
    for voucher in (of_ten, of_no_limit, of_two):
        _give_back(city, voucher)
        lefts.append(_left(city))
    assert lefts == [1, 1, 1, 2]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"title": " "}, "reward-unfit"),
        ({"adapter": "carrier_pigeon"}, "reward-unfit"),
        ({"points": 0}, "body-invalid"),
        ({"voucher_days": 400}, "body-invalid"),
        ({"blackout_on": ["yesterday"]}, "body-invalid"),
    ],
)
def test_what_no_reward_can_be_like_is_refused(city: City, order: dict[str, object], code: str) -> None:
    refused = _propose(city, **order)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


def test_proposals_and_decisions_are_in_the_audit_trail(city: City) -> None:
    waiting = _change(city, points=90).json()["waiting"]
    _decide(city, waiting["id"])
    subject = f"reward:{city.rewards['drink']}"
    acts = city.http.get(f"/v1/audit?subject={subject}", headers=city.by("auditor")).json()["items"]
    assert [(act["act"], act["actor"], act["facts"].get("what")) for act in acts] == [
        ("reward.changed", city.officers["approver"], "approved"),
        ("reward.proposed", city.staff["owner"], "proposed"),
        ("reward.added", None, None),
    ]
