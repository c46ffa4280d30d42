"""The requests of Stripe's SDK, over our own client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import httpx
import stripe

TIMEOUT: Final = httpx.Timeout(20, connect=5)


class SdkHttp(stripe.HTTPClient):
    """No redirect is followed, and nothing is sent twice: whoever calls decides that."""

    name = "httpx"

    def __init__(self, http: httpx.Client) -> None:
        super().__init__()
        self._http = http

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,  # noqa: ANN401 - as the SDK has it
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        try:
            answer = self._http.request(
                method, url, headers=dict(headers or {}), content=post_data, timeout=TIMEOUT, follow_redirects=False
            )
        except httpx.HTTPError as fault:
            raise stripe.APIConnectionError(type(fault).__name__) from None  # type: ignore[no-untyped-call]
        return answer.text, answer.status_code, answer.headers

    def close(self) -> None:
        self._http.close()
