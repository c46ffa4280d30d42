"""A till that speaks HTTP: it checks signatures with the library that its makers would use."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRET = "whsec_dGhlIHRpbGwncyBvd24gc2VjcmV0IGtleQ=="


@dataclass
class Till:
    """`vouchers` by reference: promised, used or taken_back. `clock` is the till's own."""

    refusal: str | None = None
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    vouchers: dict[str, str] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    secret: str = SECRET

    def as_transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._serve)

    def _serve(self, request: httpx.Request) -> httpx.Response:
        status, said = self.answer(request.content, dict(request.headers))
        return httpx.Response(status, content=json.dumps(said))

    def answer(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The status and what is said to a question as it came."""
        try:
            question = Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError:
            return 401, {}
        self.numbers.append(headers["webhook-id"])
        assert self.clock() - datetime.fromisoformat(question["timestamp"]) < timedelta(minutes=5)
        return self._answer(question["type"], question["data"]["voucher"])

    def _answer(self, kind: str, voucher: str) -> tuple[int, dict[str, Any]]:
        known = self.vouchers.get(voucher)
        if kind == "voucher.look_up":
            return 200, {"status": known or "unknown"}
        if kind == "voucher.cancel":
            if known == "used":
                return 409, {"detail": "It was used."}
            self.vouchers[voucher] = "taken_back"
            return 200, {}
        if known is None and self.refusal:
            return 422, {"detail": self.refusal}
        self.vouchers.setdefault(voucher, "promised")
        return 200, {"reference": f"till-{voucher}"}
