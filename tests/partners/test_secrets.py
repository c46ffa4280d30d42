"""A secret with which nothing can be asked is found before anything is asked with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from partners.calling import Calls
from partners.interface import Endpoint, PartnerUnavailable
from partners.leisure_pass import LeisurePass
from partners.secrets import find_secret_fault
from partners.webhook import WebhookTill
from tests.fakes.leisure_operator import SECRET
from tests.fakes.till import SECRET as TILL_SECRET
from tests.fakes.till import Till
from tests.partners.test_contract import PASS, TILL

SPOKEN = "correct horse battery staple"
CURLY = "the operator\u2019s very own"


@pytest.mark.parametrize("secret", [TILL_SECRET, TILL_SECRET.removeprefix("whsec_"), "A" * 32])
def test_a_key_in_base64_signs_questions(secret: str) -> None:
    assert find_secret_fault("webhook", secret) is None
    calls = Calls(httpx.Client(transport=Till(secret=secret).as_transport()), wait=lambda _: None)
    till = WebhookTill(calls, lambda: datetime.now(UTC))
    assert till.issue(replace(TILL, endpoint=Endpoint("http://127.0.0.1/till", secret))).partner_reference


@pytest.mark.parametrize("secret", [SPOKEN, "whsec_", "A" * 31, "whsec_" + "A" * 28, "a-" * 20, CURLY])
def test_what_is_no_key_is_refused_with_how_to_make_one(secret: str) -> None:
    assert "openssl rand -base64 32" in (find_secret_fault("webhook", secret) or "")


def test_a_bearers_secret_is_what_a_header_can_hold() -> None:
    assert find_secret_fault("leisure_pass", SECRET) is None
    for secret in (CURLY, "two\nlines of it all", " with a space before"):
        assert "header" in (find_secret_fault("leisure_pass", secret) or "")


@pytest.mark.parametrize("secret", [SPOKEN, CURLY, "whsec_"])
def test_with_a_secret_that_was_set_before_it_was_looked_at_the_partner_is_away(secret: str) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={})

    calls = Calls(httpx.Client(transport=httpx.MockTransport(answer)), wait=lambda _: None)
    for adapter, request in ((WebhookTill(calls, lambda: datetime.now(UTC)), TILL), (LeisurePass(calls), PASS)):
        if adapter.name == "leisure_pass" and secret.isascii():
            continue
        with pytest.raises(PartnerUnavailable):
            adapter.issue(replace(request, endpoint=Endpoint("http://127.0.0.1/", secret)))
    assert asked == []
