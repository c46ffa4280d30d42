"""Notices reach people once, the way they chose, or the desk's list; and what fails is seen."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from app import worker
from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.settings import Settings
from app.identity.logins import Side
from app.jobs import list_jobs, retry_job
from app.ledger.tasks import queue_due_notices
from app.notices.addressing import LASTS
from app.notices.tasks import tell_due
from app.notify.interface import Channel, NotDelivered, Template
from app.offers.webhooks.deliveries import TRIED_FOR
from app.offers.webhooks.tasks import Sending, send_due
from app.web.sign_in_ways import WaysIn
from app.wiring import build_runtime
from app.worker import work_jobs
from tests.api.city import build_city
from tests.api.undone import UndoneCity
from tests.databases import SCHEME
from tests.notices.post import Post
from tests.rulebook.drafting.desk import TUESDAY, Desk

EXPIRES_BEFORE = {60: "2028-02-01", 30: "2028-03-02", 7: "2028-03-25"}
"""Points of the tests' November, 2026, can be spent until the end of March, 2028."""
WHY = {"Purpose": "asked_in_person", "Purpose-Note": "Letters of the week."}


@pytest.fixture
def post(undone_city: UndoneCity, now: datetime) -> Post:
    return Post(undone_city(now))


def go_to(post: Post, on: str) -> None:
    """Queue the notices of that day."""
    post.city.clock.at = datetime.fromisoformat(f"{on}T12:00:00+00:00")
    queue_due_notices(post.city.runtime.database, now=post.city.clock.at)


def test_each_batch_of_points_is_told_once_at_60_at_30_and_at_7_days(post: Post) -> None:
    post.reach(post.city.residents[0], "one@example.org")
    for days, on in EXPIRES_BEFORE.items():
        go_to(post, on)
        (told,) = post.tell()
        assert (told.template, told.channel, told.to) == (Template.POINTS_EXPIRE, Channel.EMAIL, "one@example.org")
        assert told.values == {"points": "500", "on": "1 April 2028", "days": str(days)}
        go_to(post, on)
        assert post.tell() == [], "a second sweep tells nobody twice"


def test_a_resident_is_told_the_way_they_chose(post: Post) -> None:
    city, me = post.city, post.city.residents[0]
    post.reach(me, "one@example.org")
    refused = city.http.put("/v1/me/notices", json={"way": "text"}, headers=city.resident(0))
    assert (refused.status_code, refused.json()["code"], refused.json()["ways"]) == (
        409,
        "notice-way-unusable",
        ["email", "desk"],
    )
    post.reach(me, "07700 900123")
    shown = city.http.get("/v1/me/notices", headers=city.resident(0)).json()
    assert shown == {"way": "text", "ways": ["email", "text", "desk"]}, "the latest way in, until they choose"
    assert city.http.put("/v1/me/notices", json={"way": "email"}, headers=city.resident(0)).json()["way"] == "email"
    other = city.http.get("/v1/me/notices", headers=city.resident(1)).json()
    assert other == {"way": "desk", "ways": ["desk"]}
    go_to(post, EXPIRES_BEFORE[60])
    assert [(one.channel, one.to) for one in post.tell()] == [(Channel.EMAIL, "one@example.org")]


def test_who_has_no_address_is_on_the_desks_list_until_they_were_told(post: Post) -> None:
    city = post.city
    go_to(post, EXPIRES_BEFORE[30])
    assert post.tell() == []
    support = {"Authorization": f"Bearer {city.token(city.officers['support'], 'officer')}"}
    letters = city.http.get("/v1/desk/letters", headers=support | WHY).json()["items"]
    assert [(one["kind"], one["points"], one["expires_on"]) for one in letters] == [
        ("points_expire", 500, "2028-04-01")
    ] * 3
    order = {"purpose": "asked_in_person", "note": "They came by."}
    path = f"/v1/desk/residents/{letters[0]['member']}/notices/handed-over"
    assert city.http.post(path, json=order, headers=support).json() == {"notices": 1}
    assert city.http.post(path, json=order, headers=support).json() == {"notices": 0}
    left = city.http.get("/v1/desk/letters", headers=support | WHY).json()["items"]
    assert {one["member"] for one in left} == {one["member"] for one in letters[1:]}
    looked = city.http.get("/v1/me/desk", headers=city.resident(0)).json()["items"]
    assert {one["act"] for one in looked} == {"letters", "hand_over"}


@pytest.mark.parametrize("why", ["refused", "late"])
def test_whom_a_message_does_not_reach_the_desk_tells(post: Post, why: str) -> None:
    city = post.city
    post.reach(city.residents[0], "one@example.org")
    city.http.put("/v1/me/notices", json={"way": "desk"}, headers=city.resident(1))
    go_to(post, EXPIRES_BEFORE[60])
    post.notify.away, post.notify.refusing = why == "late", why == "refused"
    with pytest.raises(NotDelivered) if why == "late" else contextlib.nullcontext():
        post.tell()
    city.clock.at += LASTS + timedelta(minutes=1)
    post.forget_late()
    support = {"Authorization": f"Bearer {city.token(city.officers['support'], 'officer')}"}
    letters = city.http.get("/v1/desk/letters", headers=support | WHY).json()["items"]
    assert [(one["kind"], one["points"]) for one in letters] == [("points_expire", 500)] * 3
    assert post.tell() == []


def test_where_nothing_delivers_everybody_is_on_the_desks_list(post: Post) -> None:
    post.reach(post.city.residents[0], "one@example.org")
    go_to(post, EXPIRES_BEFORE[60])
    assert post.tell(delivers=False) == []
    ways = post.city.runtime.database.in_transaction(lambda s: s.execute(text("SELECT way FROM notices")).scalars())
    assert list(ways) == ["desk"] * 3


def test_a_budgets_alarms_at_75_90_and_100_percent_go_to_editors_and_finance_once(post: Post) -> None:
    """The welcome campaign has given all it had: 1,500 of 1,500 points."""
    runtime = post.city.runtime
    for _ in range(2):
        worker._raise_alarms(runtime)
    told = post.tell()
    assert sorted((one.to, one.values["percent"]) for one in told) == sorted(
        (f"{role}@city.example.org", percent) for role in ("editor", "finance") for percent in ("75", "90", "100")
    )
    assert {(one.template, one.values["campaign"]) for one in told} == {(Template.BUDGET_ALARM, "Welcome")}
    worker._raise_alarms(runtime)
    assert post.tell() == []


def test_a_partner_is_told_when_its_webhook_was_switched_off(post: Post) -> None:
    city = post.city
    post.reach(city.staff["cafe"], "till@example.org", side=Side.PARTNER)
    post.reach(city.staff["owner"], "owner@example.org", side=Side.PARTNER)
    order = {"url": "https://till.example.org/hook"}
    assert city.http.post("/v1/partner/webhooks", json=order, headers=city.by("staff")).status_code == 201
    assert city.redeem(city.take("drink").json()["code"]).status_code == 200
    gone = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(410)))
    sending = Sending(city.runtime.database, city.clock, gone, city.runtime.endpoint_keys)
    send_due(sending)
    assert post.tell() == []
    city.clock.at += TRIED_FOR
    send_due(sending)
    (told,) = post.tell()
    assert (told.template, told.to) == (Template.WEBHOOK_DISABLED, "owner@example.org"), "its owner, and nobody else"


def test_what_became_of_a_dispute_is_told(post: Post) -> None:
    city = post.city
    post.reach(city.residents[0], "07700900123")
    voucher = city.take("drink").json()
    city.redeem(voucher["code"])
    order = {"redemption": voucher["id"], "reason": "It was cold"}
    one = city.http.post("/v1/me/disputes", json=order, headers=city.resident(0)).json()["id"]
    city.http.post(f"/v1/disputes/{one}/refuse", json={"reason": "It was not"}, headers=city.by("finance"))
    (told,) = post.tell()
    assert (told.template, told.channel, told.values) == (Template.REFUND_REFUSED, Channel.TEXT, {})


def test_a_notice_that_fails_is_tried_again_and_then_a_dead_job_that_names_nobody(
    database: Database,
    secrets: Secrets,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    post = Post(build_city(database, secrets, now))
    post.reach(post.city.residents[0], "someone@example.org")
    monkeypatch.setattr(worker, "ATTEMPTS", 1)
    monkeypatch.setattr(worker, "SCHEDULES", ())
    url = database.engine.url.render_as_string(hide_password=False)
    settings = Settings(data_dir=tmp_path, scheme=SCHEME, pool_size=4)
    built = build_runtime(settings, database_url=url, demo=True, clock=post.city.clock)
    runtime = replace(built, secrets=secrets, ways_in=WaysIn(notify=post.notify))
    go_to(post, EXPIRES_BEFORE[60])
    post.notify.away = True
    tell_due(worker._telling(runtime))
    asyncio.run(work_jobs(runtime, wait=False))
    database.in_transaction(lambda s: s.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now()")))
    asyncio.run(work_jobs(runtime, wait=False))
    (dead,) = database.in_transaction(lambda s: list_jobs(s, state="dead", after=None, limit=10)).items
    assert (dead.task, dead.attempts) == ("messages.send", 2)
    assert "someone@example.org" not in capsys.readouterr().err
    post.notify.away = False
    database.in_transaction(lambda s: retry_job(s, number=dead.number, now=now))
    asyncio.run(work_jobs(runtime, wait=False))
    assert [one.to for one in post.notify.sent] == ["someone@example.org"]
    built.database.dispose()


def test_a_draft_that_waits_is_told_to_approvers_and_above_the_threshold_to_budget_holders(
    undone_city: UndoneCity,
) -> None:
    desk = Desk(undone_city(TUESDAY), {})
    post = Post(desk.city)
    for name, role in {"ann": "editor", "cem": "approver", "eve": "finance"}.items():
        desk.hire(name, role)
    tag = desk.submit(points=500)["revision"]
    assert {(one.template, one.values["rule"]) for one in post.tell()} == {(Template.DRAFT_WAITS, "A ride")}
    assert sorted(one.to for one in post.notify.sent) == ["approver@city.example.org", "cem@example.org"]
    assert post.tell() == [], "once for a submission"
    desk.take("cem", "return", tag, {"reason": "Too many"})
    desk.attach(tag, 200_000)
    desk.take("ann", "check")
    desk.take("ann", "submit", tag)
    expected = ["approver", "finance"]
    assert sorted(one.to for one in post.tell()) == sorted(
        [*(f"{role}@city.example.org" for role in expected), "cem@example.org", "eve@example.org"]
    )
