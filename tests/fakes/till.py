"""A till that speaks HTTP: it checks signatures with the library that its makers would use."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRET = "whsec_dGhlIHRpbGwncyBvd24gc2VjcmV0IGtleQ=="


@dataclass
class Till:
    """`vouchers` by reference: promised, used or taken_back."""

    refusal: str | None = None
    vouchers: dict[str, str] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)

    def as_transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._serve)

    def _serve(self, request: httpx.Request) -> httpx.Response:
        try:
            question = Webhook(SECRET).verify(request.content, dict(request.headers))
        except WebhookVerificationError:
            return httpx.Response(401)
        self.numbers.append(request.headers["webhook-id"])
        assert datetime.now(UTC) - datetime.fromisoformat(question["timestamp"]) < timedelta(minutes=5)
        status, said = self._answer(question["type"], question["data"]["voucher"])
        return httpx.Response(status, content=json.dumps(said))

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
