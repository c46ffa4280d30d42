"""Opening, showing and changing campaigns over the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx2
import msgspec
import pytest
from sqlmodel import select

from app.core.units import Points
from app.ledger.service import fund_campaign
from app.outbox import OfficerNoticeRow
from app.rulebook.budgets import raise_alarms
from app.rulebook.queries import find_campaign
from app.rulebook.service import publish_rules
from rules.document import Rule
from rules.packs import LEEDS, load_pack
from tests.api.city import City
from tests.campaigns.conftest import Headers
from tests.earning.world import FUNDER, TAPS, tap

ORDER = {"key": "cmp_winter", "title": "Winter", "starts_on": "2026-11-01", "ends_on": "2027-03-01"}


def _open(city: City, by: Headers, **changes: str) -> httpx2.Response:
    return city.http.post("/v1/campaigns", json=ORDER | changes, headers=by)


def _show(city: City, key: str = "cmp_winter") -> httpx2.Response:
    return city.http.get(f"/v1/campaigns/{key}", headers=city.by("officer"))


def _change(
    city: City, by: Headers, key: str = "cmp_winter", *, tag: str | None = None, **change: str
) -> httpx2.Response:
    read = tag or _show(city, key).headers["ETag"]
    return city.http.patch(f"/v1/campaigns/{key}", json=change, headers=by | {"If-Match": read})


def _fund(city: City, points: int) -> None:
    """From the world's funder, who has plenty."""
    city.runtime.database.in_transaction(
        lambda session: fund_campaign(
            session,
            campaign_id=find_campaign(session, "cmp_winter"),
            points=Points(points),
            funder_id=FUNDER,
            now=city.clock.now(),
        )
    )


def _publish_a_rule_of_30_points_a_trip(city: City) -> None:
    """It spends from cmp_winter, and is in force for a day."""
    ten_trips = next(rule for rule in load_pack(LEEDS) if rule.source == TAPS and rule.progress is not None)
    written = ten_trips.model_dump(mode="json", by_alias=True, exclude_unset=True) | {
        "id": "rul_a_trip",
        "campaign": "cmp_winter",
        "title": {"en": "A trip"},
        "progress": {"kind": "count", "per": "day", "reach": 1, "repeat": False},
        "effect": {"kind": "points", "points": 30},
        "limits": [{"scope": "resident_rule", "per": "day", "times": 1}],
        "examples": [],
    }
    rule = Rule.model_validate_json(msgspec.json.encode(written))
    now = city.clock.now()
    city.runtime.database.in_transaction(
        lambda session: publish_rules(session, rules=[rule], in_force_from=now - timedelta(days=1), now=now)
    )


def test_a_new_campaign_has_no_points_and_says_so(city: City, editor: Headers) -> None:
    made = _open(city, editor)
    assert made.status_code == 201
    assert made.json() == _show(city).json()
    assert made.json() == {
        **ORDER,
        "status": "spent",
        **dict.fromkeys(("funded_points", "given_points", "left_points", "given_pence", "left_pence"), 0),
        "spent_percent": 0,
        "alarms": [],
        "rules": [],
    }


def test_a_key_is_used_once(city: City, editor: Headers) -> None:
    assert _open(city, editor).status_code == 201
    again = _open(city, editor)
    assert (again.status_code, again.json()["code"]) == (409, "campaign-exists")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"key": "winter"}, 422, "body-invalid"),
        ({"title": " \t "}, 422, "campaign-title-unfit"),
        ({"title": "Win\u202eter"}, 422, "campaign-title-unfit"),
        ({"ends_on": "2026-11-01"}, 422, "campaign-dates-unfit"),
        ({"ends_on": "2026-11-21"}, 409, "campaign-ends-too-soon"),
    ],
)
def test_a_campaign_that_makes_no_sense_is_refused(
    city: City, editor: Headers, changes: dict[str, str], status: int, code: str
) -> None:
    answer = _open(city, editor, **changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert _show(city).status_code == 404


def test_the_second_of_two_who_change_it_is_told(city: City, editor: Headers) -> None:
    _open(city, editor)
    read = _show(city).headers["ETag"]
    assert _change(city, editor, tag=read, title="Cold days").status_code == 200
    late = _change(city, editor, tag=read, ends_on="2027-02-01")
    assert (late.status_code, late.json()["code"]) == (412, "campaign-changed")
    assert (_show(city).json()["title"], _show(city).json()["ends_on"]) == ("Cold days", "2027-03-01")


def test_funding_does_not_disturb_a_change_of_title(city: City, editor: Headers) -> None:
    _open(city, editor)
    read = _show(city).headers["ETag"]
    _fund(city, 100)
    assert _change(city, editor, tag=read, title="Cold days").json()["left_points"] == 100


def test_an_end_that_cuts_a_rule_names_it(city: City, editor: Headers) -> None:
    campaign = city.http.get("/v1/campaigns", headers=city.by("officer")).json()["items"]
    spending = next(one for one in campaign if one["rules"])
    cut = _change(city, editor, spending["key"], ends_on="2026-12-01")
    assert (cut.status_code, cut.json()["code"]) == (409, "campaign-cuts-rules")
    assert set(cut.json()["rules"]) <= {rule["title"] for rule in spending["rules"]}
    assert cut.json()["rules"]
    assert _show(city, spending["key"]).json() == spending


def test_it_is_over_on_its_end_and_not_the_day_before(city: City, editor: Headers) -> None:
    _open(city, editor, starts_on="2026-11-23", ends_on="2026-12-01")
    _fund(city, 1)
    at = {
        "not_begun": datetime(2026, 11, 22, 23, 59, tzinfo=UTC),
        "running": datetime(2026, 11, 30, 23, 59, tzinfo=UTC),
        "over": datetime(2026, 12, 1, tzinfo=UTC),
    }
    for status, instant in at.items():
        city.clock.at = instant
        headers = {"Authorization": f"Bearer {city.token(city.officer, 'officer')}"}
        assert city.http.get("/v1/campaigns/cmp_winter", headers=headers).json()["status"] == status


def test_a_spent_budget_says_so_and_gives_again_once_it_is_funded(city: City, editor: Headers) -> None:
    _open(city, editor)
    _fund(city, 50)
    _publish_a_rule_of_30_points_a_trip(city)
    day_before = city.clock.now() - timedelta(hours=20)
    earned = [city.send(tap(n, day_before, card=n)).json()["results"][0] for n in range(3)]
    assert [one["points"] for one in earned] == [30, 20, 0], "the second gets what is left"
    assert earned[2]["reasons"] == ["budget_spent"]
    shown = _show(city).json()
    assert [rule["id"] for rule in shown["rules"]] == ["rul_a_trip"]
    assert (shown["status"], shown["given_points"], shown["left_points"]) == ("spent", 50, 0)
    assert (shown["given_pence"], shown["spent_percent"]) == (50, 100)
    for told in (f"/v1/events/{TAPS}/T-2/explanation", "/v1/me/activity"):
        assert "budget_spent" in city.http.get(told, headers=city.resident(2)).text

    _fund(city, 25)
    more = city.send(tap(3, city.clock.now() - timedelta(hours=1), card=2)).json()["results"][0]
    assert more["points"] == 25
    assert (_show(city).json()["funded_points"], _show(city).json()["given_points"]) == (75, 75)


def test_the_share_is_rounded_down_and_a_taken_back_award_counts_no_longer(city: City, editor: Headers) -> None:
    _open(city, editor)
    _fund(city, 31)
    _publish_a_rule_of_30_points_a_trip(city)
    city.send(tap(0, city.clock.now() - timedelta(hours=1), card=0))
    assert (_show(city).json()["spent_percent"], _show(city).json()["status"]) == (96, "running")
    city.world.void(TAPS, "T-0")
    assert (_show(city).json()["spent_percent"], _show(city).json()["given_points"]) == (0, 0)


def test_an_alarm_is_raised_once_and_again_only_after_more_was_funded(city: City, editor: Headers) -> None:
    _open(city, editor)
    _fund(city, 33)
    _publish_a_rule_of_30_points_a_trip(city)
    assert _sweep(city) == []
    city.send(tap(0, city.clock.now() - timedelta(hours=1), card=0))
    assert _sweep(city) == [75, 90]
    assert _sweep(city) == []
    reached_at = city.clock.now().isoformat().replace("+00:00", "Z")
    assert _show(city).json()["alarms"] == [{"percent": n, "reached_at": reached_at} for n in (75, 90)]

    city.world.void(TAPS, "T-0")
    assert _sweep(city) == []
    city.send(tap(1, city.clock.now() - timedelta(hours=1), card=1))
    assert _sweep(city) == [], "what came back and went again rings no second time"

    _fund(city, 2)
    assert _sweep(city) == []
    assert [alarm["percent"] for alarm in _show(city).json()["alarms"]] == [75], "30 of 35 is more than 75 percent"
    city.send(tap(2, city.clock.now() - timedelta(hours=1), card=2))
    assert _sweep(city) == [90, 100]


def test_editors_and_finance_are_told_of_each_alarm(city: City, editor: Headers) -> None:
    _open(city, editor)
    _fund(city, 40)
    _publish_a_rule_of_30_points_a_trip(city)
    city.send(tap(0, city.clock.now() - timedelta(hours=1), card=0))
    for _ in range(2):
        _sweep(city)
    queued = city.runtime.database.in_transaction(
        lambda session: session.exec(select(OfficerNoticeRow.kind, OfficerNoticeRow.role)).all()
    )
    assert sorted(queued) == [("budget_alarm", "editor"), ("budget_alarm", "finance")]


def _sweep(city: City) -> list[int]:
    """The percents of the alarms that were new."""
    raised = city.runtime.database.in_transaction(lambda session: raise_alarms(session, now=city.clock.now()))
    return [alarm.percent for alarm in raised]
