"""Any till that speaks HTTP: one signed POST for each question, as Standard Webhooks have it.

The body is `{"type", "timestamp", "data"}`, where `type` is voucher.issue, voucher.look_up or voucher.cancel, and
`webhook-id` is the same on every repeat of a question. https://www.standardwebhooks.com
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import httpx
import msgspec
from standardwebhooks.webhooks import EmptyWebhookSecretError
from standardwebhooks.webhooks import Webhook as Signature

from partners.calling import Calls, get_endpoint, read_answer, read_sentence
from partners.interface import Delivery, Endpoint, Issued, IssueRequest, PartnerRefused, PartnerUnavailable, Standing

_REFUSING: Final = frozenset({409, 410, 422})


class WebhookTill:
    """`clock` tells the instant that is signed."""

    name = "webhook"
    local = False
    delivery = Delivery.CODE

    def __init__(self, calls: Calls, clock: Callable[[], datetime]) -> None:
        self._calls, self._clock = calls, clock

    def check(self, request: IssueRequest) -> None:
        """Only the till knows; it says so when it is asked."""

    def issue(self, request: IssueRequest) -> Issued:
        data = {
            "reward": request.reward,
            "code": request.code,
            "points": request.points,
            "cost_pence": request.cost_pence,
            "expires_at": request.expires_at.isoformat(),
        }
        body = self._ask("voucher.issue", request, data)
        return Issued(partner_reference=str(body.get("reference") or request.reference.hex)[:200])

    def look_up(self, request: IssueRequest) -> Standing:
        try:
            said = str(self._ask("voucher.look_up", request, {}).get("status"))
        except PartnerRefused:
            return Standing.UNKNOWN
        try:
            return Standing(said)
        except ValueError:
            message = "The till's answer makes no sense."
            raise PartnerUnavailable(message) from None

    def cancel(self, request: IssueRequest) -> None:
        self._ask("voucher.cancel", request, {})

    def _ask(self, kind: str, request: IssueRequest, data: dict[str, Any]) -> dict[str, Any]:
        endpoint, now = get_endpoint(request), self._clock()
        content = msgspec.json.encode(
            {"type": kind, "timestamp": now.isoformat(), "data": {"voucher": request.reference.hex, **data}}
        )
        number = f"{kind.removeprefix('voucher.')}_{request.reference.hex}"
        headers = {
            "Content-Type": "application/json",
            "webhook-id": number,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": _sign(endpoint, number, now, content),
        }
        answer = self._calls.ask("POST", endpoint.url, headers=headers, content=content)
        body = read_answer(answer)
        if answer.status_code in _REFUSING:
            raise PartnerRefused(read_sentence(body))
        if answer.status_code == httpx.codes.NOT_FOUND and kind == "voucher.cancel":
            return {}
        if not answer.is_success:
            message = "The till gave no answer that we understand."
            raise PartnerUnavailable(message)
        return body


def _sign(endpoint: Endpoint, number: str, now: datetime, content: bytes) -> str:
    """Raises PartnerUnavailable where the secret is no key: that is for the partner to mend, and nothing was asked."""
    try:
        return Signature(endpoint.secret).sign(number, now, content.decode())
    except (ValueError, EmptyWebhookSecretError):
        message = "This partner is not connected as it should be."
        raise PartnerUnavailable(message) from None
