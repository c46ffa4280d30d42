"""What delivers e-mails and texts: GOV.UK Notify as its documents describe it."""

from __future__ import annotations

import json
from datetime import datetime

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from app.core.clock import SetClock
from app.core.errors import Misconfigured
from app.notify.govuk import GovukNotify, read_templates
from app.notify.interface import Channel, Message, NotDeliverable, NotDelivered, Template

SERVICE, KEY = "11111111-2222-3333-4444-555555555555", "99999999-8888-7777-6666-000000000000"
TEMPLATES = json.dumps({f"{kind}.{channel}": f"id-{kind}-{channel}" for kind in Template for channel in Channel})
MESSAGE = Message(Channel.TEXT, Template.SIGN_IN_CODE, "+447700900123", {"code": "123456", "minutes": "10"}, "7")


def notify_through(answer: httpx.Response | Exception, asked: list[httpx.Request], now: datetime) -> GovukNotify:
    def serve(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    http = httpx.Client(transport=httpx.MockTransport(serve))
    return GovukNotify(
        http, url="https://notify.example", api_key=f"team-{SERVICE}-{KEY}", templates=TEMPLATES, clock=SetClock(now)
    )


def test_a_text_goes_out_under_its_template_signed_with_the_key(now: datetime) -> None:
    asked: list[httpx.Request] = []
    notify_through(httpx.Response(201), asked, now).send(MESSAGE)
    (request,) = asked
    assert request.url == "https://notify.example/v2/notifications/sms"
    assert json.loads(request.content) == {
        "phone_number": "+447700900123",
        "template_id": "id-sign_in_code-text",
        "personalisation": {"code": "123456", "minutes": "10"},
        "reference": "7",
    }
    signed = request.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(signed, OctKey.import_key(KEY), ["HS256"]).claims
    assert claims == {"iss": SERVICE, "iat": int(now.timestamp())}


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(429), httpx.ConnectError("away")], ids=str)
def test_what_may_work_later_is_tried_again(answer: httpx.Response | Exception, now: datetime) -> None:
    with pytest.raises(NotDelivered):
        notify_through(answer, [], now).send(MESSAGE)


@pytest.mark.parametrize("status", [400, 403])
def test_what_is_refused_for_good_is_not(status: int, now: datetime) -> None:
    with pytest.raises(NotDeliverable, match=str(status)):
        notify_through(httpx.Response(status, json={"errors": [{"message": "+447700900123"}]}), [], now).send(MESSAGE)


@pytest.mark.parametrize(("templates", "lacks"), [("{", "JSON"), ("[]", "JSON"), ("{}", "sign_in_code.email")])
def test_templates_that_are_missing_stop_the_start(templates: str, lacks: str) -> None:
    with pytest.raises(Misconfigured, match=lacks):
        read_templates(templates)


def test_a_key_that_is_none_stops_the_start_and_is_not_repeated(now: datetime) -> None:
    with pytest.raises(Misconfigured) as told:
        GovukNotify(httpx.Client(), url="https://x.example", api_key="hush", templates=TEMPLATES, clock=SetClock(now))
    assert "hush" not in str(told.value)
