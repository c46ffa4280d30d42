"""Messages of a campaign reach those who asked for them, once, and nobody else; two officers see each one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.rulebook.drafting.desk import Desk
from tests.rulebook.messages.post import KEY, WORDS, Post


@pytest.fixture
def post(desk: Desk) -> Post:
    return Post(desk)


def code(answer: Any) -> tuple[int, str]:  # noqa: ANN401 - an answer
    return answer.status_code, answer.json()["code"]


def test_nobody_wants_messages_before_they_say_so_and_every_change_is_kept(post: Post) -> None:
    http, headers = post.desk.city.http, post.desk.city.resident(0)
    (before,) = [
        one for one in http.get("/v1/me/campaign-messages", headers=headers).json()["items"] if one["campaign"] == KEY
    ]
    assert (before["given"], before["history"]) == (False, [])
    assert post.write().json()["wanting"] == 0
    assert post.want(0).json()["given"] is True
    post.want(0)
    after = post.want(0, given=False).json()
    assert (after["given"], [one["given"] for one in after["history"]]) == (False, [False, True])
    assert code(http.put("/v1/me/campaign-messages/cmp_none", json={"given": True}, headers=headers)) == (
        404,
        "campaign-not-found",
    )


def test_a_message_goes_to_those_who_want_it_when_it_is_sent_and_once(post: Post) -> None:
    first, second = post.give_address(0), post.give_address(1)
    for resident in (0, 1, 2):
        post.want(resident)
    written = post.write().json()
    assert (written["status"], written["wanting"], written["reachable"]) == ("written", 3, 2)
    assert written["text"].startswith(WORDS["body"])
    approved = post.decide("cem", written["id"]).json()
    assert (approved["status"], approved["approved_by"]["name"]) == ("approved", "cem")
    # Before it is sent one takes it back.
    post.want(1, given=False)
    post.send()
    post.send()
    queued = post.list_queued()
    assert list(queued) == [first]
    assert second not in queued
    assert queued[first]["subject"] == WORDS["subject"]
    sent = post.show(written["id"])
    assert (sent["status"], sent["queued"], sent["no_address"]) == ("sent", 1, 1)


def test_whoever_wants_to_be_told_at_the_desk_is_not_written_to(post: Post) -> None:
    for resident, way in ((0, "desk"), (1, "email")):
        post.give_address(resident)
        post.want(resident)
        chosen = post.desk.city.http.put("/v1/me/notices", json={"way": way}, headers=post.desk.city.resident(resident))
        assert chosen.status_code == 200, chosen.text
    written = post.write().json()
    assert (written["wanting"], written["reachable"]) == (2, 1)
    post.decide("cem", written["id"])
    post.send()
    assert list(post.list_queued()) == ["resident1@leeds.example"]


def test_a_message_that_is_on_its_way_goes_with_whoever_leaves(post: Post) -> None:
    post.give_address(0)
    post.want(0)
    post.decide("cem", post.write().json()["id"])
    post.send()
    mine = post.desk.city.resident(0)
    download = post.desk.city.http.get("/v1/me/export", headers=mine)
    assert "campaign_message" in download.text
    left = post.desk.city.http.delete("/v1/me?forfeit_points=500", headers=mine)
    assert left.status_code in (200, 204), left.text
    assert post.list_queued() == {}


def test_the_link_in_each_message_stops_the_next_without_signing_in(post: Post) -> None:
    address = post.give_address(0)
    post.want(0)
    post.decide("cem", post.write().json()["id"])
    post.send()
    body = post.list_queued()[address]["body"]
    assert len(body) < 918, "a text message of GOV.UK Notify holds so many characters"
    link = body.split()[-1]
    assert link.startswith("https://rewards.leeds.example/stop-messages?code=")
    http, way = post.desk.city.http, link.removeprefix("https://rewards.leeds.example")
    # A program that looks at links before people do stops nothing.
    assert "Stop these messages" in http.get(way).text
    assert post.write().json()["wanting"] == 1
    sealed = way.partition("code=")[2]
    stopped = http.post("/v1/message-stops", json={"code": sealed})
    assert (stopped.status_code, stopped.json()) == (200, {"title": KEY})
    assert post.write().json()["wanting"] == 0
    post.want(0)
    page = http.post("/stop-messages", data={"code": sealed})
    assert f"We will not write to you about {KEY} any more" in page.text
    history = http.get("/v1/me/campaign-messages", headers=post.desk.city.resident(0)).json()["items"]
    assert [said["given"] for one in history for said in one["history"]] == [False, True, False, True]


@pytest.mark.parametrize("sealed", ["none", "gAAAAA", "\N{SNOWMAN}", "1 2"])
def test_a_link_that_is_not_ours_stops_nothing(post: Post, sealed: str) -> None:
    assert code(post.desk.city.http.post("/v1/message-stops", json={"code": sealed})) == (404, "way-out-unknown")


def test_nobody_approves_what_they_wrote_and_nothing_is_decided_twice(post: Post) -> None:
    post.desk.hire("gus", "editor", "approver")
    message = post.write("gus").json()["id"]
    assert code(post.decide("gus", message)) == (409, "own-work")
    assert post.decide("cem", message).status_code == 200
    assert code(post.decide("dee", message)) == (409, "message-status-unfit")
    assert code(post.decide("ann", message, "discard")) == (409, "message-status-unfit")
    other = post.write().json()["id"]
    assert post.decide("ann", other, "discard").json()["status"] == "discarded"
    assert code(post.decide("cem", other)) == (409, "message-status-unfit")
    assert len(post.list_promised()) == 1


def test_a_campaign_sends_one_message_in_seven_days(post: Post) -> None:
    first, second = (post.write().json()["id"] for _ in range(2))
    assert post.decide("cem", first).status_code == 200
    refused = post.decide("cem", second)
    assert code(refused) == (409, "messages-too-often")
    clock = post.desk.city.clock
    clock.at += timedelta(days=7) - timedelta(seconds=1)
    assert code(post.decide("cem", second)) == (409, "messages-too-often")
    clock.at += timedelta(seconds=1)
    assert post.decide("cem", second).status_code == 200


def test_what_cannot_be_sent_as_it_is_is_refused_by_its_path(post: Post) -> None:
    refused = post.write(subject="Two\nlines", body="Bell\x07")
    assert code(refused) == (422, "message-unfit")
    assert [fault["path"] for fault in refused.json()["faults"]] == ["subject", "body"]
    assert code(post.write(subject=" ")) == (422, "message-unfit")
    assert code(post.write(body="x" * 501)) == (422, "body-invalid")
    assert code(post.write(body="Your card 4111 1111 1111 1111 is yours"))[0] == 422
    missing = post.desk.ask("ann", "POST", "/v1/campaigns/cmp_none/messages", WORDS)
    assert code(missing) == (404, "campaign-not-found")
    assert post.desk.ask("ann", "GET", f"/v1/campaigns/{KEY}/messages").json()["items"] == []


def test_nobody_is_written_to_about_a_campaign_that_is_over(post: Post) -> None:
    message = post.write().json()["id"]
    post.desk.city.clock.at += timedelta(days=2000)
    assert code(post.decide("cem", message)) == (409, "campaign-is-over")
    assert code(post.write()) == (409, "campaign-is-over")


def test_somebody_who_left_gets_nothing_and_their_old_links_do_not_work(post: Post) -> None:
    address = post.give_address(0)
    post.want(0)
    post.decide("cem", post.write().json()["id"])
    post.send()
    sealed = post.list_queued()[address]["body"].partition("code=")[2]
    left = post.desk.city.http.delete("/v1/me?forfeit_points=500", headers=post.desk.city.resident(0))
    assert left.status_code in (200, 204), left.text
    assert post.write().json()["wanting"] == 0
    assert code(post.desk.city.http.post("/v1/message-stops", json={"code": sealed})) == (404, "way-out-unknown")
